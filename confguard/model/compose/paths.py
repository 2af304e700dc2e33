"""Relative paths of a Compose model made absolute (compose-go 2.9, ``paths/``)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass

from confguard.model.compose.tree import Leaf, Map, Seq, State, Tree, advance, patterns, plain

_REMOTE = ("https://", "http://", "git://", "ssh://", "github.com/", "git@")
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")


@dataclass(frozen=True, slots=True)
class PathResolver:
    """Makes the paths of a tree absolute: relative ones against a folder, ``~`` against the home folder."""

    folder: str
    home: str

    def resolve(self, root: Map) -> Map:
        """Return the tree with its paths made absolute."""
        result = self._walk(root, _PATHS)
        return result if isinstance(result, Map) else root

    def _walk(self, node: Tree, state: State[Resolve] | None) -> Tree:
        if state is None:
            return node
        resolve = state.value
        if resolve is not None:
            return resolve(self, node)
        if isinstance(node, Map):
            changed: dict[str, Tree] = {}
            for name, value in node.entries.items():
                new = self._walk(value, advance(state, name))
                if new is not value:
                    changed[name] = new
            return node.with_entries(changed) if changed else node
        if isinstance(node, Seq):
            following = advance(state, "[]")
            return (
                Seq([self._walk(item, following) for item in node.items], node.source) if following else node
            )
        return node

    def absolute(self, text: str) -> str:
        """Return one path made absolute; ``""`` stays."""
        if text.startswith("~"):
            return posixpath.normpath(posixpath.join(self.home, text[1:].lstrip("/")))
        if not text or text.startswith("/"):
            return text
        return join(self.folder, text)

    def path(self, node: Tree) -> Tree:
        """Return a path, or a list of them."""
        if isinstance(node, Seq):
            return Seq([self.path(item) for item in node.items], node.source)
        if isinstance(node, Leaf) and isinstance(node.value, str):
            return Leaf(self.absolute(node.value), node.source)
        return node

    def context(self, node: Tree) -> Tree:
        """Return a build context: remote ones and references stay as they are."""
        text = node.value if isinstance(node, Leaf) else None
        if not isinstance(text, str) or "://" in text or text.startswith(("service:", *_REMOTE)):
            return node
        return self.path(node)

    def unix(self, node: Tree) -> Tree:
        """Return a path that may be a Windows one."""
        text = node.value if isinstance(node, Leaf) else None
        if not isinstance(text, str) or _WINDOWS.match(text):
            return node
        return Leaf(self.absolute(text) if text else self.folder, node.source)

    def mount(self, node: Tree) -> Tree:
        """Return a service's volume with the source of a bind mount made absolute."""
        if not isinstance(node, Map) or plain(node.get("type")) != "bind":
            return node
        source = node.get("source")
        return node.with_entries({"source": self.unix(source)}) if source is not None else node

    def driver_options(self, node: Tree) -> Tree:
        """Return a volume whose driver options make it a bind mount."""
        if not isinstance(node, Map) or plain(node.get("driver")) != "local":
            return node
        options = node.get("driver_opts")
        if not isinstance(options, Map) or plain(options.get("o")) != "bind":
            return node
        device = options.get("device")
        if device is None:
            return node
        return node.with_entries({"driver_opts": options.with_entries({"device": self.unix(device)})})


def join(folder: str, path: str) -> str:
    """Return two paths joined and cleaned as Go's ``filepath.Join`` does."""
    joined = posixpath.normpath(posixpath.join(folder, path))
    return f"/{joined.lstrip('/')}" if joined.startswith("//") else joined


Resolve = Callable[[PathResolver, Tree], Tree]

_PATHS: State[Resolve] = patterns(
    {
        "services.*.build.context": PathResolver.context,
        "services.*.build.additional_contexts.*": PathResolver.context,
        "services.*.build.ssh.*": PathResolver.unix,
        "services.*.env_file.[].path": PathResolver.path,
        "services.*.label_file.[]": PathResolver.path,
        "services.*.extends.file": PathResolver.path,
        "services.*.develop.watch.[].path": PathResolver.path,
        "services.*.volumes.[]": PathResolver.mount,
        "configs.*.file": PathResolver.unix,
        "secrets.*.file": PathResolver.unix,
        "volumes.*": PathResolver.driver_options,
    }
)
