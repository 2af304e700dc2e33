"""A plan's rows against a deployment: findings fail a row, looks at the models earn it a pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from confguard.finding import Finding
from confguard.readiness.outcome import Outcome, State, Subject, cannot_tell, together
from confguard.readiness.plan import Phase, Plan, Row


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a row stands, and why.

    ``findings`` are those of its rules that fail it. ``outcome`` is what the looks say: for a partial row the
    half that files decide. A partial row whose half holds stays manual.
    """

    row: Row
    state: State
    outcome: Outcome
    findings: tuple[Finding, ...] = ()

    @property
    def half(self) -> bool:
        """Whether it is manual, and the files have shown their half."""
        return self.state is State.MANUAL and self.outcome.state is State.PASSED


@dataclass(frozen=True, slots=True)
class Assessment:
    """A plan with the answers to its rows, in its order."""

    plan: Plan
    stack: str
    answers: tuple[Answer, ...]

    def of(self, phase: Phase) -> tuple[Answer, ...]:
        """Return the answers of a phase."""
        return tuple(answer for answer in self.answers if answer.row.phase == phase.number)

    def count(self, state: State, phase: Phase | None = None) -> int:
        """Return how many rows, of one phase or of all, are in a state."""
        answers = self.of(phase) if phase else self.answers
        return sum(answer.state is state for answer in answers)


def assess(plan: Plan, subject: Subject) -> Assessment:
    """Answer every row of a plan for a deployment."""
    answers = (answer(row, subject) for row in plan.rows)
    return Assessment(plan, subject.deployment.name, tuple(answers))


def answer(row: Row, subject: Subject) -> Answer:
    """Answer one row: a finding of its rules fails it, then its looks decide."""
    found = tuple(_failing(row, subject.findings))
    outcome = together(_look(row, subject)) if row.looks else cannot_tell("only a running system can say")
    if outcome.settled:
        found = ()
    if found or outcome.state is State.FAILED:
        return Answer(row, State.FAILED, outcome, found)
    if row.kind == "manual" or (row.kind == "partial" and outcome.state is State.PASSED):
        return Answer(row, State.MANUAL, outcome)
    return Answer(row, outcome.state, outcome)


def _failing(row: Row, findings: Iterable[Finding]) -> Iterable[Finding]:
    for finding in findings:
        if finding.rule in row.rules and (finding.severity or 0) >= row.fails_on and _is_about(row, finding):
            yield finding


def _is_about(row: Row, finding: Finding) -> bool:
    texts = (finding.message, *(label.text for label in finding.labels), *finding.notes)
    places = (label.span.text for label in finding.labels)
    return row.about is None or any(row.about.search(text) for text in (*texts, *places))


def _look(row: Row, subject: Subject) -> Iterable[Outcome]:
    for look in row.looks:
        yield look.load()(subject, **look.options)
