"""The documents of the repository speak of something: a heading or a sentence that a person can follow."""

from __future__ import annotations

import re
from collections.abc import Mapping

from confguard.discover.kinds import Kind
from confguard.finding import Label
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.source import SourceFile

_PUT_AWAY = re.compile(r"(^|/)\.?(archived?|archives|old|deprecated|attic|obsolete)/", re.IGNORECASE)
_NO_GUIDE = re.compile(
    r"(^|/)(change ?log|changes|history|news|releases?([-_]notes)?|upgrad\w*|licen[sc]e)[^/]*$"
    r"|(^|/)(code_of_conduct|contributing|pull_request_template|issue_template)[^/]*$"
    r"|(^|/)\.(github|claude|cursor|agents?|codex)/|(^|/)(skills|prompts)/",
    re.IGNORECASE,
)
_GUIDE = re.compile(
    r"(^|/)(readme|production|runbooks?|operations?|deploy\w*|install\w*|admin\w*|docs?/)", re.I
)
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s|^[=\-~^\"]{4,}$")


def look(
    subject: Subject,
    topics: Mapping[str, str],
    what: str,
    headings: bool = False,
    required: bool = False,
) -> Outcome:
    """Look for each topic in the documents, its name with its pattern; with ``headings`` only in headings.

    What is not there may be written elsewhere: it cannot be told, and fails only if it is ``required`` here.
    """
    documents = [
        source
        for path in sorted(subject.repo.paths(Kind.DOCUMENT), key=_rank)
        if not (_PUT_AWAY.search(path) or _NO_GUIDE.search(path))
        and (source := subject.repo.project.read(path)) is not None
    ]
    if not documents:
        return cannot_tell("there is no document in the repository")
    found: list[Label] = []
    missing: list[str] = []
    for name, topic in topics.items():
        wanted = re.compile(topic, re.IGNORECASE)
        place = _place(documents, wanted, name, True)
        if place is None and not headings:
            place = _place(documents, wanted, name, False)
        if place is None:
            missing.append(name)
        else:
            found.append(place)
    if missing:
        text = f"{what}: no document of the repository speaks of {', '.join(missing)}"
        return failed(text, found) if required else cannot_tell(text, found)
    return passed(f"{what}: documents speak of {', '.join(topics)}", found)


def _place(documents: list[SourceFile], wanted: re.Pattern[str], name: str, headings: bool) -> Label | None:
    """Return the first place that speaks of a topic; a heading tells more than a word beside."""
    for source in documents:
        for match in wanted.finditer(source.text):
            if not headings or _HEADING.match(source.line_text(source.span(match.start()).line)):
                return Label(source.span(match.start(), match.end()).first_line(), name)
    return None


def _rank(path: str) -> tuple[bool, int, str]:
    """Put guides before plans and notes, and what lies outside before what lies deep."""
    return (_GUIDE.search(path) is None, path.count("/"), path)
