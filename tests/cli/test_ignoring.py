"""``--add-ignore`` and ``--show-suppressed``: suppressions, written and shown."""

from __future__ import annotations

import json
import tomllib

import pytest

from tests.cli.conftest import DATABASE, PUBLISHED

WORKFLOW = """\
on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: |
          docker compose -f compose.prod.yaml up -d
          docker compose -f compose.prod.yaml restart wbe
"""
FILES = {"compose.prod.yaml": DATABASE, ".github/workflows/deploy.yml": WORKFLOW}


def findings(invoke, root, *options):
    facts = json.loads(invoke("check", root, "--output-format", "json", *options).output)
    return [(one["rule"], one["severity"]) for one in facts["findings"]], facts


def test_everything_is_silenced_by_comments_and_where_none_can_stand_by_tables(invoke, repository):
    root = repository(FILES)
    assert {rule for rule, _ in findings(invoke, root)[0]} == {PUBLISHED, "unknown-service"}
    result = invoke("check", root, "--add-ignore", "--reason", "known")
    assert result.exit_code == 0, result.output
    assert "Silenced 2 findings: 1 by comments, 1 by tables in the configuration" in result.output
    assert (
        f"    # confguard: ignore[{PUBLISHED}] known\n    ports:" in (root / "compose.prod.yaml").read_text()
    )
    assert (root / ".github/workflows/deploy.yml").read_text() == WORKFLOW
    (table,) = tomllib.loads((root / "confguard.toml").read_text())["suppressions"]
    assert table["rule"] == "unknown-service"
    assert table["path"] == "/.github/workflows/deploy.yml"
    assert table["reason"] == "known"
    left, facts = findings(invoke, root)
    assert left == []
    assert facts["summary"]["suppressed"] == 2


def test_only_the_rules_that_are_named_are_silenced(invoke, repository):
    root = repository(FILES)
    invoke("check", root, "--add-ignore", PUBLISHED, "--reason", "known")
    assert [rule for rule, _ in findings(invoke, root)[0]] == ["unknown-service"]
    assert not (root / "confguard.toml").exists()
    wrong = invoke("check", root, "--add-ignore", "published-datastore-prt")
    assert wrong.exit_code == 2
    assert f"did you mean '{PUBLISHED}'" in wrong.stderr


def test_without_a_reason_a_hint_asks_for_it(invoke, repository):
    root = repository(FILES)
    assert "why the finding is meant" in invoke("check", root, "--add-ignore", PUBLISHED).output
    assert ("malformed-suppression", "info") in findings(invoke, root)[0]


def test_a_diff_shows_what_would_be_written(invoke, repository):
    root = repository(FILES)
    result = invoke("check", root, "--add-ignore", "--reason", "known", "--diff")
    assert f"+    # confguard: ignore[{PUBLISHED}] known" in result.output
    assert "+[[suppressions]]" in result.output
    assert (root / "compose.prod.yaml").read_text() == DATABASE


def test_tables_are_added_to_the_configuration_that_is_there(invoke, repository):
    own = "[tool.confguard]\r\nfail-on = 'error'  # strict"
    root = repository({**FILES, "pyproject.toml": own})
    assert invoke("check", root, "--add-ignore").exit_code == 0
    data = (root / "pyproject.toml").read_bytes()
    assert data.startswith(own.encode() + b"\r\n")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert tomllib.loads(data.decode())["tool"]["confguard"]["suppressions"]
    assert not (root / "confguard.toml").exists()
    assert not [rule for rule, _ in findings(invoke, root)[0] if rule == "unknown-service"]


def test_what_cannot_be_added_to_is_left_alone(invoke, repository):
    own = f"suppressions = [{{ rule = '{PUBLISHED}', path = 'x', reason = 'r' }}]\n"
    root = repository({**FILES, "confguard.toml": own})
    result = invoke("check", root, "--add-ignore", "unknown-service")
    assert result.exit_code == 2
    assert "add this by hand:\n[[suppressions]]\n" in result.stderr
    assert (root / "confguard.toml").read_text() == own


def test_nothing_to_silence_is_said(invoke, repository):
    root = repository({"compose.yaml": "services:\n  web:\n    image: example/web:1.2\n"})
    result = invoke("check", root, "--add-ignore")
    assert (result.exit_code, result.output) == (0, "Nothing to silence.\n")


@pytest.mark.parametrize("form", ["full", "concise"])
def test_what_is_silenced_is_shown_where_that_is_asked_for(invoke, repository, form):
    root = repository(FILES)
    invoke("check", root, "--add-ignore", "--reason", "for the office")
    silent = invoke("check", root, "--output-format", form).output
    assert "for the office" not in silent
    text = invoke("check", root, "--output-format", form, "--show-suppressed").output
    assert f"compose.prod.yaml:5:13: silenced[{PUBLISHED}] " in text
    assert "(comment at compose.prod.yaml:4: for the office)" in text
    assert "(configuration at confguard.toml:1: for the office)" in text
    facts = json.loads(invoke("check", root, "--output-format", "json", "--show-suppressed").output)
    assert sorted(one["by"] for one in facts["silenced"]) == ["comment", "configuration"]
    assert {one["reason"] for one in facts["silenced"]} == {"for the office"}


def test_central_checks_can_refuse_what_the_project_silences(invoke, repository):
    root = repository(FILES)
    invoke("check", root, "--add-ignore", "--reason", "r")
    assert len(findings(invoke, root, "--no-suppressions")[0]) == 2
    own = (root / "confguard.toml").read_text()
    (root / "confguard.toml").write_text(f"never-suppress = ['compose']\n{own}")
    rules = {rule for rule, _ in findings(invoke, root)[0]}
    assert rules == {PUBLISHED, "unused-suppression"}


def test_expiry_goes_by_the_day_that_is_given(invoke, repository):
    text = DATABASE.replace(
        "    ports", f"    # confguard: ignore[{PUBLISHED}] until=2027-01-31 moving\n    ports"
    )
    root = repository({"compose.prod.yaml": text})
    assert findings(invoke, root, "--today", "2027-01-31")[0] == []
    assert findings(invoke, root, "--today", "2027-02-01")[0] == [
        (PUBLISHED, "error"),
        ("expired-suppression", "warning"),
    ]


@pytest.mark.parametrize(("word", "severities"), [("off", []), ("info", ["info"]), ("warning", ["warning"])])
def test_how_much_a_reason_is_wanted_is_configured(invoke, repository, word, severities):
    text = DATABASE.replace("    ports", f"    # confguard: ignore[{PUBLISHED}]\n    ports")
    config = f"[rules.malformed-suppression]\nmissing-reason = '{word}'\n"
    root = repository({"compose.prod.yaml": text, "confguard.toml": config})
    assert [severity for _, severity in findings(invoke, root)[0]] == severities


def test_a_file_with_two_paths_gets_one_comment(invoke, repository):
    root = repository({"compose.prod.yaml": DATABASE, "deploy/x": ""})
    (root / "deploy" / "compose.prod.yaml").symlink_to("../compose.prod.yaml")
    result = invoke("check", root, "--add-ignore", "--reason", "known")
    assert result.exit_code == 0, result.output
    assert (root / "compose.prod.yaml").read_text().count("confguard: ignore") == 1
    assert findings(invoke, root)[0] == []


@pytest.mark.parametrize("options", [["--fix"], ["--changed-since", "HEAD"]])
def test_what_goes_without_it_is_said(invoke, repository, options):
    root = repository(FILES)
    result = invoke("check", root, "--add-ignore", *options)
    assert result.exit_code == 2
    assert f"--add-ignore goes without {options[0]}" in result.stderr
    assert (root / "compose.prod.yaml").read_text() == DATABASE
