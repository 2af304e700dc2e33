"""``confguard rule`` and ``confguard rules``: what is said about the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from confguard.cli.completion import rule_names
from confguard.cli.options import format_option
from confguard.cli.output import fail

if TYPE_CHECKING:
    from confguard.cards import Card


_TYPES = {"bool": "true or false", "int": "a whole number", "str": "a text", "list": "a list of texts"}


@click.command()
@click.argument("name", shell_complete=rule_names)
@format_option("text", "json")
@click.option("--all", "everything", is_flag=True, help="Show every example, not only the first ones.")
def rule(name: str, output_format: str, everything: bool) -> None:
    """Show the card of the rule NAME: why it matters, how to fix it, a bad and a good example."""
    import json

    from confguard.cards import load_cards
    from confguard.cli.card_page import body
    from confguard.config import suggestion

    cards = load_cards()
    if name not in cards:
        fail(f"there is no rule {name!r}{suggestion(name, cards)}")
    card = cards[name]
    if output_format == "json":
        click.echo(json.dumps(_card_facts(card) | {"body": card.body}, indent=2, ensure_ascii=False))
        return
    default = "on" if card.default else "off (select it by name)"
    facts = [
        f"{card.family}/{card.name}",
        f"severity: {card.severity.label}   confidence: {card.confidence.label}   by default: {default}",
        f"reads: {', '.join(card.reads)}   since: {card.since}   fix: {card.fix}",
    ]
    for option in card.options.values():
        kind = f"one of {', '.join(option.choices)}" if option.choices else _TYPES[option.type]
        facts.append(
            f"option {option.name} ({kind}; default {json.dumps(option.default)}): {option.description}"
        )
    click.echo("\n".join(facts) + "\n\n" + body(card, everything))


@click.command()
@format_option("text", "json")
def rules(output_format: str) -> None:
    """List all rules: family, name, severity, whether it fixes what it finds, and what that is."""
    from confguard.cards import load_cards

    cards = load_cards().values()
    if output_format == "json":
        import json

        click.echo(json.dumps([_card_facts(card) for card in cards], indent=2, ensure_ascii=False))
        return
    name_width = max(len(card.name) for card in cards)
    for card in cards:
        off = "" if card.default else "  (off by default)"
        fix = "" if card.fix == "none" else card.fix
        head = f"{card.family:<10}  {card.name:<{name_width}}  {card.severity.label:<7}"
        click.echo(f"{head}  {fix:<6}  {card.title}{off}")


def _card_facts(card: Card) -> dict[str, Any]:
    return {
        "name": card.name,
        "family": card.family,
        "title": card.title,
        "severity": card.severity.label,
        "confidence": card.confidence.label,
        "default": card.default,
        "reads": list(card.reads),
        "since": card.since,
        "plan": list(card.plan),
        "peers": list(card.peers),
        "tags": list(card.tags),
        "fix": card.fix,
        "options": {
            option.name: {
                "type": option.type,
                "default": option.default,
                "description": option.description,
                "choices": list(option.choices),
            }
            for option in card.options.values()
        },
    }
