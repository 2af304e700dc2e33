"""The answers to a plan as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Label
from confguard.readiness.assess import Answer, Assessment
from confguard.readiness.outcome import State
from confguard.readiness.words import counts, distinct, evidence, more
from confguard.reporters.text import clean, clean_path

_MARKS = {State.PASSED: "✓", State.FAILED: "✗", State.CANNOT_TELL: "?", State.MANUAL: "·"}
_COLOURS = {State.PASSED: "32", State.FAILED: "31", State.CANNOT_TELL: "33", State.MANUAL: "36"}
_SHOWN = 4


def render(assessment: Assessment, color: bool = False) -> str:
    """Return phases and rows, each with its state, its evidence, the mend or the command, and the totals."""
    lines = [f"{clean(assessment.plan.title)}: {clean(assessment.stack)}"]
    for phase in assessment.plan.phases:
        answers = assessment.of(phase)
        if answers:
            lines += ["", _paint(f"Phase {phase.number}: {clean(phase.title)}", "1", color)]
            lines.append(f"  {counts(assessment, phase)}")
        for answer in answers:
            lines += _answer(answer, color)
    return "\n".join([*lines, "", f"Total: {counts(assessment)}.", ""])


def _answer(answer: Answer, color: bool) -> Iterator[str]:
    state = _paint(f"{_MARKS[answer.state]} {answer.state.value}", _COLOURS[answer.state], color)
    owner = f" [{clean(answer.row.owner)}]" if answer.row.owner else ""
    yield f"  {answer.row.id:<6} {state}  {clean(answer.row.must)}{_paint(owner, '2', color)}"
    for text in evidence(answer):
        yield f"           {clean(text)}"
    labels = distinct(answer.outcome.evidence)
    if answer.state is State.PASSED and labels:
        places = ", ".join(_place(label) for label in labels[:_SHOWN])
        yield f"           {_paint(places + more(len(labels), _SHOWN), '2', color)}"
    elif not answer.findings:
        for label in labels[:_SHOWN]:
            said = f" {clean(label.text)}" if label.text else ""
            yield f"           {_paint(_place(label) + said, '2', color)}"
        if len(labels) > _SHOWN:
            yield f"          {more(len(labels), _SHOWN)}"
    for finding in answer.findings[:_SHOWN]:
        yield f"           {_place(finding.primary)}: {clean(finding.message)} [{clean(finding.rule)}]"
    if len(answer.findings) > _SHOWN:
        yield f"          {more(len(answer.findings), _SHOWN)}"
    if answer.state is State.FAILED and answer.row.mend:
        yield f"           mend: {clean(answer.row.mend)}"
    if answer.state in (State.MANUAL, State.CANNOT_TELL) and answer.row.command:
        yield f"           run: {clean(answer.row.command)}"
        if answer.row.expect:
            yield f"           expect: {clean(answer.row.expect)}"


def _place(label: Label) -> str:
    return f"{clean_path(label.span.path)}:{label.span.line}"


def _paint(text: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color and text else text
