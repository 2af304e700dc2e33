"""Configurations that lie in a container and that its nginx is not started with: for another mode of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from confguard.discover.project import Project

if TYPE_CHECKING:
    from confguard.model.nginx.types import NginxModel


def is_spare_port(project: Project, model: NginxModel, port: int) -> bool:
    """Say whether a configuration beside the one in use listens on a port: a variable may switch to it."""
    listens = re.compile(rf"(?m)^[^#\n]*\blisten\s+(?:\[[^\]\n]*\]:|[\w.*-]+:)?{port}(?=[\s;])")
    loaded = set(model.files)
    for one in model.delivered:
        source = project.read(one.path) if one.path not in loaded else None
        if source is not None and listens.search(source.text):
            return True
    return False
