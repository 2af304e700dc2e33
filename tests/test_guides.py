"""The guides speak of what there is: keys, commands, options, links."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from confguard.baseline import read
from confguard.cards import load_cards
from confguard.cli import main
from confguard.config.keys import table
from confguard.source import SourceFile
from confguard.suppress import Suppression, find_suppressions

DOCS = Path(__file__).resolve().parents[1] / "docs"
GUIDES = [DOCS / name for name in ("configuration.md", "suppressing.md", "legacy-repository.md")]
EVERYTHING = [
    *sorted(DOCS.glob("*.md")),
    *(DOCS.parent / name for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")),
]


def fences(text, language):
    return re.findall(rf"^```{language}[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_every_key_of_the_configuration_is_explained():
    text = "\n".join(guide.read_text("utf-8") for guide in GUIDES)

    def keys(kind):
        for name, key in getattr(kind, "keys", {}).items():
            if name not in load_cards():
                yield name
                yield from keys(getattr(key.kind, "item", key.kind))

    missing = [name for name in keys(table(load_cards())) if not re.search(rf"\b{re.escape(name)}\b", text)]
    assert not missing


@pytest.mark.parametrize("guide", EVERYTHING, ids=lambda path: path.name)
def test_every_command_and_option_that_is_shown_exists(guide):
    text = guide.read_text("utf-8")
    shown = [text, *("    " + fence.replace("\n", "\n    ") for fence in fences(text, "(?:sh|console|text)"))]
    for line in re.findall(r"(?:^    |`)(confguard [^\n`]*)", "\n".join(shown), re.MULTILINE):
        words = re.sub(r'"[^"]*"', "x", re.split("  |#|&&|:|<", line)[0]).split()
        command = main
        for word in words[1:]:
            if hasattr(command, "commands"):
                assert word in command.commands or word == "--version", line
                command = command.commands.get(word)
            elif word.startswith("--"):
                flags = {flag for one in command.params for flag in (*one.opts, *one.secondary_opts)}
                assert word in flags, line


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_link_to_another_guide_leads_somewhere(guide):
    for target in re.findall(r"\]\(([\w./-]+\.md)\)", guide.read_text("utf-8")):
        assert (DOCS / target).is_file(), target


def test_the_comments_that_are_shown_are_suppressions_of_rules_that_exist():
    for guide in GUIDES:
        for text in fences(guide.read_text("utf-8"), "yaml"):
            found = list(find_suppressions(SourceFile("compose.yaml", text)))
            assert all(isinstance(one, Suppression) and set(one.rules) <= set(load_cards()) for one in found)
            assert found


def test_the_baseline_that_is_shown_is_one():
    (text,) = fences((DOCS / "legacy-repository.md").read_text("utf-8"), "json")
    assert len(read(SourceFile("b.json", text)).entries) == len(json.loads(text)["findings"])


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_rule_that_is_named_exists(guide):
    text = guide.read_text("utf-8")
    for names in re.findall(r"(?:ignore(?:-file)?\[|--add-ignore )([a-z][a-z, -]+[a-z])", text):
        for name in re.split(r"[, ]+", names):
            assert name in {*load_cards(), "rule", "nginx"}, name
