"""Commands that ask a stack whether it is well can succeed, and see the application."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._probes import help_of, places_of, words_of
from confguard.checks._roles import meant_for_production
from confguard.finding import Finding, Label, Severity
from confguard.model.check_commands import FailingCheck, failing_checks
from confguard.model.deployment import Deployment
from confguard.model.health import Why
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each such command, with all places of a file that have it."""
    for deployment in meant_for_production(repo):
        groups: dict[tuple[object, ...], list[FailingCheck]] = {}
        for one in failing_checks(repo, deployment):
            probe = one.found.probe
            groups.setdefault((probe.span.path, probe.text, one.found.service, one.found.why), []).append(one)
        for found in groups.values():
            yield _finding(deployment, found)


def _finding(deployment: Deployment, found: list[FailingCheck]) -> Finding:
    first = found[0]
    failing, probe = first.found, first.found.probe
    why, effect, mend = _words(first)
    sees = failing.why is Why.ONLY_REDIRECT
    again = {one.found.probe.span: Label(one.found.probe.span, "here again") for one in found[1:]}
    related = [label for span, label in again.items() if span != probe.span]
    if first.statement is not None:
        related.append(Label(first.statement.span.first_line(), "redirects it"))
    related += places_of(deployment, failing)
    request = probe.request
    path = request.path if request is not None else ""
    fails = "sees nothing of it" if sees else "always fails"
    return Finding(
        f"`{probe.tool}` that checks service {failing.service} at `{path}` {fails}: {why}",
        Label(probe.span, effect),
        tuple(related[:6]),
        help=mend,
        stacks=(deployment.name,),
        address=(probe.span.path, first.context, failing.service, failing.why.name),
        severity=_severity(first),
    )


def _severity(one: FailingCheck) -> Severity:
    said = one.documented or one.found.from_template
    return Severity.INFO if said else Severity.WARNING


def _words(one: FailingCheck) -> tuple[str, str, str]:
    if one.statement is not None:
        return (
            "nginx answers it with a redirect to https, and that counts as success",
            "sees status 301" if "301" in one.statement.texts else "sees a redirect",
            "ask over https, as users do: `curl -fsS https://` and the host of the server",
        )
    why, effect = words_of(one.found)
    return why.replace("counts as healthy", "counts as success"), effect, help_of(one.found)
