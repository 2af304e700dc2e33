"""The fix of headers that nginx and Django both send. Shared by checks; no rule of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from confguard.finding import Fix
from confguard.fixes.edits import whole
from confguard.fixes.nginx import append_argument, hide_headers
from confguard.model.nginx import Level, NginxModel, Target, upstream_targets
from confguard.model.responses import Doubled, canonical


def hidden(model: NginxModel, found: Sequence[Doubled], *, safe: bool) -> tuple[Fix, ...]:
    """Return the fix that hides what Django sends on the routes where nginx adds the same header.

    It is said once for a server whose routes all need it.
    """
    routes: dict[Level, tuple[Target, dict[str, None]]] = {}
    for one in found:
        for target in one.targets:
            routes.setdefault(target.level, (target, {}))[1][canonical(one.name)] = None
    names = ", ".join(dict.fromkeys(name for _, own in routes.values() for name in own))
    passes = " and ".join(sorted({target.statement.name for target, _ in routes.values()}))
    server = _shared(model, {level: list(own) for level, (_, own) in routes.items()})
    if server is not None:
        target, own = next(iter(routes.values()))
        own_lines = [one.by_nginx.statement for one in found if one.by_nginx.level is server]
        own_lines = own_lines or [*server.named("listen"), *server.named("server_name")]
        edits = [hide_headers(server, list(own), target.statement.name, own_lines[-1] if own_lines else None)]
    else:
        edits = [
            hide_headers(target.level, list(own), target.statement.name, target.statement)
            for target, own in routes.values()
        ]
    # Error pages of Django have its header: nginx has to add its own to them, too.
    edits += [append_argument(one.by_nginx.statement, "always") for one in found if not one.by_nginx.always]
    # Which origins are let in is more than a matter of how often it is said.
    safe = safe and not any(one.name.startswith("access-control-") for one in found)
    where = "in the server" if server is not None else f"beside {passes}"
    return whole(f"hide {names} of Django {where}", edits, safe=safe)


def _shared(model: NginxModel, routes: Mapping[Level, list[str]]) -> Level | None:
    """Return the server of which these are all the routes, more than one, with nothing hidden in between."""
    servers = {level.enclosing("server") for level in routes}
    server = servers.pop() if len(servers) == 1 else None
    if server is None or server.statement is None or len(routes) < 2 or server in routes:
        return None
    passing = [one for one in upstream_targets(model) if one.level.enclosing("server") is server]
    alike = {(one.statement.name, *sorted(routes.get(one.level, ()))) for one in passing}
    directive = f"{passing[0].protocol}_hide_header"
    around = {at for one in passing for at in one.level.chain() if at.enclosing("server") is server}
    if len(alike) > 1 or any(one.level not in routes for one in passing):
        return None
    return None if any(at.named(directive) for at in around if at is not server) else server
