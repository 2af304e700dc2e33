"""Deployment checks that settings silence although nothing in the stack does what they ask for.

SILENCED_SYSTEM_CHECKS is right where nginx redirects to https or adds a header; that is looked up here, for
clients that speak TLS with an nginx of the stack. What stands in front of a stack without TLS is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.health import passes_middleware
from confguard.model.nginx import Request, route
from confguard.model.passages import Exposure, Passage
from confguard.model.responses import carried
from confguard.model.value import Known
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.deployment import App, Deployment
    from confguard.model.django.deploy_checks import Message

_HEADERS = {
    "security.W001": ("x-content-type-options", "referrer-policy"),
    "security.W002": ("x-frame-options", "content-security-policy"),
    "security.W006": ("x-content-type-options",),
    "security.W022": ("referrer-policy",),
}
"""The checks that are about headers, each with those of which one would do (Django 5.2, checks/security)."""


@dataclass(frozen=True, slots=True)
class Unfounded:
    """A silenced check whose work nobody does: ``place`` silences it, ``answers`` are nginx's places."""

    message: Message
    place: Span
    answers: tuple[Span, ...]


def unfounded(deployment: Deployment, app: App) -> Iterator[Unfounded]:
    """Yield the checks of an application that are silenced without anything that stands in for them."""
    from confguard.model.django.deploy_checks import deploy_checks

    silenced = deploy_checks(app.settings).silenced
    ways = [one for one in deployment.passages if one.app is app and one.exposure is Exposure.PUBLIC]
    secure = [one for one in ways if one.scheme == "https"]
    if not silenced or not secure or not _is_followed(app):
        return
    for message in silenced:
        place = silencing(app, message.id)
        if place is None:
            continue
        if message.id == "security.W008":
            answers = tuple(_answered(one for one in ways if one.scheme == "http"))
        elif message.id in _HEADERS and all(_lacks(app, one, _HEADERS[message.id]) for one in secure):
            answers = tuple(one.level.span for one in secure if one.level.span is not None)
        else:
            answers = ()
        if answers:
            yield Unfounded(message, place, tuple(dict.fromkeys(answers)))


def _is_followed(app: App) -> bool:
    """Say whether no middleware can redirect or add headers unseen: the known ones, and the project's own."""
    listed = app.settings.get("MIDDLEWARE")
    return isinstance(listed, Known) and all(
        isinstance(item, Known) and passes_middleware(app, item.value, "/") for item in listed.value
    )


def silencing(app: App, identity: str) -> Span | None:
    """Return the place that silences a check, None where none is known to."""
    listed = app.settings.get("SILENCED_SYSTEM_CHECKS")
    items = listed.value if isinstance(listed, Known) else ()
    found = (one for one in items if isinstance(one, Known) and one.value == identity)
    return next((one.span for one in found if one.span is not None), None)


def _answered(ways: Iterator[Passage]) -> Iterator[Span]:
    """Yield where plain requests for the first page come in and are passed on to the application."""
    for one in ways:
        entrance = one.hop.first.entrance
        names = [name.text for name in entrance.server.names if name.kind == "exact" and name.text]
        host, port = names[0] if names else "localhost", entrance.listen.port or 80
        way = route(one.hop.first.model, Request("/", host, "http", port))
        passed = any(target.statement is one.hop.first.target.statement for target in way.targets)
        place = entrance.listen.statement
        if passed and not way.unknown and place is not None:
            yield place.span


def _lacks(app: App, way: Passage, names: tuple[str, ...]) -> bool:
    """Say whether what comes on a way surely has none of these headers."""
    if way.hop.count > 1:
        return False
    headers = carried(app, way.hop.target)
    return headers is not None and not any(one.name in names for one in headers)
