"""The headers that nginx adds to an answer, and those that an inner level's own drop."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.model.nginx import Header, Level, Route, Statement, lost_headers, sent
from confguard.model.nginx import headers as headers_at
from confguard.model.value import Known, Unknown
from confguard.reporters.text import clean
from confguard.show.page import RED, Row, place_of, shown


def added(route: Route) -> Iterator[tuple[str, str, str, str]]:
    """Yield name, value, place and condition of each header that nginx adds."""
    if route.level is None:
        return
    known = route.status.value if isinstance(route.status, Known) else None
    for header in sent(route, known):
        if header.name == "Location":
            continue  # has a row of its own
        statement = header.statement
        written = " ".join(statement.texts) if statement is not None else ""
        if statement is not None and statement.name == "add_header":
            written = statement.texts[1]
        text = shown(header.value) if isinstance(header.value, Known) or not written else clean(written)
        if statement is not None and statement.name == "expires" and isinstance(header.value, Unknown):
            text = f"(expires {clean(written)})"
        condition = "" if known is not None or header.always else "not on 4xx and 5xx"
        place = place_of(statement.span) if statement is not None and not statement.stock else ""
        yield header.name, text, place, condition


def lost(route: Route) -> Iterator[tuple[str, str, str]]:
    """Yield name, cause and place of the headers that an inner level's own drop."""
    for level, headers, cause in _dropped(route.level):
        for header in headers:
            yield header.name, clean(f"{cause.name} of {level.title} drops it"), place_of(header.span)


def _dropped(level: Level | None) -> Iterator[tuple[Level, list[Header], Statement]]:
    """Yield the levels around that drop headers, with those headers and the directive that does it."""
    kept = {header.name.lower() for header in headers_at(level)} if level else set()
    for at in level.chain() if level else ():
        lost, causes = lost_headers(at)
        gone = [header for header in lost if header.name.lower() not in kept]
        kept |= {header.name.lower() for header in lost}
        if gone and causes:
            yield at, gone, causes[0]


def lost_rows(level: Level | None) -> Iterator[Row]:
    """Yield what a reader has to know about the headers that a level loses."""
    for at, gone, cause in _dropped(level):
        for index, header in enumerate(gone):
            yield Row("loses" if index == 0 else "", clean(header.name), place_of(header.span), RED)
        yield Row("", clean(f"because {at.title} has an {cause.name} of its own"), place_of(cause.span))
