"""What the variables of scripts, Makefiles and documents hold, line after line, as far as reading tells."""

from __future__ import annotations

import re
from itertools import product

from confguard.parsers.command_lines import CommandLine
from confguard.parsers.compose_calls import Argument
from confguard.parsers.shell import UNKNOWN, commands
from confguard.source import Span

_MAX_ALTERNATIVES = 4
_MAX_LOOP = 50
_CONDITION = re.compile(r"(?:if|elif|else)\b(.*)", re.DOTALL)
_NEGATED = re.compile(r"^\s*!|\[\s*!\s|=\s*\"?false\b|\s-z\s")
_LOOP = re.compile(r"for\s+([A-Za-z_]\w*)\s+in\s+(.*?)\s*(?:;\s*do)?\s*$", re.DOTALL)
_ASSOCIATIVE = re.compile(r"(?:declare|local|typeset)\s+-\w*A\w*\s+([A-Za-z_]\w*)=\((.*)\)\s*$", re.DOTALL)
_ELEMENTS = re.compile(r"""\[\s*["']?([^\]"']+)["']?\]=(?:"([^"]*)"|'?([^'\s)]*)'?)""")
_MAX_LENGTH = 4000  # characters
_MAX_COMBINATIONS = 8

Alternatives = list[tuple[str, ...]]
"""What a variable may hold: each possibility as its words, more than one for an array."""


class Variables:
    """The variables of one file at the line that is read."""

    def __init__(self) -> None:
        self.values: dict[str, Alternatives] = {}
        self.places: dict[str, Span] = {}
        self.passed_on: set[str] = set()
        """Those that are exported to the programs of the file."""
        self.loops: dict[str, Alternatives] = {}
        self.negated = False

    def forget(self) -> None:
        """Forget what is known, as where another shell begins."""
        self.values.clear()
        self.places.clear()
        self.passed_on.clear()

    def give(self, name: str, value: Span) -> None:
        """Take a variable from the surroundings of a block, for all its programs."""
        self.values[name] = [(value.text.strip("\"'"),)]
        self.places[name] = value
        self.passed_on.add(name)

    def control(self, text: str) -> bool:
        """Note what loops and conditions say; return whether the line holds nothing else."""
        if condition := _CONDITION.match(text):
            self.negated = _NEGATED.search(condition[1]) is not None
        elif loop := _LOOP.match(text):
            values: Alternatives = []
            for scope in self.combinations(loop[2]):
                values.append(tuple(word.text for word in next(commands(loop[2], scope), [])))
            self.loops.pop(loop[1], None)
            if all(word and UNKNOWN not in word for value in values for word in value):
                self.loops[loop[1]] = values
            return True
        elif array := _ASSOCIATIVE.match(text):
            for element in _ELEMENTS.finditer(array[2]):
                self.values[f"{array[1]}[{element[1]}]"] = [(element[2] or element[3] or "",)]
            return True
        return False

    def combinations(self, text: str) -> list[dict[str, tuple[str, ...]]]:
        """Return the scopes to read a line under: one, or one for each value of a variable in it."""
        used = [name for name, values in self.values.items() if len(values) > 1 and name in text]
        base = {name: values[0] for name, values in self.values.items()}
        if not used:
            return [base]
        choices = list(product(*(self.values[name] for name in used)))[:_MAX_COMBINATIONS]
        return [base | dict(zip(used, choice, strict=True)) for choice in choices]

    def assign(self, name: str, operator: str, text: str, line: CommandLine, start: int) -> None:
        """Keep what a variable holds; below a condition it is one more possibility."""
        values: Alternatives = []
        make = bool(line.variable)
        for scope in self.combinations(text):
            if make:  # of a Makefile or justfile
                words = [word.text for command in commands(text, scope, make=True) for word in command]
                value: tuple[str, ...] = (" ".join(words),)
            else:
                inner = text[1:].rstrip().removesuffix(")")
                value = tuple(word.text for command in commands(inner, scope) for word in command)
            if value not in values:
                values.append(value)
        loop = next((name for name in self.loops if f"${name}" in text or f"${{{name}}}" in text), "")
        if loop and operator == "+=":
            self._append_each(name, text, loop, line)
            return
        self.set(name, operator, values, line, start)

    def set(self, name: str, operator: str, values: Alternatives, line: CommandLine, start: int) -> None:
        """Give a variable its value; with ``+=`` behind what it holds, below a condition beside it."""
        if operator == "+=":
            text = line.joined.text[start:]
            pairs = product(self.values.get(name, [()]), values)
            values = [_appended(old, value, text, bool(line.variable)) for old, value in pairs]
        if operator == "?=" and name in self.values:
            return
        certain = operator == "+=" and self.negated  # what only an option switches off is there
        if line.depth > 0 and operator == "+=" and any(UNKNOWN in word for word in values[-1]):
            return  # what an option adds is not there without it
        if line.depth > 0 and name in self.values and not certain:
            values = self.values[name] + [value for value in values if value not in self.values[name]]
        # A value may hold itself twice, line after line: what is too long to be meant is unknown.
        fair = [value if sum(map(len, value)) <= _MAX_LENGTH else (UNKNOWN,) for value in values]
        self.values[name] = fair[:_MAX_ALTERNATIVES]
        self.places[name] = line.joined.span(start, len(line.joined.text))

    def exported(self) -> dict[str, Argument]:
        """Return the variables of Compose itself that programs of the file get."""
        found: dict[str, Argument] = {}
        for name in self.values:
            if name.startswith("COMPOSE_") and name in self.passed_on:
                values = self.values[name]
                text = " ".join(values[0]) if len(values) == 1 else UNKNOWN
                found[name] = Argument(None if UNKNOWN in text else text, self.places[name])
        return found

    def _append_each(self, name: str, text: str, loop: str, line: CommandLine) -> None:
        """Append to an array once for each word that a loop goes through."""
        inner = text[1:].rstrip().removesuffix(")")
        base = {known: values[0] for known, values in self.values.items()}
        found: Alternatives = []
        for old, words in product(self.values.get(name, [()]), self.loops[loop]):
            made = list(old)
            for word in words[:_MAX_LOOP]:
                scope = base | {loop: (word,)}
                made += [one.text for command in commands(inner, scope) for one in command]
            if line.depth > 1 and any(UNKNOWN in word for word in made[len(old) :]):
                return  # an option adds them, and is not given
            found.append(tuple(made))
        self.values[name] = found[:_MAX_ALTERNATIVES]


def _appended(old: tuple[str, ...], value: tuple[str, ...], text: str, make: bool) -> tuple[str, ...]:
    """Return what ``NAME+=value`` makes of an old value: a longer array, text with a blank in make."""
    if text.startswith("("):
        return (*old, *value)
    return ((" " if make else "").join((*old, *value)),)
