"""Shell command lines as simple commands of words, with the variables that are known put in.

No shell is run and none is imitated fully: what cannot be resolved by reading (``$1``, ``$(command)``,
``${{ matrix.x }}``, ``<placeholder>``) leaves a mark in the word, so that nobody takes it for known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

UNKNOWN = "\ue000"
"""Stands in a word for a part that cannot be resolved; it is a character of no file name."""

Scope = Mapping[str, Sequence[str]]
"""Variables by name, each as its words: one for a scalar, any number for an array.

An element of an associative array has the name ``array[key]``. A script's arguments are ``@``, ``#``,
``1`` and so on, where they are known.
"""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BRACED = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*|[@*#0-9])(\[[@*]\])?(?::?([-=+?])([^{}]*))?\}")
_ELEMENT = re.compile(r"\{([A-Za-z_]\w*)\[[\"']?([\w./-]+)[\"']?\]\}")
_PLACEHOLDER = re.compile(r"<[A-Za-z][A-Za-z0-9 _.-]*>")
_COMPOSE = re.compile(r"docker[- ]compose|podman[- ]compose")
_OPERATORS = frozenset(";|&()\n")
_LONG_OPERATORS = frozenset({"&&", "||", ";;", "|&"})
_REDIRECT = re.compile(r"\d*(?:>>|>&|<<<|<<-?|<&|>\||>|<)(?!\()")
_PLAIN = re.compile(r"[\w./:=@%+,~^*?!\[\]{}-]+")
_PLAIN_IN_QUOTES = re.compile(r'[^"\\$`]+')
_MAX_WORDS = 500


@dataclass(frozen=True, slots=True)
class ShellWord:
    """A word after expansion, with the place of what it was made of."""

    text: str
    start: int
    end: int

    @property
    def known(self) -> bool:
        """Whether every part of it was resolved."""
        return UNKNOWN not in self.text


def commands(text: str, scope: Scope, *, make: bool = False) -> Iterator[list[ShellWord]]:
    """Yield the simple commands of a line, redirections left out.

    ``make`` reads ``$(NAME)`` as make does, and ``$$NAME`` as the shell's variable.
    """
    lexer = _Lexer(text, scope, make)
    while not lexer.done:
        words = lexer.command()
        if words:
            yield words


class _Lexer:
    def __init__(self, text: str, scope: Scope, make: bool) -> None:
        self.text = text
        self.scope = scope
        self.make = make
        self.position = 0

    @property
    def done(self) -> bool:
        return self.position >= len(self.text)

    def command(self) -> list[ShellWord]:
        """Read up to the next operator."""
        words: list[ShellWord] = []
        skip = False
        text, length = self.text, len(self.text)
        while self.position < length and len(words) < _MAX_WORDS:
            char = text[self.position]
            if char in " \t\r":
                self.position += 1
            elif char == "#" and (self.position == 0 or self.text[self.position - 1] in " \t;"):
                end = self.text.find("\n", self.position)
                self.position = len(self.text) if end == -1 else end
            elif char in "<>" and text.startswith("(", self.position + 1):
                start = self.position
                self._skip_parentheses(start + 1)
                words.append(ShellWord(UNKNOWN, start, self.position))
            elif char == "<" and (placeholder := _PLACEHOLDER.match(text, self.position)):
                self._word(words, placeholder)
            elif (char in "<>" or char.isdigit()) and (redirect := _REDIRECT.match(text, self.position)):
                self.position = redirect.end()
                skip = not redirect[0].endswith("&")
                if not skip:
                    rest = text[self.position :]
                    self.position += len(rest) - len(rest.lstrip("0123456789-"))
            elif char in _OPERATORS:
                self.position += 2 if text[self.position : self.position + 2] in _LONG_OPERATORS else 1
                return words
            else:
                before = len(words)
                self._word(words, None)
                if skip:
                    del words[before:]
                skip = False
        if len(words) >= _MAX_WORDS:
            self.position = len(self.text)
        return words

    def _word(self, words: list[ShellWord], placeholder: re.Match[str] | None) -> None:
        """Read one word; an unquoted variable may make several of it, or none."""
        start = self.position
        made: list[str] = [""]
        present = placeholder is not None
        length = len(self.text)
        while self.position < length:
            char = self.text[self.position]
            if char == "<" and (placeholder := _PLACEHOLDER.match(self.text, self.position)):
                made[-1] += UNKNOWN
                self.position = placeholder.end()
            elif char in " \t\r\n;|&()<>":
                break
            elif char == "\\":
                made[-1] += self.text[self.position + 1 : self.position + 2]
                present = True
                self.position += 2
            elif char == "'":
                end = self.text.find("'", self.position + 1)
                end = len(self.text) if end == -1 else end
                made[-1] += self.text[self.position + 1 : end]
                present = True
                self.position = end + 1
            elif char == '"':
                present = self._quoted(made) or present
            elif char in "$`":
                self._split_into(made, self._expansion())
            else:
                plain = _PLAIN.match(self.text, self.position)
                made[-1] += plain[0] if plain else char
                self.position += len(plain[0]) if plain else 1
        position = min(self.position, len(self.text))
        words += [ShellWord(one, start, position) for one in made if one or present]

    def _quoted(self, made: list[str]) -> bool:
        """Read a double-quoted part; say whether it makes a word even if it is empty."""
        self.position += 1
        empty_array = False
        while not self.done and self.text[self.position] != '"':
            char = self.text[self.position]
            if char == "\\" and self.text[self.position + 1 : self.position + 2] in ('"', "\\", "$", "`"):
                made[-1] += self.text[self.position + 1]
                self.position += 2
            elif char in "$`":
                array = "[@]" in self.text[self.position : self.position + 80].partition("}")[0]
                array = array or self.text.startswith(("$@", "${@}"), self.position)
                values = self._expansion()
                if array:
                    empty_array = not values
                    made[-1] += values[0] if values else ""
                    made += values[1:]
                else:
                    made[-1] += " ".join(values)
            else:
                plain = _PLAIN_IN_QUOTES.match(self.text, self.position)
                made[-1] += plain[0] if plain else char
                self.position += len(plain[0]) if plain else 1
        self.position += 1
        return not empty_array

    @staticmethod
    def _split_into(made: list[str], values: list[str]) -> None:
        """Add unquoted values to the word, split at blanks as the shell does."""
        text = " ".join(values)
        parts = text.split()
        if not parts:
            return
        if text[0].isspace() and made[-1]:
            made.append("")
        made[-1] += parts[0]
        made += parts[1:]

    def _expansion(self) -> list[str]:
        """Read ``$...`` or a command in backquotes and return its words."""
        text = self.text
        if text[self.position] == "`":
            end = text.find("`", self.position + 1)
            inner = text[self.position : end if end != -1 else len(text)]
            self.position = len(text) if end == -1 else end + 1
            return [_compose_or_unknown(inner)]
        if self.make and text.startswith("$$", self.position):
            self.position += 1
            self.make = False
            values = self._expansion()
            self.make = True
            return values
        self.position += 1
        if text.startswith("{{", self.position):
            end = text.find("}}", self.position)
            self.position = len(text) if end == -1 else end + 2
            return [UNKNOWN]
        if text.startswith("(", self.position):
            start = self.position
            self._skip_parentheses(start)
            inner = text[start + 1 : self.position - 1].strip()
            if self.make and _NAME.fullmatch(inner):
                return list(self.scope.get(inner, (UNKNOWN,)))
            return [_compose_or_unknown(inner)]
        if text.startswith("{", self.position):
            return self._braced()
        match = _NAME.match(text, self.position)
        if match:
            name = match[0][0] if self.make else match[0]
            self.position += len(name)
            return list(self.scope.get(name, (UNKNOWN,)))
        if self.position < len(text) and text[self.position] in "@*#?$!-0123456789":
            self.position += 1
            return list(self.scope.get(text[self.position - 1], (UNKNOWN,)))
        return ["$"]

    def _braced(self) -> list[str]:
        element = _ELEMENT.match(self.text, self.position)
        if element:
            self.position = element.end()
            return list(self.scope.get(f"{element[1]}[{element[2]}]", (UNKNOWN,)))
        match = _BRACED.match(self.text, self.position)
        if not match:
            end = self.text.find("}", self.position)
            self.position = len(self.text) if end == -1 else end + 1
            return [UNKNOWN]
        self.position = match.end()
        known = self.scope.get(match[1])
        if match[3] in ("-", "=") and (known is None or known == [""]):
            default = match[4].strip("\"'")
            return [UNKNOWN if "$" in default else default]
        if match[3] == "+":
            return [UNKNOWN]
        return list(known) if known is not None else [UNKNOWN]

    def _skip_parentheses(self, opening: int) -> None:
        depth = 0
        position = opening
        while position < len(self.text):
            char = self.text[position]
            depth += (char == "(") - (char == ")")
            position += 1
            if depth == 0:
                break
        self.position = position


def _compose_or_unknown(command: str) -> str:
    """Return ``docker compose`` for a command that only chooses between its two spellings."""
    if _COMPOSE.search(command) and re.search(r"\b(echo|command -v|which|type|printf)\b", command):
        return "docker compose"
    return UNKNOWN
