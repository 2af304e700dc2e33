"""``confguard config``, and the options that say what is in force."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import DATABASE, PUBLISHED

FILES = {
    "compose.prod.yaml": DATABASE,
    "confguard.toml": (
        "extend = 'ci/base.toml'\nignore = ['nginx']\nseverity = { unpinned-image = 'info' }\n"
        "[rules.unpinned-image]\nrequire-digest = true\n"
    ),
    "ci/base.toml": "fail-on = 'error'\nextend-ignore = ['duplicate-key']\n",
}


def settings(invoke, root, *options):
    facts = json.loads(invoke("config", root, "--output-format", "json", *options).output)
    return {one["key"]: one for one in facts["settings"]}, facts


def test_each_value_says_where_it_comes_from(invoke, repository):
    found, facts = settings(invoke, repository(FILES), "--select", "compose,env")
    assert facts["source"] == "confguard.toml"
    assert found["fail-on"]["value"] == "error"
    assert found["fail-on"]["said"] == [{"path": "ci/base.toml", "line": 1, "column": 1}]
    assert found["severity.unpinned-image"]["said"] == [{"path": "confguard.toml", "line": 3, "column": 14}]
    assert found["rules.unpinned-image.require-digest"]["value"] is True
    assert found["select"]["value"] == ["compose", "env"]
    assert found["select"]["said"] == ["command line"]
    assert found["exclude"]["said"] == ["default"]


def test_each_rule_says_whether_it_runs_and_why(invoke, repository):
    _, facts = settings(invoke, repository(FILES))
    rules = {one["name"]: one for one in facts["rules"]}
    assert rules["duplicate-key"] == {
        "name": "duplicate-key", "runs": False, "severity": "warning", "why": "ignored",
    }  # fmt: skip
    assert rules["header-without-always"]["why"] == "ignored"
    assert rules["unpinned-image"]["severity"] == "info"
    assert rules["csp-mismatch"]["runs"]


def test_the_text_is_for_people(invoke, repository):
    text = invoke("config", repository(FILES)).output
    assert "configuration: confguard.toml\n" in text
    assert "ci/base.toml:1\n" in text
    assert 'ignore                               ["nginx", "duplicate-key"]' in text
    assert "confguard.toml:2, ci/base.toml:2\n" in text


def test_without_a_configuration_what_is_built_in_is_in_force(invoke, repository):
    text = invoke("config", repository({"compose.yaml": DATABASE})).output
    assert text.startswith("configuration: none")


def test_isolated_takes_no_configuration_and_config_another_one(invoke, repository):
    root = repository({**FILES, "other.toml": "fail-on = 'info'\n"})
    assert settings(invoke, root, "--isolated")[1]["source"] is None
    found, facts = settings(invoke, root, "--config", root / "other.toml")
    assert facts["source"] == "other.toml"
    assert found["fail-on"]["value"] == "info"
    both = invoke("config", root, "--isolated", "--config", root / "other.toml")
    assert both.exit_code == 2
    assert "exclude each other" in both.stderr


def test_a_broken_configuration_says_where(invoke, repository):
    result = invoke(
        "check", repository({"compose.yaml": DATABASE, "confguard.toml": "\nfail-on = 'never'\n"})
    )
    assert result.exit_code == 2
    assert result.stderr == "error: confguard.toml:2:1: fail-on: 'never' is not one of error, warning, info\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[[stacks]]\nfiles = ['compose.prd.yaml']\n",
            "confguard.toml:1:1: stacks[0].files: there is no file 'compose.prd.yaml' in the project "
            "(did you mean 'compose.prod.yaml'?)",
        ),
        (
            "[env-templates]\n'.env' = '.env.exmple'\n",
            "confguard.toml:1:1: env-templates: there is no file '.env.exmple' in the project",
        ),
    ],
)
def test_a_path_that_is_not_there_is_an_error(invoke, repository, text, message):
    result = invoke("check", repository({"compose.prod.yaml": DATABASE, "confguard.toml": text}))
    assert result.exit_code == 2
    assert message in result.stderr


def test_env_templates_stand_in_in_every_stack(invoke, repository):
    files = {
        "compose.prod.yaml": DATABASE.replace(
            "image: postgres:17.6", "image: postgres:17.6\n    env_file: [db.env]"
        ),
        "config/values.env": "POSTGRES_DB=shop\n",
        "confguard.toml": "env-templates = { 'db.env' = 'config/values.env' }\n",
    }
    text = invoke("show", "env", "db", "--project", repository(files)).output
    assert "POSTGRES_DB" in text
    assert "config/values.env" in text


def test_a_table_in_another_folder_is_told(invoke, repository):
    files = {"compose.prod.yaml": DATABASE, "backend/pyproject.toml": "[tool.confguard]\nignore = ['all']\n"}
    text = invoke("check", repository(files)).output
    assert PUBLISHED in text
    assert "note: backend/pyproject.toml has a [tool.confguard] that is not read" in text


def test_the_readiness_settings_reach_the_plan(invoke, repository):
    plan = (
        'title = "Ours"\n[[phases]]\nnumber = 1\ntitle = "Keys"\nowner = "Ops"\n'
        '[[rows]]\nid = "K"\nphase = 1\nmust = "keys"\n'
        'look = [{ probe = "template-keys", keys = ["OTHER"] }]\n'
    )
    files = {
        "compose.prod.yaml": DATABASE,
        ".env.production.example": "POSTGRES_PASSWORD=\nOTHER=1\n",
        "ci/plan.toml": plan,
        "confguard.toml": (
            "[readiness]\nplan = 'ci/plan.toml'\nrequired-keys = ['POSTGRES_PASSWORD', 'MISSING']\n"
            "owners = { 1 = 'Platform' }\n"
        ),
    }
    root = repository(files)
    facts = json.loads(invoke("readiness", root, "--format", "json").output)
    assert "MISSING" in json.dumps(facts)
    assert "Platform" in json.dumps(facts)
    assert "OTHER" not in json.dumps(facts)
    (root / "confguard.toml").write_text("[readiness]\nowners = { 99 = 'x' }\n")
    result = invoke("readiness", root)
    assert result.exit_code == 2
    assert "readiness.owners: there is no row or phase '99'" in result.stderr


def test_what_a_file_is_can_be_said(invoke, repository):
    files = {
        "compose.prod.yaml": DATABASE,
        "deploy/proxy.tpl": "server {\n",
        "old/compose.prod.yaml": DATABASE.replace("db:", "old:"),
        "confguard.toml": "file-kinds = { '*.tpl' = 'nginx', '/old/' = 'none', '/old/keep' = 'env' }\n",
    }
    root = repository(files)
    listed = {" ".join(line.split()) for line in invoke("check", root, "--show-files").output.splitlines()}
    assert "nginx deploy/proxy.tpl the configuration says so" in listed
    assert not [line for line in listed if "old/compose" in line]
    rules = invoke("check", root, "--output-format", "concise").output
    assert "deploy/proxy.tpl:1" in rules
    assert "old/" not in rules
