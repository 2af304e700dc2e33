"""The front end keeps no refresh token in the browser's storage where cookies carry it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Label
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import beginning, entries
from confguard.readiness.probes.text_search import TESTS
from confguard.source import SourceFile

_FILES = re.compile(r"\.(ts|tsx|js|jsx|mjs|vue|svelte)$")
_NOT_OURS = re.compile(r"(^|/)(node_modules|dist|vendor|static|public)/|\.min\.js$")
_STORED = re.compile(
    r"localStorage\.setItem\(\s*(?:[\"'`](?P<text>[^\"'`]*)[\"'`]|(?P<name>[A-Za-z_$][\w$.]*))"
)
_MOST = 8_000


def look(subject: Subject, mode: tuple[str, ...]) -> Outcome:
    """Look for ``localStorage.setItem`` of a refresh token; ``mode`` are variables that switch cookies on.

    Where no variable of the template does so, nobody knows that cookies carry the token. A file that asks for
    a switch of such a name chooses when it is built: whether that arrives is the rules' to say.
    """
    paths = [
        path
        for path in subject.repo.project.paths
        if _FILES.search(path) and not _NOT_OURS.search(path) and not re.search(TESTS, path)
    ]
    if not paths or len(paths) > _MOST:
        return cannot_tell("the repository has no sources of a front end that could be looked through")
    read = [source for path in paths if (source := subject.repo.project.read(path)) is not None]
    found = [label for source in read for label in _stored(source)]
    values = entries(subject)
    on = [
        key
        for key in mode
        if key in values and (values[key].value or "").strip().lower() in ("1", "true", "yes", "on")
    ]
    if not found:
        return passed(
            "no source keeps a refresh token in localStorage", [beginning(read[0], "was looked through")]
        )
    if not on:
        return cannot_tell(
            "a refresh token is kept in localStorage, and no variable switches cookies on", found
        )
    chosen = [label for label in found if any(_words(key) in label.span.file.text.upper() for key in on)]
    if len(chosen) < len(found):
        return failed("a refresh token is kept in localStorage", [one for one in found if one not in chosen])
    dropped = [
        finding.primary
        for finding in subject.findings
        if finding.rule in ("undeclared-build-argument", "lost-argument")
        and any(_words(key) in finding.message.upper() for key in on)
    ]
    if dropped:
        return failed("the switch to cookies does not reach the build of the front end", [*found, *dropped])
    return cannot_tell("a switch of the front end's build decides whether localStorage is used", found)


def _words(key: str) -> str:
    """Return what the names of a switch have in common: COOKIE_REFRESH of COOKIE_REFRESH_AUTH."""
    return "_".join(key.upper().split("_")[:2])


def _stored(source: SourceFile) -> Iterator[Label]:
    if "localStorage" not in source.text:
        return
    for match in _STORED.finditer(source.text):
        text = match["text"] or _constant(source.text, match["name"] or "")
        if re.search("refresh", text, re.IGNORECASE) and re.search("token|auth|jwt", text, re.IGNORECASE):
            yield Label(source.span(*match.span()).first_line(), "a refresh token in localStorage")


def _constant(text: str, name: str) -> str:
    last = re.escape(name.rpartition(".")[2])
    match = re.search(rf"\b{last}\s*[:=]\s*[\"'`]([^\"'`\n]*)", text) if last else None
    return f"{name} {match[1]}" if match else name
