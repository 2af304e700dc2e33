"""What is in force: every key that can be configured is told, with the place that says it."""

from __future__ import annotations

from confguard.cards import load_cards
from confguard.config import Settings, load_settings
from confguard.config.explain import DEFAULT, in_force, rule_states
from confguard.config.keys import table
from confguard.source import Span

CARDS = load_cards()
TEXT = """\
select = ["all"]
ignore = ["nginx"]
extend-select = ["env"]
extend-ignore = ["duplicate-key"]
default-rules = "0.1"
exclude = ["x/"]
fail-on = "error"
baseline = "b.json"
never-suppress = ["django"]
python-environment = ".venv"
[per-file-ignores]
"legacy/" = ["all"]
[file-kinds]
"x.tpl" = "nginx"
[severity]
unpinned-image = "info"
[env-templates]
".env" = ".env.example"
[[stacks]]
files = ["compose.yaml"]
[[suppressions]]
rule = "unpinned-image"
path = "x"
[rules.unpinned-image]
require-digest = true
[readiness]
owners = { "1" = "Platform" }
"""


def test_every_key_is_told_with_its_place(tmp_path):
    (tmp_path / "confguard.toml").write_text(TEXT)
    items = in_force(load_settings(tmp_path, CARDS))
    told = {one.key.partition(".")[0].partition("[")[0] for one in items if isinstance(one.said[0], Span)}
    assert told == set(table(CARDS).keys) - {"extend", "extend-ignore"}
    lines = {one.key: [place.line for place in one.said] for one in items if isinstance(one.said[0], Span)}
    assert lines["ignore"] == [2, 4]
    assert lines["severity.unpinned-image"] == [16]
    assert lines["stacks[0]"] == [19]
    assert lines["rules.unpinned-image.require-digest"] == [25]
    assert lines["readiness.owners"] == [27]


def test_without_a_configuration_everything_is_a_default():
    assert {one.said for one in in_force(Settings())} == {(DEFAULT,)}


def test_every_rule_has_a_reason():
    states = rule_states(Settings(select=("compose",), ignore=("unpinned-image",)), CARDS)
    assert {one.name for one in states} == set(CARDS)
    assert {one.why for one in states if one.runs} == {"selected"}
    assert {one.why for one in states if not one.runs} == {"ignored", "not selected"}
    assert {one.why for one in rule_states(Settings(default_rules="0.0"), CARDS) if not one.runs} >= {
        "newer than the default rules of 0.0"
    }
