"""What shell commands do to the configuration: envsubst, rm, cp, sed and redirections, as far as it is plain.

Anything else that writes to a path leaves its content unknown.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace

from confguard.model.environment import Environment
from confguard.model.nginx.script_text import Part, parts
from confguard.model.nginx.statements import Loaded
from confguard.model.nginx.tree import FileTree
from confguard.source import SourceFile, Span

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
_WRITTEN = re.compile(
    r"""(?<![\w-])(?:echo|printf)[ \t]+(?:"(?P<double>[^"\\`%]*)"|'(?P<single>[^'\\%]*)')[ \t]*
    (?P<sign>>>?)[ \t]*(?P<mark>["']?)(?P<target>/[^\s"'|<>;&$`*?]+)(?P=mark)[ \t]*(?=[;&\n]|\Z)""",
    re.VERBOSE,
)
_INPUT_WRITTEN = re.compile(
    r"""^\s*(?:exec\s+|sudo\s+)?(?:cat\b[ \t]*(?:<<-?\s*\S+\s*)?(?P<sign>>>?)|tee\b)\s*
    (?P<mark>["']?)(?P<target>/[^\s"'|<>;&$`*?]+)(?P=mark)\s*(?:>\s*/dev/null\s*)?(?:<<-?\s*\S+)?\s*$""",
    re.VERBOSE,
)
_UNLIKE_ENVSUBST = re.compile(r"\$\(|\$\{[^}]*[^\w}]|\$[^A-Za-z_{]")
"""What a shell puts in, and envsubst would not."""
_LINE = 1000
"""How many characters in front of a command are looked at for what it depends on."""
_MAX_SCRIPTED = 100
"""What scripts write beyond this is unknown: each file is as long as its script."""
_DOUBTED = re.compile(r"\|\||(?<!\S)(?:\[\[?|test|grep)\s")
"""What makes a command run or not, on the line in front of it."""


def apply(tree: FileTree, text: str, environment: Environment, source: SourceFile | None = None) -> None:
    """Do to a container's files what a shell text does, in order.

    ``source`` is the file that holds the text and nothing else, if there is one: what is written out of it
    has its places there.
    """
    found = parts(text)
    for part in found:
        tree.doubt = tree.doubt or doubt(part, tree)
        if part.sure:
            _plain(tree, part, environment, source)
        else:
            _forget_written(tree, part.text)


def _plain(tree: FileTree, part: Part, environment: Environment, source: SourceFile | None) -> None:
    position = 0
    for heredoc in part.heredocs:
        end = heredoc.start - part.start
        _commands(tree, part, position, end, environment, source)
        position = end
        found = _INPUT_WRITTEN.match(heredoc.line)
        if source is not None and found:
            span = source.span(heredoc.start, heredoc.end)
            _write(tree, found["target"], found["sign"] or ">", span, environment, heredoc.plain)
    _commands(tree, part, position, len(part.text), environment, source)


def _commands(
    tree: FileTree,
    part: Part,
    position: int,
    end: int,
    environment: Environment,
    source: SourceFile | None,
) -> None:
    """Do what the commands between two places of a piece do."""
    text = part.text[:end]
    kinds = (_ENVSUBST, _ENVSUBST_REVERSED, _WRITTEN)
    steps = [match for kind in kinds for match in kind.finditer(text, position)]
    for match in sorted(steps, key=lambda found: found.start()):
        if match.start() < position:
            continue
        _simple_commands(tree, text[position : match.start()])
        position = match.end()
        if match.re is _WRITTEN:
            quoted = "single" if match["double"] is None else "double"
            if source is None or _DOUBTED.search(
                text[max(match.start() - _LINE, 0) : match.start()].rpartition("\n")[2]
            ):
                tree.forget(match["target"], "a command writes it")
                continue
            start, stop = match.span(quoted)
            span = source.span(part.start + start, part.start + stop)
            _write(tree, match["target"], match["sign"], span, environment, quoted == "single")
            continue
        given = match["source"] or match.groupdict().get("piped")
        _envsubst(tree, match["names"], given, match["target"], environment)
    _simple_commands(tree, text[position:])


def _write(tree: FileTree, target: str, sign: str, span: Span, environment: Environment, plain: bool) -> None:
    """Put a text of a script into a file; the shell replaces its variables, unless it is plain."""
    text, path = span.text, posixpath.normpath(target)
    tree.scripted += 1
    if tree.scripted > _MAX_SCRIPTED:
        tree.forget(path, "a command writes it")
        return
    before = tree.files.get(path) if sign == ">>" else None
    own = span.file.text
    unlike = not plain and ("\\" in text or "`" in text or _UNLIKE_ENVSUBST.search(text))
    named = set() if plain else set(_NAME.findall(text))
    changed = len(named) > _MAX_SCRIPTED or any(
        re.search(rf"(?<![\w$]){name}=|\bread\b.*\b{name}\b", own) for name in named
    )
    appended = before is not None and (before.source.path != span.path or before.stock)
    lost = sign == ">>" and before is None and path in tree.unknown
    kept = before.source.text if before is not None else re.sub(r"[^\r\n]", " ", own)
    filled = not plain or (before is not None and before.environment is not None)
    bare = (plain and "$" in text) or (before is not None and before.environment is None and "$" in kept)
    mixed = filled and bare
    if unlike or changed or appended or lost or mixed:
        tree.forget(path, "a command writes it")
        return
    made = SourceFile(span.path, kept[: span.start] + text + kept[span.end :])
    replaced = environment if filled else None
    tree.put(path, Loaded(span.path, made, environment=replaced, every=replaced is not None))


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
    for match in re.finditer(r"(?<![\w.$}/-])(/(?!dev/)[\w.][^\s\"'|<>;&)]+)", text):
        path = match[1]
        before = text[max(match.start() - 60, 0) : match.start()].rpartition("\n")[2]
        if re.search(r"(?:>|\btee\b|\bsed\b.*-i|\bcp\b|\bmv\b|\bln\b|\brm\b|\bcat\b.*>)[^<]*$", before):
            tree.forget(path, "a start script may write it")


_HARMLESS = frozenset([
    "echo", "printf", "cat", "envsubst", "nginx", "nginx-debug", "exec", "set", "export", "cd", "test", "[",
    "[[", "sleep", "true", "false", ":", "rm", "unlink", "mkdir", "rmdir", "chmod", "chown", "chgrp", "umask",
    "exit", "return", "local", "shift", "trap", "wait", "kill", "id", "ls", "find", "date", "tr", "cut",
    "head", "tail", "sort", "ip", "getent", "addgroup", "adduser", "useradd", "groupadd", "usermod",
    "groupmod", "deluser", "delgroup", "ulimit", "basename", "dirname", "stat", "grep", "awk", "read",
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "!", "{",
    "}", "sudo", "su-exec", "gosu", "nslookup", "dig", "nc", "env", "break", "continue", "eval", "unset",
    "ldconfig", "hostname", "uname", "which", "command", "type", "ps", "nohup", "time",
    "/docker-entrypoint.sh", "setcap", "ln", "tini", "dumb-init", "apk", "apt", "apt-get",
    "yum", "dnf", "microdnf",
])  # fmt: skip
"""Programs that write no file of nginx but what a redirection names."""
_WRITING = frozenset(["cp", "mv", "install", "sed", "tee", "touch", "ln", "curl", "wget", "perl", "patch"])
"""Programs that write what their words name."""
_PACKAGES = frozenset(["apk", "apt", "apt-get", "yum", "dnf", "microdnf"])
_ANYWHERE = re.compile(r">>?\s*[\"']?[\w./-]*\$")


def doubt(part: Part, tree: FileTree) -> str:
    """Return why files may be there that no command is seen to write, or ``""``."""
    code = part.code
    if any(code[match.start()] == ">" for match in _ANYWHERE.finditer(part.text)):
        return "a command writes to a file whose name is in a variable"
    for match in _COMMAND.finditer(code):
        words = match[0].strip("(){} \t").split()
        while words and ("=" in words[0] or words[0] in _PREFIXES):
            words = words[1:]
        if not words or not re.fullmatch(r"[\w./-]+", words[0]):
            continue
        name = words[0].rpartition("/")[2]
        if name in _PACKAGES and re.search(r"nginx|certbot|letsencrypt", match[0]):
            return f"{name} installs files of its own"
        if name in _WRITING:
            if "$" in match[0]:
                return f"{name} writes to a file whose name is in a variable"
        elif name not in _HARMLESS and words[0] not in _HARMLESS and not _is_followed(tree, words[0]):
            return f"{name} may write files"
    return ""


_PREFIXES = frozenset(
    ["sudo", "exec", "then", "do", "else", "if", "elif", "while", "until", "!", "time", "env"]
)


def _is_followed(tree: FileTree, word: str) -> bool:
    script = tree.files.get(word)
    return script is not None and not script.stock
