"""What a run found: the value that every reporter renders. Built by ``confguard.run``, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from confguard.finding import Confidence, Finding, Severity
from confguard.source import Span


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What a card says about its rule.

    ``summary`` is one plain-text sentence, ``why`` and ``help_markdown`` are Markdown (one section and the
    whole card). ``tags`` are single words; ``security`` among them makes its findings security alerts.
    """

    name: str
    family: str
    summary: str
    severity: Severity
    confidence: Confidence
    why: str = ""
    help_markdown: str = ""
    url: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StackInfo:
    """A way in which the repository is run: its role, its files in merge order and why it is one."""

    name: str
    role: str
    files: tuple[str, ...]
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Silenced:
    """A finding that is not shown: what silences it, where that stands, and the reason it gives.

    ``by`` is ``"comment"``, ``"configuration"``, ``"per-file-ignores"`` or ``"baseline"``.
    """

    finding: Finding
    by: str
    place: Span | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is known at the end of a run.

    ``findings`` are those to show, sorted by ``Finding.sort_key``, with ``rule`` and ``severity`` stamped.
    ``rules`` has an entry for every rule that ran, by name. ``files`` counts the files that were
    understood, by kind. ``suppressed`` findings were silenced by the repository's owners, ``hidden`` ones
    are below the shown severity. ``notes`` are sentences about the run as a whole. ``seconds`` is wall time.
    """

    version: str
    root: Path
    findings: tuple[Finding, ...] = ()
    rules: Mapping[str, RuleInfo] = field(default_factory=dict)
    stacks: tuple[StackInfo, ...] = ()
    files: Mapping[str, int] = field(default_factory=dict)
    suppressed: int = 0
    hidden: int = 0
    baselined: int = 0
    """Findings that the baseline knows; they are none of those suppressed."""
    silenced: tuple[Silenced, ...] = ()
    """The suppressed and the baselined ones, where they are to be shown."""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    fixed: int = 0
    """Findings that were mended in this run, and are not among those shown."""
    changed: Mapping[str, tuple[range, ...]] | None = None
    """Lines (1-based) that changed, by path, where that was asked for: findings touch one, or are new."""
    untouched: int = 0
    """Findings that are not shown because they were there before and touch no changed line."""

    def fixable(self, *, safe: bool) -> int:
        """Return how many of the shown findings have a safe fix, or only unsafe ones."""
        return sum(finding.fix is not None and finding.fix.safe is safe for finding in self.findings)

    def count(self, severity: Severity) -> int:
        """Return how many of the shown findings have a severity."""
        return sum(severity_of(finding) is severity for finding in self.findings)


def severity_of(finding: Finding) -> Severity:
    """Return a finding's severity; one that was never stamped counts as an error, so that it is seen."""
    return finding.severity or Severity.ERROR


def is_changed(span: Span, changed: Mapping[str, tuple[range, ...]]) -> bool:
    """Say whether a place takes in a changed line."""
    last = span.end_line - (span.end_column == 1 and span.end > span.start)
    return any(span.line < lines.stop and lines.start <= last for lines in changed.get(span.path, ()))


def most_important_first(findings: tuple[Finding, ...]) -> list[Finding]:
    """Return findings by falling severity, in their own order inside of each."""
    return sorted(findings, key=lambda finding: -severity_of(finding))


def rule_info(report: Report, name: str) -> RuleInfo:
    """Return what is known of a rule; of one without a card, such as an internal error, only its name."""
    known = report.rules.get(name)
    return known or RuleInfo(name, "confguard", name.replace("-", " "), Severity.ERROR, Confidence.HIGH)
