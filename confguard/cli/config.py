"""``confguard config``: what is in force, and where each of it is said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from confguard.cli.options import format_option, path_argument
from confguard.cli.output import emit_json, usage_errors_told
from confguard.cli.settings import settings_of, settings_options

if TYPE_CHECKING:
    from confguard.config import Settings
    from confguard.config.explain import Item, RuleState

_BY_OPTION = {
    "select": "select",
    "ignore": "ignore",
    "extend_select": "extend-select",
    "fail_on": "fail-on",
    "severity": "severity-shown",
    "no_suppressions": "no-suppressions",
    "baseline_file": "baseline",
    "no_baseline": "baseline",
    "python_environment": "python-environment",
}


@click.command()
@path_argument()
@format_option("text", "json")
@settings_options()
def config(path: Path, output_format: str, **options: Any) -> None:
    """Show what is in force for the project that PATH belongs to, and where it is said."""
    from confguard.cards import load_cards
    from confguard.config.explain import in_force, rule_states

    with usage_errors_told():
        settings = settings_of(path, options)
    given = {key for option, key in _BY_OPTION.items() if options[option]}
    items = in_force(settings, given)
    states = rule_states(settings, load_cards())
    if output_format == "json":
        emit_json(_facts(settings, items, states))
        return
    _print(settings, items, states)


def _facts(settings: Settings, items: tuple[Item, ...], states: tuple[RuleState, ...]) -> Mapping[str, Any]:
    def said(place: Any) -> Any:
        if isinstance(place, str):
            return place
        return {"path": place.path, "line": place.line, "column": place.column}

    return {
        "schema": "confguard/config-v1",
        "source": settings.source,
        "settings": [
            {"key": one.key, "value": one.value, "said": [said(place) for place in one.said]} for one in items
        ],
        "rules": [
            {"name": one.name, "runs": one.runs, "severity": one.severity.label, "why": one.why}
            for one in states
        ],
    }


def _print(settings: Settings, items: tuple[Item, ...], states: tuple[RuleState, ...]) -> None:
    from confguard.reporters.text import visible

    click.echo(visible(f"configuration: {settings.source or 'none, what is built in is in force'}"))
    rows = [(one.key, _value(one), ", ".join(_place(place) for place in one.said)) for one in items]
    key_width = max(len(key) for key, _, _ in rows)
    value_width = min(max(len(value) for _, value, _ in rows), 60)
    for key, value, place in rows:
        click.echo(visible(f"  {key:<{key_width}}  {value:<{value_width}}  {place}").rstrip())
    running = [one for one in states if one.runs]
    click.echo(f"rules: {len(running)} of {len(states)} run")
    reasons: dict[str, list[str]] = {}
    for one in states:
        if not one.runs:
            reasons.setdefault(one.why, []).append(one.name)
    for why, names in reasons.items():
        shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        click.echo(f"  {why}: {shown}")


def _value(one: Item) -> str:
    if one.key == "baseline" and one.value is None:
        return "confguard-baseline.json, if it is there"
    if one.key == "select" and not one.value:
        return "the default set"
    return json.dumps(one.value, ensure_ascii=False)


def _place(place: Any) -> str:
    return place if isinstance(place, str) else f"{place.path}:{place.line}"
