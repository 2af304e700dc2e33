"""Sentences that all renderings of a plan share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from confguard.finding import Label
from confguard.readiness.assess import Answer, Assessment
from confguard.readiness.outcome import State
from confguard.readiness.plan import Phase


def counts(assessment: Assessment, phase: Phase | None = None) -> str:
    """Return ``3 passed, 1 failed, 2 cannot tell, 4 manual``, of a phase or of all."""
    order = (State.PASSED, State.FAILED, State.CANNOT_TELL, State.MANUAL)
    return ", ".join(f"{assessment.count(state, phase)} {state.value}" for state in order)


def distinct(labels: Iterable[Label]) -> tuple[Label, ...]:
    """Return labels without those of a line that is there already."""
    found: dict[tuple[str, int], Label] = {}
    for label in labels:
        found.setdefault((label.span.path, label.span.line), label)
    return tuple(found.values())


def more(count: int, shown: int) -> str:
    """Return `` and 3 more`` for what is not shown, or nothing."""
    return f" and {count - shown} more" if count > shown else ""


def evidence(answer: Answer) -> Iterator[str]:
    """Yield what a row's looks say, where they say more than its findings."""
    if answer.half:
        yield f"the files show their half: {answer.outcome.text}"
        return
    told = answer.outcome.state is State.FAILED if answer.findings else answer.state is not State.MANUAL
    if told:
        yield answer.outcome.text
