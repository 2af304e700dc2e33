"""What a look at the models says of one row, and what it looks at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.words import services_named

_SERVICES = re.compile(r"(?P<head>.*) in services? (?P<names>[\w.-]+(?:(?:, | and )[\w.-]+)*)(?P<tail>.*)")


class State(Enum):
    """Where a row stands; the value is the word that people read."""

    FAILED = "failed"
    CANNOT_TELL = "cannot tell"
    MANUAL = "manual"
    PASSED = "passed"


@dataclass(frozen=True)
class Subject:
    """What a plan is asked of: one deployment of a repository, with what the rules found in it."""

    repo: Repo
    deployment: Deployment
    findings: tuple[Finding, ...]
    """Those of this deployment, and those that belong to none: documents, workflows, files."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one look says.

    ``evidence`` are the places that satisfy the row, or that break it; a row passes only on evidence.
    ``text`` is a sentence: what was found, or why nothing can be said. One that is ``settled`` holds whatever
    the rules find: what they speak of has no effect.
    """

    state: State
    text: str
    evidence: tuple[Label, ...] = ()
    settled: bool = False


def passed(text: str, evidence: Iterable[Label | None]) -> Outcome:
    """Return that the row holds; without a single place nothing was shown, and it cannot be told."""
    places = tuple(label for label in evidence if label is not None)
    if not places:
        return Outcome(State.CANNOT_TELL, f"nothing in the files shows it: {text}")
    return Outcome(State.PASSED, text, places)


def not_needed(reason: str) -> Outcome:
    """Return that there is nothing that could break the row: beside looks that pass it takes nothing away."""
    return Outcome(State.PASSED, reason)


def failed(text: str, evidence: Iterable[Label | None] = ()) -> Outcome:
    """Return that the row does not hold."""
    return Outcome(State.FAILED, text, tuple(label for label in evidence if label is not None))


def cannot_tell(reason: str, evidence: Iterable[Label | None] = ()) -> Outcome:
    """Return that the files do not decide the row, with the reason."""
    return Outcome(State.CANNOT_TELL, reason, tuple(label for label in evidence if label is not None))


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """Return several looks as one, with the evidence of the worst state: failed, then not to be told.

    Passes that show nothing pass a row only beside one that does.
    """
    found = list(outcomes)
    for state in (State.FAILED, State.CANNOT_TELL, State.PASSED):
        same = [one for one in found if one.state is state]
        if same:
            shown = [one for one in same if one.evidence or state is not State.PASSED]
            text = "; ".join(_joined(one.text for one in shown or same))
            labels = tuple(dict.fromkeys(label for one in same for label in one.evidence))
            if not shown:
                return Outcome(State.CANNOT_TELL, text)
            return Outcome(state, text, labels, all(one.settled for one in found))
    return Outcome(State.CANNOT_TELL, "nothing was looked at")


def _joined(texts: Iterable[str]) -> Iterator[str]:
    """Yield texts once, those that differ in their services as one."""
    found: dict[tuple[str, str], list[str]] = {}
    for text in texts:
        match = _SERVICES.fullmatch(text)
        key = (match["head"], match["tail"]) if match else (text, "")
        names = re.split(r", | and ", match["names"]) if match else []
        found.setdefault(key, []).extend(names)
    for (head, tail), names in found.items():
        names = list(dict.fromkeys(names))
        if not names:
            yield f"{head}{tail}"
            continue
        yield f"{head} in {services_named(names)}{tail}"
