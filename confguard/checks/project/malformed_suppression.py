"""A comment that begins like a suppression but is none, or gives no reason, is reported."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.record import Record

_FORM = "write `# confguard: ignore[rule-name] reason`"


def check(record: Record) -> Iterator[Finding]:
    """Yield one finding for each malformed comment, and one for each that gives no reason."""
    for comment in record.malformed:
        yield Finding(
            f"this comment {comment.problem}, so it suppresses nothing",
            Label(comment.span),
            help=_FORM,
            address=(comment.span.text,),
        )
    seen = set()
    for use in record.suppressions:
        if not use.reason and use.span not in seen:
            seen.add(use.span)
            yield Finding(
                f"this suppression of {use.rule} gives no reason",
                Label(use.span, "no reason behind the bracket"),
                help=_FORM,
                address=(use.rule, "reason"),
                severity=Severity.INFO,
            )
