"""Files that steps of workflows hand to actions that build images, and that are not in the repository.

Source: the inputs ``files`` and ``workdir`` of docker/bake-action (README.md, v6) and ``file`` of
docker/build-push-action (README.md, v6), by default relative to the root of the repository.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from confguard.model.absent import why_absent
from confguard.model.workflows.jobs import jobs
from confguard.parsers.yaml_tree import Scalar
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.repo import Repo
    from confguard.parsers.workflows import Job, Step

_INPUTS = {"docker/bake-action": "files", "docker/build-push-action": "file"}
_ELSEWHERE = ("workdir", "source", "context")
"""Inputs that say that the files lie elsewhere; a build's context only where it is an address."""
_LINE = re.compile(r"[^\n,]+")


def missing_build_files(repo: Repo) -> Iterator[tuple[str, Span]]:
    """Yield the files that steps build from and that git does not have, each with its place.

    Says nothing of a job that checks out another repository or another folder, or downloads artifacts, or of
    expressions.
    """
    for _, job in jobs(repo):
        if _is_elsewhere(job):
            continue
        for step in job.steps:
            for path, span in _named(step):
                known = repo.project.exists(path) or repo.project.is_folder(path)
                if not known and not why_absent(repo.project, repo.files, path):
                    yield path, span


def _is_elsewhere(job: Job) -> bool:
    if any("download-artifact" in step.uses for step in job.steps):
        return True
    checkouts = [step for step in job.steps if step.uses.startswith("actions/checkout@")]
    return any(
        step.inputs is not None and (step.inputs.get("repository") or step.inputs.get("path"))
        for step in checkouts
    )


def _named(step: Step) -> Iterator[tuple[str, Span]]:
    name = _INPUTS.get(step.uses.partition("@")[0])
    if name is None or step.inputs is None:
        return
    for other in _ELSEWHERE:
        given = step.inputs.get(other)
        text = given.text if isinstance(given, Scalar) else "?"
        if (
            given is not None
            and text not in (".", "./")
            and (other != "context" or re.search(r"[:{?]", text))
        ):
            return
    value = step.inputs.get(name)
    if not isinstance(value, Scalar):
        return
    span = value.span
    for match in _LINE.finditer(span.text):
        text = match[0].strip().strip("\"'")
        if not text or "${{" in text or "://" in text or text[0] in "/|>#":
            continue
        path = posixpath.normpath(text)
        if not path.startswith(".."):
            start = span.start + match.start() + match[0].index(text)
            yield path, Span(span.file, start, start + len(text))
