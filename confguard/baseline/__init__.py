"""Findings that were there when a team began to use confguard: known, and not to be told every time."""

from confguard.baseline.compare import Comparison, compare
from confguard.baseline.entries import (
    NAME,
    Baseline,
    BaselineError,
    Entry,
    Identity,
    counted,
    identity,
    named_files,
    read,
    text_of,
)

__all__ = [
    "NAME",
    "Baseline",
    "BaselineError",
    "Comparison",
    "Entry",
    "Identity",
    "compare",
    "counted",
    "identity",
    "named_files",
    "read",
    "text_of",
]
