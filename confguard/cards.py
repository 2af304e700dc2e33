"""Rule cards: everything said about a rule, loaded from ``rules/<family>/<name>.md`` and validated.

A card and its check share their path: ``rules/drift/csp-mismatch.md`` belongs to
``confguard/checks/drift/csp_mismatch.py``. There is no other list of rules.
"""

from __future__ import annotations

import importlib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from confguard.finding import Confidence, Finding, Severity

FAMILIES = ("compose", "nginx", "django", "env", "dockerfile", "drift", "project")
"""The families of rules; ``drift`` is for facts in which two or more kinds of files take part."""

KINDS = ("compose", "nginx", "django", "env", "dockerfile", "commands", "files", "run")
"""What a rule may read. A rule that reads ``run`` judges the run itself, after all others."""

SECTIONS = ("Why it matters", "How to fix", "Bad", "Good", "Options", "Limits", "References")
"""The headings of a card, in their order; the first four are required."""

RANKS = {"low": -1, "normal": 0, "high": 1}
"""What a card can say of its findings among others that are as severe."""

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_FIELDS = frozenset(
    {"severity", "confidence", "reads", "since", "plan", "peers", "tags", "default", "fix", "options", "rank"}
)
_FENCE = re.compile(r"(?P<ticks>`{3,})[^\n]*\n(?:[^\n]*\n)*?(?P=ticks)[ \t]*$", re.MULTILINE)


class CardError(ValueError):
    """A card that breaks the rules for cards; the text says which card and how."""


@dataclass(frozen=True, slots=True)
class Option:
    """A typed option of a rule, with its default."""

    name: str
    type: str
    default: Any
    description: str
    choices: tuple[str, ...] = ()

    def accepts(self, value: object) -> bool:
        """Say whether a configured value has the option's type."""
        expected = {"bool": bool, "int": int, "str": str, "list": list}[self.type]
        if not isinstance(value, expected) or (self.type == "int" and isinstance(value, bool)):
            return False
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            return False
        return not self.choices or value in self.choices


@dataclass(frozen=True, slots=True)
class Card:
    """One rule's card."""

    name: str
    family: str
    title: str
    severity: Severity
    confidence: Confidence
    reads: tuple[str, ...]
    since: str
    plan: tuple[str, ...]
    peers: tuple[str, ...]
    tags: tuple[str, ...]
    default: bool
    fix: str
    rank: int
    """1 for what stops or opens a whole deployment, -1 for upkeep: which of equal severity is shown first."""
    options: Mapping[str, Option]
    sections: Mapping[str, str]
    text: str

    @property
    def path(self) -> str:
        """Where the card lies in the repository."""
        return f"rules/{self.family}/{self.name}.md"

    @property
    def module(self) -> str:
        """The dotted name of the module that holds the check."""
        return f"confguard.checks.{self.family}.{self.name.replace('-', '_')}"

    @property
    def body(self) -> str:
        """The card without its front matter, as Markdown."""
        return self.text.split("\n---\n", 1)[1].lstrip("\n")

    def load_check(self) -> Callable[[Any], Iterator[Finding]]:
        """Import the check that belongs to this card and return it."""
        check: Callable[[Any], Iterator[Finding]] = importlib.import_module(self.module).check
        return check


def rules_folder() -> Path:
    """Return the folder of the cards: in the installed package, else beside it in a checkout.

    The folder in a checkout is taken only if the pyproject.toml beside it is confguard's own, so that
    another package's ``rules`` folder in site-packages is never read.
    """
    package = Path(__file__).resolve().parent
    packaged = package / "_rules"
    if packaged.is_dir():
        return packaged
    project = package.parent / "pyproject.toml"
    if project.is_file() and 'name = "confguard"' in project.read_text(encoding="utf-8"):
        return package.parent / "rules"
    raise CardError("the rule cards are missing from this installation")


@lru_cache(maxsize=1)
def load_cards() -> Mapping[str, Card]:
    """Return all cards by name, ordered by family and name; raises CardError for a broken one."""
    cards = {card.name: card for card in read_cards(rules_folder())}
    return dict(sorted(cards.items(), key=lambda item: (FAMILIES.index(item[1].family), item[0])))


def read_cards(folder: Path) -> Iterator[Card]:
    """Yield the cards below a folder; raises CardError for a broken one or a name used twice."""
    seen: dict[str, Path] = {}
    for family in FAMILIES:
        for path in sorted((folder / family).glob("*.md")):
            card = parse_card(family, path.stem, path.read_text(encoding="utf-8"))
            if card.name in seen:
                raise CardError(f"{path}: the name is taken by {seen[card.name]}")
            seen[card.name] = path
            yield card


def parse_card(family: str, name: str, text: str) -> Card:
    """Parse and validate the text of one card; raises CardError."""
    import yaml

    def fail(message: str) -> CardError:
        return CardError(f"rules/{family}/{name}.md: {message}")

    if not NAME.match(name):
        raise fail("a name is made of lower-case words joined by hyphens")
    if not text.startswith("---\n") or "\n---\n" not in text:
        raise fail("a card begins with front matter between two lines of ---")
    front, body = text[4:].split("\n---\n", 1)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    fields = yaml.load(front, Loader=loader)  # noqa: S506 - a safe loader
    if not isinstance(fields, dict):
        raise fail("the front matter is a mapping")
    if unknown := sorted(set(fields) - _FIELDS):
        raise fail(f"unknown field {unknown[0]!r}")
    title, sections = _split(body, fail)
    reads = tuple(fields.get("reads") or ())
    if not reads or not set(reads) <= set(KINDS):
        raise fail(f"'reads' lists some of {', '.join(KINDS)}")
    try:
        severity = Severity.parse(fields["severity"])
        confidence = Confidence[str(fields["confidence"]).upper()]
    except KeyError as error:
        raise fail(f"severity or confidence is missing or unknown: {error}") from None
    if (fix := fields.get("fix", "none")) not in ("none", "safe", "unsafe"):
        raise fail("'fix' is none, safe or unsafe")
    if (rank := fields.get("rank", "normal")) not in RANKS:
        raise fail(f"'rank' is one of {', '.join(RANKS)}")
    return Card(
        name=name,
        family=family,
        title=title,
        severity=severity,
        confidence=confidence,
        reads=reads,
        since=str(fields.get("since", "")),
        plan=tuple(map(str, fields.get("plan") or ())),
        peers=tuple(map(str, fields.get("peers") or ())),
        tags=tuple(map(str, fields.get("tags") or ())),
        default=bool(fields.get("default", True)),
        rank=RANKS[rank],
        fix=fix,
        options={key: _option(key, value, fail) for key, value in (fields.get("options") or {}).items()},
        sections=sections,
        text=text,
    )


def _option(name: str, fields: Any, fail: Callable[[str], CardError]) -> Option:
    if not isinstance(fields, dict) or not {"type", "default", "description"} <= set(fields):
        raise fail(f"option {name!r} needs type, default and description")
    if fields["type"] not in ("bool", "int", "str", "list"):
        raise fail(f"option {name!r} has an unknown type")
    choices = tuple(fields.get("choices") or ())
    option = Option(name, fields["type"], fields["default"], fields["description"], choices)
    if not option.accepts(option.default):
        raise fail(f"option {name!r} has a default that is not of its type")
    return option


def _split(body: str, fail: Callable[[str], CardError]) -> tuple[str, dict[str, str]]:
    """Return the title and the sections of a card's body, with headings inside of fences left alone."""
    fences = [match.span() for match in _FENCE.finditer(body)]
    titles = [body[start:end] for start, end in _headings(body, "# ", fences)]
    if len(titles) != 1:
        raise fail("a card has exactly one title")
    marks = list(_headings(body, "## ", fences))
    names = [body[start:end].strip() for start, end in marks]
    if [name for name in SECTIONS if name in names] != names:
        raise fail(f"its sections are {names}; allowed, in this order: {list(SECTIONS)}")
    if missing := [name for name in SECTIONS[:4] if name not in names]:
        raise fail(f"section {missing[0]!r} is missing")
    ends = [start - len("## ") for start, _ in marks[1:]] + [len(body)]
    examples_end = ends[names.index("Good")]
    if any(start >= examples_end for start, _ in _headings(body, "### ", fences)):
        raise fail("an example stands behind the sections of examples, where nobody tests it")
    sections = {
        name: body[begin:end].strip("\n") for name, (_, begin), end in zip(names, marks, ends, strict=True)
    }
    return titles[0].strip(), sections


def _headings(body: str, mark: str, fences: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of the text of each heading outside of fences.

    All cards are read at every start: a pattern for lines would cost more than all else of that.
    """
    text = f"\n{body}"
    position = text.find(f"\n{mark}")
    while position != -1:
        start, end = position + len(mark), text.find("\n", position + 1)
        index = bisect_right(fences, (position, len(body))) - 1
        outside = index < 0 or fences[index][1] <= position
        if outside and body[start:end]:
            yield start, len(body) if end == -1 else end - 1
        position = text.find(f"\n{mark}", position + 1)


@dataclass(frozen=True, slots=True)
class Example:
    """One example of a card: a small repository with the findings that are expected in it."""

    title: str
    files: Mapping[str, str]
    expected: tuple[tuple[str, int, str], ...]
    """(path, 1-based line, severity) of the card's own expected findings."""
    related: tuple[tuple[str, int], ...]
    """(path, 1-based line) of places that must be labelled beside the primary ones."""
    output: str | None


_MARK = re.compile(r"(?:#|//|<!--)\s*(error|warning|info|related):\s*([a-z0-9-]+)\s*(?:-->)?\s*$")
_EXAMPLE_FENCE = re.compile(r"^(`{3,})(\w*)[ \t]*([^\n]*)\n(.*?)^\1[ \t]*$", re.DOTALL | re.MULTILINE)


def examples(card: Card, section: str) -> tuple[Example, ...]:
    """Return the examples of a card's *Bad* or *Good* section; raises CardError for a malformed one."""
    text = card.sections[section]
    starts = [m for m in re.finditer(r"^### (.+)$", text, re.MULTILINE) if not _inside_fence(text, m.start())]
    if not starts or text[: starts[0].start()].strip():
        raise CardError(f"{card.path}: section {section!r} holds examples below ### headings only")
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return tuple(
        _example(card, start[1].strip(), text[start.end() : end])
        for start, end in zip(starts, ends, strict=True)
    )


def _inside_fence(text: str, offset: int) -> bool:
    return any(match.start() <= offset < match.end() for match in _FENCE.finditer(text))


def _example(card: Card, title: str, text: str) -> Example:
    files: dict[str, str] = {}
    expected: list[tuple[str, int, str]] = []
    related: list[tuple[str, int]] = []
    output: str | None = None
    for match in _EXAMPLE_FENCE.finditer(text):
        info, content = match[3].strip(), match[4]
        if match[2] == "text" and info == "output":
            output = content.rstrip("\n")
            continue
        if not info.startswith("file="):
            raise CardError(f"{card.path}: a fence in example {title!r} names no file (file=PATH)")
        path = info.removeprefix("file=")
        files[path] = content
        for kind, name, line in marks(content):
            if name != card.name:
                raise CardError(f"{card.path}: example {title!r} marks the other rule {name!r}")
            if kind == "related":
                related.append((path, line))
            else:
                expected.append((path, line, kind))
    if not files:
        raise CardError(f"{card.path}: example {title!r} holds no file")
    return Example(title, files, tuple(expected), tuple(related), output)


def marks(content: str) -> Iterable[tuple[str, str, int]]:
    """Yield (kind, rule name, 1-based line) of each mark; one that stands alone marks the next line.

    Several marks that stand alone below each other all mark the first line that is none.
    """
    lines = content.split("\n")
    for index, line in enumerate(lines):
        match = _MARK.search(line)
        if not match:
            continue
        target = index
        if not line[: match.start()].strip():
            while target < len(lines) and _MARK.search(lines[target]) and _alone(lines[target]):
                target += 1
        yield match[1], match[2], target + 1


def _alone(line: str) -> bool:
    match = _MARK.search(line)
    return match is not None and not line[: match.start()].strip()
