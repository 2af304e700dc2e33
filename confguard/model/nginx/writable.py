"""Which folders nginx's images write to when they start."""

from __future__ import annotations

import re
from dataclasses import dataclass

from confguard.discover.project import Project
from confguard.model.nginx.placeholders import statements
from confguard.model.nginx.types import NginxModel

_PID = re.compile(r"^\s*pid\s+([^\s;#]+)\s*;", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Written:
    """A folder that has to be writable, what for, and whether nginx does not start without."""

    folder: str
    purpose: str
    fatal: bool = True


def written_folders(project: Project, model: NginxModel, image: str) -> tuple[Written, ...]:
    """Return the folders that the container of an image (``nginx`` or ``nginx-unprivileged``) writes to.

    From the paths that the image's nginx is built with (``nginx -V``) and nginx's ngx_create_paths and
    ngx_create_pidfile, which end the start; 20-envsubst-on-templates.sh says that it cannot and goes on.
    """
    unprivileged = image == "nginx-unprivileged"
    found: list[Written] = []
    temporary = {one.name for one in statements(model) if one.name.endswith("_temp_path")}
    if not temporary:
        found.append(Written("/tmp" if unprivileged else "/var/cache/nginx", "temporary files"))  # noqa: S108
    found.append(Written(_pid_folder(project, model) or ("/tmp" if unprivileged else "/run"), "its pid file"))  # noqa: S108
    if any(one.target.startswith("/etc/nginx/templates/") for one in model.delivered):
        found.append(Written("/etc/nginx/conf.d", "the templates that are filled in", fatal=False))
    return tuple(found)


def _pid_folder(project: Project, model: NginxModel) -> str:
    for path in model.files:
        source = project.read(path)
        match = _PID.search(source.text) if source is not None else None
        if match and match[1].startswith("/"):
            folder = match[1].rpartition("/")[0] or "/"
            return "/run" if folder == "/var/run" else folder
    return ""
