"""Whether Django learns that the browser speaks HTTPS, and what keeps it from learning it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from confguard.model.belief import is_header_name, is_secure, proxy_header
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import request_headers
from confguard.model.passages import Exposure, Passage
from confguard.model.received import Headers, received
from confguard.model.value import Known
from confguard.source import Span

PROBE = "site.example"
"""The host that is asked for in what is computed."""


class Cause(Enum):
    """What keeps Django from learning that a browser speaks HTTPS."""

    SETTING = "nothing tells Django which header to believe"
    NAME = "Django looks for a key that no header gets"
    OVERWRITTEN = "nginx says something else in the header"
    ABSENT = "nginx does not send the header"


@dataclass(frozen=True, slots=True, eq=False)
class Deaf:
    """A passage on which Django surely never learns of HTTPS.

    ``header`` is the one that matters, by its name in HTTP; ``place`` is where nginx sets it, or where it
    passes requests on without it.
    """

    passage: Passage
    cause: Cause
    header: str
    place: Span


def secure_headers(app: App) -> dict[str, str]:
    """Return what a proxy that takes HTTPS in front of nginx would send to be believed."""
    setting = proxy_header(app)
    found = setting.value if isinstance(setting, Known) else None
    return {
        "x-forwarded-proto": "https",
        **({found[0]: found[1]} if found and is_header_name(found[0]) else {}),
    }


def deaf(deployment: Deployment, app: App) -> Iterator[Deaf]:
    """Yield the passages on which ``request.is_secure()`` is surely false, whatever stands before nginx.

    With TLS in nginx itself a browser sends no such header; without, a proxy before it is taken to send
    what Django wants to see.
    """
    for passage in deployment.passages:
        if passage.app is not app:
            continue
        best = received(passage, PROBE, secure_headers(app))
        at_best = is_secure(deployment, passage, best)
        plain = received(passage, PROBE)
        usual = is_secure(deployment, passage, plain)
        ends_here = passage.scheme == "https" and passage.exposure is Exposure.PUBLIC
        if at_best == Known(False):
            yield _deaf(passage, best)
        elif ends_here and usual == Known(False):
            yield _deaf(passage, plain)


def _deaf(passage: Passage, headers: Headers) -> Deaf:
    setting = proxy_header(passage.app)
    wanted = setting.value if isinstance(setting, Known) else None
    name = wanted[0] if wanted else "x-forwarded-proto"
    place = set_at(passage, name)
    if wanted is None:
        return Deaf(passage, Cause.SETTING, name, place or passage.hop.target.span)
    if not is_header_name(name):
        return Deaf(passage, Cause.NAME, name, setting.span or passage.hop.target.span)
    if headers.get(name) is not None and place is not None:
        return Deaf(passage, Cause.OVERWRITTEN, name, place)
    return Deaf(passage, Cause.ABSENT, name, passage.hop.target.span)


def set_at(passage: Passage, name: str) -> Span | None:
    """Return where the last nginx of a passage sets a header for the application."""
    for header in request_headers(passage.model, passage.level)[0]:
        if header.name.lower() == name and header.statement is not None:
            return header.statement.span
    return None
