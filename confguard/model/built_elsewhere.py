"""The Dockerfile of an image that a stack only pulls, if another Compose file of the project builds it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from confguard.discover.project import Project
from confguard.model.image import OFFICIAL, parse_image
from confguard.model.process import image_of
from confguard.model.value import Known

if TYPE_CHECKING:
    from confguard.model.compose import Service
    from confguard.model.dockerfile import Image


def built_elsewhere(project: Project, paths: Iterable[str], service: Service) -> tuple[Service, Image] | None:
    """Return a service with the build of its image, and what the Dockerfile makes of it; None without one.

    ``paths`` are the repository's Compose files. A development or test stack that builds the image under
    the same name, whatever the tag, shows what is in it.
    """
    from confguard.model.compose import load

    if service.build is not None or not isinstance(service.image, Known):
        return None
    wanted = parse_image(service.image.value)
    if wanted is None or wanted.name in OFFICIAL or "/" not in wanted.repository:
        return None
    for path in paths:
        source = project.read(path)
        if source is None or wanted.repository not in source.text or "build" not in source.text:
            continue
        model = load(project, (path,))
        for other in model.services.values():
            named = parse_image(other.image.value) if isinstance(other.image, Known) else None
            if other.build is not None and named is not None and named.repository == wanted.repository:
                image = image_of(project, model, other)
                return (replace(service, build=other.build), image) if image else None
    return None
