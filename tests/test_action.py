"""The steps of action.yml and of the workflows in docs/github.md, run as a runner would run them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.actions_runner import ROOT, Job, evaluate
from tests.database_stack import CLEAN, PUBLISHED
from tests.reporters.runner import read_log

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["id"]: step for step in ACTION["runs"]["steps"]}
WORKFLOWS = {
    name: yaml.safe_load(text)
    for name, text in re.findall(
        r"<!-- workflow: ([a-z-]+) -->\n```yaml\n(.*?)```",
        (ROOT / "docs" / "github.md").read_text("utf-8"),
        re.S,
    )
}
ALREADY = ("python", "install")
"""Steps that fetch something: the environment that runs the tests stands in for what they make."""

pytestmark = pytest.mark.slow

GOOD = {"compose.yaml": CLEAN}
BAD = {"compose.yaml": PUBLISHED}


def make_repository(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """Return what the steps up to the check give, with this checkout's confguard in a folder of programs."""
    folder = tmp_path_factory.mktemp("bin")
    code = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom confguard.cli import main\nmain()\n"
    (folder / "start.py").write_text(code, encoding="utf-8")
    for name, command in (("python", ""), ("confguard", f"-I {folder / 'start.py'}")):
        (folder / name).write_text(f'#!/bin/sh\nexec {sys.executable} {command} "$@"\n', encoding="utf-8")
        (folder / name).chmod(0o755)
    return {"python": {"python-path": sys.executable}, "install": {"bin": str(folder), "version": "1.2.3"}}


@pytest.fixture
def run_action(installed, tmp_path):
    """Return a function that runs the action on files with inputs: (exit code, outputs, job)."""

    def run(files, **given):
        (tmp_path / "temporary").mkdir()
        workspace = make_repository(tmp_path / "repository", files)
        job = Job(workspace, tmp_path / "temporary", ready=installed)
        code, outputs = job.action({name.replace("_", "-"): value for name, value in given.items()})
        return code, outputs, job

    return run


def test_the_action_installs_confguard_from_its_own_checkout(tmp_path, monkeypatch):
    """The repository holds modules that must not be imported."""
    from confguard import __version__

    monkeypatch.setenv("PIP_NO_COMPILE", "1")  # thousands of modules of which a few are loaded
    trap = "open('imported', 'w').close()\n"
    workspace = make_repository(tmp_path / "work", dict.fromkeys(("venv.py", "pip.py", "json.py"), trap))
    job = Job(workspace, tmp_path, ready={"python": {"python-path": sys.executable}})
    code, outputs = job.run([STEPS["python"], STEPS["install"]], {"python": "3.13"})
    assert code == 0, job.log
    assert outputs["install"]["version"] == __version__
    assert not (workspace / "imported").exists()
    bin_folder = Path(outputs["install"]["bin"])
    assert {"confguard", "python"} <= {path.name for path in bin_folder.iterdir()}


def test_a_clean_repository_passes(run_action):
    code, outputs, job = run_action(GOOD)
    assert code == 0, job.log
    assert outputs == {"exit-code": "0", "findings": "0", "sarif-file": "", "version": "1.2.3"}
    assert "All checks passed" in job.log
    assert "All checks passed" in job.summary


def test_a_bad_repository_fails_with_annotations_a_summary_and_outputs(run_action):
    code, outputs, job = run_action(BAD, sarif_file="out.sarif")
    assert code == 1, job.log
    assert outputs["exit-code"] == "1"
    assert int(outputs["findings"]) >= 1
    assert outputs["sarif-file"] == "out.sarif"
    sarif = yaml.safe_load((job.workspace / "out.sarif").read_text(encoding="utf-8"))
    assert len(sarif["runs"][0]["results"]) == int(outputs["findings"])
    assert re.search(r"^::(error|warning) file=compose\.yaml,", job.log, re.MULTILINE)
    assert job.summary.count("published-datastore-port") == 1


def test_annotations_and_the_summary_can_be_switched_off(run_action):
    code, _, job = run_action(BAD, annotations="false", summary="false")
    assert code == 1
    assert "published-datastore-port" in job.log
    assert read_log(job.log) == []
    assert job.summary == ""


def test_a_format_of_ones_own_takes_the_place_of_the_text(run_action):
    code, outputs, job = run_action(BAD, args="--output-format concise", annotations="false")
    assert code == 1, job.log
    assert int(outputs["findings"]) >= 1
    assert re.search(r"^compose\.yaml:\d+:\d+: ", job.log, re.MULTILINE)


def test_selections_and_thresholds_reach_the_command(run_action):
    code, outputs, job = run_action(
        BAD, select="compose,nginx", ignore="published-datastore-port", fail_on="error"
    )
    assert code == 0, job.log
    assert outputs["findings"] == "0"


def test_a_configuration_and_a_baseline_reach_the_command(run_action):
    files = {**BAD, "other.toml": 'ignore = ["all"]\n'}
    code, outputs, job = run_action(files, config="other.toml")
    assert (code, outputs["findings"]) == (0, "0"), job.log


def test_a_baseline_that_is_not_there_is_told(run_action):
    code, _, job = run_action(BAD, baseline="known.json")
    assert code == 2, job.log
    assert "known.json" in job.log


def test_further_arguments_are_split_and_a_path_may_begin_with_a_hyphen(run_action):
    code, outputs, job = run_action(
        {f"-deploy/{name}": text for name, text in BAD.items()},
        path="-deploy",
        args="--exit-zero\n  --severity error ",
    )
    assert code == 0, job.log
    assert outputs["exit-code"] == "0"


def test_nothing_to_check_is_not_green(run_action):
    code, outputs, _ = run_action({"notes.txt": "nothing"})
    assert code == 2
    assert (outputs["exit-code"], outputs["findings"]) == ("2", "")


def test_a_hook_finds_nothing_wrong_with_nothing_to_check(run_action):
    code, outputs, job = run_action({"notes.txt": "nothing"}, args="--hook")
    assert code == 0, job.log
    assert (outputs["exit-code"], outputs["findings"]) == ("0", "")


HOSTILE = [
    '"; touch pwned; "',
    "'; touch pwned; '",
    "$(touch pwned)",
    "`touch pwned`",
    "x; touch pwned",
    "x); touch pwned; more=(",
    "x\ntouch pwned",
    "x && touch pwned | touch pwned & touch pwned",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_inputs_run_nothing(run_action, text):
    names = set(ACTION["inputs"]) - {"python", "sarif-file"}
    code, _, job = run_action(BAD, **dict.fromkeys(names, text))
    assert code == 2, job.log
    assert not (job.workspace / "pwned").exists()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_of_a_file_runs_nothing(run_action, text):
    code, _, job = run_action(BAD, sarif_file=text, select="published-datastore-port")
    assert code == (2 if "\n" in text else 1), job.log
    assert not (job.workspace / "pwned").exists()


def test_arguments_are_not_expanded(run_action):
    code, _, job = run_action({**BAD, "--exit-zero": ""}, args="*")
    assert code == 2, job.log  # "*" is one more path, and not the file names


def test_a_sarif_file_name_cannot_set_another_output(run_action):
    code, outputs, _ = run_action(BAD, sarif_file="x\nexit-code=0")
    assert code == 2
    assert outputs["exit-code"] == ""


def test_no_input_is_written_into_a_script():
    for step in STEPS.values():
        assert "${{" not in step.get("run", "")
        if "run" in step:
            assert step["shell"] == "bash"


@pytest.fixture
def origin(tmp_path):
    """Return a repository as GitHub has it: main, a branch, and the merge of both for the pull request."""
    root = tmp_path / "origin"
    make_repository(root, {**BAD, ".env.example": "POSTGRES_PASSWORD=\n", "notes.txt": "x\n"})

    def git(*arguments):
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)

    git("commit", "-q", "-m", "bad already")
    git("branch", "-M", "main")
    git("switch", "-q", "-c", "topic")
    compose = BAD["compose.yaml"].replace(
        "services:\n", 'services:\n  cache:\n    image: redis:8\n    ports: ["6379:6379"]\n'
    )
    (root / "compose.yaml").write_text(compose, encoding="utf-8")
    git("commit", "-qam", "worse")
    git("switch", "-q", "main")
    (root / "notes.txt").write_text("y\n", encoding="utf-8")
    git("commit", "-qam", "main goes on")
    git("switch", "-q", "-c", "merged")
    git("merge", "-q", "--no-ff", "-m", "merge", "topic")
    git("switch", "-q", "main")
    return root


def event(name, repository="shop/shop"):
    if name == "push":
        return {"event_name": "push", "base_ref": "", "repository": "shop/shop", "event": {}}
    head = {"repo": {"full_name": repository}}
    facts = {"event_name": "pull_request", "base_ref": "main", "repository": "shop/shop"}
    return {**facts, "event": {"pull_request": {"head": head}}}


EVENTS = {
    "push": event("push"),
    "pull request": event("pull_request"),
    "fork": event("pull_request", "someone/shop"),
}


@pytest.fixture
def run_workflow(installed, origin, tmp_path):
    """Return a function that runs a workflow's job for an event: (exit code, job), or None if skipped."""

    def checkout(job, given):
        branch = "main" if job.github["event_name"] == "push" else "merged"
        depth = given.get("fetch-depth", "1")
        command = [
            "git",
            "clone",
            "-q",
            f"--depth={depth}",
            "-b",
            branch,
            f"file://{origin}",
            str(job.workspace),
        ]
        subprocess.run(command, check=True)

    def upload(job, given):
        job.uploaded = json.loads((job.workspace / given["sarif_file"]).read_text(encoding="utf-8"))

    def run(workflow, github):
        (plan,) = workflow["jobs"].values()
        if not evaluate(plan.get("if", "success()"), {"github": github}):
            return None
        (tmp_path / "temporary").mkdir()
        stand_ins = {"actions/checkout": checkout, "github/codeql-action/upload-sarif": upload}
        job = Job(tmp_path / "work", tmp_path / "temporary", github, stand_ins, installed)
        code, _ = job.run(plan["steps"])
        return code, job

    return run


def annotated(job):
    return {
        (command.name, command.properties["file"], command.properties["title"])
        for command in read_log(job.log)
    }


def test_a_push_shows_everything(run_workflow):
    code, job = run_workflow(WORKFLOWS["check"], EVENTS["push"])
    assert code == 1, job.log
    assert ("warning", "compose.yaml", "confguard: published-datastore-port") in annotated(job)
    assert "PostgreSQL" in job.summary
    assert "were there before" not in job.log


@pytest.mark.parametrize("name", ["pull request", "fork"])
def test_a_pull_request_shows_what_touches_its_changes(run_workflow, name):
    code, job = run_workflow(WORKFLOWS["check"], EVENTS[name])
    assert code == 1, job.log
    assert "Redis" in job.summary
    assert "PostgreSQL" not in job.summary
    lines = {int(command.properties["line"]) for command in read_log(job.log)}
    assert lines <= {2, 3, 4, 5}, "the lines of the branch, and no others"
    assert re.search(r"\d+ that were there before", job.log)


def test_code_scanning_gets_everything_where_it_may_be_uploaded(run_workflow):
    code, job = run_workflow(WORKFLOWS["code-scanning"], EVENTS["pull request"])
    assert code == 0, job.log
    said = [result["message"]["text"] for result in job.uploaded["runs"][0]["results"]]
    assert any("PostgreSQL" in text for text in said)
    assert any("Redis" in text for text in said)
    assert read_log(job.log) == []
    assert job.summary == ""


def test_code_scanning_is_left_out_for_a_fork(run_workflow):
    assert run_workflow(WORKFLOWS["code-scanning"], EVENTS["fork"]) is None
    assert run_workflow(WORKFLOWS["code-scanning"], EVENTS["push"]) is not None


def test_a_report_for_code_scanning_is_whole_although_less_is_shown(installed, origin, tmp_path):
    work = tmp_path / "work"
    subprocess.run(["git", "clone", "-q", "-b", "merged", str(origin), str(work)], check=True)
    (tmp_path / "temporary").mkdir()
    job = Job(work, tmp_path / "temporary", ready=installed)
    code, outputs = job.action(
        {"changed-since": "HEAD^1", "sarif-file": "out.sarif", "args": "--select=compose"}
    )
    assert code == 1, job.log
    results = json.loads((work / "out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert len(results) > int(outputs["findings"]) > 0


def test_a_checkout_that_is_too_shallow_is_told(installed, origin, tmp_path):
    work = tmp_path / "work"
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", "-b", "merged", f"file://{origin}", str(work)], check=True
    )
    (tmp_path / "temporary").mkdir()
    job = Job(work, tmp_path / "temporary", ready=installed)
    code, outputs = job.action({"changed-since": "HEAD^1"})
    assert (code, outputs["exit-code"]) == (2, "2")
    assert "fetch-depth" in job.log


def test_our_own_workflow_runs_the_action_on_ourselves_with_what_it_may_read():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    for plan in (workflow, *WORKFLOWS.values()):
        triggers = plan[True]  # YAML 1.1 reads the key `on` so
        assert "pull_request_target" not in triggers
        assert plan["permissions"] in ({}, {"contents": "read"})
    own = [step for step in workflow["jobs"]["confguard"]["steps"] if step.get("uses") == "./"]
    documented = WORKFLOWS["check"]["jobs"]["confguard"]["steps"][1]["with"]
    assert own[0]["with"] == {"path": "fixtures/clean", **documented}


def test_other_actions_are_pinned_by_commit():
    texts = [ROOT / "action.yml", *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]
    uses = [line for text in texts for line in re.findall(r"uses: (\S+)", text.read_text(encoding="utf-8"))]
    assert uses
    for use in uses:
        assert use == "./" or re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", use), use


def test_every_output_comes_from_a_step_and_every_input_is_used():
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for name, facts in ACTION["outputs"].items():
        step = "install" if name == "version" else "check"
        assert facts["value"] == f"${{{{ steps.{step}.outputs.{name} }}}}"
        assert f"{name}=%s" in STEPS[step]["run"]
    for name in ACTION["inputs"]:
        assert f"inputs.{name}" in text
