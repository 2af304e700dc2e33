"""No level loses the security headers of the levels around it."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import Deployment
from confguard.model.nginx import Header, Level, NginxModel, lost_headers, targets_of
from confguard.model.repo import Repo
from confguard.model.responses import headers_of_app

SECURITY_HEADERS = frozenset(
    {
        "content-security-policy",
        "content-security-policy-report-only",
        "cross-origin-embedder-policy",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "permissions-policy",
        "referrer-policy",
        "strict-transport-security",
        "x-content-type-options",
        "x-frame-options",
        "x-permitted-cross-domain-policies",
    }
)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each level whose own add_header drops security headers."""
    wanted = SECURITY_HEADERS | {name.lower() for name in repo.options["lost-security-headers"]["headers"]}
    for deployment in repo.production:
        for model in deployment.proxies:
            for level in model.levels():
                yield from _judge(deployment, model, level, wanted)


def _judge(
    deployment: Deployment, model: NginxModel, level: Level, wanted: frozenset[str]
) -> Iterator[Finding]:
    lost, droppers = lost_headers(level)
    sent_by_app = headers_of_app(deployment, targets_of(model, level)) if lost else frozenset()
    gone = [
        header
        for header in lost
        if header.name.lower() in wanted
        # What the application itself sends is still there, unless nginx hides it.
        and header.name.lower() not in sent_by_app
    ]
    if not gone or not droppers or level.is_stock:
        return
    names = list(dict.fromkeys(header.name for header in gone))
    yield Finding(
        f"{_title(model, level)} loses {_joined(names)}: its own {droppers[0].name} drops those of the "
        f"{_outer(gone[0])}",
        Label(droppers[0].span.first_line(), "drops all that the levels above add"),
        tuple(Label(header.span.first_line(), f"lost in {level.title}") for header in gone),
        notes=("nginx inherits add_header only into levels that have none of their own",),
        help="repeat the lost headers here, from one snippet that both levels include"
        + (", or write `add_header_inherit merge;`" if model.at_least(1, 29, 3) else ""),
        stacks=(deployment.name,),
        address=(level.span.path if level.span else "", level.title),
        # A fixed answer (`return 200 "ok"`) is no page that the headers could protect.
        severity=Severity.INFO if level.named("return") and level.kind == "location" else None,
    )


def _title(model: NginxModel, level: Level) -> str:
    """Name the level, with its server, as it is written, where there are several."""
    server = model.server_of(level)
    several = sum(not one.is_stock for one in model.servers) > 1
    if not several or server is None or not server.names or level.kind == "server":
        return level.title
    return f"{level.title} of server {server.names[0].span.text}"


def _outer(header: Header) -> str:
    return header.level.title if header.level.kind == "location" else f"{header.level.kind}"


def _joined(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
