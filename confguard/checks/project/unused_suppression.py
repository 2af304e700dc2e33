"""A suppression that suppresses nothing, or names a rule that does not exist, is reported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from confguard.finding import Edit, Finding, Fix, Label
from confguard.fixes.edits import whole
from confguard.fixes.lines import delete_comment
from confguard.model.record import Record, SuppressionUse
from confguard.source import Span

_SHOWN = 3


def check(record: Record) -> Iterator[Finding]:
    """Yield one finding for each rule name in a suppression that does nothing."""
    for use in record.suppressions:
        if not use.exists:
            yield _unknown(use)
        elif use.forbidden:
            yield Finding(
                f"this suppression of {use.rule} has no effect: nothing may silence the rule",
                Label(use.span, "`never-suppress` has the rule or its family"),
                help="mend what it is about, and remove the suppression",
                address=(use.rule,),
                fixes=_removed(use),
            )
        elif use.ran and not use.used and use.expired is None:
            yield _unused(use)


def _unknown(use: SuppressionUse) -> Finding:
    near = f"; did you mean {use.nearest!r}?" if use.nearest else ""
    return Finding(
        f"this suppression names {use.rule!r}, and there is no such rule",
        Label(use.span, "no such rule"),
        help=f"correct the name or remove the comment{near}",
        address=(use.rule,),
        fixes=_removed(use),
    )


def _unused(use: SuppressionUse) -> Finding:
    why = "on the line it counts for" if use.in_comment else "has this path and this address"
    what = (
        "comment, or move it to the line" if use.in_comment else "table, or correct the path and the address"
    )
    return Finding(
        f"this suppression of {use.rule} suppresses nothing",
        Label(use.span, f"no finding of this rule {why}"),
        notes=tuple(_told(one, use.in_comment) for one in use.near[:_SHOWN]),
        help=f"remove the {what} of the finding that it is meant for",
        address=(use.rule,),
        fixes=_removed(use),
    )


def _told(finding: Finding, in_comment: bool) -> str:
    """Return where a finding is that the suppression may be meant for."""
    span = finding.primary.span
    if in_comment:
        return f"one is found in line {span.line}"
    return f"one is found in {span.path} with address = {json.dumps(finding.address, ensure_ascii=False)}"


def _removed(use: SuppressionUse) -> tuple[Fix, ...]:
    """Return the fix that removes the rule from its comment, and the comment if it names no other."""
    span, place = use.span, _name(use) if use.in_comment else None
    if place is None:
        return ()
    names = span.sub(span.text.index("[") + 1, span.text.index("]"))
    if "," not in names.text:
        return whole("remove the comment", [delete_comment(span)], safe=True)
    left = [name.strip() for name in names.text.split(",") if name.strip() not in ("", use.rule)]
    return whole(f"take {use.rule} out of the comment", [Edit(names, ", ".join(left))], safe=True)


def _name(use: SuppressionUse) -> Span | None:
    found = re.search(rf"(?<=[\[,\s]){re.escape(use.rule)}(?=[\],\s])", use.span.text)
    return use.span.sub(*found.span()) if found else None
