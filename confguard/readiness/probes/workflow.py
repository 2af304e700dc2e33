"""The continuous integration does something: a workflow runs or uses it, and fails where it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.discover.kinds import Kind
from confguard.finding import Label
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.source import SourceFile

_STEP = re.compile(r"^(?P<indent>\s*)-\s+(?:name|uses|run|id|if|with|env|shell|working-directory)\b")
_FORGIVEN = re.compile(r"\|\|\s*(?:true|:|exit 0|echo\b)|\bcontinue-on-error:\s*true\b|--exit-zero\b")


def look(subject: Subject, runs: tuple[str, ...], what: str) -> Outcome:
    """Look for steps that match each of the patterns; ``what`` names them in words.

    A step whose failure is ignored (``|| true``, ``continue-on-error: true``) shows nothing.
    """
    sources = [
        source
        for path in subject.repo.paths(Kind.WORKFLOW)
        if (source := subject.repo.project.read(path)) is not None
    ]
    if not sources:
        return cannot_tell("there is no workflow in the repository")
    good: list[Label] = []
    bad: list[Label] = []
    for pattern in runs:
        found = [(label, forgiven) for source in sources for label, forgiven in _steps(source, pattern)]
        held = [label for label, forgiven in found if not forgiven]
        if held:
            good.append(held[0])
        elif found:
            bad.append(Label(found[0][0].span, "its failure is ignored"))
        else:
            return failed(f"no workflow has {what}", bad)
    return failed(f"{what}: the failure of the step is ignored", bad) if bad else passed(what, good)


def _steps(source: SourceFile, pattern: str) -> Iterator[tuple[Label, bool]]:
    """Yield the lines that match, each with whether the failure of its step is ignored."""
    wanted = re.compile(pattern, re.IGNORECASE)
    for line in range(1, source.line_count + 1):
        text = source.line_text(line)
        if text.lstrip().startswith("#") or not wanted.search(text):
            continue
        offset = source.offset(line)
        label = Label(source.span(offset, offset + len(text)), "the step")
        yield label, any(_FORGIVEN.search(one) for one in _step_of(source, line))


def _step_of(source: SourceFile, line: int) -> list[str]:
    """Return the lines of the step around a line; the line alone outside of any."""
    first = line
    while first > 1 and not _STEP.match(source.line_text(first)):
        first -= 1
    start = _STEP.match(source.line_text(first))
    if start is None:
        return [source.line_text(line)]
    depth = len(start["indent"])
    last = first + 1
    while last <= source.line_count:
        text = source.line_text(last)
        if text.strip() and len(text) - len(text.lstrip()) <= depth:
            break
        last += 1
    step = [source.line_text(one) for one in range(first, last)]
    named = [one for one in step if "continue-on-error" in one]
    return [source.line_text(line), *named] if line < last else [source.line_text(line)]
