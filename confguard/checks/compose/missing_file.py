"""What a stack of production builds from and mounts is in the repository."""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.absent import is_moved, why_absent
from confguard.model.deployment import Deployment
from confguard.model.references import Needed, Reference, dangling
from confguard.model.repo import Repo
from confguard.model.value import Origin


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each path that nothing in the repository provides."""
    for deployment in repo.production:
        groups: dict[tuple[Needed, str], list[Reference]] = {}
        for reference in dangling(deployment):
            if any(step.origin is Origin.TEMPLATE for step in reference.trail):
                continue  # the operator says where it is
            if why_absent(repo.project, repo.files, reference.path):
                continue
            if not is_moved(repo.project, repo.files, reference.span.path):
                groups.setdefault((reference.needed, reference.path), []).append(reference)
        for references in groups.values():
            yield _finding(repo, deployment, references)


def _finding(repo: Repo, deployment: Deployment, references: list[Reference]) -> Finding:
    first, path = references[0], references[0].path
    users = ", ".join(dict.fromkeys(reference.service for reference in references))
    places = dict.fromkeys(reference.span.first_line() for reference in references)
    like = _alike(repo, path, first.needed)
    return Finding(
        f"{_what(first)} `{path or '.'}`, which is not in the repository",
        Label(first.span.first_line(), _effect(first)),
        tuple(Label(span, "refers to it, too") for span in list(places)[1:]),
        notes=(f"used by {users}", *((f"the repository has {', '.join(like)}",) if like else ())),
        help="correct the path (it is relative to the first Compose file's folder), or add what is missing; "
        "if the operator puts it there, list it in .gitignore",
        stacks=(deployment.name,),
        address=(first.needed.value, path),
        severity=_severity(first.needed, like),
    )


def _severity(needed: Needed, like: list[str]) -> Severity | None:
    if needed is Needed.ENV_FILE:  # the operator may know of it; of two that are alike one is a slip
        return Severity.WARNING if like else Severity.INFO
    return Severity.WARNING if needed is Needed.FOLDER else None


def _what(reference: Reference) -> str:
    service = f"service {reference.service}"
    return {
        Needed.DOCKERFILE: f"{service} is built by the Dockerfile",
        Needed.CONTEXT: f"{service} is built in the folder",
        Needed.FILE: f"{service} mounts",
        Needed.FOLDER: f"{service} mounts the folder",
        Needed.CONFIG: f"{service} gets a config from",
        Needed.ENV_FILE: f"{service} needs the env file",
    }[reference.needed]


def _effect(reference: Reference) -> str:
    if reference.needed in (Needed.DOCKERFILE, Needed.CONTEXT):
        return "the build fails"
    if reference.needed is Needed.ENV_FILE:
        return "docker compose refuses the stack without it, and no template says what it holds"
    if reference.needed is Needed.CONFIG:
        return "the container is not started"
    if reference.needed is Needed.FOLDER:
        return f"docker makes an empty folder, and so {reference.target} is empty"
    return f"docker makes an empty folder of that name, and mounts it at {reference.target}"


def _alike(repo: Repo, path: str, needed: Needed) -> list[str]:
    """Return up to three paths of the same name."""
    name = posixpath.basename(path)
    if needed in (Needed.CONTEXT, Needed.FOLDER):
        candidates = sorted(repo.project.folders)
    else:
        candidates = list(repo.project.paths)
    if needed is Needed.ENV_FILE:
        names = [found for found in candidates if "env" in posixpath.basename(found) and "." in found]
        near = difflib.get_close_matches(path, names, n=2, cutoff=0.85)
        return [
            *near,
            *(found for found in names if posixpath.basename(found) == name and found not in near),
        ][:3]
    return [found for found in candidates if name and posixpath.basename(found) == name][:3]
