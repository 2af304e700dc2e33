"""Takes the values of files that were given by hand out of findings, whatever rule made them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import replace

from confguard.finding import Finding, Label

HIDDEN = "<hidden>"
_ORDINARY = re.compile(r"[a-z][a-z_-]*|[A-Z][a-z]+|\d{1,5}")
_SHORTEST = 4
"""Shorter values are hidden only where they are quoted (characters)."""

_SWITCHES = frozenset({"true", "false", "yes", "no", "on", "off", "0", "1"})
_QUOTED = tuple(re.compile(rf"({mark})([^{mark}]+){mark}") for mark in "'\"`")


def _is_ordinary(value: str) -> bool:
    return bool(_ORDINARY.fullmatch(value)) or value.lower() in _SWITCHES


def concealer(values: Collection[str], secrets: Collection[str]) -> Callable[[Finding], Finding]:
    """Return a function that hides values in the texts of a finding.

    A value that is an ordinary word or a small number is hidden only where it is quoted: elsewhere the
    same word is a name. What is known to be a secret is hidden wherever it stands.
    """
    unusual = {one for one in values if len(one) >= _SHORTEST and not _is_ordinary(one)}
    telling = sorted(unusual.union(secrets), key=len, reverse=True)
    inner = "|".join(re.escape(one) for one in telling)
    pattern = re.compile(rf"(?<![\w$]){'(?:' + inner + ')'}(?!\w)") if telling else None
    # Both ways in which a switch can stand say nothing, and help texts quote them.
    known = frozenset(one for one in values if one.strip().lower() not in _SWITCHES)

    def hide(text: str) -> str:
        for quoted in _QUOTED:
            text = quoted.sub(
                lambda one: f"{one[1]}{HIDDEN}{one[1]}" if one[2].strip() in known else one[0], text
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
            fixes=() if any(one.span.file.private for one in finding.labels) else finding.fixes,
        )

    return conceal
