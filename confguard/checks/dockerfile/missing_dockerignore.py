"""What an image copies as a whole has a .dockerignore."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from confguard.finding import Edit, Finding, Label
from confguard.fixes.edits import whole
from confguard.model.builds import buildings, context_sources, unwanted_in
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.source import SourceFile, Span
from confguard.words import joined

_NAME = ".dockerignore"
_NEVER_NEEDED = (".git", "node_modules")


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for the contexts of a stack that are copied whole, with nothing left out."""
    for deployment in repo.production:
        found = dict(_whole(deployment))
        unwanted = {
            context: names for context in found if (names := unwanted_in(deployment.project, context))
        }
        found = {context: found[context] for context in unwanted}
        if not found:
            continue
        first, *others = found
        shown = [f"`{context or '.'}`" for context in found]
        yield Finding(
            f"the build context{'s' * (len(shown) > 1)} {joined(shown)} {'are' if others else 'is'} copied "
            "whole, and no .dockerignore leaves anything out",
            Label(found[first].first_line(), f"takes {joined(unwanted[first])} along"),
            tuple(
                Label(found[one].first_line(), f"takes {joined(unwanted[one])} along") for one in others[:4]
            ),
            help=f"write a {_NAME} in it: `.git`, `.env*`, `node_modules`, tests and dumps",
            stacks=(deployment.name,),
            address=tuple(found),
            fixes=whole(
                f"write {_NAME}",
                (_written(context, names) for context, names in unwanted.items()),
                safe=False,
            ),
        )


def _written(context: str, names: Iterable[str]) -> Edit | None:
    """Return what makes the file, with what no image needs: tests and data may be wanted."""
    patterns = [
        pattern for name in names for pattern in re.findall(r"`([^`]+)`", name) if pattern in _NEVER_NEEDED
    ]
    path = posixpath.join(context, _NAME)
    text = "".join(f"{pattern}\n" for pattern in patterns)
    return Edit(SourceFile(path, "").span(0), text) if patterns else None


def _whole(deployment: Deployment) -> Iterator[tuple[str, Span]]:
    for building in buildings(deployment):
        context = building.context
        if context is None or not deployment.project.is_folder(context):
            continue
        names = (posixpath.join(context, _NAME), f"{building.dockerfile.source.path}{_NAME}")
        if any(deployment.project.exists(name) for name in names):
            continue
        for image in building.images():
            for source in context_sources(image):
                if not source.path:
                    yield context, source.copy.instruction.span
