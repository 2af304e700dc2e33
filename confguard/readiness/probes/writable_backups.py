"""The folder that backups are written to can be written by the services that make them."""

from __future__ import annotations

import posixpath
import re

from confguard.discover.kinds import Kind
from confguard.finding import Label
from confguard.model.compose import Mount
from confguard.model.roles import ServiceRole
from confguard.model.value import Known, Unknown
from confguard.model.writing import user_of
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import place

_BACKUPS = re.compile(r"back_?ups?", re.IGNORECASE)
_SETTING = re.compile(r"BACKUPS?_(DIR|ROOT|PATH|FOLDER)$|^(DIR|ROOT|PATH)_BACKUPS?$", re.IGNORECASE)


def look(subject: Subject) -> Outcome:
    """Look at what is mounted where settings or names say that backups are kept."""
    good: list[Label | None] = []
    for name, path in _folders(subject).items():
        for folder in path:
            files = subject.deployment.container_files[name]
            layer = files.mount_at(folder)
            service = subject.deployment.services[name]
            if isinstance(layer, Unknown):
                return cannot_tell(
                    f"what is mounted at {folder} of {name} is not known", [place(service.span)]
                )
            mounts = [
                one for one in service.volumes if isinstance(one.target, Known) and one.target.value == folder
            ]
            span = mounts[0].span if mounts else service.span
            if layer is None and service.read_only:
                return failed(f"{folder} of {name} is read-only", [place(span, name)])
            if layer is None:
                return failed(
                    f"backups of {name} stay in its container: nothing is mounted at {folder}", [place(span)]
                )
            if layer.read_only:
                return failed(f"{folder} of {name} is mounted read-only", [place(span, name)])
            if mounts and _belongs_to_root(subject, name, mounts[0]):
                text = f"Docker makes the folder for root, and {name} runs as somebody else"
                return failed(text, [place(span, f"{folder} of {name}")])
            good.append(place(span, f"{folder} of {name}"))
    if not good:
        return cannot_tell("no setting and no mount names a folder for backups")
    return passed("the folder is mounted and can be written", good)


def _stays(subject: Subject, name: str) -> bool:
    """Say whether a service may make backups: what only migrates, or only keeps the time, makes none."""
    return subject.deployment.roles[name].role not in (ServiceRole.MIGRATION, ServiceRole.BEAT)


def _folders(subject: Subject) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for app in subject.deployment.apps:
        for key, value in app.settings.values.items():
            if _SETTING.search(key) and isinstance(value, Known) and str(value.value).startswith("/"):
                for name in (one for one in app.services if _stays(subject, one)):
                    found.setdefault(name, []).append(str(value.value).rstrip("/"))
    if found:
        return found
    for name, service in subject.deployment.services.items():
        for mount in service.volumes:
            if isinstance(mount.target, Known) and _BACKUPS.search(mount.target.value):
                found.setdefault(name, []).append(mount.target.value)
    return found


def _belongs_to_root(subject: Subject, name: str, mount: Mount) -> bool:
    """Say whether a folder is mounted that git does not have, into a service that is not root.

    Docker makes such a folder, and root owns it (docs.docker.com/engine/storage/bind-mounts). A command
    or document that gives it away would say its name.
    """
    path = mount.source.value if isinstance(mount.source, Known) else ""
    if mount.type != "bind" or not path or path[0] in "/~$" or subject.repo.project.is_folder(path):
        return False
    user = user_of(subject.deployment, subject.deployment.services[name])
    if not isinstance(user, Known) or user.value.partition(":")[0] in ("", "0", "root"):
        return False
    given = re.compile(rf"\bchown\b[^\n]*{re.escape(posixpath.basename(path))}")
    kinds = (Kind.DOCUMENT, Kind.SCRIPT, Kind.MAKEFILE)
    read = (subject.repo.project.read(path) for kind in kinds for path in subject.repo.paths(kind))
    return not any(given.search(source.text) for source in read if source is not None)
