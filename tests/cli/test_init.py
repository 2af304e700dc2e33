"""``confguard init``: a first configuration."""

from __future__ import annotations

import re
import tomllib

import pytest

from confguard.cards import load_cards
from confguard.config import load_settings
from tests.cli.conftest import DATABASE

FILES = {
    "compose.yaml": DATABASE,
    "compose.prod.yaml": DATABASE.replace("db:", "shop-db:"),
    "Makefile": "deploy:\n\tdocker compose -f compose.prod.yaml --profile proxy up -d\n",
    ".env.production.example": "POSTGRES_PASSWORD=\n",
    "tests/e2e/compose.yaml": DATABASE,
}


def test_what_is_written_is_valid_and_changes_nothing(invoke, repository):
    root = repository(FILES)
    before = invoke("check", root, "--output-format", "concise").output
    result = invoke("init", root)
    assert result.exit_code == 0
    assert "confguard.toml written." in result.output
    assert "confguard baseline create" in result.output
    assert load_settings(root, load_cards()).source == "confguard.toml"
    assert invoke("check", root, "--output-format", "concise").output.replace("6 files", "5 files") == before


def test_the_proposed_tables_are_those_that_were_found(invoke, repository):
    root = repository(FILES)
    invoke("init", root)
    text = (root / "confguard.toml").read_text()
    proposed = re.sub(
        r"^# (?=\[\[stacks|name|files|profiles|env-templates|role|exclude)", "", text, flags=re.MULTILINE
    )
    document = tomllib.loads(proposed)
    assert document["exclude"] == ["/tests/"]
    assert document["stacks"][0] == {
        "name": "compose.prod.yaml (profile proxy)",
        "files": ["compose.prod.yaml"],
        "profiles": ["proxy"],
        "env-templates": {".env": ".env.production.example"},
        "role": "production",
    }
    (root / "confguard.toml").write_text(proposed)
    assert "compose.prod.yaml" in invoke("check", root).output


def test_a_stack_that_is_only_presumed_says_so(invoke, repository):
    root = repository({"compose.yaml": DATABASE})
    invoke("init", root)
    assert "# Nothing says which stack production runs." in (root / "confguard.toml").read_text()


def test_nothing_is_overwritten(invoke, repository):
    root = repository({**FILES, "confguard.toml": "fail-on = 'info'\n"})
    result = invoke("init", root)
    assert result.exit_code == 2
    assert "is there already" in result.stderr
    assert (root / "confguard.toml").read_text() == "fail-on = 'info'\n"
    assert invoke("init", root, "--force").exit_code == 0
    assert "#:schema" in (root / "confguard.toml").read_text()


def test_what_it_would_change_in_a_file_that_is_there_is_shown(invoke, repository):
    root = repository(FILES | {"confguard.toml": 'fail-on = "error"\n'})
    result = invoke("init", root, "--diff")
    assert result.exit_code == 0
    assert '-fail-on = "error"\n' in result.output
    assert (root / "confguard.toml").read_text() == 'fail-on = "error"\n'


@pytest.mark.parametrize("option", ["--diff", "--dry-run"])
def test_a_diff_writes_nothing(invoke, repository, option):
    root = repository(FILES)
    result = invoke("init", root, option)
    assert result.exit_code == 0
    assert '+fail-on = "warning"' in result.output
    assert not (root / "confguard.toml").exists()


def test_another_configuration_stays_as_it_is(invoke, repository):
    root = repository({**FILES, "pyproject.toml": "[tool.confguard]\nfail-on = 'info'\n"})
    for options in ([], ["--pyproject"], ["--force"]):
        result = invoke("init", root, *options)
        assert result.exit_code == 2
        assert "pyproject.toml configures this project already" in result.stderr
    assert not (root / "confguard.toml").exists()


def test_a_pyproject_gets_a_table_behind_what_it_has(invoke, repository):
    own = "[project]\nname = 'shop'  # ours\n"
    root = repository({**FILES, "pyproject.toml": own})
    assert invoke("init", root, "--pyproject").exit_code == 0
    text = (root / "pyproject.toml").read_text()
    assert text.startswith(own)
    assert tomllib.loads(text)["tool"]["confguard"] == {"fail-on": "warning"}
    assert load_settings(root, load_cards()).source == "pyproject.toml"
    nowhere = invoke("init", repository({"compose.yaml": DATABASE}).parent / "repository", "--pyproject")
    assert nowhere.exit_code == 2


def test_where_there_is_nothing_to_check_there_is_nothing_to_configure(invoke, repository):
    root = repository({"README.md": "x"})
    assert invoke("init", root).exit_code == 2
    assert not (root / "confguard.toml").exists()
