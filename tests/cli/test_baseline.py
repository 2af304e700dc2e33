"""``confguard baseline``: create, update, prune, show; and what a check makes of it."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import DATABASE, PUBLISHED

NAME = "confguard-baseline.json"
TWO = {"compose.prod.yaml": DATABASE, "deploy/compose.prod.yaml": DATABASE.replace("db:", "store:")}


def entries(root, name=NAME):
    return json.loads((root / name).read_text())["findings"]


def rules(invoke, root, *options):
    facts = json.loads(invoke("check", root, "--output-format", "json", *options).output)
    return [one["rule"] for one in facts["findings"]], facts["summary"]["baselined"]


def test_what_is_known_is_counted_and_not_shown(invoke, repository):
    root = repository(TWO)
    result = invoke("baseline", "create", root)
    assert result.exit_code == 0, result.output
    assert f"{NAME}: 2 findings written down." in result.output
    assert entries(root) == [
        {"rule": PUBLISHED, "paths": ["compose.prod.yaml"], "address": ["db", "5432"]},
        {"rule": PUBLISHED, "paths": ["deploy/compose.prod.yaml"], "address": ["store", "5432"]},
    ]
    check = invoke("check", root)
    assert check.exit_code == 0
    assert "(2 in the baseline)" in check.output
    assert rules(invoke, root, "--no-baseline") == ([PUBLISHED] * 2, 0)
    assert rules(invoke, root, "--no-suppressions") == ([PUBLISHED] * 2, 0)
    shown = invoke("check", root, "--show-suppressed", "--output-format", "concise").output
    assert f"compose.prod.yaml:4:13: silenced[{PUBLISHED}]" in shown
    assert f"(baseline at {NAME}:8)" in shown


def test_a_baseline_is_not_overwritten_unless_that_is_asked_for(invoke, repository):
    root = repository(TWO)
    invoke("baseline", "create", root)
    again = invoke("baseline", "create", root)
    assert again.exit_code == 2
    assert "`confguard baseline update` brings it up to date" in again.stderr
    assert invoke("baseline", "create", root, "--force").exit_code == 0


def test_prune_takes_out_and_adds_nothing(invoke, repository):
    root = repository(TWO)
    invoke("baseline", "create", root)
    (root / "compose.prod.yaml").write_text(DATABASE.replace("    ports: ['5432:5432']\n", ""))
    (root / "third.prod.yaml").write_text(DATABASE.replace("db:", "third:"))
    assert rules(invoke, root) == ([PUBLISHED, "stale-baseline"], 1)
    shown = invoke("baseline", "show", root).output
    assert "  compose.prod.yaml: db / 5432  gone\n" in shown
    assert "2 findings known, 1 of them gone.\n" in shown
    result = invoke("baseline", "prune", root)
    assert f"{NAME}: 1 taken out, 1 finding left.\n1 finding not in it" in result.output
    assert [one["address"] for one in entries(root)] == [["store", "5432"]]
    assert rules(invoke, root) == ([PUBLISHED], 1)


def test_update_takes_out_and_adds(invoke, repository):
    root = repository(TWO)
    invoke("baseline", "create", root)
    (root / "compose.prod.yaml").write_text(DATABASE.replace("5432:5432", "5433:5432").replace("db:", "new:"))
    result = invoke("baseline", "update", root)
    assert f"{NAME}: 1 added, 1 taken out, 2 in all.\n" in result.output
    assert rules(invoke, root) == ([], 2)


def test_a_stale_entry_fails_where_that_is_wanted(invoke, repository):
    root = repository({**TWO, "confguard.toml": "severity = { stale-baseline = 'error' }\n"})
    invoke("baseline", "create", root)
    (root / "compose.prod.yaml").write_text(DATABASE.replace("    ports: ['5432:5432']\n", ""))
    assert invoke("check", root).exit_code == 1


def test_the_configuration_or_an_option_names_the_file(invoke, repository, tmp_path):
    root = repository({**TWO, "confguard.toml": "baseline = 'ci/known.json'\n", "ci/x": ""})
    assert "there is no baseline 'ci/known.json': `confguard baseline create`" in invoke("check", root).stderr
    invoke("baseline", "create", root)
    assert len(entries(root, "ci/known.json")) == 2
    assert rules(invoke, root) == ([], 2)
    other = tmp_path / "other.json"
    assert invoke("baseline", "create", root, "--baseline", other).exit_code == 0
    (root / "ci/known.json").unlink()
    assert rules(invoke, root, "--baseline", other) == ([], 2)
    both = invoke("check", root, "--baseline", other, "--no-baseline")
    assert both.exit_code == 2


def test_what_nothing_may_silence_is_not_in_it(invoke, repository):
    root = repository({**TWO, "confguard.toml": f"never-suppress = ['{PUBLISHED}']\n"})
    assert "0 findings" in invoke("baseline", "create", root).output
    assert len(rules(invoke, root)[0]) == 2
    (root / "confguard.toml").unlink()
    invoke("baseline", "update", root)
    (root / "confguard.toml").write_text(f"never-suppress = ['{PUBLISHED}']\n")
    assert rules(invoke, root)[0].count(PUBLISHED) == 2


def test_what_is_suppressed_is_not_in_it_and_findings_about_the_run_are_not(invoke, repository):
    text = DATABASE.replace(
        "    ports", f"    # confguard: ignore[{PUBLISHED}, unused-volume] meant\n    ports"
    )
    root = repository({"compose.prod.yaml": text})
    invoke("baseline", "create", root)
    assert entries(root) == []
    assert rules(invoke, root)[0] == ["unused-suppression"]


def test_an_ignored_rule_keeps_its_entries(invoke, repository):
    root = repository(TWO)
    invoke("baseline", "create", root)
    (root / "confguard.toml").write_text(f"ignore = ['{PUBLISHED}']\n")
    assert rules(invoke, root) == ([], 0)
    assert "0 taken out, 2 findings left" in invoke("baseline", "prune", root).output
    assert len(entries(root)) == 2


def test_a_broken_baseline_is_an_error_and_stays_as_it_is(invoke, repository):
    broken = '{\n  "version": 1,\n<<<<<<< HEAD\n'
    root = repository({**TWO, NAME: broken})
    for command in (("check",), ("baseline", "update"), ("baseline", "prune"), ("baseline", "show")):
        result = invoke(*command, root)
        assert result.exit_code == 2
        assert f"{NAME}:3:1: is no line of a baseline" in result.stderr
    assert (root / NAME).read_text() == broken


def test_a_crash_writes_nothing(invoke, repository, monkeypatch):
    root = repository(TWO)
    invoke("baseline", "create", root)
    before = (root / NAME).read_text()

    def crash(repo):
        raise ZeroDivisionError

    monkeypatch.setattr(f"confguard.checks.compose.{PUBLISHED.replace('-', '_')}.check", crash)
    for command in ("update", "prune"):
        assert invoke("baseline", command, root).exit_code == 2
    assert (root / NAME).read_text() == before


def test_show_has_a_form_for_programs(invoke, repository):
    root = repository(TWO)
    invoke("baseline", "create", root)
    facts = json.loads(invoke("baseline", "show", root, "--output-format", "json").output)
    assert facts[0] == {
        "rule": PUBLISHED, "paths": ["compose.prod.yaml"], "address": ["db", "5432"], "count": 1, "gone": 0,
    }  # fmt: skip


def test_secrets_do_not_get_into_it(invoke, repository):
    secret = "kR7zQ2vN9xW4mT8bL5cJ"
    files = {
        "compose.prod.yaml": DATABASE.replace("'${POSTGRES_PASSWORD:?}'", secret),
        ".env.example": f"DJANGO_SECRET_KEY={secret}\nAPI_TOKEN={secret}\nAPI_TOKEN={secret}x\n",
        "shop/settings.py": f"SECRET_KEY = '{secret}'\nDEBUG = True\nROOT_URLCONF = 'shop.urls'\n",
    }
    root = repository(files)
    result = invoke("baseline", "create", root)
    assert len(entries(root)) > 2, result.output
    assert secret not in (root / NAME).read_text()


@pytest.mark.parametrize("command", ["update", "prune", "show"])
def test_without_a_baseline_there_is_a_hint(invoke, repository, command):
    result = invoke("baseline", command, repository(TWO))
    assert result.exit_code == 2
    assert f"there is no baseline '{NAME}': `confguard baseline create` writes it" in result.stderr


def test_while_a_file_has_a_mistake_nothing_is_taken_for_mended(invoke, repository):
    root = repository(TWO)
    invoke("baseline", "create", root)
    (root / "compose.prod.yaml").write_text(f"{DATABASE}volumes: {{}}\n")
    assert rules(invoke, root) == (["unparsable-file"], 1)
    before = (root / NAME).read_text()
    result = invoke("baseline", "prune", root)
    assert result.exit_code == 2
    assert "error: compose.prod.yaml:8: this file has the key 'volumes' twice" in result.stderr
    assert "the baseline stays as it is until it is mended" in result.stderr
    assert (root / NAME).read_text() == before
    invoke("baseline", "update", root)  # known then: it silences nobody any more
    (root / "deploy/compose.prod.yaml").write_text("services: {web: {image: 'acme/web:1.2'}}\n")
    assert rules(invoke, root) == (["stale-baseline"], 1)
