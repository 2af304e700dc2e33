"""Variables and quotes in the words of a Dockerfile, as BuildKit's shell lexer reads them (version 0.26)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from confguard.model.value import Known, Step, Trail, Unknown, Value
from confguard.parsers.dockerfile import Word

_PARTS = ("PLATFORM", "OS", "ARCH", "VARIANT", "OSVERSION")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
PREDEFINED = frozenset(
    [f"{side}{part}" for side in ("BUILD", "TARGET") for part in _PARTS]
    + [name for base in _PROXIES for name in (base, base.lower())]
)
"""Arguments that the builder may set without being told to."""
_NAME_OR_NUMBER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]|[@*#]")
_OPERATOR = re.compile(r":?[-+?]|##?|%%?|//?")
_MAX_DEPTH = 20


def expand(
    word: Word, scope: Mapping[str, Value[str]], escape: str = "\\", complete: bool = False
) -> Value[str]:
    """Return a word as BuildKit's shell lexer gives it: quotes removed, variables put in.

    A name that the scope does not hold is empty where the scope is ``complete``; otherwise the base
    image may set it, and the word is unknown. ``${X#pattern}`` and its kin are unknown.
    """
    lexer = _Lexer(word.text, scope, escape, complete)
    text = lexer.run("")
    step = Step("written in the Dockerfile", word.span)
    if lexer.unknown:
        return Unknown(lexer.unknown, (step, *lexer.trail))
    return Known(text, (step, *lexer.trail))


class _Lexer:
    """BuildKit's frontend/dockerfile/shell/lex.go, as far as values can be known."""

    def __init__(self, text: str, scope: Mapping[str, Value[str]], escape: str, complete: bool) -> None:
        self.text = text
        self.scope = scope
        self.escape = escape
        self.complete = complete
        self.position = 0
        self.depth = 0
        self.unknown = ""
        self.trail: Trail = ()

    def run(self, stop: str) -> str:
        """Read up to a stop character (consumed) or the end."""
        out: list[str] = []
        quoted = False
        while self.position < len(self.text):
            char = self.text[self.position]
            if char == stop and not quoted:
                self.position += 1
                return "".join(out)
            self.position += 1
            if char == "'" and not quoted:
                end = self.text.find("'", self.position)
                end = len(self.text) if end == -1 else end
                out.append(self.text[self.position : end])
                self.position = end + 1
            elif char == '"':
                quoted = not quoted
            elif char == self.escape:
                out.append(self._escaped(quoted))
            elif char == "$":
                out.append(self._variable())
            else:
                out.append(char)
        if stop:
            self.unknown = self.unknown or "a ${ is not closed"
        return "".join(out)

    def _escaped(self, quoted: bool) -> str:
        following = self.text[self.position : self.position + 1]
        if quoted and following not in ('"', "$", self.escape):
            return self.escape
        self.position += 1
        return following

    def _variable(self) -> str:
        if self.text[self.position : self.position + 1] != "{":
            match = _NAME_OR_NUMBER.match(self.text, self.position)
            if not match:
                return "$"
            self.position = match.end()
            return self._lookup(match[0]) or ""
        self.position += 1
        match = _NAME_OR_NUMBER.match(self.text, self.position)
        self.depth += 1
        if not match or self.depth > _MAX_DEPTH:
            self.unknown = self.unknown or "a ${ cannot be understood"
            self.position = len(self.text)
            return ""
        self.position = match.end()
        result = self._braced(match[0])
        self.depth -= 1
        return result

    def _braced(self, name: str) -> str:
        operator = _OPERATOR.match(self.text, self.position)
        if self.text[self.position : self.position + 1] == "}":
            self.position += 1
            return self._lookup(name) or ""
        if operator is None:
            self.unknown = self.unknown or f"${{{name} cannot be understood"
            self.position = len(self.text)
            return ""
        self.position = operator.end()
        before, trail = self.unknown, self.trail
        alternative = self.run("}")
        after, after_trail = self.unknown, self.trail
        self.unknown, self.trail = before, trail
        value = self._lookup(name)
        if operator[0][-1] not in "-+?":
            self.unknown = self.unknown or f"${{{name}{operator[0]}...}} cuts a pattern out of a value"
            return ""
        if self.unknown and not before:  # whether it is set cannot be known, so neither can the result
            return ""
        present = value is not None and (value != "" or operator[0][0] != ":")
        if operator[0][-1] == "?":
            if not present:
                self.unknown = self.unknown or f"{name} is required and not set"
            return value or ""
        if present == (operator[0][-1] == "+"):
            self.unknown, self.trail = after, after_trail
            return alternative
        return (value or "") if operator[0][-1] == "-" else ""

    def _lookup(self, name: str) -> str | None:
        """Return a variable's value, None where it is surely unset or cannot be known."""
        value = self.scope.get(name)
        if value is None:
            if not self.complete:
                self.unknown = self.unknown or f"{name} may be set by the base image"
            elif name in PREDEFINED:
                self.unknown = self.unknown or f"{name} is set by the builder"
            return None
        self.trail = (*self.trail, *value.trail)
        if isinstance(value, Unknown):
            self.unknown = self.unknown or value.reason
            return None
        return value.value
