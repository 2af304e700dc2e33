"""The answers to a plan as Markdown, for a comment on a pull request or a job summary."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Label
from confguard.readiness.assess import Answer, Assessment
from confguard.readiness.outcome import State
from confguard.readiness.words import counts, distinct, evidence, more
from confguard.reporters.job_summary import escape_markdown
from confguard.reporters.text import clean, clean_path

_MARKS = {State.PASSED: "✅", State.FAILED: "❌", State.CANNOT_TELL: "❔", State.MANUAL: "👤"}
_SHOWN = 4


def render(assessment: Assessment) -> str:
    """Return a summary that is always seen, what failed, and the rest of each phase folded away."""
    lines = [
        f"## {_text(assessment.plan.title)}",
        "",
        f"Stack `{clean(assessment.stack).replace('`', chr(39))}`: {counts(assessment)}.",
        "",
        "| phase | passed | failed | cannot tell | manual |",
        "| --- | --: | --: | --: | --: |",
    ]
    for phase in assessment.plan.phases:
        numbers = (State.PASSED, State.FAILED, State.CANNOT_TELL, State.MANUAL)
        cells = (str(assessment.count(state, phase)) for state in numbers)
        lines.append(f"| {phase.number} {_text(phase.title)} | {' | '.join(cells)} |")
    failures = [answer for answer in assessment.answers if answer.state is State.FAILED]
    if failures:
        lines += ["", "### Failed", "", *_table(failures)]
    for phase in assessment.plan.phases:
        rest = [answer for answer in assessment.of(phase) if answer.state is not State.FAILED]
        if rest:
            title = f"Phase {phase.number}: {_text(phase.title)} ({len(rest)} not failed)"
            lines += ["", f"<details><summary>{title}</summary>", "", *_table(rest), "", "</details>"]
    return "\n".join([*lines, ""])


def _table(answers: list[Answer]) -> Iterator[str]:
    yield "| row | | what must hold | why |"
    yield "| --- | --- | --- | --- |"
    for answer in answers:
        why = "<br>".join(_why(answer))
        yield f"| {answer.row.id} | {_MARKS[answer.state]} | {_text(answer.row.must)} | {why} |"


def _why(answer: Answer) -> Iterator[str]:
    for text in evidence(answer):
        yield _text(text)
    for finding in answer.findings[:_SHOWN]:
        yield f"{_place(finding.primary)} {_text(finding.message)} ({_text(finding.rule)})"
    if len(answer.findings) > _SHOWN:
        yield more(len(answer.findings), _SHOWN).lstrip()
    labels = distinct(answer.outcome.evidence)
    if labels and not answer.findings:
        yield ", ".join(map(_place, labels[:_SHOWN])) + more(len(labels), _SHOWN)
    if answer.state is State.FAILED and answer.row.mend:
        yield f"mend: {_text(answer.row.mend)}"
    if answer.state in (State.MANUAL, State.CANNOT_TELL) and answer.row.command:
        yield f"run: <code>{_text(answer.row.command)}</code>"
        if answer.row.expect:
            yield f"expect: {_text(answer.row.expect)}"


def _place(label: Label) -> str:
    return f"<code>{_text(f'{clean_path(label.span.path)}:{label.span.line}')}</code>"


def _text(text: str) -> str:
    return escape_markdown(clean(text))
