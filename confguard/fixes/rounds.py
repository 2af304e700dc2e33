"""Rounds of fixes: apply what can be applied together, look again, until nothing is left to apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from confguard.finding import Finding
from confguard.fixes.edits import Chosen, apply, choose
from confguard.source import SourceFile

MAX_ROUNDS = 20
"""A stop for fixes that call each other: the most that examples need is three."""

MAX_TRIES = 3
"""How often a fix is applied that offers itself again in a later round."""

Texts = Mapping[str, SourceFile]


class State(Protocol):
    """What a look at the project says: the findings, and what is broken in its files."""

    @property
    def findings(self) -> Sequence[Finding]:
        """The findings whose fixes may be applied, the most important first."""

    @property
    def broken(self) -> frozenset[str]:
        """Sentences on files that cannot be parsed, and on stacks that are refused."""


S = TypeVar("S", bound=State)


@dataclass(frozen=True, slots=True)
class Settled(Generic[S]):
    """What rounds of fixes came to: the last look, the changed files, what was applied and what was not."""

    state: S
    texts: Texts
    applied: tuple[Chosen, ...]
    refused: tuple[Chosen, ...]
    """Fixes that would have broken a file, or did not take their finding away."""


def settle(
    state: S,
    look: Callable[[Texts], S],
    *,
    unsafe: bool,
    same_file: Callable[[str], object] = str,
) -> Settled[S]:
    """Apply fixes in rounds, in memory; ``look`` checks the project with changed texts in it.

    A round that breaks something that was whole is taken back and done in halves, without what breaks it.
    A fix that leaves its finding as it was is taken back, too.
    """
    texts: dict[str, SourceFile] = {}
    applied: list[Chosen] = []
    refused: list[Chosen] = []
    barred: set[object] = set()
    tries: Counter[object] = Counter()
    for _ in range(MAX_ROUNDS):
        chosen = choose(state.findings, unsafe=unsafe, barred=barred, same_file=same_file)
        if not chosen:
            break
        new = {**texts, **_changed(chosen)}
        after = look(new)
        while after.broken - state.broken and len(chosen) > 1:  # one of them: look at fewer
            chosen = chosen[: len(chosen) // 2]
            new = {**texts, **_changed(chosen)}
            after = look(new)
        lost = list(chosen) if after.broken - state.broken else _in_vain(chosen, state, after)
        if lost:
            barred.update(one.key for one in lost)
            refused += lost
            continue
        # What comes back each time after it was gone would come back for ever.
        tries.update(one.key for one in chosen)
        barred.update(key for key, count in tries.items() if count >= MAX_TRIES)
        applied += chosen
        texts, state = new, after
    return Settled(state, texts, tuple(applied), tuple(refused))


def _changed(chosen: Sequence[Chosen]) -> Texts:
    new = apply(edit for one in chosen for edit in one.fix.edits)
    return {file.path: SourceFile(file.path, text) for file, text in new.items() if text != file.text}


def _in_vain(chosen: Sequence[Chosen], before: State, after: State) -> list[Chosen]:
    """Return the fixes after which their finding is still there, offering the same again."""
    old, new = _offers(before), _offers(after)
    return [one for one in chosen if new[one.key] >= old[one.key]]


def _offers(state: State) -> Counter[object]:
    return Counter(Chosen(finding, fix).key for finding in state.findings for fix in finding.fixes)
