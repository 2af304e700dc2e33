"""The part of GitHub's runner that our action and the documented workflows need: steps, expressions, files.

After docs.github.com: "Evaluate expressions in workflows and actions", "Metadata syntax for GitHub Actions",
"Workflow commands". Steps are run by bash as ``shell: bash`` does it; actions of others are stood in for.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent

_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|&&|\|\||==|!=|[!(),]|[\w.-]+)")


def evaluate(text: str, context: Mapping[str, Any], *, failed: bool = False) -> Any:
    """Return the value of an expression, written without ``${{ }}``."""
    tokens = _TOKEN.findall(text)
    assert "".join(tokens) == re.sub(r"\s+(?=(?:[^']*'[^']*')*[^']*$)", "", text), f"cannot read {text!r}"
    found, rest = _either(tokens, context, failed)
    assert not rest, f"cannot read {text!r}"
    return found


def _either(tokens, context, failed):
    left, tokens = _both(tokens, context, failed)
    while tokens and tokens[0] == "||":
        right, tokens = _both(tokens[1:], context, failed)
        left = left or right
    return left, tokens


def _both(tokens, context, failed):
    left, tokens = _compared(tokens, context, failed)
    while tokens and tokens[0] == "&&":
        right, tokens = _compared(tokens[1:], context, failed)
        left = left and right
    return left, tokens


def _compared(tokens, context, failed):
    left, tokens = _single(tokens, context, failed)
    if tokens and tokens[0] in ("==", "!="):
        right, rest = _single(tokens[1:], context, failed)
        return (str(left or "").lower() == str(right or "").lower()) == (tokens[0] == "=="), rest
    return left, tokens


def _single(tokens, context, failed):
    first, *rest = tokens
    if first == "!":
        value, rest = _single(rest, context, failed)
        return not value, rest
    if first == "(":
        value, rest = _either(rest, context, failed)
        assert rest[0] == ")"
        return value, rest[1:]
    if first.startswith("'"):
        return first[1:-1].replace("''", "'"), rest
    if rest[:2] == ["(", ")"]:
        return {"always": True, "success": not failed, "failure": failed}[first], rest[2:]
    value: Any = context
    for name in first.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value, rest


@dataclass
class Job:
    """One job: what the event says, where it works, and what its steps have said and given so far."""

    workspace: Path
    temporary: Path
    github: Mapping[str, Any] = field(default_factory=dict)
    stand_ins: Mapping[str, Callable[[Job, Mapping[str, str]], None]] = field(default_factory=dict)
    """What is done instead of an action of others, by its name: a function of the job and the inputs."""
    ready: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Outputs of steps that are taken as done, by their ids."""
    log: str = ""
    summary: str = ""
    done: list[str] = field(default_factory=list)

    def run(self, steps: list[dict], inputs: Mapping[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Run steps; return the exit code and the outputs by the steps' ids."""
        context = {
            "github": self.github,
            "inputs": inputs or {},
            "steps": {},
            "runner": {"temp": str(self.temporary)},
        }
        code = 0
        for step in steps:
            if step.get("id") in self.ready:
                context["steps"][step["id"]] = {"outputs": self.ready[step["id"]]}
                continue
            if not self.wanted(step, context, failed=code != 0):
                continue
            own, outputs = self.step(step, context)
            context["steps"][step.get("id", "")] = {"outputs": outputs}
            code = code or (0 if step.get("continue-on-error") else own)
        return code, {name: facts["outputs"] for name, facts in context["steps"].items()}

    def wanted(self, step: dict, context: Mapping[str, Any], *, failed: bool) -> bool:
        condition = str(step.get("if", "success()")).strip().removeprefix("${{").removesuffix("}}")
        if not re.search(r"\b(always|success|failure)\(", condition):
            condition = f"success() && ({condition})"
        return bool(evaluate(condition, context, failed=failed))

    def step(self, step: dict, context: Mapping[str, Any]) -> tuple[int, dict[str, str]]:
        if "uses" not in step:
            return self.bash(step, context)
        name = step["uses"].partition("@")[0]
        given = {key: fill(str(value), context) for key, value in step.get("with", {}).items()}
        self.done.append(name)
        if name in self.stand_ins:
            return 0, self.stand_ins[name](self, given) or {}
        assert name in ("./", "confguard/confguard")
        return self.action(given)

    def action(self, given: Mapping[str, str]) -> tuple[int, dict[str, str]]:
        """Run our composite action; its steps see its inputs and each other's outputs, and nothing else."""
        action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
        defaults = {name: facts.get("default", "") for name, facts in action["inputs"].items()}
        assert set(given) <= set(defaults), "an input that the action does not have"
        code, outputs = self.run(action["runs"]["steps"], {**defaults, **given})
        steps = {name: {"outputs": facts} for name, facts in outputs.items()}
        return code, {
            name: fill(facts["value"], {"steps": steps}) for name, facts in action["outputs"].items()
        }

    def bash(self, step: dict, context: Mapping[str, Any]) -> tuple[int, dict[str, str]]:
        script, output, summary, event = (
            self.temporary / name for name in ("step.sh", "output", "summary", "event.json")
        )
        script.write_text(fill(step["run"], context), encoding="utf-8")
        output.write_text("")
        summary.write_text("")
        event.write_text(json.dumps(self.github.get("event", {})))
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        kept |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        environment = {
            **kept,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_BASE_REF": self.github.get("base_ref", ""),
            "GITHUB_EVENT_NAME": self.github.get("event_name", ""),
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_REPOSITORY": self.github.get("repository", ""),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temporary),
            **{name: fill(str(value), context) for name, value in step.get("env", {}).items()},
        }
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
        done = subprocess.run(
            command, cwd=self.workspace, env=environment, capture_output=True, text=True, timeout=300
        )
        self.log += done.stdout + done.stderr
        self.summary += summary.read_text(encoding="utf-8")
        pairs = [line.partition("=") for line in output.read_text(encoding="utf-8").splitlines()]
        return done.returncode, {name: value for name, _, value in pairs}


def fill(text: str, context: Mapping[str, Any]) -> str:
    """Return a text with its expressions replaced by their values."""

    def value(match: re.Match[str]) -> str:
        found = evaluate(match[1].strip(), context)
        return {True: "true", False: "false", None: ""}.get(found, found)

    return re.sub(r"\$\{\{(.*?)\}\}", value, text)
