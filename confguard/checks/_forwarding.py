"""Labels and words on passages to Django. Shared by checks; no rule of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from confguard.finding import Edit, Fix, Label
from confguard.fixes.edits import whole
from confguard.fixes.nginx import set_request_headers
from confguard.model.deployment import App
from confguard.model.passages import Passage


def listens(passages: Iterable[Passage]) -> Iterator[Label]:
    """Yield a label for each listener through which requests come in."""
    for passage in passages:
        entrance = passage.hop.first.entrance
        place = entrance.listen.statement.span if entrance.listen.statement else entrance.server.span
        if place is not None:
            yield Label(place, f"clients speak {entrance.scheme.upper()} here")


def setting(app: App, name: str, text: str) -> Iterator[Label]:
    """Yield a label for a setting where it is written."""
    value = app.settings.values.get(name)
    if value is not None and value.span is not None:
        yield Label(value.span, text)


def services(app: App, found: Iterable[Passage]) -> str:
    """Return the names of the services that answer."""
    names = list(dict.fromkeys(passage.service for passage in found if passage.app is app))
    return ", ".join(names)


def send(found: Iterable[Passage], name: str, value: str, *, safe: bool) -> tuple[Fix, ...]:
    """Return the fix that lets nginx send a header with a value on these ways."""
    edits: list[Edit | None] = []
    for hop in (one.hop for one in found):
        if hop.outer is not None or hop.target.protocol != "proxy":
            return ()
        made = set_request_headers(hop.model, hop.level, {name: value}, hop.target.statement)
        edits += made if made is not None else (None,)
    return whole(f"write `proxy_set_header {name} {value};`", edits, safe=safe)
