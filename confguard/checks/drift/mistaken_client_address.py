"""What tells clients apart by their address sees the client's, not the proxy's and not an invented one."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._entries import near
from confguard.checks._labels import distinct
from confguard.finding import Finding, Label
from confguard.model.client_address import Fault, Reader, readers
from confguard.model.deployment import Deployment
from confguard.model.forwarding import set_at
from confguard.model.passages import Exposure, Passage
from confguard.model.repo import Repo

_AXES = (
    "let django-ipware read the header: AXES_IPWARE_META_PRECEDENCE_ORDER = ('HTTP_X_FORWARDED_FOR',) and "
    "AXES_IPWARE_PROXY_ORDER = 'right-most'; or lock out by user name and address together"
)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each reader of addresses and each application behind an nginx."""
    for deployment in repo.production:
        told = set()
        for passage in deployment.passages:
            if passage.exposure is not Exposure.PUBLIC:
                continue  # another proxy stands before it
            for reader in readers(deployment, passage):
                key = (passage.app.settings.path, reader.name, reader.fault)
                if key not in told:
                    told.add(key)
                    yield from _finding(deployment, passage, reader)


def _finding(deployment: Deployment, passage: Passage, reader: Reader) -> Iterator[Finding]:
    span = reader.value.span if reader.value is not None and reader.value.span else None
    place = span.first_line() if span else near(passage.app.settings, "INSTALLED_APPS")
    sets = set_at(passage, "x-forwarded-for")
    if place is None:
        return
    count = passage.hop.count
    yield Finding(
        f"{reader.name} knows the clients of service {passage.service} by an address "
        f"that {reader.fault.value}: {reader.effect}",
        Label(place, f"{reader.setting} does not fit the proxies"),
        distinct((Label(sets or passage.hop.target.span, _words(reader, sets is not None)),), place),
        notes=(f"{passage.app.settings.module} is the settings module",),
        help=_AXES
        if reader.name == "django-axes"
        else f"set NUM_PROXIES to {count} in REST_FRAMEWORK, plus one for each proxy before this nginx",
        stacks=(deployment.name,),
        address=(reader.name, reader.fault.name, passage.service),
    )


def _words(reader: Reader, sets: bool) -> str:
    if not sets:
        return "nginx is who connects; it passes on what the client says in X-Forwarded-For"
    if reader.fault is Fault.CHOSEN:
        return "appends the address to what the client says"
    return "the client's address is in this header only"
