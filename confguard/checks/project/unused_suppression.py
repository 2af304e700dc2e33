"""A suppression comment that suppresses nothing, or names a rule that does not exist, is reported."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.record import Record


def check(record: Record) -> Iterator[Finding]:
    """Yield one finding for each rule name in a comment that does nothing."""
    for use in record.suppressions:
        if not use.exists:
            near = f"; did you mean {use.nearest!r}?" if use.nearest else ""
            yield Finding(
                f"this suppression names {use.rule!r}, and there is no such rule",
                Label(use.span, "no such rule"),
                help=f"correct the name or remove the comment{near}",
                address=(use.rule,),
            )
        elif use.ran and not use.used:
            yield Finding(
                f"this suppression of {use.rule} suppresses nothing",
                Label(use.span, "no finding of this rule on the line it counts for"),
                help="remove the comment, or move it to the line of the finding that it is meant for",
                address=(use.rule,),
            )
