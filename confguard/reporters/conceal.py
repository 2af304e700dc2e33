"""Takes the values of files that were given by hand out of findings, whatever rule made them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import replace

from confguard.finding import Finding, Label

HIDDEN = "<hidden>"
_ORDINARY = re.compile(r"[a-z][a-z_-]*|[A-Z][a-z]+|\d{1,5}")
_SWITCHES = frozenset({"true", "false", "yes", "no", "on", "off", "0", "1"})
_QUOTED = re.compile(r"([`'\"])((?:(?!\1).)+)\1")


def concealer(values: Collection[str]) -> Callable[[Finding], Finding]:
    """Return a function that hides values in the texts of a finding.

    A value that is an ordinary word or a small number is hidden only where it is quoted: elsewhere the
    same word is a name.
    """
    telling = sorted(
        (one for one in values if not _ORDINARY.fullmatch(one) and one.lower() not in _SWITCHES),
        key=len,
        reverse=True,
    )
    inner = "|".join(re.escape(one) for one in telling)
    pattern = re.compile(rf"(?<![\w$]){'(?:' + inner + ')'}(?!\w)") if telling else None
    # Both ways in which a switch can stand say nothing, and help texts quote them.
    known = frozenset(one for one in values if one.strip().lower() not in _SWITCHES)

    def hide(text: str) -> str:
        text = _QUOTED.sub(
            lambda match: f"{match[1]}{HIDDEN}{match[1]}" if match[2] in known else match[0], text
        )
        return pattern.sub(HIDDEN, text) if pattern else text

    def label(one: Label) -> Label:
        return replace(one, text=hide(one.text))

    def conceal(finding: Finding) -> Finding:
        return replace(
            finding,
            message=hide(finding.message),
            primary=label(finding.primary),
            related=tuple(map(label, finding.related)),
            notes=tuple(map(hide, finding.notes)),
            help=hide(finding.help),
            fix=None if any(one.span.file.private for one in finding.labels) else finding.fix,
        )

    return conceal
