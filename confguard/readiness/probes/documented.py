"""The documents of the repository speak of something: a heading or a sentence that a person can follow."""

from __future__ import annotations

import re

from confguard.discover.kinds import Kind
from confguard.finding import Label
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed

_PUT_AWAY = re.compile(r"(^|/)\.?(archived?|archives|old|deprecated|attic|obsolete)/", re.IGNORECASE)
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s|^[=\-~^\"]{4,}$")


def look(subject: Subject, topics: tuple[str, ...], what: str, headings: bool = False) -> Outcome:
    """Look for each topic, a pattern, in the documents; with ``headings`` only in headings."""
    documents = [
        source
        for path in sorted(subject.repo.paths(Kind.DOCUMENT), key=lambda path: (path.count("/"), path))
        if not _PUT_AWAY.search(path) and (source := subject.repo.project.read(path)) is not None
    ]
    if not documents:
        return cannot_tell("there is no document in the repository")
    found: list[Label] = []
    for topic in topics:
        wanted = re.compile(topic, re.IGNORECASE)
        place = None
        for source in documents:
            match = next(
                (
                    one
                    for one in wanted.finditer(source.text)
                    if not headings or _HEADING.match(source.line_text(source.span(one.start()).line))
                ),
                None,
            )
            if match is not None:
                place = Label(source.span(match.start(), match.end()).first_line(), what)
                break
        if place is None:
            return failed(f"no document speaks of {what} ({topic})", found)
        found.append(place)
    return passed(f"{what} is documented", found)
