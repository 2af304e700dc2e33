"""What is in force for a project, and where each of it is said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from confguard.cards import Card
from confguard.config.settings import Settings, in_default_set, matches, selected_cards
from confguard.finding import Severity
from confguard.source import Span

DEFAULT, COMMAND_LINE = "default", "command line"


@dataclass(frozen=True, slots=True)
class Item:
    """One key in force: its dotted name, its value as JSON would have it, and who says so.

    ``said`` are the places in files, or the one word ``"default"`` or ``"command line"``.
    """

    key: str
    value: Any
    said: tuple[Span | str, ...]


@dataclass(frozen=True, slots=True)
class RuleState:
    """Whether a rule runs, with which severity, and why."""

    name: str
    runs: bool
    severity: Severity
    why: str


def in_force(settings: Settings, given: Collection[str] = ()) -> tuple[Item, ...]:
    """Return every key with its value; ``given`` are the keys that the command line has set."""

    def said(*keys: str) -> tuple[Span | str, ...]:
        if keys[0] in given:
            return (COMMAND_LINE,)
        places = tuple(settings.origins[key] for key in keys if key in settings.origins)
        return places or (DEFAULT,)

    def item(key: str, value: Any, *others: str) -> Item:
        return Item(key, value, said(key, *others))

    items = [
        item("select", list(settings.select)),
        item("ignore", list(settings.ignore), "extend-ignore"),
        item("extend-select", list(settings.extend_select)),
        item("default-rules", settings.default_rules),
        item("exclude", list(settings.exclude)),
        item("fail-on", settings.fail_on.label),
    ]
    if "severity-shown" in given:
        items.append(Item("shown from", settings.minimum.label, (COMMAND_LINE,)))
    items += [item(f"severity.{name}", one.label) for name, one in settings.severities.items()]
    for name, options in settings.rule_options.items():
        items += [item(f"rules.{name}.{option}", value) for option, value in options.items()]
    for pattern, names in settings.per_file_ignores:
        items.append(Item(f"per-file-ignores.{pattern!r}", list(names), said("per-file-ignores")))
    for pattern, kind in settings.file_kinds.items():
        items.append(Item(f"file-kinds.{pattern!r}", kind, said("file-kinds")))
    for index, stack in enumerate(settings.stacks):
        items.append(item(f"stacks[{index}]", _fields(stack)))
    for path, template in settings.env_templates.items():
        items.append(Item(f"env-templates.{path!r}", template, said("env-templates")))
    if settings.python_environment:
        items.append(item("python-environment", settings.python_environment))
    items.append(item("no-suppressions", not settings.suppressions))
    for index, one in enumerate(settings.configured_suppressions):
        until = {"expires": one.expires.isoformat()} if one.expires else {}
        value = {
            "rule": one.rule,
            "path": one.path,
            "address": list(one.address),
            "reason": one.reason,
            **until,
        }
        items.append(Item(f"suppressions[{index}]", value, (one.span,)))
    items.append(item("never-suppress", list(settings.never_suppress)))
    items.append(item("baseline", settings.baseline))
    for key, value in _fields(settings.readiness).items():
        if value:
            items.append(item(f"readiness.{key}", value))
    return tuple(items)


def _fields(value: Any) -> dict[str, Any]:
    """Return a dataclass as its table: names with hyphens, values as JSON has them."""
    return {
        name.replace("_", "-"): list(one)
        if isinstance(one, tuple)
        else dict(one)
        if isinstance(one, Mapping)
        else one
        for name, one in ((name, getattr(value, name)) for name in value.__slots__)
    }


def rule_states(settings: Settings, cards: Mapping[str, Card]) -> tuple[RuleState, ...]:
    """Return what becomes of every rule."""
    running = {card.name for card in selected_cards(settings, cards)}
    return tuple(
        RuleState(
            card.name,
            card.name in running,
            settings.severities.get(card.name, card.severity),
            _why(card, settings, card.name in running),
        )
        for card in cards.values()
    )


def _why(card: Card, settings: Settings, runs: bool) -> str:
    if runs:
        return "selected" if matches(card, (*settings.select, *settings.extend_select)) else "by default"
    if matches(card, settings.ignore):
        return "ignored"
    if settings.select:
        return "not selected"
    if card.default and not in_default_set(card, settings):
        return f"newer than the default rules of {settings.default_rules}"
    return "off by default"
