"""Configurations that lie in a container and that its nginx is not started with: for another mode of it."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from confguard.discover.project import Project

if TYPE_CHECKING:
    from confguard.model.nginx.types import NginxModel


def is_spare_port(project: Project, model: NginxModel, port: int) -> bool:
    """Say whether a configuration that a script of the container may switch to listens on a port.

    One that only lies there, and that no script names, serves nothing.
    """
    listens = re.compile(rf"(?m)^[^#\n]*\blisten\s+(?:\[[^\]\n]*\]:|[\w.*-]+:)?{port}(?=[\s;])")
    loaded = set(model.files)
    texts = {one: source.text for one in model.delivered if (source := project.read(one.path)) is not None}
    scripts = [text for text in texts.values() if text.startswith("#!")]
    for one, text in texts.items():
        if one.path not in loaded and listens.search(text):
            name = posixpath.basename(one.target)
            if any(name in script for script in scripts):
                return True
    return False
