"""What a name under the cursor stands for, and where its value comes from: as ``confguard trace`` says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.server.analysis import Analysis
from confguard.show.trace import Trace, page, traces
from confguard.source import Span

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+")
_BACKTICKS = re.compile(r"`+")


def word_at(text: str, offset: int) -> tuple[int, int] | None:
    """Return where the name begins and ends that an offset lies in: a header's with its hyphens."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[start : end if end != -1 else len(text)]
    for pattern in (_HEADER, _NAME):
        for match in pattern.finditer(line):
            if start + match.start() <= offset <= start + match.end() and _is_name(match[0]):
                return start + match.start(), start + match.end()
    return None


def _is_name(word: str) -> bool:
    """Say whether a word looks like a variable, a setting or a header: others are everyday words."""
    return "-" in word or (word.isupper() and len(word) > 1)


def traces_of(analysis: Analysis, name: str) -> tuple[Trace, ...]:
    """Return all that is known of a name in what runs in production."""
    if analysis.run is None:
        return ()
    return traces(name, analysis.applications, analysis.run.repo.production)


def hover(found: tuple[Trace, ...]) -> str:
    """Return what to show of a name, as Markdown; secrets are shapes."""
    text = page(found).rstrip("\n")
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def origins(found: tuple[Trace, ...]) -> Iterator[Span]:
    """Yield where the value of a name comes from: of each trace the oldest step that has a place."""
    seen = set()
    for trace in found:
        spans = [step.span for step in trace.steps if step.span is not None]
        if spans and spans[-1].sort_key not in seen:
            seen.add(spans[-1].sort_key)
            yield spans[-1]
