"""The env files of the host that will run a stack, given by hand: what they stand for, and their values."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from confguard.discover.project import Project, read_given
from confguard.model.deployment import Deployment
from confguard.model.secret_names import is_secret
from confguard.model.value import Known
from confguard.source import SourceFile

_PASSWORD = re.compile(r"://[^\s/@:]*:([^\s/@]+)@")
_PARTS = re.compile(r"[\s,;@/?&=:]+")


class HostFileError(ValueError):
    """An env file that was given stands for none that a stack reads; the text says what would fit."""


def host_files(
    project: Project, deployments: Sequence[Deployment], given: Sequence[str]
) -> Mapping[str, SourceFile]:
    """Return the files that were given as ``[PATH=]FILE`` by the path that each stands at.

    Without PATH a file stands for the one of its own path or name, else for the file that fills the first
    deployment's Compose files (mostly ``.env``). Raises HostFileError, FileNotFoundError, PermissionError.
    """
    wanted = list(dict.fromkeys(path for one in deployments for path in env_paths(one)))
    found: dict[str, SourceFile] = {}
    for text in given:
        path, file = _split(text)
        target = posixpath.normpath(path) if path else _target(project, wanted, found, file)
        if target not in wanted:
            names = ", ".join(wanted) or "none"
            raise HostFileError(
                f"--env-file {text}: no stack of production reads {target}; they read {names}"
            )
        if target in found:
            raise HostFileError(f"--env-file {text}: {target} is given twice; write PATH=FILE")
        try:
            found[target] = read_given(file, target)
        except (FileNotFoundError, PermissionError) as error:
            raise type(error)(f"--env-file: {error}") from None
        except ValueError as error:
            raise HostFileError(f"--env-file: {error}") from None
    return found


def env_paths(deployment: Deployment) -> Iterator[str]:
    """Yield the env files that a stack asks for, those that fill its Compose files first."""
    yield from (source.path for source in deployment.compose.env_sources)
    for service in deployment.services.values():
        for reference in service.env_files:
            if isinstance(reference.path, Known):
                yield reference.path.value


def _split(text: str) -> tuple[str, Path]:
    path, equals, file = text.partition("=")
    if equals and path and not Path(text).exists():
        return path, Path(file)
    return "", Path(text)


def _target(project: Project, wanted: Sequence[str], taken: Mapping[str, SourceFile], file: Path) -> str:
    real = Path(os.path.realpath(file))
    inside = real.relative_to(project.root).as_posix() if real.is_relative_to(project.root) else ""
    if inside in wanted:
        return inside
    named = [path for path in wanted if posixpath.basename(path) == real.name]
    if len(named) == 1:
        return named[0]
    free = [path for path in wanted if path not in taken]
    return (free or list(wanted) or [real.name])[0]


def values_of(project: Project, sources: Mapping[str, SourceFile]) -> tuple[frozenset[str], frozenset[str]]:
    """Return every value of these files with its parts, and the secrets among them."""
    from confguard.parsers.env import parse

    found: set[str] = set()
    secrets: set[str] = set()
    for path in sources:
        parsed = project.parsed(parse, path)
        pairs = [(entry.key, entry.value) for entry in parsed.active] if parsed else []
        pairs += [(entry.key, entry.value) for entry in parsed.compose] if parsed else []
        for key, text in pairs:
            if text:
                found.add(text)
                found.update(filter(None, _PARTS.split(text)))
                secrets.update({text} if is_secret(key) else _PASSWORD.findall(text))
    return frozenset(found), frozenset(secrets)
