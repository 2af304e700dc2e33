"""Entries of the baseline that fit no finding any more are reported: they would hide the next one."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.record import Record


def check(record: Record) -> Iterator[Finding]:
    """Yield one finding for all stale entries together."""
    if not record.stale:
        return
    first, *others = record.stale
    count = sum(entry.gone for entry in record.stale)
    what = "finding that is" if count == 1 else "findings that are"
    yield Finding(
        f"the baseline lists {count} {what} gone",
        Label(
            first.span, f"no such finding of {first.rule}" if first.gone == 1 else f"{first.gone} are gone"
        ),
        related=tuple(Label(entry.span, f"no such finding of {entry.rule}") for entry in others),
        help="run `confguard baseline prune`: what is mended cannot come back unnoticed then",
        address=("baseline",),
    )
