"""The command line: options, output, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from confguard import __version__
from confguard.cards import examples, load_cards
from confguard.cli import main
from confguard.cli.card_page import body
from tests.database_stack import PUBLISHED

BAD = {"compose.yaml": PUBLISHED, "compose.prod.yaml": PUBLISHED}
WARNING = {"compose.yaml": "services:\n  web:\n    image: acme/web:${VERSION:-latest}\n"}
CLEAN = {"compose.yaml": "services:\n  web:\n    image: example/web:1.2\n"}


@pytest.fixture
def invoke(monkeypatch):
    for name in (
        "GITHUB_ACTIONS",
        "GITHUB_STEP_SUMMARY",
        "NO_COLOR",
        "FORCE_COLOR",
        "CONFGUARD_OUTPUT_FORMAT",
    ):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments, **environment):
        return CliRunner(env=environment).invoke(main, [str(argument) for argument in arguments])

    return call


@pytest.mark.parametrize(
    ("files", "options", "code"),
    [
        (CLEAN, [], 0),
        (WARNING, [], 1),
        (BAD, [], 1),
        (BAD, ["--exit-zero"], 0),
        (WARNING, ["--fail-on", "error"], 0),
        (BAD, ["--fail-on", "error"], 1),
        (WARNING, ["--severity", "error"], 0),
        (BAD, ["--ignore", "published-datastore-port"], 0),
        (BAD, ["--select", "unpinned-image"], 0),
        (BAD, ["--select", "compose,nginx"], 1),
        ({"README.md": "x"}, [], 2),
        ({"README.md": "x"}, ["--hook"], 0),
        (BAD, ["--select", "no-such-rule"], 2),
        (BAD, ["--fail-on", "fatal"], 2),
        (BAD | {"confguard.toml": "selct = []\n"}, [], 2),
    ],
)
def test_the_exit_code_says_what_happened(invoke, repository, files, options, code):
    result = invoke("check", repository(files), *options)
    assert result.exit_code == code, result.output


@pytest.mark.parametrize("form", ["full", "concise", "json", "github", "sarif"])
def test_the_exit_code_is_the_same_in_every_format(invoke, repository, form):
    root = repository(BAD)
    result = invoke("check", root, "--output-format", form)
    assert result.exit_code == 1
    assert "published-datastore-port" in result.output
    assert invoke("check", repository(CLEAN), "--output-format", form).exit_code in (0, 1)


def test_what_nobody_expected_ends_with_2_and_one_line(invoke, repository, monkeypatch):
    def explode(*arguments):
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("confguard.run.checking.classify", explode)
    result = invoke("check", repository(BAD))
    assert result.exit_code == 2
    assert "internal error: ZeroDivisionError at test_cli:" in result.stderr
    assert "Traceback" not in result.output


def test_an_unknown_name_is_answered_with_the_nearest_one(invoke, repository):
    result = invoke("check", repository(CLEAN), "--select", "unpined-image")
    assert "did you mean 'unpinned-image'?" in result.stderr


def test_nothing_to_check_comes_with_a_hint(invoke, repository):
    result = invoke("check", repository({"a.txt": ""}))
    assert "nothing to check" in result.stderr
    assert "--show-files" in result.stderr


def test_the_result_is_the_same_from_any_folder_and_for_any_path_inside(repository):
    root = repository(BAD | {"app/models.py": ""})
    (root / ".git").mkdir()  # not a repository: the files are walked, but it marks the root
    outputs = set()
    for cwd, path in (
        (root, "."),
        (root / "app", ".."),
        (root / "app", "."),
        ("/", root / "app" / "models.py"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "confguard", "check", str(path), "--output-format", "concise"],
            cwd=cwd,
            capture_output=True,
            text=True,
            env={**os.environ, "GITHUB_ACTIONS": ""},
        )
        outputs.add((done.returncode, done.stdout))
    assert len(outputs) == 1, outputs
    assert "compose.prod.yaml:6:13: error[published-datastore-port]" in outputs.pop()[1]


def test_show_files_lists_each_file_with_its_kind_and_why(invoke, repository):
    result = invoke("check", repository(BAD), "--show-files")
    assert result.exit_code == 0
    assert "compose  compose.prod.yaml  top-level services" in " ".join(result.output.split()).replace(
        "compose compose", "compose  compose"
    ).replace("yaml top", "yaml  top")
    assert "2 of 2 files" in result.output


def test_output_goes_to_a_file(invoke, repository, tmp_path):
    target = tmp_path / "out.json"
    result = invoke("check", repository(BAD), "--output-format", "json", "--output-file", target)
    assert result.output == ""
    assert json.loads(target.read_text())["findings"]


def test_an_output_file_that_cannot_be_written_is_an_error(invoke, repository, tmp_path):
    result = invoke("check", repository(BAD), "--output-file", tmp_path / "no" / "such" / "folder")
    assert result.exit_code == 2
    assert "cannot write" in result.stderr


def test_under_github_actions_annotations_come_beside_the_text_and_a_summary_is_appended(
    invoke, repository, tmp_path
):
    root, summary = repository(BAD), tmp_path / "summary.md"
    summary.write_text("before\n")
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_WORKSPACE": str(root.parent),
    }
    result = invoke("check", root, **environment)
    assert "error[published-datastore-port]" in result.output
    assert "::error file=repository/compose.prod.yaml,line=6" in result.output
    text = summary.read_text()
    assert text.startswith("before\n")
    assert "published-datastore-port" in text
    quiet = invoke("check", root, "--no-annotations", **environment)
    assert "::error" not in quiet.output


def test_output_for_programs_gets_no_annotations(invoke, repository):
    result = invoke("check", repository(BAD), "--output-format", "json", GITHUB_ACTIONS="true")
    json.loads(result.output)


def test_colour_is_asked_for_and_refused(invoke, repository):
    root = repository(BAD)
    assert "\x1b[" not in invoke("check", root).output
    assert "\x1b[" in invoke("check", root, "--color").output
    assert "\x1b[" in invoke("check", root, FORCE_COLOR="1").output
    assert "\x1b[" not in invoke("check", root, "--no-color", FORCE_COLOR="1").output


def test_the_version_is_told(invoke):
    assert invoke("--version").output == f"confguard {__version__}\n"


def test_a_rule_is_explained(invoke):
    result = invoke("rule", "csp-mismatch")
    assert result.exit_code == 0
    assert "drift/csp-mismatch" in result.output
    assert "## Why it matters" in result.output
    facts = json.loads(invoke("rule", "csp-mismatch", "--output-format", "json").output)
    assert facts["family"] == "drift"
    assert "## Bad" in facts["body"]


def test_a_rule_is_explained_with_the_first_examples_unless_all_are_wanted(invoke):
    card = load_cards()["wrong-upstream-port"]
    whole = invoke("rule", card.name, "--all").output
    assert whole.endswith(card.body.rstrip("\n") + "\n")
    short = invoke("rule", card.name).output
    bad, good = examples(card, "Bad"), examples(card, "Good")
    shown = [one.title for one in (*bad, *good) if f"### {one.title}\n" in short]
    assert shown == [bad[0].title, good[0].title]
    left = len(bad) + len(good) - 2
    assert short.endswith(f"\n\n{left} more examples: `confguard rule {card.name} --all`\n")
    assert "## Limits" in short and "## References" in short


def test_examples_that_hold_headings_are_cut_as_a_whole():
    for card in load_cards().values():
        short = body(card)
        for section in ("Bad", "Good") if "### " in card.sections["Bad"] else ():
            shown = [one for one in examples(card, section) if f"\n### {one.title}\n" in short]
            assert shown[0] == examples(card, section)[0], card.name
        assert short.count("```") % 2 == 0, card.name


@pytest.mark.parametrize("option", ["--format", "--output-format"])
def test_both_names_of_the_option_for_the_format_are_understood(invoke, repository, option):
    root = repository(BAD)
    for command in (
        ("check", root),
        ("config", root),
        ("readiness", root),
        ("rules",),
        ("rule", "csp-mismatch"),
    ):
        assert invoke(*command, option, "json").output[0] in "[{", command


def test_the_options_of_a_rule_are_told(invoke):
    text = invoke("rule", "unpinned-image").output
    assert "option require-digest (true or false; default false): Ask for a digest" in text
    assert "option convention (one of auto, always; default" in invoke("rule", "ungated-proxy").output


def test_a_hyphen_is_stdout(invoke, repository):
    root = repository(BAD)
    usual = invoke("check", root, "--output-format", "concise").output
    assert invoke("check", root, "--output-format", "concise:-").output == usual
    assert invoke("check", root, "--output-format", "concise", "--output-file", "-").output == usual


def test_an_unknown_rule_is_answered_with_the_nearest_one(invoke):
    result = invoke("rule", "csp-mismatches")
    assert result.exit_code == 2
    assert "did you mean 'csp-mismatch'?" in result.stderr


def test_rules_are_listed(invoke):
    lines = invoke("rules").output.splitlines()
    listed = json.loads(invoke("rules", "--output-format", "json").output)
    assert len(lines) == len(listed)
    assert all(any(rule["name"] in line for line in lines) for rule in listed)


def test_hostile_names_do_not_reach_the_terminal(invoke, repository):
    root = repository({"a\x1b[31m\n::error::x/compose.yaml": BAD["compose.yaml"]})
    for form in ("full", "concise", "github"):
        output = invoke("check", root, "--output-format", form).output
        assert "\x1b" not in output
        assert "\n::error::x" not in output
    assert "\x1b" not in invoke("check", root, "--show-files").output


def test_python_m_confguard_is_the_command():
    done = subprocess.run([sys.executable, "-m", "confguard", "--version"], capture_output=True, text=True)
    assert done.stdout == f"confguard {__version__}\n"
    assert Path(sys.executable).exists()


def test_several_formats_can_be_written_in_one_run(invoke, repository, tmp_path):
    sarif, junit = tmp_path / "out.sarif", tmp_path / "junit.xml"
    done = invoke(
        "check", repository(BAD), "--output-format", "concise", "--output-format", f"sarif:{sarif}",
        "--output-format", f"junit:{junit}",
    )  # fmt: skip
    assert any(line.startswith("Found ") for line in done.output.splitlines())
    assert json.loads(sarif.read_text())["version"] == "2.1.0"
    assert junit.read_text().startswith("<?xml")


def test_only_one_format_can_go_to_stdout(invoke, repository):
    done = invoke("check", repository(BAD), "--output-format", "json", "--output-format", "sarif")
    assert done.exit_code == 2
    assert "only one format can go to stdout" in done.output


def test_an_unknown_format_is_named_with_the_nearest_one(invoke, repository):
    done = invoke("check", repository(BAD), "--output-format", "sariff")
    assert done.exit_code == 2
    assert "did you mean 'sarif'" in done.output
