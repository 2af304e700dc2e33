"""What people complain about in the use of other tools: hooks, suppressions, baselines, reports, roots."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from confguard.cli import main
from tests.conftest import write_files

ROOT = Path(__file__).resolve().parents[2]
DATABASE = (
    "services:\n  db:\n    image: postgres:17.6\n    ports: ['5432:5432']\n"
    "    volumes: ['data:/var/lib/postgresql/data']\n"
    "    environment: {POSTGRES_PASSWORD: '${POSTGRES_PASSWORD:?}'}\nvolumes: {data: {}}\n"
)
RULE = "published-datastore-port"
FILES = {"compose.prod.yaml": DATABASE}


@pytest.fixture
def call(monkeypatch):
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "CONFGUARD_OUTPUT_FORMAT"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments, **environment):
        return CliRunner(env=environment).invoke(main, [str(argument) for argument in arguments])

    return run


def rules(call, root, *options):
    facts = json.loads(call("check", root, "--output-format", "json", *options).output)
    return [one["rule"] for one in facts["findings"]]


def hooks():
    return yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))


def test_15_a_hook_looks_at_everything_and_gets_no_names():
    """Hooks on changed files miss what they break elsewhere (also tests/test_hooks.py, with real hooks)."""
    assert all(hook["pass_filenames"] is False and hook["require_serial"] for hook in hooks())


def test_16_whatever_the_check_reads_starts_the_hook():
    """The pattern of the hook drifts from what the tool reads (also tests/test_hooks.py, with real paths)."""
    from confguard.discover.kinds import classify
    from confguard.discover.project import open_project

    trigger = re.compile(hooks()[0]["files"])
    for root in sorted(path for path in (ROOT / "fixtures").iterdir() if path.is_dir()):
        missed = [file.path for file in classify(open_project(root)) if not trigger.search(file.path)]
        assert not missed, root.name


def test_17_a_start_loads_next_to_nothing():
    """Two seconds for `--version` (the budgets are in tests/test_startup.py)."""
    code = "import sys\nfrom confguard.cli import main\nsys.stdout.write('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    heavy = {"yaml", "libcst", "crossplane", "pathspec", "pygls", "jsonschema", "confguard.run"}
    assert not heavy & set(done.stdout.split())


def test_18_what_is_excluded_stays_excluded_when_it_is_named(call, tmp_path):
    """Names that are given explicitly get around `exclude`, so that hook and command line differ."""
    files = {"old/compose.prod.yaml": DATABASE, "compose.prod.yaml": DATABASE.replace("db:", "store:")}
    root = write_files(tmp_path, {**files, "confguard.toml": "exclude = ['/old/']\n"})
    everything = rules(call, root)
    assert everything == [RULE]
    assert rules(call, root / "old" / "compose.prod.yaml") == everything


def test_19_no_socket_is_opened(call, tmp_path, monkeypatch):
    """Rules are downloaded, versions asked for (that no module can: tests/test_architecture.py)."""
    import socket

    def refuse(*arguments, **options):
        raise AssertionError("a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    assert call("check", write_files(tmp_path, FILES)).exit_code == 1


def test_20_an_update_with_new_rules_leaves_an_untouched_tree_alone(call, tmp_path, monkeypatch):
    """New default rules broke everybody's pipeline (also tests/config/test_load.py)."""
    import dataclasses
    import sys

    from confguard import cards, run

    load, known = cards.load_cards, cards.load_cards()
    newer = {**known, RULE: dataclasses.replace(known[RULE], since="99.0")}
    assert run.checking.load_cards is load
    for module in list(sys.modules.values()):
        if getattr(module, "__dict__", {}).get("load_cards") is load:
            monkeypatch.setattr(module, "load_cards", lambda: newer)
    root = write_files(tmp_path, {**FILES, "confguard.toml": "default-rules = '0.1'\n"})
    assert rules(call, root) == []
    assert rules(call, root, "--extend-select", RULE) == [RULE]


def test_21_a_stale_suppression_is_told(call, tmp_path):
    """Stale suppressions hide nothing or too much, and nobody notices."""
    text = DATABASE.replace("    image", f"    # confguard: ignore[{RULE}] closed by the firewall\n    image")
    assert rules(call, write_files(tmp_path, {"compose.prod.yaml": text})) == [RULE, "unused-suppression"]


def test_22_a_reason_is_part_of_the_form(call, tmp_path):
    """A reason in the comment is not allowed, or silently switches the comment off; none can be demanded."""
    config = "[rules.malformed-suppression]\nmissing-reason = 'error'\n"
    for comment, found in (
        (f"# confguard: ignore[{RULE}] the firewall, see docs/ops.md", []),
        (f"# confguard: ignore[{RULE}]", ["malformed-suppression"]),
        (f"# confguard: disable={RULE}", [RULE, "malformed-suppression"]),
    ):
        text = DATABASE.replace("    ports", f"    {comment}\n    ports")
        root = write_files(tmp_path, {"compose.prod.yaml": text, "confguard.toml": config})
        assert sorted(rules(call, root)) == sorted(found), comment


def test_23_what_is_absent_or_in_a_block_scalar_can_be_meant_too(call, tmp_path):
    """A finding about something absent cannot be ignored, nor one inside of a block scalar."""
    absent = "services:\n  # confguard: ignore[unkept-datastore] made anew by each test\n  db:\n"
    absent += "    image: postgres:17.6\n    environment: {POSTGRES_PASSWORD: '${POSTGRES_PASSWORD:?}'}\n"
    root = write_files(tmp_path / "absent", {"compose.prod.yaml": absent})
    assert rules(call, root) == []
    assert rules(call, root, "--no-suppressions") == ["unkept-datastore"]
    step = "on: push\njobs:\n  a:\n    steps:\n      - run: |\n"
    step += "          docker compose -f compose.prod.yaml up wbe\n"
    block = write_files(tmp_path / "block", {"compose.prod.yaml": absent, ".github/workflows/a.yml": step})
    assert rules(call, block) == ["unknown-service"]
    call("check", block, "--add-ignore", "--reason", "made by the step")
    assert (block / ".github/workflows/a.yml").read_text() == step
    assert rules(call, block) == []


def test_24_the_configuration_names_paths_and_addresses_and_no_lines(call, tmp_path):
    """Ignores in the configuration go by the name of a file, or by line numbers."""
    table = f"[[suppressions]]\nrule = '{RULE}'\npath = '/deploy/*.yaml'\naddress = ['db']\nreason = 'r'\n"
    files = {"deploy/compose.prod.yaml": DATABASE, "compose.prod.yaml": DATABASE.replace("db:", "store:")}
    root = write_files(tmp_path, {**files, "confguard.toml": table})
    assert rules(call, root) == [RULE]
    (root / "deploy/compose.prod.yaml").write_text("# moved down\n\n" + DATABASE)
    assert rules(call, root) == [RULE]


def test_25_a_baseline_knows_places_and_swallows_nothing_new(call, tmp_path):
    """The baseline ignores the file, so that a new violation elsewhere is swallowed."""
    root = write_files(tmp_path, {**FILES, "deploy/compose.prod.yaml": "services: {}\n"})
    call("baseline", "create", root)
    assert rules(call, root) == []
    (root / "deploy/compose.prod.yaml").write_text(DATABASE)
    assert rules(call, root) == [RULE]
    (root / "compose.prod.yaml").unlink()
    assert RULE in rules(call, root)


def test_26_a_central_check_can_ignore_the_ignores(call, tmp_path):
    """Developers silence what the central check wants to see."""
    text = DATABASE.replace("    ports", f"    # confguard: ignore[{RULE}] r\n    ports")
    root = write_files(tmp_path, {"compose.prod.yaml": text})
    assert rules(call, root) == []
    assert rules(call, root, "--no-suppressions") == [RULE]
    (root / "confguard.toml").write_text(f"never-suppress = ['{RULE}']\n")
    assert rules(call, root) == [RULE, "unused-suppression"]


def test_27_the_log_has_everything_with_its_place_beside_the_annotations(call, tmp_path):
    """The reporter for GitHub hides what is in unchanged files, and prints no place in the log."""
    root, summary = write_files(tmp_path / "repo", FILES), tmp_path / "summary"
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_WORKSPACE": str(root),
    }
    text = call("check", root, **environment).output
    assert "--> compose.prod.yaml:4:13" in text
    (command,) = [line for line in text.splitlines() if line.startswith("::error")]
    assert command.split("::", 2)[2].startswith("compose.prod.yaml:4:13: ")
    assert RULE in summary.read_text()


def test_28_an_annotation_over_several_lines_has_no_columns():
    """Annotations with columns over several lines are dropped (limits: tests/reporters/test_github.py)."""
    from confguard.finding import Finding, Label, Severity
    from confguard.reporters import render
    from confguard.reporters.result import Report
    from confguard.reporters.terminal import terminal_options
    from confguard.source import SourceFile

    source = SourceFile("a.yaml", "one\ntwo\n")
    finding = Finding("m", Label(source.span(0, 6)), rule="r", severity=Severity.ERROR)
    text = render("github", Report("1", ROOT, (finding,)), terminal_options({}, is_tty=False))
    assert "line=1,endLine=2," in text
    assert "col=" not in text


def test_29_every_result_of_sarif_has_its_place_and_the_exit_code_is_the_same(call, tmp_path):
    """One result without a place, and the whole upload is refused (every rule: tests/reporters)."""
    result = call("check", write_files(tmp_path, FILES), "--output-format", "sarif")
    assert result.exit_code == 1
    log = json.loads(result.output)
    schema = json.loads((ROOT / "tests" / "data" / "sarif-schema-2.1.0.json").read_text("utf-8"))
    jsonschema.Draft7Validator(schema).validate(log)
    places = [one["locations"][0]["physicalLocation"] for one in log["runs"][0]["results"]]
    assert [(one["artifactLocation"]["uri"], one["region"]["startLine"]) for one in places] == [
        ("compose.prod.yaml", 4)
    ]


def test_30_the_root_is_the_nearest_git_entry_and_every_folder_gives_the_same(call, tmp_path):
    """The configuration of the wrong repository; zero errors from a folder below; vendored trees."""
    outer = write_files(tmp_path, {"confguard.toml": f"ignore = ['{RULE}']\n", ".git/HEAD": ""})
    files = {
        ".git": "gitdir: elsewhere\n",
        "app/models.py": "",
        "app/node_modules/x/compose.prod.yaml": DATABASE,
    }
    inner = write_files(outer / "modules" / "shop", {**FILES, **files})
    found = {tuple(rules(call, path)) for path in (inner, inner / "app", inner / "app" / "models.py")}
    assert found == {(RULE,)}
