"""docker compose accepts the stacks that production runs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Edit, Finding, Fix, Label, Severity
from confguard.fixes.edits import whole
from confguard.fixes.yaml import spot_at
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.source import Problem
from confguard.words import joined

_UNKNOWN = "which docker compose does not know"
_VERSION = "2.40"
"""A key that is like no other may be one of a newer version: nobody is stopped for that."""


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each place at which docker compose refuses a stack of production.

    What only versions before 5.0 refuse is told once for a stack, as advice.
    """
    for deployment in repo.production:
        if deployment.compose.redeclared:
            yield _by_older_versions(deployment)
        for problem in deployment.compose.problems:
            newer = problem.message.endswith(_UNKNOWN) and not problem.help
            yield Finding(
                f"docker compose refuses {deployment.name}: this file {problem.message}",
                Label(problem.span.first_line()),
                notes=(f"docker compose {_VERSION} is what this was compared with",) if newer else (),
                help=problem.help or "mend it here; `docker compose config` shows the merged result",
                stacks=(deployment.name,),
                address=(problem.message,),
                severity=Severity.INFO if newer else None,
                fixes=_renamed(problem),
            )


def _by_older_versions(deployment: Deployment) -> Finding:
    found = {one.span: one for one in deployment.compose.redeclared}
    first, *others = (found[span] for span in sorted(found, key=lambda span: (span.path, span.start)))
    names = joined([f"{one.section}.{one.name}" for one in (first, *others)])
    return Finding(
        f"docker compose before 5.0 refuses {deployment.name}: this file declares {names}, "
        "which a file that it includes declares, too",
        Label(first.span.first_line()),
        tuple(Label(one.span.first_line(), "declared again, too") for one in others),
        notes=("from version 5.0 on what stands here is merged over what is included",),
        help="ask for docker compose 5.0 where it is said how to install, "
        "or put what differs into a second file of the include's `path`",
        stacks=(deployment.name,),
        address=tuple(f"{one.section}.{one.name}" for one in (first, *others)),
        severity=Severity.INFO,
    )


def _renamed(problem: Problem) -> tuple[Fix, ...]:
    """Return the fix that writes the key which docker compose knows, where one is much alike."""
    meant = re.fullmatch(r"did you mean (\w+)\?", problem.help)
    place = spot_at(problem.span) if meant else None
    if meant is None or place is None or place.mapping.entry(meant[1]) is not None:
        return ()
    key = place.entry.key
    if key.start != problem.span.start or key.style:
        return ()
    return whole(f"write {meant[1]}", [Edit(key.span, meant[1])], safe=False)
