"""What happened in a run, for the rules that judge the run itself (``reads: [run]``)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from confguard.finding import Finding
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
    """One rule named by one suppression, and what became of it."""

    span: Span
    rule: str
    exists: bool
    ran: bool
    used: bool
    reason: str
    nearest: str
    """The nearest existing rule name, where this one does not exist."""
    expired: datetime.date | None = None
    """Its last day, if that is over: it suppresses nothing then."""
    forbidden: bool = False
    """The configuration lets nothing silence the rule."""
    in_comment: bool = True
    """It is a comment, and no table of the configuration."""
    near: tuple[Finding, ...] = ()
    """Findings of the rule that nothing silences: of its own file for a comment."""


@dataclass(frozen=True, slots=True)
class MalformedSuppression:
    """A comment that begins like a suppression but is none, and why."""

    span: Span
    problem: str


@dataclass(frozen=True, slots=True)
class StaleEntry:
    """An entry of the baseline for more findings than there are: its rule, its place, how many are gone."""

    span: Span
    rule: str
    gone: int


@dataclass(frozen=True, slots=True)
class Record:
    """The run so far: crashed rules, suppressions, the baseline."""

    crashes: tuple[Crash, ...]
    suppressions: tuple[SuppressionUse, ...]
    malformed: tuple[MalformedSuppression, ...]
    stale: tuple[StaleEntry, ...] = ()
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Rule name to option name to value, with the cards' defaults filled in."""
