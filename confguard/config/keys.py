"""Every key that a configuration may have: the loader and the published schema are made of this."""

from __future__ import annotations

from collections.abc import Mapping

from confguard.cards import FAMILIES, Card, Option
from confguard.config.kinds import Day, Flag, Key, ListOf, MapOf, Table, Text, Whole
from confguard.config.kinds import Kind as ValueKind
from confguard.discover.kinds import NO_KIND, Kind

SEVERITIES = ("error", "warning", "info")
ROLES = ("production", "staging", "development", "test")
_SIZE = r"^[0-9]+[kKmMgG]?$"
_VERSION = r"^[0-9]+\.[0-9]+(\.[0-9]+)?$"


def table(cards: Mapping[str, Card]) -> Table:
    """Return the top-level table, with the rules and the options that there are."""
    rule = Text(tuple(sorted(cards)), "rule")
    selector = selectors(cards, ref="selector")
    severity = Text(SEVERITIES)
    path, paths = Text(), ListOf(Text())
    severities = {name: Key(severity, card.title) for name, card in sorted(cards.items())}
    options = {name: Key(_options(card), card.title) for name, card in sorted(cards.items()) if card.options}
    return Table(
        {
            "extend": Key(
                path, "Another configuration file that this one builds on; the path is relative to this file."
            ),
            "select": Key(ListOf(selector), "The rules and families to run, instead of the default set."),
            "ignore": Key(ListOf(selector), "Rules and families not to run."),
            "extend-select": Key(ListOf(selector), "Rules and families to run beside the others."),
            "extend-ignore": Key(
                ListOf(selector), "Rules and families not to run either, beside those of the extended file."
            ),
            "default-rules": Key(
                Text(pattern=_VERSION, form="a version such as 0.1"),
                "Take the default set of this version of confguard: newer rules run where they are selected.",
            ),
            "exclude": Key(paths, "Files that are left out, as gitignore patterns relative to this file."),
            "file-kinds": Key(
                MapOf(Text(), Text((*(kind.value for kind in Kind), NO_KIND))),
                "gitignore patterns, each with the kind that such files are of, whatever they look like.",
            ),
            "per-file-ignores": Key(
                MapOf(Text(), ListOf(selector)),
                "gitignore patterns, each with the rules and families that say nothing about such files.",
            ),
            "severity": Key(
                Table(severities, unknown="there is no rule", what="rules"),
                "The severity of a rule in this project, whatever it says itself.",
            ),
            "fail-on": Key(severity, "Exit with 1 for findings this bad or worse.", default="warning"),
            "baseline": Key(
                Text(empty=True),
                "The file of known findings, relative to this file; an empty text: none. "
                "Without it, confguard-baseline.json at the root, if there is one.",
            ),
            "stacks": Key(
                ListOf(_stack(), "tables"), "The stacks to judge, instead of those that are found."
            ),
            "env-templates": Key(
                MapOf(Text(), Text()),
                "Env files that only the host has, each with the committed template that stands in for it.",
            ),
            "python-environment": Key(
                path,
                "The Python environment, like .venv, in which packages are installed that settings stand on; "
                "inside of the project; the path is relative to this file.",
            ),
            "suppressions": Key(
                ListOf(_suppression(rule), "tables"), "Findings that are meant, where a comment cannot stand."
            ),
            "never-suppress": Key(
                ListOf(selector), "Rules and families that no comment, table or baseline silences."
            ),
            "rules": Key(
                Table(options, unknown="there is no rule with options", what="rules"), "The options of rules."
            ),
            "readiness": Key(_readiness(), "What only the team knows for its readiness plan."),
        }
    )


def selectors(cards: Mapping[str, Card], ref: str = "") -> Text:
    """Return what names rules, families, or all of them."""
    return Text((*sorted(cards), *FAMILIES, "all"), "rule or family", ref=ref)


def _stack() -> Table:
    return Table(
        {
            "name": Key(Text(empty=True), "The name that findings show; without it, the files."),
            "files": Key(
                ListOf(Text(), least=1),
                "The Compose files in merge order, relative to this file.",
                required=True,
            ),
            "profiles": Key(ListOf(Text()), "The active profiles."),
            "env-files": Key(ListOf(Text()), "What `docker compose --env-file` is given."),
            "env-templates": Key(
                MapOf(Text(), Text()),
                "Env files that only the host has, each with the committed template that stands in for it.",
            ),
            "project-directory": Key(Text(empty=True), "What `docker compose --project-directory` is given."),
            "role": Key(Text(ROLES), "What the stack is for.", default="production"),
        }
    )


def _suppression(rule: Text) -> Table:
    return Table(
        {
            "rule": Key(rule, "The rule whose findings are meant.", required=True),
            "path": Key(Text(), "A gitignore pattern that one of the finding's places has to match."),
            "address": Key(
                ListOf(Text(empty=True), least=1),
                "The beginning of the finding's address, as `--output-format json` shows it.",
            ),
            "reason": Key(Text(empty=True), "Why the finding is meant."),
            "expires": Key(Day(), "The last day on which it counts."),
        },
        one_of=("path", "address"),
        why="a rule is switched off by 'ignore'",
    )


def _readiness() -> Table:
    return Table(
        {
            "plan": Key(Text(), "A plan that comes along, or a file relative to this one."),
            "required-keys": Key(
                ListOf(Text()), "Keys that the template of production has to have; `A|B` is either."
            ),
            "body-limits": Key(
                MapOf(
                    Text(pattern="^/", form="a path: it begins with /"),
                    Text(pattern=_SIZE, form="a size such as 100m"),
                ),
                "Paths, each with the size of request bodies that nginx has to take there.",
            ),
            "owners": Key(MapOf(Text(), Text()), "A row's id or a phase's number, each with who owns it."),
        }
    )


def _options(card: Card) -> Table:
    keys = {
        option.name: Key(_option(option), option.description, default=option.default)
        for option in card.options.values()
    }
    return Table(keys, unknown="unknown option", what="options")


def _option(option: Option) -> ValueKind:
    kinds: Mapping[str, ValueKind] = {
        "bool": Flag(),
        "int": Whole(),
        "str": Text(option.choices, empty=not option.choices),
        "list": ListOf(Text(option.choices)),
    }
    return kinds[option.type]
