"""The steps of action.yml, run as a runner would run them: expressions, environment, output files, bash."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from tests.once import once

ROOT = Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["id"]: step for step in ACTION["runs"]["steps"]}

pytestmark = pytest.mark.slow

CLEAN = {
    "compose.yaml": """\
services:
  db:
    image: postgres:17.6
    environment:
      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}
    volumes:
      - database:/var/lib/postgresql/data
volumes:
  database:
"""
}
BAD = {
    "compose.yaml": CLEAN["compose.yaml"].replace("    volumes:", '    ports: ["5432:5432"]\n    volumes:')
}


@dataclass
class Runner:
    """What a runner keeps of one job: folders, inputs, and the outputs of the steps so far."""

    workspace: Path
    temporary: Path
    inputs: dict[str, str]
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    log: str = ""
    summary: str = ""

    def value(self, expression: str) -> str:
        """Evaluate the little of the expression language that the action uses."""
        for alternative in expression.split("||"):
            text = alternative.strip()
            if text.startswith("'"):
                found = text.strip("'")
            elif text.startswith("inputs."):
                found = self.inputs[text.removeprefix("inputs.")]
            else:
                steps, step, outputs, name = text.split(".")
                assert (steps, outputs) == ("steps", "outputs")
                found = self.outputs.get(step, {}).get(name, "")
            if found:
                return found
        return ""

    def fill(self, text: str) -> str:
        return re.sub(r"\$\{\{(.*?)\}\}", lambda match: self.value(match[1].strip()), text)

    def wants(self, step: dict) -> bool:
        left, operator, right = re.fullmatch(r"(\S+) (==|!=) '(.*)'", step.get("if", "'' == ''")).groups()
        return (self.value(left) == right) == (operator == "==")

    def run(self, step: dict) -> int:
        """Run one step with bash as `shell: bash` does; a step that uses an action is taken as done."""
        if not self.wants(step):
            return 0
        if "uses" in step:
            assert step["uses"].startswith("actions/setup-python@")
            self.outputs[step["id"]] = {"python-path": sys.executable}
            return 0
        script, output, summary = (self.temporary / name for name in ("step.sh", "output", "summary"))
        script.write_text(self.fill(step["run"]), encoding="utf-8")
        output.write_text("")
        summary.write_text("")
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        environment |= {name: self.fill(str(value)) for name, value in step["env"].items()}
        environment |= {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temporary),
        }
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
        done = subprocess.run(
            command, cwd=self.workspace, env=environment, capture_output=True, text=True, timeout=300
        )
        self.log += done.stdout + done.stderr
        self.summary += summary.read_text(encoding="utf-8")
        pairs = [line.partition("=") for line in output.read_text(encoding="utf-8").splitlines()]
        self.outputs[step["id"]] = {name: value for name, _, value in pairs}
        return done.returncode


def inputs(given: dict[str, str]) -> dict[str, str]:
    defaults = {name.replace("_", "-"): facts["default"] for name, facts in ACTION["inputs"].items()}
    given = {name.replace("_", "-"): value for name, value in given.items()}
    assert set(given) <= set(defaults)
    return defaults | given


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
    """Run the steps up to the check once; the repository holds modules that must not be imported."""

    def install(folder: Path) -> None:
        trap = "open('imported', 'w').close()\n"
        workspace = make_repository(folder / "work", dict.fromkeys(("venv.py", "pip.py", "json.py"), trap))
        (folder / "temporary").mkdir()
        runner = Runner(workspace, folder / "temporary", inputs({}))
        for name in ("python", "install"):
            assert runner.run(STEPS[name]) == 0, runner.log
        assert not (workspace / "imported").exists()
        said = {"outputs": runner.outputs, "log": runner.log}
        (folder / "said.json").write_text(json.dumps(said), encoding="utf-8")

    folder = once(tmp_path_factory, "action", install)
    said = json.loads((folder / "said.json").read_text(encoding="utf-8"))
    return Runner(folder / "work", folder / "temporary", inputs({}), said["outputs"], said["log"])


@pytest.fixture
def run_action(installed, tmp_path):
    """Return a function that runs the check on files with inputs: (exit code, runner)."""

    def run(files, **given):
        workspace = make_repository(tmp_path / "repository", files)
        temporary = tmp_path / "temporary"
        temporary.mkdir()
        runner = Runner(workspace, temporary, inputs(given), dict(installed.outputs))
        return runner.run(STEPS["check"]), runner

    return run


def test_the_action_installs_confguard_from_its_own_checkout(installed):
    from confguard import __version__

    assert f"confguard {__version__}" in installed.log


def test_a_clean_repository_passes(run_action):
    code, runner = run_action(CLEAN)
    assert code == 0, runner.log
    assert runner.outputs["check"] == {"exit-code": "0", "findings": "0"}


def test_a_bad_repository_fails_with_annotations_a_summary_and_outputs(run_action):
    code, runner = run_action(BAD, sarif_file="out.sarif")
    assert code == 1, runner.log
    outputs = runner.outputs["check"]
    assert outputs["exit-code"] == "1"
    assert int(outputs["findings"]) >= 1
    assert outputs["sarif-file"] == "out.sarif"
    sarif = yaml.safe_load((runner.workspace / "out.sarif").read_text(encoding="utf-8"))
    assert len(sarif["runs"][0]["results"]) == int(outputs["findings"])
    assert re.search(r"^::(error|warning) file=compose\.yaml,", runner.log, re.MULTILINE)
    assert runner.summary.count("published-datastore-port") == 1


def test_annotations_can_be_switched_off(run_action):
    code, runner = run_action(BAD, annotations="false")
    assert code == 1
    assert "::error" not in runner.log


def test_selections_and_thresholds_reach_the_command(run_action):
    code, runner = run_action(BAD, select="compose,nginx", ignore="published-datastore-port", fail_on="error")
    assert code == 0, runner.log
    assert runner.outputs["check"]["findings"] == "0"


def test_further_arguments_are_split_and_a_path_may_begin_with_a_hyphen(run_action):
    code, runner = run_action(
        {f"-deploy/{name}": text for name, text in BAD.items()},
        path="-deploy",
        args="--exit-zero\n  --severity error ",
    )
    assert code == 0, runner.log
    assert runner.outputs["check"]["exit-code"] == "0"


def test_nothing_to_check_is_not_green(run_action):
    code, runner = run_action({"notes.txt": "nothing"})
    assert code == 2
    assert runner.outputs["check"] == {"exit-code": "2"}


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
    code, runner = run_action(BAD, **dict.fromkeys(names, text))
    assert code == 2, runner.log
    assert not (runner.workspace / "pwned").exists()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_of_a_file_runs_nothing(run_action, text):
    code, runner = run_action(BAD, sarif_file=text)
    assert code == (2 if "\n" in text else 1), runner.log
    assert not (runner.workspace / "pwned").exists()


def test_arguments_are_not_expanded(run_action):
    code, runner = run_action({**BAD, "--exit-zero": ""}, args="*")
    assert code == 2, runner.log  # "*" is one more path, and not the file names


def test_a_sarif_file_name_cannot_set_another_output(run_action):
    code, runner = run_action(BAD, sarif_file="x\nexit-code=0")
    assert code == 2
    assert runner.outputs["check"] == {}


def test_no_input_is_written_into_a_script():
    for step in STEPS.values():
        assert "${{" not in step.get("run", "")
        if "run" in step:
            assert step["shell"] == "bash"


def test_other_actions_are_pinned_by_commit():
    texts = [ROOT / "action.yml", *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]
    uses = [line for text in texts for line in re.findall(r"uses: (\S+)", text.read_text(encoding="utf-8"))]
    assert uses
    for use in uses:
        assert use == "./" or re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", use), use


def test_every_output_comes_from_a_step_and_every_input_is_used():
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for name, facts in ACTION["outputs"].items():
        assert facts["value"] == f"${{{{ steps.check.outputs.{name} }}}}"
        assert f"{name}=%s" in STEPS["check"]["run"]
    for name in ACTION["inputs"]:
        assert f"inputs.{name}" in text
