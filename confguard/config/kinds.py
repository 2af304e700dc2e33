"""Types of configured values: each says what is wrong with a value, and describes itself as JSON Schema.

The loader and the published schema are made of the same objects, so that both accept and refuse the same.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Path = tuple[str | int, ...]
"""Where a value stands in a document: keys of tables and indexes of lists."""

Complaint = tuple[Path, str]
"""What is wrong at a path, in words that go on after the path's name."""

_LONGEST = 60
"""Characters of a value in a message."""

DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


class Kind(Protocol):
    """What a value may be."""

    def complaints(self, value: Any, path: Path) -> Iterator[Complaint]:
        """Yield what is wrong with a value that stands at a path."""

    def schema(self) -> dict[str, Any]:
        """Return the same as JSON Schema (draft 7)."""


def shown(value: Any) -> str:
    """Return a value as messages quote it: cut where it is long."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def suggestion(name: str, valid: Iterable[str]) -> str:
    """Return `` (did you mean 'x'?)`` for the nearest valid name, or nothing."""
    near = difflib.get_close_matches(name, sorted(valid), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def complaints(self, value: Any, path: Path) -> Iterator[Complaint]:
        """Yield what is wrong with a value that stands at a path."""
        if not isinstance(value, bool):
            yield path, f"{shown(value)} is not of type bool"

    def schema(self) -> dict[str, Any]:
        """Return the same as JSON Schema (draft 7)."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number, from a minimum on."""

    minimum: int = 0

    def complaints(self, value: Any, path: Path) -> Iterator[Complaint]:
        """Yield what is wrong with a value that stands at a path."""
        if isinstance(value, bool) or not isinstance(value, int):
            yield path, f"{shown(value)} is not of type int"
        elif value < self.minimum:
            yield path, f"{value} is less than {self.minimum}"

    def schema(self) -> dict[str, Any]:
        """Return the same as JSON Schema (draft 7)."""
        return {"type": "integer", "minimum": self.minimum}


@dataclass(frozen=True, slots=True)
class Text:
    """A text that is not empty; one of some words, or of a form, where there are such.

    ``noun`` names the words of an open list ("rule or family"), and the nearest one is told; the words of
    a closed one (no noun) are listed.
    """

    words: tuple[str, ...] = ()
    noun: str = ""
    pattern: str = ""
    form: str = ""
    """What the pattern asks for, in words."""
    empty: bool = False
    ref: str = ""
    """The name of the definition that the schema has for it, where it is written often."""

    def complaints(self, value: Any, path: Path) -> Iterator[Complaint]:
        """Yield what is wrong with a value that stands at a path."""
        if not isinstance(value, str):
            yield path, f"{shown(value)} is not of type str" + (f", {self._choices()}" if self.words else "")
        elif not value and not self.empty:
            yield path, "is empty"
        elif self.words and value not in self.words:
            if self.noun:
                yield path, f"there is no {self.noun} {shown(value)}{suggestion(value, self.words)}"
            else:
                yield path, f"{shown(value)} is not {self._choices()}"
        elif self.pattern and not re.search(self.pattern, value):
            yield path, f"{shown(value)} is not {self.form}"

    def _choices(self) -> str:
        return f"a {self.noun}" if self.noun else f"one of {', '.join(self.words)}"

    def schema(self) -> dict[str, Any]:
        """Return the same as JSON Schema (draft 7)."""
        if self.ref:
            return {"$ref": f"#/definitions/{self.ref}"}
        if self.words:
            return {"enum": list(self.words)}
        made: dict[str, Any] = {"type": "string"}
        if self.pattern:
            made["pattern"] = self.pattern
        if not self.empty:
            made["minLength"] = 1
        return made


@dataclass(frozen=True, slots=True)
class Day:
    """A day: a date of TOML, or its text."""

    def complaints(self, value: Any, path: Path) -> Iterator[Complaint]:
        """Yield what is wrong with a value that stands at a path."""
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            return
        try:
            good = isinstance(value, str) and DATE.match(value) and datetime.date.fromisoformat(value)
        except ValueError:
            good = False
        if not good:
            yield path, f"{shown(value)} is no date of the form YYYY-MM-DD"

    def schema(self) -> dict[str, Any]:
        """Return the same as JSON Schema (draft 7)."""
        return {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of values of one kind."""

    item: Kind
    what: str = "strings"
    least: int = 0

    def complaints(self, value: Any, path: Path) -> Iterator[Complaint]:
        """Yield what is wrong with a value that stands at a path."""
        if not isinstance(value, list):
            yield path, f"has to be a list of {self.what}"
            return
        if len(value) < self.least:
            yield path, "is empty"
        for index, item in enumerate(value):
            if isinstance(self.item, Text) and not isinstance(item, str):
                yield (*path, index), f"{shown(item)} is not of type str: this is a list of {self.what}"
            elif isinstance(self.item, Table) and not isinstance(item, dict):
                yield (*path, index), f"{shown(item)} is no table: this is a list of {self.what}"
            else:
                yield from self.item.complaints(item, (*path, index))

    def schema(self) -> dict[str, Any]:
        """Return the same as JSON Schema (draft 7)."""
        made: dict[str, Any] = {"type": "array", "items": self.item.schema()}
        if self.least:
            made["minItems"] = self.least
        return made


@dataclass(frozen=True, slots=True)
class MapOf:
    """A table with keys of the user's own, and values of one kind."""

    key: Text
    value: Kind

    def complaints(self, value: Any, path: Path) -> Iterator[Complaint]:
        """Yield what is wrong with a value that stands at a path."""
        if not isinstance(value, dict):
            yield path, "has to be a table"
            return
        for name, one in value.items():
            yield from self.key.complaints(name, (*path, name))
            yield from self.value.complaints(one, (*path, name))

    def schema(self) -> dict[str, Any]:
        """Return the same as JSON Schema (draft 7)."""
        names = {key: value for key, value in self.key.schema().items() if key != "type"}
        made: dict[str, Any] = {"type": "object", "additionalProperties": self.value.schema()}
        if names:
            made["propertyNames"] = names
        return made


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table: what it may hold, what it is for, what is in force without it."""

    kind: Kind
    description: str
    default: Any = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with known keys."""

    keys: Mapping[str, Key] = field(default_factory=dict)
    unknown: str = "unknown key"
    """How the message about a key begins that there is not."""
    what: str = ""
    """What it is a table of, for the message about something else."""
    one_of: tuple[str, ...] = ()
    """Keys of which at least one has to be there."""
    why: str = ""
    """What to do instead, where none of them is."""

    def complaints(self, value: Any, path: Path) -> Iterator[Complaint]:
        """Yield what is wrong with a value that stands at a path."""
        if not isinstance(value, dict):
            yield path, f"has to be a table of {self.what}" if self.what else "has to be a table"
            return
        for name, one in value.items():
            if name in self.keys:
                yield from self.keys[name].kind.complaints(one, (*path, name))
            else:
                yield (*path, name), f"{self.unknown} {name!r}{suggestion(name, self.keys)}"
        for name, key in self.keys.items():
            if key.required and name not in value:
                yield path, f"needs {name!r}: {key.description[0].lower()}{key.description[1:]}"
        if self.one_of and not any(name in value for name in self.one_of):
            yield path, f"needs {' or '.join(map(repr, self.one_of))}; {self.why}"

    def schema(self) -> dict[str, Any]:
        """Return the same as JSON Schema (draft 7)."""
        properties = {}
        for name, key in self.keys.items():
            properties[name] = {"description": key.description, **key.kind.schema()}
            if key.default is not None:
                properties[name]["default"] = key.default
        made: dict[str, Any] = {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }
        required = [name for name, key in self.keys.items() if key.required]
        if required:
            made["required"] = required
        if self.one_of:
            made["anyOf"] = [{"required": [name]} for name in self.one_of]
        return made
