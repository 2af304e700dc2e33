"""What happens to nginx's files when its container starts, and which configuration nginx is started with.

The official image runs its entrypoint's scripts, above all 20-envsubst-on-templates.sh (docker-nginx,
entrypoint/); others run scripts of the project.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from confguard.model.copies import Built
from confguard.model.environment import Environment
from confguard.model.nginx import shell
from confguard.model.nginx.statements import Loaded
from confguard.model.nginx.tree import FileTree
from confguard.model.value import Known
from confguard.parsers.shell import UNKNOWN

if TYPE_CHECKING:
    from confguard.model.compose.types import Service

_ENTRY_IN_VARIABLE = re.compile(r"\bnginx\b[^;&|\n]*?\s-c\s+[\"']?\$")
_ENTRY = re.compile(r"\bnginx\b[^;&|\n]*?\s-c\s+[\"']?(/[^\s\"';&|]+)")


def command_of(service: Service, built: Built | None) -> str:
    """Return the shell text of what the container runs, ``""`` for what the image runs."""
    parts: list[str] = []
    for value in (service.entrypoint, service.command):
        if isinstance(value, Known):
            parts.append(_shell_text(value.value))
    if not parts and built and (built.image.entrypoint or built.image.command):
        for command in (built.image.entrypoint, built.image.command):
            if command is not None:
                words = tuple(word.text for word in command.words)
                parts.append(command.text if command.shell else _shell_text(words))
    return " ".join(parts)


def _shell_text(words: tuple[str, ...]) -> str:
    for index, word in enumerate(words[:-1]):
        if (
            re.fullmatch(r"-[a-z]*c", word)
            and index
            and words[index - 1].rpartition("/")[2] in ("sh", "bash", "ash")
        ):
            return words[index + 1]
    return " ".join(words)


def start(tree: FileTree, service: Service, built: Built | None, environment: Environment) -> str:
    """Do what happens when the container starts, and return the path of the main configuration."""
    command = command_of(service, built)
    stock = _is_stock_entrypoint(service)
    own_entrypoint = (service.entrypoint is not None and not stock) or (
        service.entrypoint is None and built is not None and built.image.entrypoint is not None
    )
    words = command.split()[1:] if stock else command.split()
    first = words[0].rpartition("/")[2] if words else "nginx"
    if tree.stock.templates and not own_entrypoint and first in ("nginx", "nginx-debug"):
        _templates(tree, service, environment)
        for path in sorted(tree.files):
            if path.startswith("/docker-entrypoint.d/") and path.endswith((".sh", ".envsh")):
                _run(tree, tree.files[path], environment)
    entry = tree.stock.entry
    for word in command.split():
        script = tree.files.get(word.strip("\"'"))
        if script is not None and not script.stock and not word.endswith(".conf"):
            _run(tree, script, environment)
            entry = _named_by(script, environment) or entry
    shell.apply(tree, command, environment)
    match = _ENTRY.search(command)
    return match[1] if match else entry


def _named_by(script: Loaded, environment: Environment) -> str:
    """Return the configuration that a script gives to nginx by a variable, ``""`` where it names none so."""
    if not _ENTRY_IN_VARIABLE.search(script.source.text):
        return ""
    from confguard.model.listening.script import Script

    def look(name: str) -> str | None:
        value = environment.get(name)
        return value.value if isinstance(value, Known) else None

    for one in Script(script.source.text, script.source, None, (), look).started():
        names = [word.rpartition("/")[2] for word in one.words]
        if "nginx" in names[:2] and "-c" in names[:-1]:
            named = one.words[names.index("-c") + 1]
            return named if one.sure and UNKNOWN not in named and named.startswith("/") else "/$"
    return ""


def _run(tree: FileTree, script: Loaded, environment: Environment) -> None:
    shell.apply(tree, script.source.text, environment, script.source)


def started_with(tree: FileTree, command: str) -> str | None:
    """Return the configuration of the project that a script which the container runs starts nginx with."""
    for word in command.split():
        script = tree.files.get(word.strip("\"'"))
        match = _ENTRY.search(script.source.text) if script is not None and not script.stock else None
        given = tree.files.get(match[1]) if match else None
        if match is not None and given is not None and not given.stock:
            return match[1]
    return None


def _is_stock_entrypoint(service: Service) -> bool:
    """Say whether Compose puts back the entrypoint of nginx's images (docker-nginx, entrypoint/)."""
    return isinstance(service.entrypoint, Known) and service.entrypoint.value == ("/docker-entrypoint.sh",)


def _templates(tree: FileTree, service: Service, environment: Environment) -> None:
    """Do what the image's 20-envsubst-on-templates.sh does."""

    def setting(name: str, default: str) -> str:
        value = environment.values.get(f"NGINX_ENVSUBST_{name}")
        return value.value if isinstance(value, Known) and value.value else default

    folder, suffix = setting("TEMPLATE_DIR", "/etc/nginx/templates"), setting("TEMPLATE_SUFFIX", ".template")
    output = setting("OUTPUT_DIR", "/etc/nginx/conf.d")
    pattern = setting("FILTER", "")
    for path, reason in list(tree.unknown.items()):
        if path == folder or path.startswith(f"{folder}/") or folder.startswith(f"{path}/"):
            single = path.startswith(f"{folder}/") and path.endswith(suffix)
            name = path[len(folder) + 1 : -len(suffix)] if single else "*" if path == folder else "?"
            tree.forget(posixpath.join(output, name), reason)
            tree.unknown[f"{output}/templates"] = reason
    if any(
        mount.read_only
        and isinstance(mount.target, Known)
        and posixpath.normpath(mount.target.value) == output
        for mount in service.volumes
    ):
        return  # the script says that it cannot write there, and goes on
    if pattern:
        try:
            wanted = re.compile(pattern)
        except re.error:
            return
        values = {name: value for name, value in environment.values.items() if wanted.search(name)}
        environment = replace(environment, values=values)
    for path, loaded in sorted(tree.files.items()):
        if path.startswith(f"{folder}/") and path.endswith(suffix):
            target = f"{output}/{path[len(folder) + 1 : -len(suffix)]}"
            tree.put(target, replace(loaded, environment=environment))
