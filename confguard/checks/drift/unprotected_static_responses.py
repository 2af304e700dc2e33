"""What nginx serves itself is protected as what Django answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.finding import Edit, Finding, Label, Severity
from confguard.fixes.edits import whole
from confguard.fixes.nginx import add_headers
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import Level, Location, NginxModel, header_set
from confguard.model.repo import Repo
from confguard.model.responses import (
    AppHeader,
    Serves,
    When,
    answering,
    apps_behind,
    canonical,
    sent_by_app,
    serves,
)
from confguard.model.value import Known
from confguard.words import joined

_OF_FILES = frozenset({"x-content-type-options"})
_FRAMES = frozenset({"x-frame-options", "content-security-policy"})
_OF_PAGES = _OF_FILES | _FRAMES
_SURE = frozenset({"x-content-type-options", "x-frame-options"})
_PLAIN = re.compile(r"[\w-]+\Z")


@dataclass(frozen=True, slots=True)
class _Bare:
    location: Location
    kind: Serves
    lacks: tuple[AppHeader, ...]


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each server that serves files without the headers of its application."""
    for deployment in repo.production:
        for model in deployment.proxies:
            apps = apps_behind(deployment, model)
            if len(apps) == 1:
                servers: dict[Level | None, list[_Bare]] = {}
                for one in _bare(model, apps[0]):
                    servers.setdefault(one.location.level.enclosing("server"), []).append(one)
                for found in servers.values():
                    yield _finding(deployment, apps[0], found)


def _bare(model: NginxModel, app: App) -> Iterator[_Bare]:
    sent = [header for header in sent_by_app(app) if header.when is When.ALWAYS]
    for location in model.locations.values():
        kind = serves(location)
        if kind not in (Serves.FILES, Serves.DOCUMENTS) or location.level.is_stock or _is_plain(location):
            continue
        added = header_set(location.level)
        # What an outer level says was lost on the way: that is another finding.
        written = {header.name.lower() for at in location.level.chain() for header in header_set(at).headers}
        if not added.complete:
            continue
        wanted = _OF_PAGES if kind is Serves.DOCUMENTS else _OF_FILES
        if "content-security-policy" in written:
            wanted = wanted - {"x-frame-options"}  # frame-ancestors of the policy may say it
        lacks = tuple(one for one in sent if one.name in wanted and one.name not in written)
        if lacks:
            yield _Bare(location, kind, lacks)


def _is_plain(location: Location) -> bool:
    """Say whether a location serves one known text, like robots.txt, or certbot's challenges."""
    return location.pattern.endswith((".txt", ".ico", ".xml")) or ".well-known" in location.pattern


def _finding(deployment: Deployment, app: App, found: list[_Bare]) -> Finding:
    found.sort(key=lambda one: one.kind is not Serves.DOCUMENTS)
    first, *others = found
    headers = {header.name: header for one in found for header in one.lacks}
    names = joined([canonical(name) for name in headers])
    more = f" and {len(others)} more location{'s' * (len(others) > 1)}" if others else ""
    verb = "serve" if others else "serves"
    pages = first.kind is Serves.DOCUMENTS
    what = "pages" if pages else "files"
    places = dict.fromkeys(header.place.first_line() for header in headers.values() if header.place)
    return Finding(
        f"{first.location.title}{more} {verb} {what} without {names}, which Django's answers have",
        Label(first.location.span.first_line(), "nobody adds what is missing here"),
        (
            *(Label(one.location.span.first_line(), "nor here") for one in others[:5]),
            *(Label(span, "Django protects its own answers here") for span in places),
        ),
        notes=(f"nginx reads these {what} itself: no middleware of {answering(deployment, app)} sees them",),
        help="add the headers in these locations, from one snippet that they include, with `always`",
        stacks=(deployment.name,),
        address=(first.location.span.path, first.location.title, "unprotected"),
        severity=None if pages and _FRAMES & headers.keys() else Severity.INFO,
        fixes=whole(f"add {names} there", (_added(one) for one in found), safe=True),
    )


def _added(one: _Bare) -> Edit | None:
    """Return what adds the headers to a location; None where others would be lost by that."""
    lines = []
    for header in one.lacks:
        # A policy is made for pages of Django: whether it fits these as well is not sure.
        if (
            header.name not in _SURE
            or not isinstance(header.value, Known)
            or not _PLAIN.match(header.value.value)
        ):
            return None
        lines.append(f'add_header {canonical(header.name)} "{header.value.value}" always;')
    return add_headers(one.location.level, lines)
