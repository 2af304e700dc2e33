"""What shell commands do to the configuration: envsubst, rm, cp, sed and redirections, as far as it is plain.

Anything else that writes to a path leaves its content unknown.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace

from confguard.model.environment import Environment
from confguard.model.nginx.tree import FileTree

_ENVSUBST = re.compile(
    r"""(?:cat\s+(?P<piped>/[^\s|<>;&]+)\s*\|\s*)?
    \benvsubst\b\s*(?P<names>(?:'[^']*'|"[^"]*"|\\?\$\S+)?)\s*
    (?:<\s*(?P<source>/[^\s|<>;&]+)\s*)?
    (?:>\s*|\|\s*(?:tee\s+))(?P<target>/[^\s|<>;&]+)""",
    re.VERBOSE,
)
_ENVSUBST_REVERSED = re.compile(
    r"""\benvsubst\b\s*(?P<names>(?:'[^']*'|"[^"]*"|\\?\$\S+)?)\s*>\s*(?P<target>/[^\s|<>;&]+)\s*
    <\s*(?P<source>/[^\s|<>;&]+)""",
    re.VERBOSE,
)
_NAME = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_COMMAND = re.compile(r"[^;&|\n]+")
_REDIRECTION = re.compile(r">>?\s*([\"']?)(/[^\s\"'|<>;&]+)\1")
_CONDITIONAL = re.compile(r"^\s*(?:if|for|while|case|until)\b", re.MULTILINE)


def apply(tree: FileTree, text: str, environment: Environment) -> None:
    """Do to a container's files what a shell text does, in order."""
    text = re.sub(r"\\\r?\n", " ", text)
    for match in _CONDITIONAL.finditer(text):
        sure, text_after = text[: match.start()], text[match.start() :]
        _plain(tree, sure, environment)
        _forget_written(tree, text_after)
        return
    _plain(tree, text, environment)


def _plain(tree: FileTree, text: str, environment: Environment) -> None:
    position = 0
    for match in sorted(
        [*_ENVSUBST.finditer(text), *_ENVSUBST_REVERSED.finditer(text)], key=lambda found: found.start()
    ):
        if match.start() < position:
            continue
        _simple_commands(tree, text[position : match.start()])
        source = match["source"] or match.groupdict().get("piped")
        _envsubst(tree, match["names"], source, match["target"], environment)
        position = match.end()
    _simple_commands(tree, text[position:])


def _envsubst(tree: FileTree, names: str, source: str | None, target: str, environment: Environment) -> None:
    loaded = tree.files.get(posixpath.normpath(source)) if source else None
    if loaded is None:
        tree.forget(target, f"envsubst writes it from {source or 'its input'}, which is not known")
        return
    listed = frozenset(_NAME.findall(names))
    tree.put(target, replace(loaded, environment=environment, names=listed or None, every=not listed))


def _simple_commands(tree: FileTree, text: str) -> None:
    for match in _COMMAND.finditer(text):
        line = match[0].strip()
        for written in _REDIRECTION.finditer(line):
            tree.forget(written[2], "a command writes it")
        words = line.split()
        while words and (words[0] in ("sudo", "exec", "set", "then", "do") or "=" in words[0]):
            words = words[1:]
        if not words:
            continue
        paths = [word.strip("\"'") for word in words[1:] if word.strip("\"'").startswith("/")]
        if words[0] in ("rm", "unlink"):
            for path in paths:
                _remove(tree, path)
        elif words[0] in ("cp", "mv", "ln", "install") and len(paths) >= 2:
            _copy(tree, words[0], paths[:-1], paths[-1])
        elif words[0] in (
            "sed",
            "perl",
            "tee",
            "patch",
            "curl",
            "wget",
            "awk",
            "touch",
            "dockerize",
            "gomplate",
        ):
            if words[0] == "sed" and "-i" not in line:
                continue
            for path in paths:
                if path in tree.files or "/nginx/" in path:
                    tree.forget(path, f"{words[0]} writes it")


def _remove(tree: FileTree, path: str) -> None:
    if re.search(r"[*?\[]", path):
        found, _ = tree.find(path)
        kept = set(map(id, found))
        for target in [target for target, loaded in tree.files.items() if id(loaded) in kept]:
            tree.remove(target)
    else:
        tree.remove(path)


def _copy(tree: FileTree, command: str, sources: list[str], target: str) -> None:
    for source in sources:
        source = posixpath.normpath(source)
        into = target.endswith("/") or len(sources) > 1 or target in tree.covered or target in _FOLDERS
        place = posixpath.join(target, posixpath.basename(source)) if into else target
        loaded = tree.files.get(source)
        if loaded is not None:
            tree.put(place, loaded)
            if command == "mv":
                tree.remove(source)
        elif "/nginx" in place:
            tree.forget(place, f"{command} puts {source} there")


_FOLDERS = frozenset({"/etc/nginx", "/etc/nginx/conf.d", "/etc/nginx/templates", "/etc/nginx/sites-enabled"})


def _forget_written(tree: FileTree, text: str) -> None:
    """Take as unknown whatever a text with conditions may write."""
    for match in re.finditer(r"(?<![\w.])(/etc/nginx/[^\s\"'|<>;&)]+|/config/nginx/[^\s\"'|<>;&)]+)", text):
        path = match[1]
        before = text[max(match.start() - 60, 0) : match.start()].rpartition("\n")[2]
        if re.search(r"(?:>|\btee\b|\bsed\b.*-i|\bcp\b|\bmv\b|\bln\b|\brm\b|\bcat\b.*>)[^<]*$", before):
            tree.forget(path, "a start script may write it")
