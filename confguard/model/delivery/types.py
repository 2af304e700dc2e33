"""Who reads a variable, and what becomes of its text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from confguard.model.value import Value
from confguard.source import Span


class ReaderKind(Enum):
    """What reads a variable; the value is the word that people read."""

    SETTINGS = "settings"
    CODE = "code"
    SCRIPT = "script"
    NGINX = "nginx template"
    FRONT_END = "front end"
    PROGRAM = "program"
    """An image or a library by its own documentation."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One place, or one program, that reads a variable."""

    kind: ReaderKind
    who: str
    """A few words: ``config.settings``, ``PostgreSQL's image``."""
    span: Span | None = None
    required: bool = False
    """It cannot do without."""
    default: Value[Any] | None = None
    """What it takes instead, where that is told."""


@dataclass(frozen=True, slots=True)
class Miscast:
    """A variable whose text its reader does not take for what it says.

    ``outcome`` says what it comes to, ``mend`` what to do; ``place`` is where the text is written (None where
    nothing sets it), ``reader`` where it goes wrong. ``fatal`` says that the settings do not start.
    """

    variable: str
    text: str | None
    outcome: str
    mend: str
    place: Span | None
    reader: Span
    fatal: bool = False
    template: bool = False
    kind: str = ""
    optional: bool = False
    """The settings have a default: they mean to do without it."""
    in_text: bool = False
    """The text is to be mended, and not who reads it."""
