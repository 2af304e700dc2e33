"""Text from a repository, made safe to show: it cannot move a cursor, hide itself or command a CI runner."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from confguard.finding import Finding, Severity
from confguard.reporters.result import Report
from confguard.reporters.secrets import MASK, hidden_values, mask_prose
from confguard.words import plural

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
"""Unicode categories that are shown escaped: controls, bidi and zero-width marks, surrogates, unassigned."""


_LONGEST = 4000
"""Characters of a sentence that are shown: a repository's values can have any length."""


def visible_character(char: str) -> str:
    r"""Return a character, or its Python escape (``\x1b``, ``\u202e``) where it would act or be unseen."""
    if " " <= char <= "~":
        return char
    if unicodedata.category(char) not in _INVISIBLE:
        return char
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")


def visible(text: str) -> str:
    """Return a text in which every control, bidi mark, line break and surrogate is shown escaped.

    ``##[`` is broken up, because GitHub's runner takes it for a command wherever it stands in a line
    (actions/runner, src/Runner.Common/ActionCommand.cs).
    """
    shown = text if text.isascii() and text.isprintable() else "".join(map(visible_character, text))
    return shown.replace("##[", "##\\x5b")


def clean(text: str) -> str:
    """Return a sentence that may quote the repository: secrets masked, then everything made visible."""
    return visible(mask_prose(text if len(text) <= _LONGEST else text[:_LONGEST] + "…"))


def cleaner(finding: Finding) -> Callable[[str], str]:
    """Return ``clean`` for what a finding says: secret values on its labelled lines are masked too."""
    values = _hidden(finding)

    def say(text: str) -> str:
        for value in reversed(values):
            text = text.replace(value, MASK)
        return clean(text)

    return say


def _hidden(finding: Finding) -> list[str]:
    """Return the secret values on a finding's labelled lines, the shortest first."""
    places = {(label.span.file, label.span.line) for label in finding.labels}
    hidden = {value for file, line in places for value in hidden_values(file, line)}
    return sorted((value for value in hidden if len(value) >= 8 and not value.isalpha()), key=len)


def masked_address(finding: Finding) -> tuple[str, ...]:
    """Return a finding's address with secret values masked: parts that quote a text may hold some."""
    if not any(" " in part for part in finding.address):  # names alone
        return finding.address
    address = finding.address
    for value in reversed(_hidden(finding)):
        address = tuple(part.replace(value, MASK) for part in address)
    return address


def clean_path(path: str, prefix: str = "") -> str:
    """Return a path to show; one that begins like a workflow command (``::error``) does not any more."""
    shown = visible(prefix + path)
    stripped = shown.lstrip()
    return shown.replace(":", "\\x3a", 1) if stripped.startswith("::") else shown


def width(text: str) -> int:
    """Return how many terminal cells a visible text takes (Unicode East Asian Width, combining marks 0)."""
    return len(text) if text.isascii() else sum(map(character_width, text))


def character_width(char: str) -> int:
    """Return how many terminal cells a visible character takes: 0, 1 or 2."""
    if char < "\u0300":
        return 1
    # Hangul vowels and final consonants join the syllable before them.
    if unicodedata.category(char) in ("Mn", "Me") or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def closing_lines(finding: Finding, say: Callable[[str], str]) -> list[str]:
    """Return what plain messages end with: stacks, notes, help; ``say`` makes texts safe to show."""
    stacks = [f"stack: {', '.join(map(visible, finding.stacks))}"] if finding.stacks else []
    return stacks + notes_and_help(finding, say)


def notes_and_help(finding: Finding, say: Callable[[str], str]) -> list[str]:
    """Return a line for each note and one for the help; ``say`` makes texts safe to show."""
    lines = [f"note: {say(note)}" for note in finding.notes]
    return lines + ([f"help: {say(finding.help)}"] if finding.help else [])


def summary_line(report: Report) -> str:
    """Return the one sentence that counts findings, files, stacks and what is not shown."""
    files = sum(report.files.values())
    scope = plural(files, "file")
    if report.stacks:
        scope += f" and {plural(len(report.stacks), 'stack')}"
    aside = [f"{report.fixed} fixed"] if report.fixed else []
    aside += [f"{report.suppressed} suppressed"] if report.suppressed else []
    aside += [f"{report.baselined} in the baseline"] if report.baselined else []
    if report.untouched:
        aside.append(f"{report.untouched} that were there before")
    if report.hidden:
        aside.append(f"{report.hidden} below the shown severity")
    end = f" ({', '.join(aside)})." if aside else "."
    found = [
        plural(count, severity.label, "info" if severity is Severity.INFO else "")
        for severity in sorted(Severity, reverse=True)
        if (count := report.count(severity))
    ]
    if found:
        return f"Found {', '.join(found)} in {scope}{end}"
    if not files:
        return f"Nothing was checked: no Compose, nginx, Django or env file was recognised{end}"
    return f"All checks passed: {scope}{end}"


def silenced_lines(report: Report, prefix: str = "") -> list[str]:
    """Return one line for each finding that is silenced, where that was asked for: what, by what, why."""
    lines = []
    for one in report.silenced:
        span = one.finding.primary.span
        place = f"{clean_path(span.path, prefix)}:{span.line}:{span.column}"
        by = one.by
        if one.place is not None:
            by += f" at {clean_path(one.place.path, prefix)}:{one.place.line}"
        reason = f": {clean(one.reason)}" if one.reason else ""
        lines.append(f"{place}: silenced[{one.finding.rule}] {clean(one.finding.message)} ({by}{reason})")
    return lines


def fix_line(report: Report) -> str:
    """Return the sentence on what could be fixed, or ``""``."""
    safe, unsafe = report.fixable(safe=True), report.fixable(safe=False)
    if not unsafe:
        return f"{safe} fixable with --fix." if safe else ""
    if not safe:
        return f"{unsafe} fixable with --fix --unsafe-fixes."
    return f"{safe} fixable with --fix, {unsafe} more with --unsafe-fixes."
