"""Who reads a variable."""

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
