"""A rule that raised is reported: what it would have said is missing."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.record import Record


def check(record: Record) -> Iterator[Finding]:
    """Yield one finding for each rule that crashed."""
    for crash in record.crashes:
        yield Finding(
            f"rule {crash.rule} crashed, so its findings are missing: {crash.error}",
            Label(crash.span, "shown here only to have a place"),
            notes=(f"raised at {crash.place}",),
            help="please report this with the file that causes it; "
            f"until it is mended, `--ignore {crash.rule}` leaves the rule out",
            address=(crash.rule,),
        )
