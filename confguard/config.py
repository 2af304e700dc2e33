"""``[tool.confguard]`` of a project as frozen settings; unknown keys and names are errors."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from confguard.cards import FAMILIES, Card
from confguard.discover.project import CONFIG_NAMES
from confguard.finding import Severity

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
class Settings:
    """What is in force for one run."""

    select: tuple[str, ...] = ()
    """Rules or families to run instead of the default set; empty: the default set."""
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """gitignore patterns of paths that are left out."""
    severities: Mapping[str, Severity] = field(default_factory=lambda: _EMPTY)
    """Rule to the severity that it has in this project."""
    minimum: Severity = Severity.INFO
    """Findings below it are counted, not shown."""
    fail_on: Severity = Severity.WARNING
    stacks: tuple[ConfiguredStack, ...] = ()
    rule_options: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: _EMPTY)
    suppressions: bool = True
    env_files: tuple[str, ...] = ()
    """Env files of the host, as ``[PATH=]FILE``: only ever given by hand, never by a configuration."""
    source: str | None = None
    """The file that the settings come from, relative to the root; None: built-in defaults."""

    def with_options(self, **changes: Any) -> Settings:
        """Return the settings with what was said on the command line put over them."""
        return replace(self, **{name: value for name, value in changes.items() if value is not None})


def load_settings(root: Path, cards: Mapping[str, Card]) -> Settings:
    """Read the configuration of a project's root; raises ConfigError.

    The first of ``confguard.toml``, ``.confguard.toml`` and a ``pyproject.toml`` with a
    ``[tool.confguard]`` table counts. A configuration is data: nothing in it is run.
    """
    for name in (*CONFIG_NAMES, "pyproject.toml"):
        path = root / name
        if not path.is_file():
            continue
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            if name == "pyproject.toml":
                continue  # not ours to judge: other tools own this file too
            raise ConfigError(f"{name}: {error}") from None
        if name == "pyproject.toml":
            document = document.get("tool", {}).get("confguard")
            if document is None:
                continue
        return parse_settings(document, name, cards)
    return Settings()


def parse_settings(document: Mapping[str, Any], source: str, cards: Mapping[str, Card]) -> Settings:
    """Turn a configuration table into settings; raises ConfigError."""
    known = ("select", "ignore", "extend-select", "exclude", "severity", "fail-on", "stacks", "rules")
    _reject_unknown(document, known, source, "key")

    def selectors(key: str) -> tuple[str, ...]:
        return check_selectors(_strings(document, key, source), cards, f"{source}: {key}")

    severities: dict[str, Severity] = {}
    for name, word in _table(document, "severity", source).items():
        check_selectors([name], cards, f"{source}: severity", families=False)
        severities[name] = parse_severity(word, f"{source}: severity.{name}")
    options: dict[str, Mapping[str, Any]] = {}
    for name, values in _table(document, "rules", source).items():
        check_selectors([name], cards, f"{source}: rules", families=False)
        options[name] = _rule_options(cards[name], values, f"{source}: rules.{name}")
    stacks = document.get("stacks", [])
    if not isinstance(stacks, list) or not all(isinstance(stack, dict) for stack in stacks):
        raise ConfigError(f"{source}: stacks is a list of tables")
    return Settings(
        select=selectors("select"),
        ignore=selectors("ignore"),
        extend_select=selectors("extend-select"),
        exclude=_patterns(_strings(document, "exclude", source), source),
        severities=severities,
        fail_on=parse_severity(document.get("fail-on", "warning"), f"{source}: fail-on"),
        stacks=tuple(_stack(stack, f"{source}: stacks[{index}]") for index, stack in enumerate(stacks)),
        rule_options=options,
        source=source,
    )


def check_selectors(
    names: Sequence[str], cards: Mapping[str, Card], where: str, *, families: bool = True
) -> tuple[str, ...]:
    """Return the names if each is a rule, a family or ``all``; raises ConfigError with the nearest name."""
    valid = {*cards, *(("all", *FAMILIES) if families else ())}
    for name in names:
        if name not in valid:
            kind = "rule or family" if families else "rule"
            raise ConfigError(f"{where}: there is no {kind} {name!r}{suggestion(name, valid)}")
    return tuple(names)


def parse_severity(word: object, where: str) -> Severity:
    """Return the severity that a word names; raises ConfigError."""
    try:
        return Severity.parse(str(word))
    except KeyError:
        raise ConfigError(f"{where}: {word!r} is not one of error, warning, info") from None


def suggestion(name: str, valid: Iterable[str]) -> str:
    """Return `` (did you mean 'x'?)`` for the nearest valid name, or nothing."""
    near = difflib.get_close_matches(name, sorted(valid), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def selected_cards(settings: Settings, cards: Mapping[str, Card]) -> tuple[Card, ...]:
    """Return the cards that are to run, in the order of the cards."""

    def matches(card: Card, names: Sequence[str]) -> bool:
        return card.name in names or card.family in names or "all" in names

    def wanted(card: Card) -> bool:
        if card.name in settings.ignore:
            return False
        if matches(card, (*settings.select, *settings.extend_select)):
            # A rule that is selected by its own name beats its family's being ignored.
            by_name = card.name in (*settings.select, *settings.extend_select)
            return by_name or not matches(card, settings.ignore)
        return not settings.select and card.default and not matches(card, settings.ignore)

    return tuple(card for card in cards.values() if wanted(card))


def _patterns(patterns: Sequence[str], where: str) -> tuple[str, ...]:
    from pathspec import GitIgnoreSpec

    for pattern in patterns:
        try:
            GitIgnoreSpec.from_lines([pattern])
        except ValueError as error:
            raise ConfigError(f"{where}: exclude: {pattern!r} is no pattern: {error}") from None
    return tuple(patterns)


def _rule_options(card: Card, values: object, where: str) -> Mapping[str, Any]:
    if not isinstance(values, dict):
        raise ConfigError(f"{where}: is a table of options")
    _reject_unknown(values, tuple(card.options), where, "option")
    for name, value in values.items():
        option = card.options[name]
        if not option.accepts(value):
            choices = f", one of {', '.join(option.choices)}" if option.choices else ""
            raise ConfigError(f"{where}.{name}: {value!r} is not of type {option.type}{choices}")
    return dict(values)


def _stack(table: Mapping[str, Any], where: str) -> ConfiguredStack:
    known = ("name", "files", "profiles", "env-files", "env-templates", "project-directory", "role")
    _reject_unknown(table, known, where, "key")
    files = tuple(_strings(table, "files", where))
    if not files:
        raise ConfigError(f"{where}: files names at least one Compose file")
    role = table.get("role", "production")
    roles = ("production", "staging", "development", "test")
    if role not in roles:
        raise ConfigError(f"{where}: role is one of {', '.join(roles)}")
    templates = _table(table, "env-templates", where)
    texts = (table.get("name", ""), table.get("project-directory", ""), *templates.values())
    if not all(isinstance(text, str) for text in texts):
        raise ConfigError(f"{where}: name, project-directory and env-templates hold strings")
    return ConfiguredStack(
        name=table.get("name") or " + ".join(files),
        files=files,
        profiles=tuple(_strings(table, "profiles", where)),
        env_files=tuple(_strings(table, "env-files", where)),
        env_templates=dict(templates),
        project_directory=table.get("project-directory"),
        role=role,
    )


def _reject_unknown(table: Mapping[str, Any], known: Sequence[str], where: str, what: str) -> None:
    for key in table:
        if key not in known:
            raise ConfigError(f"{where}: unknown {what} {key!r}{suggestion(key, known)}")


def _strings(table: Mapping[str, Any], key: str, where: str) -> list[str]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{where}: {key} is a list of strings")
    return value


def _table(table: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise ConfigError(f"{where}: {key} is a table")
    return value
