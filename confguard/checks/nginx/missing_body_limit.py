"""Every route that passes bodies on has a limit for them that somebody chose."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Fix, Label, Severity
from confguard.fixes.edits import whole
from confguard.fixes.nginx import add
from confguard.model.deployment import Deployment
from confguard.model.nginx import Level, NginxModel, Server, Target, nearest, size, upstream_targets
from confguard.model.repo import Repo
from confguard.model.responses import app_behind, apps_behind, is_websocket, service_behind
from confguard.model.responses.bodies import declared_limits, ways_to, widest
from confguard.model.value import Known

_SMALL_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


_DEFAULT = 1024**2
_USUAL = "10m"


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each server without a limit, and one for each limit that is taken away."""
    for deployment in repo.production:
        for model in deployment.proxies:
            yield from _unlimited(model, deployment.name)
            yield from _unset(deployment, model)


def _unset(deployment: Deployment, model: NginxModel) -> Iterator[Finding]:
    """Join the routes of one server: one line mends them all."""
    routes: dict[object, list[Target]] = {}
    for target in upstream_targets(model):
        if nearest(target.level, "client_max_body_size") is not None:
            continue  # somebody chose one, or an include that cannot be had may have it
        server = model.server_of(target.level)
        takes_bodies = not _refuses_bodies(target) and not is_websocket(target)
        if server is not None and not server.is_stock and takes_bodies:
            known = routes.setdefault(server.level, [])
            if all(target.statement is not other.statement for other in known):
                known.append(target)
    for targets in routes.values():
        first, *others = targets
        server = model.server_of(first.level)
        where = _title(first)
        if server is not None and server.names:
            where += f" of server {server.names[0].span.text}"
        where += f" and {len(others)} more of its locations" if others else ""
        yield Finding(
            f"no client_max_body_size applies to {where}: nginx refuses bodies over 1 MiB",
            Label(first.span.first_line(), "passes bodies on, up to nginx's default of 1 MiB"),
            (
                *(Label(other.span.first_line(), _title(other)) for other in others[:5]),
                *_declared(deployment, model, targets),
            ),
            help="say what the routes need: `client_max_body_size 10m;` in the server, more where files are "
            "uploaded",
            stacks=(deployment.name,),
            address=(first.span.path, _title(first)),
            severity=_severity(deployment, targets),
            fixes=_limited(model, server, _largest(deployment, model, targets)),
        )


def _limited(model: NginxModel, server: Server | None, wanted: int) -> tuple[Fix, ...]:
    """Return the fix that gives a server a limit: what applications declare, or what most forms need."""
    if server is None:
        return ()
    limit = f"{-(-wanted // 1024**2) + 1}m" if wanted else _USUAL
    own = [
        item
        for item in server.level.statements
        if item.block is None and item.name in ("server_name", "listen")
    ]
    edit = add(server.level, [f"client_max_body_size {limit};"], own[-1] if own else None)
    return whole(f"write `client_max_body_size {limit};` in the server", [edit], safe=False)


def _largest(deployment: Deployment, model: NginxModel, targets: list[Target]) -> int:
    """Return the largest body that an application behind the routes declares, in bytes; 0 without any."""
    apps = {app for target in targets if (app := app_behind(deployment, target)) is not None}
    return max((one.size.value for app in apps for one in declared_limits(app)), default=0)


def _declared(deployment: Deployment, model: NginxModel, targets: list[Target]) -> Iterator[Label]:
    """Label the limits that applications declare and nginx's default is below."""
    behind = (app_behind(deployment, target) for target in targets)
    for app in dict.fromkeys(app for app in behind if app is not None):
        ways = ways_to(deployment, model, app)
        for declared in declared_limits(app):
            way = widest(ways, declared.words)
            short = way is not None and isinstance(way.limit, Known) and way.limit.span is None
            if short and declared.place is not None and declared.size.value > _DEFAULT:
                yield Label(declared.place, f"{declared.setting} accepts {declared.size.value} bytes")


def _severity(deployment: Deployment, targets: list[Target]) -> Severity:
    """Warn of a Django application that takes forms, and of what is not known; the rest is advice."""
    for target in targets:
        service = service_behind(deployment, target)
        if service is None:
            return Severity.WARNING
        if app_behind(deployment, target) is not None:
            return Severity.WARNING
        inner = next((one for one in deployment.proxies if one.service == service.name), None)
        if inner is not None and inner.service != "" and apps_behind(deployment, inner):
            return Severity.WARNING  # the limit that counts is the outermost one
    return Severity.INFO if deployment.apps else Severity.WARNING


def _unlimited(model: NginxModel, stack: str) -> Iterator[Finding]:
    seen = set()
    for target in upstream_targets(model):
        limit = size(target.level, "client_max_body_size")
        if not isinstance(limit, Known) or limit.value != 0 or limit.span is None or limit.span in seen:
            continue
        seen.add(limit.span)
        yield Finding(
            "client_max_body_size 0 takes the limit away: one request may fill the disk",
            Label(limit.span.first_line(), "no limit at all"),
            help="set the largest body that the application accepts, per location where they differ",
            stacks=(stack,),
            address=(limit.span.path, "unlimited"),
            severity=Severity.WARNING,
        )


def _refuses_bodies(target: Target) -> bool:
    """Say whether a limit_except leaves only methods without a body: around the pass, or by a refusal."""
    inside = target.location.limits if target.location else ()
    refusing = (at for at in inside if any(item.first == "all" for item in at.named("deny")))
    around = (at for at in target.level.chain() if at.kind == "limit_except")
    # In the block around it a pass is for the other methods; what a block beside it refuses are those.
    return any(not _SMALL_METHODS.issuperset(_methods(at)) for at in around) or any(
        _SMALL_METHODS.issuperset(_methods(at)) for at in refusing
    )


def _methods(level: Level) -> tuple[str, ...]:
    return level.statement.texts if level.statement else ()


def _title(target: Target) -> str:
    return target.location.title if target.location else "its server"
