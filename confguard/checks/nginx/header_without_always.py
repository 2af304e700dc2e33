"""Security headers are on error pages, too."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.fixes.edits import whole
from confguard.fixes.nginx import append_argument
from confguard.model.deployment import Deployment
from confguard.model.nginx import Header, Level, NginxModel, header_set, hidden_headers, targets_of
from confguard.model.repo import Repo
from confguard.model.responses import SECURITY_HEADERS, canonical, headers_of_app
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each server whose security headers are missing from errors."""
    for deployment in repo.production:
        for model in deployment.proxies:
            servers: dict[Level | None, dict[object, Header]] = {}
            for level in model.levels():
                for header in _of_success_only(deployment, model, level):
                    servers.setdefault(header.level.enclosing("server"), {})[header.span] = header
            for found in servers.values():
                yield _finding(deployment, list(found.values()))


def _of_success_only(deployment: Deployment, model: NginxModel, level: Level) -> Iterator[Header]:
    if level.kind not in ("location", "server") or level.is_stock:
        return
    targets = targets_of(model, level)
    sent = headers_of_app(deployment, targets)
    hidden = hidden_headers(level, targets[0].protocol) if targets else None
    for header in header_set(level).headers:
        name = header.name.lower()
        # The errors of an application that sends the header itself have it.
        by_app = name in sent and hidden is not None and name not in hidden
        if name in SECURITY_HEADERS and not header.always and not header.statement.stock and not by_app:
            yield header


def _finding(deployment: Deployment, found: list[Header]) -> Finding:
    first, *others = found
    names = list(dict.fromkeys(canonical(header.name) for header in found))
    verb = "is" if len(names) == 1 else "are"
    return Finding(
        f"{joined(names)} {verb} missing from error pages: add_header without `always` is for 2xx and 3xx",
        Label(first.span.first_line(), "not on answers such as 404 and 500"),
        tuple(Label(header.span.first_line(), "nor is this") for header in others),
        help=f"write `always` behind the value: `add_header {names[0]} ... always;`",
        stacks=(deployment.name,),
        address=(first.span.path, first.level.kind, "always"),
        fixes=whole(
            "write `always` behind the value",
            (append_argument(header.statement, "always") for header in found),
            safe=True,
        ),
    )
