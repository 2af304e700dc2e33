"""What is in force for one run, as frozen values."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from confguard.cards import Card
from confguard.finding import Severity
from confguard.source import Span

_EMPTY: Mapping[str, Any] = MappingProxyType({})


class ConfigError(ValueError):
    """A configuration or an option that cannot be used; the text says where, why and what would fit."""


@dataclass(frozen=True, slots=True)
class ConfiguredStack:
    """One ``[[tool.confguard.stacks]]`` table: a stack that the team names itself.

    Paths are relative to the project's root. ``env_templates`` maps the env file that only the host
    has to the committed template that stands in for it.
    """

    name: str
    files: tuple[str, ...]
    profiles: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    env_templates: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    project_directory: str | None = None
    role: str = "production"


@dataclass(frozen=True, slots=True)
class ConfiguredSuppression:
    """One ``[[tool.confguard.suppressions]]`` table: findings that are meant, by path and logical address.

    ``path`` is a gitignore pattern relative to the root, or ``""``. ``address`` is the beginning of the
    finding's logical address, or empty. ``span`` is where the table begins.
    """

    rule: str
    path: str
    address: tuple[str, ...]
    reason: str
    expires: datetime.date | None
    span: Span


@dataclass(frozen=True, slots=True)
class ReadinessSettings:
    """What a project says of its readiness plan: which one it is, and what only the team knows.

    ``required_keys`` are keys that the env template has to have, ``body_limits`` maps a path to the size of
    bodies (``100m``) that nginx has to take there, ``owners`` maps a row's id or a phase's number to who
    owns it.
    """

    plan: str = ""
    required_keys: tuple[str, ...] = ()
    body_limits: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    owners: Mapping[str, str] = field(default_factory=lambda: _EMPTY)


@dataclass(frozen=True, slots=True)
class Settings:
    """What is in force for one run."""

    select: tuple[str, ...] = ()
    """Rules or families to run instead of the default set; empty: the default set."""
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    default_rules: str = ""
    """A version of confguard: the default set leaves out rules that are newer; empty: it does not."""
    exclude: tuple[str, ...] = ()
    """gitignore patterns of paths that are left out."""
    file_kinds: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    """gitignore patterns, each with the kind that such files are of, or ``"none"``."""
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """gitignore patterns, each with the rules and families whose findings are not shown where they match."""
    severities: Mapping[str, Severity] = field(default_factory=lambda: _EMPTY)
    """Rule to the severity that it has in this project."""
    minimum: Severity = Severity.INFO
    """Findings below it are counted, not shown."""
    fail_on: Severity = Severity.WARNING
    stacks: tuple[ConfiguredStack, ...] = ()
    env_templates: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    """Env files that only the host has, each with the template that stands in for it, in every stack."""
    rule_options: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: _EMPTY)
    suppressions: bool = True
    """Whether comments, the configuration and the baseline may silence findings."""
    configured_suppressions: tuple[ConfiguredSuppression, ...] = ()
    never_suppress: tuple[str, ...] = ()
    """Rules and families that nothing silences."""
    baseline: str | None = None
    """The baseline's file, relative to the root; ``""``: none, None: that of the usual name, if there."""
    readiness: ReadinessSettings = field(default_factory=ReadinessSettings)
    env_files: tuple[str, ...] = ()
    """Env files of the host, as ``[PATH=]FILE``: only ever given by hand, never by a configuration."""
    python_environment: str = ""
    """The Python environment whose packages settings stand on, relative to the root; ``""``: none."""
    today: datetime.date | None = None
    """The day by which suppressions expire; None: the day of the run."""
    source: str | None = None
    """The file that the settings come from, relative to the root; None: built-in defaults."""
    origins: Mapping[str, Span] = field(default_factory=lambda: _EMPTY)
    """Where each configured key stands, by its dotted name."""

    def with_options(self, **changes: Any) -> Settings:
        """Return the settings with what was said on the command line put over them."""
        said = {name: value for name, value in changes.items() if value is not None}
        over = {name.replace("_", "-") for name in said}
        origins = {name: span for name, span in self.origins.items() if name not in over}
        return replace(self, origins=origins, **said)


def matches(card: Card, names: Sequence[str]) -> bool:
    """Say whether a rule is among names of rules and families."""
    return card.name in names or card.family in names or "all" in names


def selected_cards(settings: Settings, cards: Mapping[str, Card]) -> tuple[Card, ...]:
    """Return the cards that are to run, in the order of the cards."""

    def wanted(card: Card) -> bool:
        if card.name in settings.ignore:
            return False
        if matches(card, (*settings.select, *settings.extend_select)):
            # A rule that is selected by its own name beats its family's being ignored.
            by_name = card.name in (*settings.select, *settings.extend_select)
            return by_name or not matches(card, settings.ignore)
        return not settings.select and in_default_set(card, settings) and not matches(card, settings.ignore)

    return tuple(card for card in cards.values() if wanted(card))


def in_default_set(card: Card, settings: Settings) -> bool:
    """Say whether a rule runs where nothing is selected."""
    if not card.default:
        return False
    if not settings.default_rules or "run" in card.reads:
        return True
    return version(card.since) <= version(settings.default_rules)


def version(text: str) -> tuple[int, ...]:
    """Return the major and the minor number of a version; an unreadable one counts as the first."""
    parts = text.split(".")[:2]
    return tuple(int(part) if part.isdigit() else 0 for part in parts)
