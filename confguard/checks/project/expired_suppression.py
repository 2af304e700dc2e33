"""A suppression whose last day is over is reported: it suppresses nothing any more."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.record import Record


def check(record: Record) -> Iterator[Finding]:
    """Yield one finding for each rule of a suppression that has expired."""
    for use in record.suppressions:
        if use.expired is not None and use.exists and not use.forbidden:
            yield Finding(
                f"this suppression of {use.rule} ended on {use.expired}",
                Label(use.span, "what it silenced is shown again, if it is still there"),
                help="mend what it is about and remove it, or give it another day and say why",
                address=(use.rule, "expired"),
            )
