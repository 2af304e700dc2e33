"""Where the project's files lie while its settings are evaluated: for ``__file__`` and ``os.path``."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from confguard.model.absent import is_ignored
from confguard.model.container_files import ContainerFiles, below
from confguard.model.django.operations import ROOT_MARK
from confguard.model.value import Known

UNKNOWN_ROOT = f"/{ROOT_MARK}"
"""The absolute path of a project's root that is not known; texts with it are partly known."""


@dataclass(eq=False)
class Place:
    """A project whose root lies at ``at``, an absolute path without a final slash.

    ``directory`` is the folder in which the program runs (``""``: not known), ``presumed`` what
    is taken for it then. ``answers`` is what an evaluation asked so far: another place that answers all of it
    alike gives the same settings.
    """

    at: str = UNKNOWN_ROOT
    directory: str = ""
    presumed: str = ""
    answers: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def cwd(self) -> str:
        """The folder in which the program runs."""
        return str(self._answer("directory", "")) or self.presumed

    def of(self, path: str) -> str:
        """Return the absolute path of a project file or folder (``""`` is the root)."""
        return str(self._answer("of", path))

    def inside(self, whole: str) -> str | None:
        """Return the project path of an absolute one, be it there or not; None outside of the project."""
        found: str | None = self._answer("inside", whole)
        return found

    def is_mount(self, whole: str) -> bool:
        """Say whether a folder is there for sure, because something is mounted to it."""
        return bool(self._answer("is_mount", whole))

    def stand_in(self, path: str) -> str | None:
        """Return the file that stands in for an env file of the project that git does not have.

        ``""``: there is none where the program runs. None: there may be one, of which nothing is known.
        """
        found: str | None = self._answer("stand_in", path)
        return found

    def alike(self, other: Place) -> bool:
        """Say whether what was asked of this place has the same answers at another one."""
        return all(
            getattr(other, f"_{question}")(about) == answer
            for (question, about), answer in self.answers.items()
        )

    def _answer(self, question: str, about: str) -> Any:
        key = (question, about)
        if key not in self.answers:
            self.answers[key] = getattr(self, f"_{question}")(about)
        return self.answers[key]

    def _directory(self, _about: str) -> str:
        return self.directory

    def _of(self, path: str) -> str:
        return f"{self.at}/{path}" if path else self.at or "/"

    def _inside(self, whole: str) -> str | None:
        return below(whole, self.at or "/")

    def _is_mount(self, whole: str) -> bool:
        return False

    def _stand_in(self, _path: str) -> str | None:
        return ""


@dataclass(eq=False)
class ContainerPlace(Place):
    """A project as it lies in a service's container; what is not known to be put there lies somewhere."""

    files: ContainerFiles | None = None
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    """The env files that only the host has, each with the committed template that stands in for it."""

    def _of(self, path: str) -> str:
        found = self.files.path_of(path) if self.files is not None else None
        return found.value if isinstance(found, Known) else super()._of(path)

    def _inside(self, whole: str) -> str | None:
        marked = super()._inside(whole)
        if marked is not None or self.files is None:
            return marked
        folder, files = whole, self.files
        while folder != "/":
            source, layer = files.source_of(folder), files.provider(folder)
            if isinstance(source, Known) and layer is not None:
                path = posixpath.normpath(posixpath.join(source.value, below(whole, folder) or ""))
                path = "" if path == "." else path
                left_out = folder != whole and (files.project.exists(path) or files.project.is_folder(path))
                return None if left_out else path
            if source is not None and not isinstance(source, Known):
                return None
            if layer is not None and layer.is_mount and layer.path is None:
                return None
            folder = posixpath.dirname(folder)
        return None

    def _is_mount(self, whole: str) -> bool:
        layers = self.files.layers if self.files is not None else ()
        return any(layer.target == whole and layer.kind in ("volume", "tmpfs") for layer in layers)

    def _stand_in(self, path: str) -> str | None:
        files = self.files
        whole = files.path_of(path) if files is not None else None
        if files is None or not isinstance(whole, Known):
            return ""
        if path in self.stand_ins:  # the stack is run with it, so that a build copies it, too
            return self.stand_ins[path]
        # A folder of the host has what its operator put there. An image is built from what git has.
        layer = files.provider(whole.value)
        mounted = layer is not None and layer.kind == "bind"
        return None if mounted and is_ignored(files.project, path) else ""
