"""The version of nginx has no published vulnerability that its configuration exposes."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import Deployment
from confguard.model.nginx import NginxModel, Statement
from confguard.model.nginx.advisories import Advisory, advisories
from confguard.model.repo import Repo
from confguard.model.value import Known


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each nginx that advisories concern."""
    for deployment in repo.production:
        for model in deployment.proxies:
            reference = deployment.base_image(deployment.services[model.service])
            if reference is None or reference.name not in ("nginx", "nginx-unprivileged"):
                continue  # OpenResty, Angie and others have versions of their own
            if found := list(advisories(model)):
                yield _finding(deployment, model, found)


def _finding(deployment: Deployment, model: NginxModel, found: list[tuple[Advisory, Statement]]) -> Finding:
    assert isinstance(model.version, Known)
    version = ".".join(map(str, model.version.value))
    place = model.version.span or found[0][1].span
    names = ", ".join(advisory.cve for advisory, _ in found)
    shown: dict[Statement, list[str]] = {}
    for advisory, statement in found:
        shown.setdefault(statement, []).append(f"{advisory.cve}, {advisory.severity}: {advisory.title}")
    newest = max(version for advisory, _ in found for version in advisory.fixed)
    return Finding(
        f"nginx `{version}` of service {model.service} has published vulnerabilities in what it uses: "
        f"{names}",
        Label(place.first_line(), "this version"),
        tuple(Label(statement.span.first_line(), "; ".join(texts)) for statement, texts in shown.items()),
        help=f"take nginx {'.'.join(map(str, newest))} or newer, or the newest stable version",
        stacks=(deployment.name,),
        address=(model.service, "version"),
        severity=None if any(advisory.severity == "major" for advisory, _ in found) else Severity.INFO,
    )
