"""Where the keys of a TOML text stand: the standard library's reader gives values without places.

Only texts that ``tomllib`` accepts are looked at, so the scan may take the grammar for granted
(TOML 1.0, https://toml.io/en/v1.0.0).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

from confguard.config.kinds import Path
from confguard.source import SourceFile, Span

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_INLINE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRINGS = re.compile(
    r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}|'
    r"'''(?:[^']|'(?!''))*'{3,5}|"
    r'"(?:[^"\\\n]|\\.)*"|'
    r"'[^'\n]*'"
)
_PLAIN = re.compile(r"[^,\]}\n#]*")


def places(source: SourceFile) -> Mapping[Path, Span]:
    """Return the span of every key and of every item of a list, by its path."""
    return _Scanner(source).document()


class _Scanner:
    """Walks a text once; ``at`` is where it is."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.text = source.text
        self.at = 0
        self.found: dict[Path, Span] = {}
        self.counts: dict[Path, int] = {}

    def document(self) -> Mapping[Path, Span]:
        prefix: Path = ()
        while True:
            self._skip(_BLANK)
            if self.at >= len(self.text):
                return self.found
            if self.text.startswith("[[", self.at):
                prefix = self._header(2, repeated=True)
            elif self.text.startswith("[", self.at):
                prefix = self._header(1, repeated=False)
            else:
                self._pair(prefix)

    def _header(self, brackets: int, *, repeated: bool) -> Path:
        start = self.at
        self.at += brackets
        keys = [key for key, _ in self._key()]
        self._skip(_INLINE)
        self.at += brackets
        span = self.source.span(start, self.at)
        path: Path = ()
        for position, key in enumerate(keys):
            path = (*path, key)
            if position < len(keys) - 1 or not repeated:
                self._remember(path, span)
                if path in self.counts:  # a table inside of the last one of a list
                    path = (*path, self.counts[path] - 1)
        if repeated:
            index = self.counts.get(path, 0)
            self.counts[path] = index + 1
            self._remember(path, span)
            path = (*path, index)
            self._remember(path, span)
        return path

    def _pair(self, prefix: Path) -> None:
        path = prefix
        for key, span in self._key():
            path = (*path, key)
            self._remember(path, span)
        self._skip(_INLINE)
        self.at += 1  # the equals sign
        self._skip(_INLINE)
        self._value(path)

    def _key(self) -> list[tuple[str, Span]]:
        """Read a key with its dots."""
        found = []
        while True:
            self._skip(_INLINE)
            start = self.at
            if self.text[start : start + 1] in ('"', "'"):
                text = self._skip(_STRINGS)
                key = str(tomllib.loads(f"x = {text}")["x"])
            else:
                key = self._skip(_BARE_KEY)
            found.append((key, self.source.span(start, self.at)))
            self._skip(_INLINE)
            if self.text[self.at : self.at + 1] != "." or start == self.at:
                return found
            self.at += 1

    def _value(self, path: Path) -> None:
        sign = self.text[self.at : self.at + 1]
        if sign in ('"', "'"):
            self._skip(_STRINGS)
        elif sign == "[":
            self._list(path)
        elif sign == "{":
            self._inline_table(path)
        else:
            self._skip(_PLAIN)

    def _list(self, path: Path) -> None:
        self.at += 1
        index = 0
        while True:
            self._skip(_BLANK)
            if self.text[self.at : self.at + 1] in ("]", ""):
                self.at += 1
                return
            start = self.at
            self._value((*path, index))
            self._remember((*path, index), self.source.span(start, self.at).first_line())
            index += 1
            self._skip(_BLANK)
            if self.text[self.at : self.at + 1] == ",":
                self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while True:
            self._skip(_BLANK)
            if self.text[self.at : self.at + 1] in ("}", ""):
                self.at += 1
                return
            self._pair(path)
            self._skip(_BLANK)
            if self.text[self.at : self.at + 1] == ",":
                self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        text = match[0] if match else ""
        self.at += len(text)
        return text

    def _remember(self, path: Path, span: Span) -> None:
        self.found.setdefault(path, span)
