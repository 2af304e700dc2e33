"""Paths and patterns of a configuration file, made relative to the project's root."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def rebased(document: Mapping[str, Any], folder: str, root: Path) -> dict[str, Any]:
    """Return a valid table whose paths and patterns were relative to a folder, made relative to the root.

    ``folder`` is relative to the root and may lie above it (``..``). Patterns that cannot match below the
    root are left out.
    """
    if not folder:
        return dict(document)
    made = dict(document)

    def path(text: str) -> str:
        # By way of the root's own folder: a path that leaves the project and comes back lies in it.
        return Path(os.path.relpath(root / folder / text, root)).as_posix() if text else text

    def pattern(text: str) -> str | None:
        return _pattern(text, folder, root)

    def templates(table: Mapping[str, str]) -> dict[str, str]:
        return {path(name): path(template) for name, template in table.items()}

    if "exclude" in made:
        made["exclude"] = [text for one in made["exclude"] if (text := pattern(one)) is not None]
    for key in ("per-file-ignores", "file-kinds"):
        if key in made:
            pairs = ((pattern(one), value) for one, value in made[key].items())
            made[key] = {one: value for one, value in pairs if one is not None}
    if "baseline" in made:
        made["baseline"] = path(made["baseline"])
    if "python-environment" in made:
        made["python-environment"] = path(made["python-environment"])
    if "env-templates" in made:
        made["env-templates"] = templates(made["env-templates"])
    if "stacks" in made:
        made["stacks"] = [_stack(stack, path, templates) for stack in made["stacks"]]
    if "suppressions" in made:
        made["suppressions"] = [
            {**one, "path": pattern(one["path"]) or "/\\0"} if "path" in one else one
            for one in made["suppressions"]
        ]
    plan = made.get("readiness", {}).get("plan", "")
    if plan.endswith(".toml"):
        made["readiness"] = {**made["readiness"], "plan": path(plan)}
    return made


def _stack(stack: Mapping[str, Any], path: Any, templates: Any) -> dict[str, Any]:
    made = dict(stack)
    for key in ("files", "env-files"):
        if key in made:
            made[key] = [path(one) for one in made[key]]
    if made.get("project-directory"):
        made["project-directory"] = path(made["project-directory"])
    if "env-templates" in made:
        made["env-templates"] = templates(made["env-templates"])
    return made


def _pattern(text: str, folder: str, root: Path) -> str | None:
    """Make one gitignore pattern relative to the root; None: it matches nothing there."""
    sign, bare = ("!", text[1:]) if text.startswith("!") else ("", text)
    anchored = "/" in bare[:-1] and not bare.startswith("**/")
    if not folder.startswith(".."):
        return f"{sign}/{folder}/{bare.lstrip('/')}" if anchored else f"{sign}/{folder}/**/{bare}"
    if not anchored:
        return text
    above = os.path.realpath(root / folder)
    inside = os.path.relpath(os.path.realpath(root), above).replace(os.sep, "/").split("/")
    parts = bare.strip("/").split("/")
    if ".." in inside or len(parts) <= len(inside):
        return None
    if not all(fnmatch.fnmatchcase(name, part) for name, part in zip(inside, parts, strict=False)):
        return None
    tail = "/" if bare.endswith("/") else ""
    return f"{sign}/{'/'.join(parts[len(inside) :])}{tail}"
