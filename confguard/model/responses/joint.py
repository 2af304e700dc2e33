"""The headers that answers of one route have, from the application and from nginx together."""

from __future__ import annotations

from dataclasses import dataclass

from confguard.model.deployment import App
from confguard.model.nginx import Header, Target, header_set, hidden_headers
from confguard.model.responses.app_headers import AppHeader, sent_by_app


@dataclass(frozen=True, slots=True)
class Carried:
    """One header of the answers that a route passes on.

    ``by_app`` are what the application writes and nginx lets through, ``by_nginx`` what nginx adds. ``name``
    is in lower case.
    """

    name: str
    by_app: tuple[AppHeader, ...]
    by_nginx: tuple[Header, ...]

    @property
    def is_doubled(self) -> bool:
        """Whether both sides write it."""
        return bool(self.by_app and self.by_nginx)


def carried(app: App, target: Target) -> tuple[Carried, ...] | None:
    """Return the headers of the answers that come through a target; None if that cannot be known."""
    added = header_set(target.level)
    hidden = hidden_headers(target.level, target.protocol)
    if hidden is None or not added.complete:
        return None
    own = [header for header in sent_by_app(app) if header.name not in hidden]
    names = dict.fromkeys((*(one.name for one in own), *(one.name.lower() for one in added.headers)))
    return tuple(
        Carried(name, tuple(one for one in own if one.name == name), added.get(name)) for name in names
    )
