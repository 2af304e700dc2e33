"""The stacks of a repository: which there are, what each is for, and what says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.stacks import Role
from confguard.model.value import Known, Step
from confguard.reporters.text import clean
from confguard.show.choose import ChoiceError
from confguard.show.page import BOLD, CYAN, DIM, GREEN, YELLOW, Row, Style, joined_lines, place_of, rows_text

_COLOURS = {Role.PRODUCTION: GREEN, Role.UNKNOWN: YELLOW}
_SHOWN = 5
"""Pieces of evidence that a page shows; the JSON has all."""


def chosen(repo: Repo, stack: str) -> tuple[Deployment, ...]:
    """Return the stack of a name, or all of them; raises ChoiceError where there is none."""
    found = tuple(one for one in repo.deployments if not stack or one.name == stack)
    if not found:
        names = ", ".join(one.name for one in repo.deployments)
        raise ChoiceError(
            f"no stack is named {stack!r}; there are: {names}" if names else "there is no stack"
        )
    return found


def facts(deployment: Deployment) -> dict[str, Any]:
    """Return everything that is known of how a stack was found, as plain data for JSON."""
    stack = deployment.stack
    return {
        "name": stack.name,
        "role": stack.role.value,
        "judged": stack.deployed,
        "most_severe": deployment.most_severe.label,
        "note": stack.note or None,
        "files": list(stack.files),
        "profiles": list(stack.profiles),
        "env_files": list(stack.env_files),
        "project_directory": stack.project_directory,
        "evidence": [{"text": clean(step.text), "place": place_of(step.span)} for step in stack.evidence],
        "stand_ins": [
            {
                "for": path,
                "template": template,
                "evidence": clean(_why(deployment, path)),
                "place": _where(deployment, path),
            }
            for path, template in sorted(stack.stand_ins.items())
        ],
        "services": list(deployment.services),
        "inactive_services": _inactive(deployment),
        "images": [
            {"service": service, "dockerfile": path, "target": target, "place": place}
            for service, path, target, place in _built(deployment)
        ],
    }


def page(deployments: Sequence[Deployment], style: Style, everything: bool = False) -> str:
    """Return the stacks as text: those that rules about production judge in full, the others in a line."""
    lines: list[str] = []
    for one in deployments:
        if everything or one.stack.deployed or len(deployments) == 1:
            lines += [*_full(one, style), ""]
    rest = [one for one in deployments if not (everything or one.stack.deployed)]
    if rest and len(deployments) > 1:
        lines.append(style.paint("not judged by rules about production (--all shows more)", DIM))
        rows = [
            Row(
                one.stack.role.value,
                clean(one.name),
                _first(one.stack.evidence),
                _COLOURS.get(one.stack.role, ""),
            )
            for one in rest
        ]
        lines += [*rows_text(rows, style, indent=2), ""]
    return joined_lines(lines[:-1])


def _full(deployment: Deployment, style: Style) -> list[str]:
    stack = deployment.stack
    judged = f", findings up to {deployment.most_severe.label}" if stack.deployed else ", not judged"
    rows = [Row("role", f"{stack.role.value}{judged}", "", _COLOURS.get(stack.role, CYAN))]
    rows += [Row("" if index else "files", clean(path)) for index, path in enumerate(stack.files)]
    if stack.profiles:
        rows.append(Row("profiles", clean(", ".join(stack.profiles))))
    if stack.env_files:
        rows.append(Row("env files", clean(", ".join(stack.env_files))))
    if stack.project_directory:
        rows.append(Row("directory", clean(stack.project_directory)))
    rows += [
        Row(
            "" if index else "templates",
            clean(f"{template} stands in for {path}: {_why(deployment, path)}"),
            _where(deployment, path),
        )
        for index, (path, template) in enumerate(sorted(stack.stand_ins.items()))
    ]
    rows.append(Row("services", clean(", ".join(deployment.services)) or "none"))
    if _inactive(deployment):
        rows.append(Row("switched off", clean(", ".join(_inactive(deployment))) + " (by profiles)"))
    rows += [
        Row(
            "" if index else "images",
            clean(f"{service} is built from {path}" + (f", stage {target}" if target else "")),
            place,
        )
        for index, (service, path, target, place) in enumerate(_built(deployment))
    ]
    rows += [
        Row("" if index else "because", clean(step.text), place_of(step.span))
        for index, step in enumerate(stack.evidence[:_SHOWN])
    ]
    if len(stack.evidence) > _SHOWN:
        rows.append(Row("", f"and {len(stack.evidence) - _SHOWN} more"))
    if stack.note:
        rows.append(Row("note", clean(stack.note)))
    return [style.paint(clean(stack.name), BOLD), *rows_text(rows, style, indent=2)]


def _inactive(deployment: Deployment) -> list[str]:
    return [name for name in deployment.compose.services if name not in deployment.services]


def _built(deployment: Deployment) -> list[tuple[str, str, str | None, str]]:
    """Return the images that the stack only names and that something else builds: what, from what, where."""
    return [
        (
            name,
            process.build.dockerfile_path,
            process.build.target.value if isinstance(process.build.target, Known) else None,
            place_of(process.build.span),
        )
        for name, process in deployment.processes.items()
        if process.service.build is None and process.build and process.build.dockerfile_path
    ]


def _step(deployment: Deployment, path: str) -> Step | None:
    return deployment.stack.stand_in_evidence.get(path)


def _why(deployment: Deployment, path: str) -> str:
    step = _step(deployment, path)
    return step.text if step else "its name"


def _where(deployment: Deployment, path: str) -> str:
    step = _step(deployment, path)
    return place_of(step.span) if step else ""


def _first(evidence: Sequence[Step]) -> str:
    return f"{clean(evidence[0].text)}  {place_of(evidence[0].span)}" if evidence else ""
