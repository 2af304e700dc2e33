"""The configuration: what it may hold, and what it says when it cannot be used."""

from __future__ import annotations

import dataclasses

import pytest

from confguard.cards import load_cards
from confguard.config import ConfigError, Settings, load_settings, parse_settings, selected_cards
from confguard.finding import Severity

CARDS = load_cards()


def parse(**document):
    return parse_settings({key.replace("_", "-"): value for key, value in document.items()}, "c.toml", CARDS)


def names(settings):
    return {card.name for card in selected_cards(settings, CARDS)}


def test_without_a_configuration_the_default_rules_run():
    assert names(Settings()) == {card.name for card in CARDS.values() if card.default}


def test_a_family_is_selected_whole_and_a_rule_is_taken_out_of_it():
    selected = names(parse(select=["compose"], ignore=["unpinned-image"]))
    assert selected == {c.name for c in CARDS.values() if c.family == "compose"} - {"unpinned-image"}


def test_a_rule_selected_by_name_beats_its_ignored_family():
    assert names(parse(ignore=["compose"], extend_select=["unpinned-image"])) >= {"unpinned-image"}
    assert "published-datastore-port" not in names(parse(ignore=["compose"]))


def test_all_selects_every_rule():
    assert names(parse(select=["all"])) == set(CARDS)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"selct": []}, r"c\.toml: unknown key 'selct' \(did you mean 'select'\?\)"),
        ({"select": ["unpined-image"]}, r"no rule or family 'unpined-image' \(did you mean 'unpinned-image'"),
        ({"select": "compose"}, "select: has to be a list of strings"),
        ({"severity": {"compose": "error"}}, "there is no rule 'compose'"),
        ({"severity": {"unpinned-image": "fatal"}}, "'fatal' is not one of error, warning, info"),
        ({"severity": []}, "severity: has to be a table of rules"),
        ({"fail_on": "never"}, "fail-on: 'never'"),
        ({"rules": {"unpinned-image": {"digest": True}}}, "unknown option 'digest'"),
        ({"rules": {"unpinned-image": {"require-digest": "yes"}}}, "is not of type bool"),
        ({"rules": {"ungated-proxy": {"convention": "maybe"}}}, "one of auto, always"),
        ({"rules": {"unpinned-image": True}}, "has to be a table of options"),
        ({"stacks": {}}, "stacks: has to be a list of tables"),
        ({"rules": {"csp-mismatch": {}}}, "there is no rule with options 'csp-mismatch'"),
        ({"exclude": ["docs/\\"]}, "is no pattern"),
        ({"per_file_ignores": {"docs/\\": []}}, "is no pattern"),
        ({"per_file_ignores": {"docs/": ["compos"]}}, "did you mean 'compose'"),
        ({"suppressions": [{"rule": "unpinned-image"}]}, "needs 'path' or 'address'; a rule is switched off"),
        ({"suppressions": [{"rule": "compose", "path": "x"}]}, "there is no rule 'compose'"),
        ({"suppressions": [{"path": "x"}]}, "needs 'rule'"),
        (
            {"suppressions": [{"rule": "unpinned-image", "path": "x", "expires": "2027-02-30"}]},
            "'2027-02-30' is no date of the form YYYY-MM-DD",
        ),
        ({"suppressions": ["x"]}, r"suppressions\[0\]: 'x' is no table"),
        ({"default_rules": "newest"}, "default-rules: 'newest' is not a version such as 0.1"),
        ({"readiness": {"body-limits": {"upload": "1g"}}}, "'upload' is not a path: it begins with /"),
        ({"readiness": {"body-limits": {"/upload": "much"}}}, "'much' is not a size such as 100m"),
        ({"readiness": {"owner": {}}}, "unknown key 'owner' .did you mean 'owners'"),
        ({"stacks": [{"files": []}]}, r"stacks\[0\]\.files: is empty"),
        ({"baseline": 1}, "baseline: 1 is not of type str"),
        ({"stacks": [{"name": "x"}]}, r"stacks\[0\]: needs 'files'"),
        (
            {"stacks": [{"files": ["a"], "role": "prod"}]},
            r"stacks\[0\]\.role: 'prod' is not one of production",
        ),
        ({"stacks": [{"files": ["a"], "profile": []}]}, r"unknown key 'profile' \(did you mean 'profiles'"),
        ({"stacks": [{"files": ["a"], "env-templates": {".env": 1}}]}, "1 is not of type str"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_place_and_the_nearest_right_one(document, message):
    with pytest.raises(ConfigError, match=message):
        parse(**document)


def test_everything_that_is_configured_is_in_force():
    settings = parse(
        severity={"unpinned-image": "error"},
        fail_on="error",
        exclude=["examples/"],
        rules={"unpinned-image": {"require-digest": True}},
        stacks=[{"files": ["a.yml", "b.yml"], "profiles": ["p"], "env-templates": {".env": ".env.dist"}}],
    )
    assert settings.severities == {"unpinned-image": Severity.ERROR}
    assert settings.fail_on is Severity.ERROR
    assert settings.exclude == ("examples/",)
    assert settings.rule_options["unpinned-image"] == {"require-digest": True}
    assert settings.stacks[0].name == "a.yml + b.yml"
    assert settings.stacks[0].role == "production"


def test_the_first_file_that_configures_confguard_counts(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert load_settings(tmp_path, CARDS).source is None
    (tmp_path / "pyproject.toml").write_text("[tool.confguard]\nfail-on = 'error'\n")
    assert load_settings(tmp_path, CARDS).source == "pyproject.toml"
    (tmp_path / "confguard.toml").write_text("fail-on = 'info'\n")
    assert load_settings(tmp_path, CARDS).fail_on is Severity.INFO
    (tmp_path / ".confguard.toml").write_text("fail-on = 'warning'\n")
    assert load_settings(tmp_path, CARDS).source == ".confguard.toml"


def test_a_broken_configuration_of_ours_is_an_error_and_a_broken_pyproject_is_left_to_others(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[broken")
    assert load_settings(tmp_path, CARDS) == Settings()
    (tmp_path / "confguard.toml").write_text("[broken")
    with pytest.raises(ConfigError, match=r"confguard\.toml:"):
        load_settings(tmp_path, CARDS)


def test_every_complaint_comes_with_its_line_and_column(tmp_path):
    (tmp_path / "confguard.toml").write_text(
        "selct = []\nfail-on = 'fatal'\n\n[severity]\nunpinned-image = 'info'\nunpined-image = 'info'\n"
        "[[stacks]]\nfiles = ['a.yml']\n[[stacks]]\nfiles = ['b.yml']\nrole = 'prod'\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path, CARDS)
    assert str(caught.value).splitlines() == [
        "confguard.toml:1:1: unknown key 'selct' (did you mean 'select'?)",
        "confguard.toml:2:1: fail-on: 'fatal' is not one of error, warning, info",
        "confguard.toml:6:1: severity: there is no rule 'unpined-image' (did you mean 'unpinned-image'?)",
        "confguard.toml:11:1: stacks[1].role: 'prod' is not one of production, staging, development, test",
    ]


def test_a_pyproject_tells_the_places_of_its_own_table(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n\n[tool.confguard]\nignore = ['x']\n")
    with pytest.raises(
        ConfigError, match=r"^pyproject\.toml:5:11: ignore\[0\]: there is no rule or family 'x'"
    ):
        load_settings(tmp_path, CARDS)


def test_newer_rules_are_left_out_of_an_older_default_set():
    newest = dataclasses.replace(CARDS["unpinned-image"], name="newest", since="0.12")
    cards = {**CARDS, "newest": newest}

    def run(**document):
        return {card.name for card in selected_cards(parse(**document), cards)}

    assert "newest" in run()
    assert "newest" not in run(default_rules="0.2")
    assert "newest" in run(default_rules="0.12.3")
    assert "newest" in {
        card.name for card in selected_cards(Settings(default_rules="0.2", extend_select=("newest",)), cards)
    }
    assert "unpinned-image" in run(default_rules="0.2")


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 5000 + "]" * 5000,
        "x = " + "{ a = " * 3000 + "1" + " }" * 3000,
        "select = " + "[" * 100 + "]" * 100,
        "x = " + "9" * 5000,
        "fail-on = '" + "x" * 100_000 + "'",
        "'\\u0000' = 1",
        "\x00",
        "[[a]]\n" * 2000,
        ".".join("a" * 1000) + " = 1",
        "fail-on = 2027-01-31T00:00:00",
        "exclude = [" + "1,\n" * 1000 + "]",
        "k" * 100_000 + " = 1",
        "[severity]\n" + "k" * 100_000 + " = 1",
    ],
)
def test_a_hostile_configuration_is_an_error_and_nothing_worse(tmp_path, text):
    (tmp_path / "confguard.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path, CARDS)
    assert len(str(caught.value)) < 3000
