"""What happened in a run, for the rules that judge the run itself (``reads: [run]``)."""

from __future__ import annotations

from dataclasses import dataclass

from confguard.source import Span


@dataclass(frozen=True, slots=True)
class Crash:
    """A rule that raised: which one, what, and where in confguard's own code."""

    rule: str
    error: str
    place: str
    """``module:line`` of the innermost frame, without a path of the machine."""
    span: Span
    """A place in the repository to show it at: the start of the first file that was looked at."""


@dataclass(frozen=True, slots=True)
class SuppressionUse:
    """One rule named by one suppression comment, and what became of it."""

    span: Span
    rule: str
    exists: bool
    ran: bool
    used: bool
    reason: str
    nearest: str
    """The nearest existing rule name, where this one does not exist."""


@dataclass(frozen=True, slots=True)
class MalformedSuppression:
    """A comment that begins like a suppression but is none, and why."""

    span: Span
    problem: str


@dataclass(frozen=True, slots=True)
class Record:
    """The run so far: crashed rules and suppression comments."""

    crashes: tuple[Crash, ...]
    suppressions: tuple[SuppressionUse, ...]
    malformed: tuple[MalformedSuppression, ...]
