"""Interpolation of ``$VAR`` and ``${VAR...}`` as compose-go 2.9 does it (``template/template.go``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from confguard.model.value import Known, Origin, Step, Trail, Unknown
from confguard.source import Span

_START = re.compile(
    r"\$(?:\$|[_a-z][_a-z0-9]*|\{(?:[_a-z][_a-z0-9]*(?:\}|(?P<operator>:?[-+?]))|))", re.IGNORECASE
)
"""Where a use begins: ``${`` alone is an invalid one, and one with an operator goes on behind it."""

_OPERATOR = re.compile(r":?[-+?]")
_FIRST_MARK, _LAST_MARK = 0xF0000, 0xFFFFD
_MARKS = re.compile("[\U000f0000-\U000ffffd]")
_MAX_DEPTH = 50
_MAX_LENGTH = 200_000
"""Longer texts that use variables are refused (characters): each level of defaults is read again."""


class InterpolationError(Exception):
    """A template that docker compose refuses; ``required`` names a variable that must be set."""

    def __init__(self, message: str, span: Span | None = None, required: str = "") -> None:
        super().__init__(message)
        self.message, self.span, self.required = message, span, required


@dataclass(frozen=True, slots=True)
class Interpolation:
    """One use of a variable.

    ``operator`` is one of ``"" - :- + :+ ? :?``, ``argument`` the text after it as written. ``value`` is
    what the use came to, ``found`` what the variable itself is: None where nothing sets it. ``span`` is
    the use itself where it can be told apart in the file, else the scalar around it.
    """

    name: str
    operator: str
    argument: str
    span: Span | None
    value: Known[str] | Unknown
    found: Known[str] | Unknown | None

    @property
    def default(self) -> str | None:
        """The default as written, or None."""
        return self.argument if self.operator in ("-", ":-") else None

    @property
    def required(self) -> bool:
        """Whether docker compose refuses to run without the variable."""
        return self.operator in ("?", ":?")


class Marks:
    """Stand-ins in strings for text that is not known, so that the rest can still be taken apart."""

    def __init__(self) -> None:
        self._reasons: list[Unknown] = []
        self._codes: dict[str, str] = {}

    def mark(self, unknown: Unknown) -> str:
        """Return the character that stands for an unknown text."""
        code = self._codes.get(unknown.reason)
        if code is None:
            number = min(_FIRST_MARK + len(self._reasons), _LAST_MARK)
            code = self._codes[unknown.reason] = chr(number)
            self._reasons.append(unknown)
        return code

    def unknown_in(self, text: str) -> Unknown | None:
        """Return why a text is not known, or None if all of it is."""
        match = _MARKS.search(text)
        if match is None:
            return None
        index = ord(match.group()) - _FIRST_MARK
        return self._reasons[index] if index < len(self._reasons) else Unknown("holds a private character")

    def spelled(self, text: str, form: str) -> str:
        """Return a text with each unknown part spelled out: ``form`` with its ``{reason}``."""

        def spell(match: re.Match[str]) -> str:
            found = self.unknown_in(match.group())
            return form.format(reason=found.reason) if found is not None else match.group()

        return _MARKS.sub(spell, text)

    @staticmethod
    def are_in(text: str) -> bool:
        """Say whether a text holds a character that may stand for an unknown text."""
        return _MARKS.search(text) is not None

    @staticmethod
    def shown(text: str) -> str:
        """Return a text with its unknown parts as ``?``."""
        return _MARKS.sub("?", text)


Lookup = Callable[[str], Known[str] | Unknown | None]
"""Says what a variable is; None: surely unset. Unknown with ``may be set`` counts as unset for a default."""


@dataclass(slots=True)
class Interpolator:
    """Replaces variables in texts and keeps what it replaced."""

    lookup: Lookup
    marks: Marks
    uses: list[Interpolation]
    refusals: list[InterpolationError]

    def substitute(self, text: str, span: Span | None, depth: int = 0) -> tuple[str, Trail]:
        """Return the text with its variables replaced and the steps that filled it.

        Raises InterpolationError for a template that docker compose refuses whatever is set.
        """
        if "$" not in text:
            return text, ()
        if depth > _MAX_DEPTH:
            raise InterpolationError("nests defaults too deeply", span)
        if len(text) > _MAX_LENGTH:
            raise InterpolationError(
                f"has a text of more than {_MAX_LENGTH:,} characters with variables", span
            )
        parts: list[str] = []
        trail: list[Step] = []
        position = 0
        for start, end in _uses(text):
            parts.append(text[position:start])
            filled, steps = self._replace(text[start:end], span, depth)
            parts.append(filled)
            trail.extend(steps)
            position = end
        parts.append(text[position:])
        return "".join(parts), tuple(trail)

    def _replace(self, use: str, span: Span | None, depth: int) -> tuple[str, Iterable[Step]]:
        if use == "$$":
            return "$", ()
        if use == "${":
            raise InterpolationError("has an invalid interpolation", _inside(span, use))
        if not use.startswith("${"):
            return self._plain(use[1:], _inside(span, use))
        expression = use[2:-1]
        operator = _OPERATOR.search(expression)
        if operator is None:
            return self._plain(expression, _inside(span, use))
        name, argument = expression[: operator.start()], expression[operator.end() :]
        return self._operated(name, operator.group(), argument, _inside(span, use), depth)

    def _plain(self, name: str, span: Span | None) -> tuple[str, Trail]:
        found = self.lookup(name)
        if found is None:
            step = Step(f"nothing sets {name}: it is empty", span, Origin.DEFAULT)
            return self._used(name, "", "", span, Known("", (step,)), None)
        return self._used(name, "", "", span, found, found)

    def _operated(
        self, name: str, operator: str, argument: str, span: Span | None, depth: int
    ) -> tuple[str, Trail]:
        found = self.lookup(name)
        replaced, steps = self.substitute(argument, span, depth + 1)
        may_be_set = isinstance(found, Unknown) and found.reason.startswith(f"{name} may be")
        surely = found if isinstance(found, Known) else None
        filled = surely is not None and (surely.value != "" or not operator.startswith(":"))
        if isinstance(found, Unknown) and not (may_be_set and operator in ("-", ":-")):
            return self._used(name, operator, argument, span, found, found)
        if operator in ("-", ":-"):
            if filled and surely is not None:
                return self._used(name, operator, argument, span, surely, found)
            step = Step(f"default, because nothing sets {name}", span, Origin.DEFAULT)
            return self._used(name, operator, argument, span, Known(replaced, (step, *steps)), None)
        if operator in ("+", ":+"):
            step = Step(f"{name} is set" if filled else f"{name} is not set", span)
            other = surely.value if surely is not None else ""
            result = Known(replaced if filled else other, (step, *steps) if filled else (step,))
            return self._used(name, operator, argument, span, result, found)
        if filled and surely is not None:
            return self._used(name, operator, argument, span, surely, found)
        words = f"needs the variable {name}, which nothing sets" + (f": {replaced}" if replaced else "")
        self.refusals.append(InterpolationError(words, span, name))
        missing = Unknown(f"the required variable {name} is not set", (Step(f"{name} is required", span),))
        return self._used(name, operator, argument, span, missing, found)

    def _used(
        self,
        name: str,
        operator: str,
        argument: str,
        span: Span | None,
        value: Known[str] | Unknown,
        found: Known[str] | Unknown | None,
    ) -> tuple[str, Trail]:
        self.uses.append(Interpolation(name, operator, argument, span, value, found))
        if isinstance(value, Unknown):
            return self.marks.mark(value), value.trail
        return value.value, value.trail


def _uses(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each use of a variable; an invalid one is ``${`` alone."""
    position, line_end, last = 0, -1, -1
    while (match := _START.search(text, position)) is not None:
        start, position = match.span()
        if match["operator"] is not None:
            if start >= line_end:
                newline = text.find("\n", start)
                line_end = newline if newline != -1 else len(text)
                last = text.rfind("}", start, line_end)
            if last < position:
                position = start + 2
            else:
                closing = _closing_brace(text, start, last + 1)
                position = (closing if closing > -1 else last) + 1
        yield start, position


def _closing_brace(text: str, index: int, end: int) -> int:
    """Return the index of the brace that closes the first one, or -1 (``getFirstBraceClosingIndex``)."""
    depth = 0
    while index < end:
        if text[index] == "}":
            depth -= 1
            if depth == 0:
                return index
        if text[index] == "{":
            depth += 1
            index += 1
        index += 1
    return -1


def _inside(span: Span | None, text: str) -> Span | None:
    """Return where a text stands inside of a span; the whole span where that cannot be told."""
    if span is None:
        return None
    index = span.text.find(text)
    return span if index == -1 else span.sub(index, index + len(text))
