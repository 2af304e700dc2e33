"""The paths that a configuration names have to be there: a typing error would judge another deployment."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.config.kinds import suggestion
from confguard.config.settings import ConfigError, Settings
from confguard.discover.project import Project

_HEAD = 64 * 1024
"""Bytes of a pyproject.toml that are looked at."""


def refuse_missing(settings: Settings, project: Project) -> None:
    """Raise ConfigError if a Compose file or a template that the configuration names is not there."""
    for key, where, path in _named(settings):
        if not project.exists(path):
            span = settings.origins.get(key) or settings.origins.get(key.partition("[")[0])
            place = f"{span}: " if span is not None and span.file.text else ""
            near = suggestion(path, project.paths)
            raise ConfigError(f"{place}{where}: there is no file {path!r} in the project{near}")


def unread_note(project: Project) -> str:
    """Return a note on the tables of confguard in other folders' pyproject.toml, which nobody reads."""
    unread = [
        path
        for path in project.named("pyproject.toml")
        if "/" in path and b"[tool.confguard" in project.head(path, _HEAD)
    ]
    if not unread:
        return ""
    return (
        f"{unread[0]} has a [tool.confguard] that is not read: the configuration stands at the project's root"
    )


def _named(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield the key that has a place, the key that is told, and the path."""
    for index, stack in enumerate(settings.stacks):
        key = f"stacks[{index}]"
        yield from ((key, f"{key}.files", path) for path in stack.files)
        yield from ((key, f"{key}.env-templates", path) for path in stack.env_templates.values())
    yield from (("env-templates", "env-templates", path) for path in settings.env_templates.values())
