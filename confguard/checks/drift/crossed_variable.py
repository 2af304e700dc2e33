"""Each variable is made of its own, not of its neighbour."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Edit, Finding, Fix, Label
from confguard.fixes.edits import whole
from confguard.model.delivery.crossed import (
    Crossed,
    crossed_in_compose,
    crossed_in_databases,
    crossed_in_settings,
)
from confguard.model.repo import Repo
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each variable or setting that takes another's value while its own lies unused."""
    for deployment in repo.production:
        for one in crossed_in_compose(deployment):
            yield _finding(deployment.name, one, "passes", f"{one.name} of {joined(one.services)}")
        seen: set[tuple[str, str]] = set()
        for app in deployment.apps:
            found = (*crossed_in_settings(deployment, app), *crossed_in_databases(deployment, app))
            for one in found:
                if (one.name, one.other) not in seen:
                    seen.add((one.name, one.other))
                    what = f"{one.key} of the database" if one.key else f"the setting {one.name}"
                    yield _finding(deployment.name, one, "reads", what)


def _finding(stack: str, one: Crossed, verb: str, what: str) -> Finding:
    return Finding(
        f"{what} gets the value of {one.other}, and nothing {verb} {one.name} itself",
        Label(one.span.first_line(), f"takes {one.other}"),
        (Label(one.own.first_line(), f"{one.name} is set here, and unused"),),
        help=f"take {one.name}; if the other one is meant, take {one.name} out where it is set",
        stacks=(stack,),
        address=(one.name, one.other),
        fixes=_taken(one) if verb == "passes" else (),
    )


def _taken(one: Crossed) -> tuple[Fix, ...]:
    """Return the fix that lets a Compose file pass on the variable's own value."""
    line = one.span.file.line_span(one.span.line)
    found = re.findall(rf"\$\{{{one.other}\b", line.text)
    start = line.text.find(f"${{{one.other}")
    if len(found) != 1:
        return ()
    place = line.sub(start + 2, start + 2 + len(one.other))
    return whole(f"take {one.name}", [Edit(place, one.name)], safe=False)
