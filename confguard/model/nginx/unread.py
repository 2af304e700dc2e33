"""Configurations that a container of nginx gets and never reads, and why."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from confguard.discover.kinds import Kind, ProjectFile, of_kind
from confguard.model.nginx.image_layers import ROOTS
from confguard.model.nginx.placeholders import statements
from confguard.model.nginx.types import Delivered, NginxModel

_TEMPLATES = "/etc/nginx/templates"
_CONF_D = "/etc/nginx/conf.d"


@dataclass(frozen=True, slots=True)
class Unread:
    """A file of the repository, its place in the container, why nginx does not read it, what would help."""

    delivered: Delivered
    why: str
    mend: str


def configurations(files: Iterable[ProjectFile]) -> frozenset[str]:
    """Return the paths of the repository's files that are configurations of nginx, spare copies left out."""
    return frozenset(file.path for file in of_kind(files, Kind.NGINX))


def unread(model: NginxModel, files: frozenset[str], ran: str) -> Iterator[Unread]:
    """Yield those of some files of the repository that lie in the container and are read by nobody.

    ``ran`` is the text of everything that the container and its build run: a file that it names may be used
    by that. Nothing is said where a part of the configuration is not known.
    """
    if model.foreign or any(not missing.absent and not missing.prefixes for missing in model.missing):
        return
    words = {text for one in statements(model) for text in one.texts}
    loaded = set(model.files)
    for one in model.delivered:
        if one.path not in files or one.path in loaded or one.filled:
            continue
        name, folder = posixpath.basename(one.target), posixpath.dirname(one.target)
        named = any(word.endswith(f"/{name}") or word == name for word in words)
        if named or name in ran or f"{folder}/" in ran or not one.target.startswith((*ROOTS, _TEMPLATES)):
            continue
        reason = _reason(one.target, name, folder)
        if reason is not None:
            yield Unread(one, *reason)


def _reason(target: str, name: str, folder: str) -> tuple[str, str] | None:
    if target.startswith(f"{_TEMPLATES}/"):
        if not name.endswith(".template"):
            return "the image fills in files that end with .template only", "end its name with .template"
        return (
            "the image runs envsubst over templates only when its command is nginx",
            "leave `command` and `entrypoint` to the image, or call /docker-entrypoint.sh nginx",
        )
    if name.endswith((".template", ".tmpl", ".tpl")):
        return (
            f"templates are looked for in {_TEMPLATES} only",
            f"mount it at {_TEMPLATES}/{name.partition('.')[0]}.conf.template",
        )
    if folder == _CONF_D and not name.endswith(".conf"):
        return f"nginx.conf includes {_CONF_D}/*.conf only", "end its name with .conf"
    if folder in ("/etc/nginx/sites-enabled", "/etc/nginx/sites-available", "/etc/nginx/conf"):
        return f"nginx.conf of the image includes nothing from {folder}", f"mount it into {_CONF_D}"
    return "no file that nginx reads includes it", "include it, or take it away"
