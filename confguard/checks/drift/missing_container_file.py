"""The certificates and other files that nginx opens are in its container."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.absent import why_absent
from confguard.model.container_files import Layer, below
from confguard.model.deployment import Deployment
from confguard.model.nginx import NginxModel
from confguard.model.nginx.file_paths import NamedFile, named_files, served_folders
from confguard.model.repo import Repo
from confguard.model.served_files import url_of
from confguard.model.value import Unknown


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each path that nothing provides."""
    for deployment in repo.production:
        for model in deployment.proxies:
            groups: dict[str, list[tuple[NamedFile, str, Layer | None]]] = {}
            for named in named_files(model):
                lacking = _lacking(repo, deployment, model, named.path)
                if lacking is not None:
                    groups.setdefault(posixpath.dirname(named.path), []).append((named, *lacking))
            for found in groups.values():
                yield _finding(deployment, model, found)
            yield from _folders(repo, deployment, model)


def _folders(repo: Repo, deployment: Deployment, model: NginxModel) -> Iterator[Finding]:
    """Yield the locations whose root or alias is nowhere; Django's files are another rule's."""
    urls = [
        url.value for app in deployment.apps for kind in ("STATIC", "MEDIA") if (url := url_of(app, kind))
    ]
    for location, statement, folder in served_folders(model):
        files = deployment.container_files[model.service]
        lacking = _lacking(repo, deployment, model, folder)
        if (
            lacking is None
            or lacking[1] is not None
            or folder.startswith(_STOCK)
            or files.mounts_below(folder)
        ):
            continue
        pattern = f"{location.pattern.rstrip('/')}/"
        if any(url.startswith(pattern) or pattern.startswith(url) for url in urls):
            continue
        service = deployment.services[model.service]
        yield Finding(
            f"{location.title} serves files from `{folder}`, which is not in the container of service "
            f"{model.service}: {lacking[0]}",
            Label(statement.span.first_line(), "answers 404"),
            (Label(service.span.first_line(), "mounts nothing there"),) if service.span else (),
            help=f"mount the folder in service {model.service}, or take the location away",
            stacks=(deployment.name,),
            address=(model.service, location.title),
            severity=Severity.WARNING,
        )


_STOCK = ("/usr/share/nginx", "/etc/nginx", "/var/www/html", "/var/log", "/usr/local", "/opt")
"""Folders of which images of nginx have something."""


def _lacking(
    repo: Repo, deployment: Deployment, model: NginxModel, path: str
) -> tuple[str, Layer | None] | None:
    """Return why a path is surely not in the container, and the mount at it; None if it may be there."""
    files = deployment.container_files[model.service]
    mount = files.mount_at(path)
    if isinstance(mount, Unknown):
        return None
    if mount is not None:
        if mount.kind != "bind" or mount.path is None or files.exists(path) is not False:
            return None  # a volume, or a folder that only the host has
        inside = posixpath.join(mount.path, below(path, mount.target) or "")
        if why_absent(repo.project, repo.files, inside):
            return None
        return f"{mount.path} is mounted there and has no {posixpath.basename(path)}", mount
    if files.foreign or files.provider(path) is not None or _may_be_made(deployment, model, path):
        return None
    return "nothing is mounted or copied there", None


def _may_be_made(deployment: Deployment, model: NginxModel, path: str) -> bool:
    """Say whether the build or the start may make a file: something that they run names it."""
    process = deployment.processes[model.service]
    stages = process.image.stages if process.image else ()
    runs = [one.text for stage in stages for one in stage.instructions if one.name == "RUN"]
    scripts = [one.path for one in model.delivered if one.target.startswith("/docker-entrypoint.d/")]
    sources = [source.text for found in scripts if (source := deployment.project.read(found))]
    text = "\n".join((process.text, *runs, *sources))
    parts = [posixpath.basename(path), posixpath.dirname(path)]
    return any(part in text for part in parts if part) or bool(
        re.search(r"openssl|certbot|mkcert|acme", text)
    )


def _finding(
    deployment: Deployment, model: NginxModel, found: list[tuple[NamedFile, str, Layer | None]]
) -> Finding:
    named, why, mount = found[0]
    service = deployment.services[model.service]
    names = ", ".join(dict.fromkeys(f"`{one.path}`" for one, _, _ in found))
    fatal = any(one.fatal for one, _, _ in found)
    related = [Label(one.word.span, "nor this") for one, _, _ in found[1:]]
    if mount is not None and mount.span is not None:
        related.append(Label(mount.span.first_line(), f"provides {mount.target}"))
    elif service.span is not None:
        related.append(Label(service.span.first_line(), "mounts nothing there"))
    return Finding(
        f"{names} {'are' if len(found) > 1 else 'is'} not in the container of service {model.service}: {why}",
        Label(named.word.span, "nginx does not start" if fatal else "nobody is let in"),
        tuple(related),
        help=f"mount the file or its folder in service {model.service}; if the operator puts it into the "
        "checkout, list it in .gitignore",
        stacks=(deployment.name,),
        address=(model.service, named.path),
        severity=None if fatal else Severity.WARNING,
    )
