"""What a rule says: severities, labels, findings, edits, their order and their identity."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum

from confguard.source import Span


class Severity(IntEnum):
    """How bad a finding is, comparable: ``Severity.ERROR > Severity.WARNING``."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The lower-case word that people read and write."""
        return self.name.lower()

    @classmethod
    def parse(cls, text: str) -> Severity:
        """Return the severity of a word; raises KeyError for an unknown one."""
        return cls[text.upper()]


class Confidence(IntEnum):
    """How sure a rule is of what it says; not how bad it would be."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def label(self) -> str:
        """The lower-case word that people read and write."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Label:
    """A place that takes part in a finding, with a few words on its part in it."""

    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    r"""A replacement of the text at a span; an empty span inserts, an empty text deletes.

    The text takes on the line endings of its file, so that whoever makes an edit writes ``\n``.
    """

    span: Span
    text: str

    def __post_init__(self) -> None:
        if "\n" in self.text and self.span.file.newline != "\n":
            text = self.text.replace("\r\n", "\n").replace("\n", self.span.file.newline)
            object.__setattr__(self, "text", text)


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend a finding together, in one file or several.

    It is safe if the effective values change only as the finding asks, and nobody's data or access can be
    lost by it. ``title`` completes "this would ...": ``bind port 5432 to loopback``.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of one rule.

    A check fills ``message`` (what is wrong, naming the offending value), ``primary`` (where), ``related``
    (every other place that takes part, in whichever file), ``notes`` (facts), ``help`` (the mend),
    ``stacks`` (the names of the stacks it is true for) and ``address`` (its logical identity without
    line numbers or values: names of services, settings, locations). ``rule`` and ``severity`` are
    stamped by the engine from the rule's card; a check sets ``severity`` only where it differs.
    """

    message: str
    primary: Label
    related: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str = ""
    stacks: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    severity: Severity | None = None
    fixes: tuple[Fix, ...] = ()
    """Ways to mend it, each complete by itself; the first that may be applied is."""
    rule: str = ""
    rank: int = 0
    """Which of equal severity comes first: stamped from the rule's card."""

    @property
    def labels(self) -> tuple[Label, ...]:
        """The primary label and the related ones."""
        return (self.primary, *self.related)

    @property
    def fix(self) -> Fix | None:
        """The fix that is offered first: a safe one before all others."""
        return next((one for one in self.fixes if one.safe), self.fixes[0] if self.fixes else None)

    @property
    def sort_key(self) -> tuple[int, int, str, int, int, str, str]:
        """Order of output: the most severe first, then those that matter most, then path, place, rule."""
        return (-(self.severity or 0), -self.rank, *self.primary.span.sort_key, self.rule, self.message)

    @property
    def fingerprint(self) -> str:
        """An identity that survives rewording, reformatting and moved lines (hex digits).

        Made of the rule, the paths that take part and the logical address; never of lines or values.
        """
        paths = sorted({label.span.path for label in self.labels})
        identity = "\0".join((self.rule, *paths, "", *self.address))
        return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32]
