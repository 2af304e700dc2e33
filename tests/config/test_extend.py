"""Configurations that build on others: order, paths, circles, borders."""

from __future__ import annotations

import os

import pytest

from confguard.cards import load_cards
from confguard.config import ConfigError, load_settings
from confguard.finding import Severity
from tests.conftest import write_files

CARDS = load_cards()


def load(root, files, folder=""):
    write_files(root, files)
    return load_settings(root / folder, CARDS)


def test_a_file_changes_single_entries_of_tables_and_adds_to_lists_that_extend(tmp_path):
    settings = load(tmp_path, {
        "confguard.toml": (
            "extend = 'base.toml'\nignore = ['env']\nextend-ignore = ['duplicate-key']\nfail-on = 'error'\n"
            "severity = { unpinned-image = 'info' }\n[rules.ungated-proxy]\nconvention = 'always'\n"
            "[[suppressions]]\nrule = 'unpinned-image'\npath = 'b'\n"
        ),
        "base.toml": (
            "select = ['all']\nignore = ['nginx']\nextend-ignore = ['csp-mismatch']\nfail-on = 'info'\n"
            "severity = { unpinned-image = 'error', csp-mismatch = 'info' }\n"
            "[rules.unpinned-image]\nrequire-digest = true\n"
            "[[suppressions]]\nrule = 'unpinned-image'\npath = 'a'\n"
        ),
    })  # fmt: skip
    assert settings.select == ("all",)
    assert settings.ignore == ("env", "csp-mismatch", "duplicate-key")
    assert settings.fail_on is Severity.ERROR
    assert settings.severities == {"unpinned-image": Severity.INFO, "csp-mismatch": Severity.INFO}
    assert settings.rule_options == {
        "unpinned-image": {"require-digest": True},
        "ungated-proxy": {"convention": "always"},
    }
    assert [one.path for one in settings.configured_suppressions] == ["a", "b"]
    assert [str(one.span) for one in settings.configured_suppressions] == [
        "base.toml:8:1",
        "confguard.toml:8:1",
    ]
    assert str(settings.origins["severity.csp-mismatch"]) == "base.toml:5:40"
    assert str(settings.origins["severity.unpinned-image"]) == "confguard.toml:5:14"
    assert str(settings.origins["select"]) == "base.toml:1:1"
    assert settings.source == "confguard.toml"


def test_patterns_and_paths_are_relative_to_the_file_that_holds_them(tmp_path):
    below = load(tmp_path, {
        "confguard.toml": "extend = 'conf/base.toml'\n",
        "conf/base.toml": (
            "exclude = ['examples/', 'a/b.yml', '!/keep']\nbaseline = 'known.json'\n"
            "[[stacks]]\nfiles = ['../compose.yml', 'prod.yml']\n"
        ),
    })  # fmt: skip
    assert below.exclude == ("/conf/**/examples/", "/conf/a/b.yml", "!/conf/keep")
    assert below.baseline == "conf/known.json"
    assert below.stacks[0].files == ("compose.yml", "conf/prod.yml")


def test_a_base_above_the_project_speaks_of_it_by_its_path(tmp_path):
    (tmp_path / ".git").mkdir()
    files = {
        "base.toml": "exclude = ['examples/', '/shop/old/', '/blog/', 'sh*/a.yml', '**/b.yml']\n",
        "shop/confguard.toml": "extend = '../base.toml'\n",
    }
    settings = load(tmp_path, files, "shop")
    assert settings.exclude == ("examples/", "/old/", "/a.yml", "**/b.yml")
    assert str(settings.origins["exclude"]) == "../base.toml:1:1"


def test_a_chain_is_followed_and_a_circle_is_an_error(tmp_path):
    files = {
        "confguard.toml": "extend = 'a.toml'\n",
        "a.toml": "extend = 'b.toml'\n",
        "b.toml": "fail-on = 'info'\n",
    }
    assert load(tmp_path, files).fail_on is Severity.INFO
    with pytest.raises(
        ConfigError, match=r"b\.toml:1:1: extend: 'a\.toml' extends this file: they go in a circle"
    ):
        load(tmp_path, {**files, "b.toml": "extend = 'a.toml'\n"})


@pytest.mark.parametrize("name", ["confguard.toml", "../x/confguard.toml"])
def test_a_file_cannot_extend_itself(tmp_path, name):
    root = tmp_path / "x"
    root.mkdir()
    (tmp_path / ".git").mkdir()
    with pytest.raises(ConfigError, match="in a circle"):
        load(root, {"confguard.toml": f"extend = '{name}'\n"})


def test_an_error_names_the_file_that_has_it(tmp_path):
    with pytest.raises(ConfigError, match=r"^base\.toml:2:1: unknown key 'ignor'"):
        load(tmp_path, {"confguard.toml": "extend = 'base.toml'\n", "base.toml": "\nignor = []\n"})
    with pytest.raises(ConfigError, match=r"confguard\.toml:1:1: extend: there is no file 'bse\.toml'"):
        load(tmp_path, {"confguard.toml": "extend = 'bse.toml'\n"})
    with pytest.raises(ConfigError, match=r"^base\.toml: "):
        load(tmp_path, {"confguard.toml": "extend = 'base.toml'\n", "base.toml": "[broken"})


def test_a_pyproject_can_be_a_base(tmp_path):
    files = {
        "confguard.toml": "extend = 'pyproject.toml'\n",
        "pyproject.toml": "[tool.confguard]\nfail-on = 'info'\n",
    }
    assert load(tmp_path, files).fail_on is Severity.INFO
    with pytest.raises(ConfigError, match=r"pyproject\.toml: has no \[tool\.confguard\]"):
        load(tmp_path, {**files, "pyproject.toml": "[tool.other]\n"})


def test_nothing_outside_of_the_repository_is_read(tmp_path):
    outside = tmp_path / "secret.toml"
    outside.write_text("fail-on = 'info'\n")
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    for name in ("../secret.toml", str(outside), "link.toml"):
        if name == "link.toml":
            os.symlink(outside, root / name)
        with pytest.raises(ConfigError, match="lies outside of the repository"):
            load(root, {"confguard.toml": f"extend = '{name}'\n"})


def test_a_file_that_is_given_by_hand_takes_the_place_of_the_found_one(tmp_path):
    write_files(tmp_path, {"confguard.toml": "fail-on = 'error'\n", "ci/strict.toml": "fail-on = 'info'\n"})
    settings = load_settings(tmp_path, CARDS, tmp_path / "ci" / "strict.toml")
    assert settings.fail_on is Severity.INFO
    assert settings.source == "ci/strict.toml"
    with pytest.raises(ConfigError, match="--config: there is no file"):
        load_settings(tmp_path, CARDS, tmp_path / "none.toml")


def test_paths_of_a_file_outside_lead_into_the_project(tmp_path):
    project = tmp_path / "shop"
    project.mkdir()
    given = tmp_path / "ci" / "central.toml"
    given.parent.mkdir()
    given.write_text('[[stacks]]\nname = "production"\nfiles = ["../shop/deploy/compose.yaml"]\n')
    (stack,) = load_settings(project, {}, given).stacks
    assert stack.files == ("deploy/compose.yaml",)
