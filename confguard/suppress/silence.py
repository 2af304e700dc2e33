"""Which findings are silenced, by whom: comments, tables of the configuration, per-file ignores."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from confguard.cards import Card
from confguard.config import ConfiguredSuppression, Settings, matches
from confguard.finding import Finding
from confguard.model.record import SuppressionUse
from confguard.reporters.result import Silenced
from confguard.source import Span
from confguard.suppress.comments import Malformed, Suppression


@dataclass
class Silencer:
    """Silences findings in steps, and remembers what did it."""

    settings: Settings
    comments: Sequence[Suppression | Malformed]
    today: datetime.date
    cards: Mapping[str, Card]
    real_path: Callable[[str], object] = str
    """Which file a path leads to: a comment in a file that has several paths is one comment."""
    silenced: list[Silenced] = field(default_factory=list)
    _used: set[tuple[object, int, str]] = field(default_factory=set)
    _kept: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._in_force = [one for one in self._suppressions() if not self._is_over(one.until)]
        self._tables = [one for one in self._configured() if not self._is_over(one.expires)]
        self._patterns: dict[str, Callable[[str], bool]] = {}

    @property
    def malformed(self) -> tuple[Malformed, ...]:
        """The comments that are none."""
        found = {self._place(one.span): one for one in self.comments if isinstance(one, Malformed)}
        return tuple(found.values())

    def keep(self, findings: Sequence[Finding]) -> list[Finding]:
        """Return the findings that nothing silences; the others are remembered."""
        kept = []
        for finding in findings:
            by = None if self.forbids(finding.rule) else self._by(finding)
            if by is None:
                kept.append(finding)
            else:
                self.silenced.append(by)
        self._kept += kept
        return kept

    def forbids(self, rule: str) -> bool:
        """Say whether the configuration lets nothing silence a rule."""
        card = self.cards.get(rule)
        return card is not None and matches(card, self.settings.never_suppress)

    def uses(self, ran: Sequence[Card]) -> Iterator[SuppressionUse]:
        """Yield what became of each suppression, by rule; after all findings were judged."""
        names = {card.name for card in ran}
        comments = {self._place(one.span): one for one in self._suppressions()}
        for one in comments.values():
            for rule in one.rules:
                yield self._use(one.span, rule, one.reason, one.until, names, in_comment=True)
        for table in self._configured():
            if not table.span.path.startswith("../"):  # a base of several projects: another may need it
                yield self._use(table.span, table.rule, table.reason, table.expires, names, in_comment=False)

    def _use(
        self,
        span: Span,
        rule: str,
        reason: str,
        until: datetime.date | None,
        ran: set[str],
        *,
        in_comment: bool,
    ) -> SuppressionUse:
        near = difflib.get_close_matches(rule, self.cards, n=1)
        return SuppressionUse(
            span,
            rule,
            reason=reason,
            exists=rule in self.cards,
            ran=rule in ran,
            used=(*self._place(span), rule) in self._used,
            nearest=near[0] if near and rule not in self.cards else "",
            expired=until if self._is_over(until) else None,
            forbidden=self.forbids(rule),
            in_comment=in_comment,
            near=tuple(
                one
                for one in self._kept
                if one.rule == rule and (not in_comment or one.primary.span.path == span.path)
            ),
        )

    def _by(self, finding: Finding) -> Silenced | None:
        """Return what silences a finding: the nearest to it is told, all of them have done something."""
        found = []
        for comment in self._in_force:
            if covers(comment, finding):
                self._used.add((*self._place(comment.span), finding.rule))
                found.append(Silenced(finding, "comment", comment.span, comment.reason))
        for table in self._tables:
            if self._fits(table, finding):
                self._used.add((*self._place(table.span), finding.rule))
                found.append(Silenced(finding, "configuration", table.span, table.reason))
        for pattern, names in self._per_file():
            card = self.cards.get(finding.rule)
            if (
                card is not None
                and matches(card, names)
                and self._matches(pattern, finding.primary.span.path)
            ):
                found.append(Silenced(finding, "per-file-ignores", None, pattern))
        return found[0] if found else None

    def _fits(self, table: ConfiguredSuppression, finding: Finding) -> bool:
        if finding.rule != table.rule or finding.address[: len(table.address)] != table.address:
            return False
        paths = {label.span.path for label in finding.labels}
        return not table.path or any(self._matches(table.path, path) for path in paths)

    def _matches(self, pattern: str, path: str) -> bool:
        if pattern not in self._patterns:
            from pathspec import GitIgnoreSpec

            self._patterns[pattern] = GitIgnoreSpec.from_lines([pattern]).match_file
        return self._patterns[pattern](path)

    def _place(self, span: Span) -> tuple[object, int]:
        return self.real_path(span.path), span.start

    def _is_over(self, until: datetime.date | None) -> bool:
        return until is not None and until < self.today

    def _suppressions(self) -> Iterator[Suppression]:
        if self.settings.suppressions:
            yield from (one for one in self.comments if isinstance(one, Suppression))

    def _configured(self) -> tuple[ConfiguredSuppression, ...]:
        return self.settings.configured_suppressions if self.settings.suppressions else ()

    def _per_file(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return self.settings.per_file_ignores if self.settings.suppressions else ()


def covers(comment: Suppression, finding: Finding) -> bool:
    """Say whether a comment stands at any labelled place of a finding of a rule that it names."""
    if finding.rule not in comment.rules:
        return False
    return any(
        label.span.path == comment.span.path
        and (
            not comment.lines or any(label.span.line <= line <= label.span.end_line for line in comment.lines)
        )
        for label in finding.labels
    )
