"""A comment that begins like a suppression but is none, or one that gives no reason, is reported."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.record import Record

_RULE = "malformed-suppression"
_FORM = "write `# confguard: ignore[rule-name] reason`"
_ALONE = "on a line of its own above the place"


def check(record: Record) -> Iterator[Finding]:
    """Yield one finding for each malformed comment, and one for each suppression that gives no reason."""
    for comment in record.malformed:
        yield Finding(
            f"this comment {comment.problem}, so it suppresses nothing",
            Label(comment.span),
            help=f"{_FORM}, {_ALONE}" if comment.problem.startswith("stands") else _FORM,
            address=(comment.span.text,),
        )
    wanted = record.options.get(_RULE, {}).get("missing-reason", "info")
    seen = set()
    for use in record.suppressions:
        if wanted != "off" and not use.reason and use.span not in seen:
            seen.add(use.span)
            behind = "no reason behind the bracket" if use.in_comment else "no `reason`"
            yield Finding(
                f"this suppression of {use.rule} gives no reason",
                Label(use.span, behind),
                help=_FORM if use.in_comment else "say in `reason` why the finding is meant",
                address=(use.rule, "reason"),
                severity=Severity.parse(wanted),
            )
