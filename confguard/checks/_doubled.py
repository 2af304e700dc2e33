"""The fix of headers that nginx and Django both send. Shared by checks; no rule of its own."""

from __future__ import annotations

from collections.abc import Iterable

from confguard.finding import Fix
from confguard.fixes.edits import whole
from confguard.fixes.nginx import append_argument, hide_headers
from confguard.model.nginx import Level, Target
from confguard.model.responses import Doubled, canonical


def hidden(found: Iterable[Doubled], *, safe: bool) -> tuple[Fix, ...]:
    """Return the fix that hides what Django sends on the routes where nginx adds the same header."""
    routes: dict[Level, tuple[Target, dict[str, None]]] = {}
    for one in found:
        for target in one.targets:
            routes.setdefault(target.level, (target, {}))[1][canonical(one.name)] = None
    names = ", ".join(dict.fromkeys(name for _, own in routes.values() for name in own))
    passes = " and ".join(sorted({target.statement.name for target, _ in routes.values()}))
    edits = [hide_headers(target.level, list(own), target.statement) for target, own in routes.values()]
    # Error pages of Django have its header: nginx has to add its own to them, too.
    edits += [append_argument(one.by_nginx.statement, "always") for one in found if not one.by_nginx.always]
    # Which origins are let in is more than a matter of how often it is said.
    safe = safe and not any(one.name.startswith("access-control-") for one in found)
    return whole(f"hide {names} of Django beside {passes}", edits, safe=safe)
