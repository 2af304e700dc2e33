"""Which project a file of the editor belongs to, and how the editor names the project's files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from confguard.discover.project import CONFIG_NAMES, find_root


@dataclass
class Places:
    """The folders that the editor has open, as it names them.

    A project is a folder with a ``.git`` entry or a confguard.toml, or else an open folder itself. A file
    belongs to the nearest one around it, if that has to do with an open folder; other files belong to none.
    """

    folders: list[Path] = field(default_factory=list)

    def add(self, folders: Iterable[Path]) -> None:
        """Take in further open folders."""
        self.folders += [folder for folder in folders if folder not in self.folders]

    def remove(self, folders: Iterable[Path]) -> None:
        """Forget open folders."""
        gone = set(folders)
        self.folders = [folder for folder in self.folders if folder not in gone]

    def roots(self) -> list[Path]:
        """Return the projects of the open folders; a whole file system or home folder is none."""
        found = [root for folder in self.folders if (root := self.root_of(folder)) is not None]
        return list(dict.fromkeys(found))

    def root_of(self, path: Path) -> Path | None:
        """Return the root of the project that a file or folder belongs to, without symbolic links."""
        try:
            root = find_root(path)
        except OSError:
            return None
        real = Path(os.path.realpath(path))
        folders = [Path(os.path.realpath(folder)) for folder in self.folders]
        around = [folder for folder in folders if real.is_relative_to(folder)]
        if not _is_marked(root):
            root = max(around, key=lambda folder: len(folder.parts), default=root)
            if not around or root in (Path.home(), Path(root.anchor)):
                return None
        related = [folder for folder in folders if folder.is_relative_to(root) or root.is_relative_to(folder)]
        return root if related or not folders else None

    def spoken(self, root: Path, path: str) -> Path:
        """Return where a project's file lies as the editor names it: with its own symbolic links."""
        for folder in self.folders:
            real = Path(os.path.realpath(folder))
            if real == root:
                return folder / path
            if root.is_relative_to(real):
                return folder / root.relative_to(real) / path
        return root / path


def _is_marked(root: Path) -> bool:
    return (root / ".git").exists() or any((root / name).is_file() for name in CONFIG_NAMES)
