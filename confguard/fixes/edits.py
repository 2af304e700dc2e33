"""Edits applied to texts, and the choice of fixes whose edits do not touch each other. Pure: no disk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from confguard.finding import Edit, Finding, Fix
from confguard.source import SourceFile


class OverlapError(ValueError):
    """Two edits touch the same place, so that it is not clear what would come out."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A finding with the one of its fixes that is to be applied."""

    finding: Finding
    fix: Fix

    @property
    def key(self) -> tuple[object, ...]:
        """What is the same fix of the same finding in another round, although lines may have moved."""
        texts = tuple((edit.span.path, edit.text) for edit in self.fix.edits)
        return self.finding.fingerprint, self.finding.message, self.fix.title, texts


def apply(edits: Iterable[Edit]) -> Mapping[SourceFile, str]:
    """Return the new text of every file that edits touch; equal edits count once.

    Whole lines that are inserted at one place come in the order of the edits. Raises OverlapError.
    """
    by_file: dict[SourceFile, list[Edit]] = {}
    for edit in dict.fromkeys(edits):
        by_file.setdefault(edit.span.file, []).append(edit)
    return {file: _applied(file, own) for file, own in by_file.items()}


def _applied(file: SourceFile, edits: list[Edit]) -> str:
    parts: list[str] = []
    position = 0
    previous: Edit | None = None
    for edit in sorted(edits, key=lambda one: (one.span.start, one.span.end)):
        if previous is not None and touch(previous, edit):
            raise OverlapError(f"two edits of {file.path} touch each other at {edit.span}")
        parts += [file.text[position : edit.span.start], edit.text]
        position, previous = edit.span.end, edit
    return "".join((*parts, file.text[position:]))


def whole(title: str, edits: Iterable[Edit | None], *, safe: bool) -> tuple[Fix, ...]:
    """Return the fix that edits make together; none if one of them could not be made, or there is none."""
    made = tuple(dict.fromkeys(edits))
    if not made or None in made:
        return ()
    return (Fix(title, tuple(edit for edit in made if edit is not None), safe),)


def touch(one: Edit, other: Edit) -> bool:
    """Say whether two different edits cannot be applied together.

    Edits that only meet at one end are apart if they are whole lines: each stands for itself.
    """
    if one.span.file is not other.span.file:
        return one.span.path == other.span.path  # two readings of a file: only one of them is the file
    first, second = sorted((one, other), key=lambda edit: (edit.span.start, edit.span.end))
    if first.span.end != second.span.start:
        return first.span.end > second.span.start
    return not (_is_lines(first) and _is_lines(second))


def _touches_itself(fix: Fix) -> bool:
    edits = tuple(dict.fromkeys(fix.edits))
    return any(touch(one, other) for index, one in enumerate(edits) for other in edits[:index])


def _is_lines(edit: Edit) -> bool:
    """Say whether an edit takes and gives whole lines."""
    text, span = edit.span.file.text, edit.span
    starts_line = span.start == 0 or text[span.start - 1] == "\n"
    ends_line = span.start == span.end or text[span.end - 1] == "\n"
    return starts_line and ends_line and (not edit.text or edit.text.endswith("\n"))


def applicable(finding: Finding, *, unsafe: bool) -> Iterable[Fix]:
    """Yield the fixes of a finding that may be applied, the safe ones first.

    A file that was given by hand is never changed: it lies outside of what git tracks.
    """
    allowed = [fix for fix in finding.fixes if fix.safe or unsafe]
    for fix in sorted(allowed, key=lambda one: not one.safe):
        if fix.edits and not any(edit.span.file.private for edit in fix.edits):
            yield fix


def choose(
    findings: Sequence[Finding],
    *,
    unsafe: bool,
    barred: Collection[object] = (),
    same_file: Callable[[str], object] = str,
) -> tuple[Chosen, ...]:
    """Return for each finding the first fix that may be applied and touches none of those chosen before it.

    What is left out waits for the next round. ``barred`` holds keys of ``Chosen`` that are not to be
    tried again. ``same_file`` tells what file a path leads to: of several paths to one file only the
    first that is edited counts.
    """
    chosen: list[Chosen] = []
    taken: dict[SourceFile, list[Edit]] = {}
    names: dict[object, str] = {}
    for finding in findings:
        for fix in applicable(finding, unsafe=unsafe):
            one = Chosen(finding, fix)
            if one.key in barred:
                continue
            if _touches_itself(fix):
                continue
            edits = [edit for edit in fix.edits if edit not in taken.get(edit.span.file, ())]
            if any(touch(edit, other) for edit in edits for other in taken.get(edit.span.file, ())):
                break  # another way to mend it could contradict what is chosen already
            if any(names.get(same_file(edit.span.path), edit.span.path) != edit.span.path for edit in edits):
                break
            for edit in edits:
                taken.setdefault(edit.span.file, []).append(edit)
                names[same_file(edit.span.path)] = edit.span.path
            chosen.append(one)
            break
    return tuple(chosen)
