"""What people run: ``docker compose`` command lines and copies of env templates, in files of all kinds.

``parse`` reads Makefiles, shell scripts, justfiles, Taskfiles, package.json, workflows, documents and the
comments of Compose files. Nothing is run; what cannot be resolved by reading is said to be unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from confguard.parsers.command_lines import CommandLine, Form, lines
from confguard.parsers.compose_options import plain_words
from confguard.parsers.image_builds import ImageBuild, build_command
from confguard.parsers.shell import UNKNOWN, ShellWord, commands
from confguard.records import record
from confguard.source import SourceFile, Span


@record
class Argument:
    """A word of a command; ``text`` is None where it cannot be resolved by reading."""

    text: str | None
    span: Span


@record
class Invocation:
    """One run of ``docker compose`` (or ``docker stack deploy``, whose ``subcommand`` is ``stack deploy``).

    ``environment`` holds the variables of Compose itself that are set for it (COMPOSE_FILE,
    COMPOSE_PROFILES, COMPOSE_ENV_FILES, COMPOSE_PROJECT_NAME...). ``folder`` is the folder that it runs in,
    as far as ``cd`` or ``working-directory`` say so. ``context`` is what it stands in: the make target, the
    heading, the job and step. ``uncertain`` says that a part which may add files or options is unknown.
    ``spoken`` says that it is only mentioned: in a comment, in prose, in an echo.
    """

    span: Span
    files: tuple[Argument, ...]
    profiles: tuple[Argument, ...]
    env_files: tuple[Argument, ...]
    project_name: Argument | None
    project_directory: Argument | None
    subcommand: str
    services: tuple[str, ...]
    environment: Mapping[str, Argument]
    folder: Argument | None
    context: str
    form: Form
    uncertain: bool
    spoken: bool = False
    words: tuple[str, ...] = ()
    """The words behind the subcommand; parts that cannot be resolved leave the lexer's mark."""


@record
class Copy:
    """``cp source target`` or a sentence that tells people to copy one file to another."""

    source: str
    target: str
    folder: Argument | None
    span: Span
    context: str


@record
class Commands:
    """What one file runs or tells people to run, in its order."""

    invocations: tuple[Invocation, ...]
    copies: tuple[Copy, ...]
    builds: tuple[ImageBuild, ...] = ()


_RELEVANT = re.compile(
    r"[Cc]ompose|(?:docker|podman|buildx|image|depot) build\b"
    r"|stack deploy|COMPOSE|\.env|env[_-]|[_-]env|dotenv"
)
_COMPOSE = re.compile(r"(?:docker|podman|nerdctl)[- ]compose\b|docker stack deploy")
_LINE = re.compile(
    r"compose|docker|podman|nerdctl|[=$]|\b(?:cd|pushd|cp|copy|mv|move|ln|install|export)\b", re.I
)
_SENTENCE = re.compile(
    r"\b(?:copy|rename|duplicate|cp|mv|copie|renombrar?|kopiere)\b[^\n]{0,30}?[ `'\"*]"
    r"(?P<source>[\w./-]*env[\w./-]*)[`'\"*]*(?:\s+files?)?"
    r"(?:\s+\(?(?:to|as|into|and (?:re)?name it(?: to)?|->|→)\s+|\s*→\s*)"
    r"(?:a\s+|the\s+)?(?:(?:new )?file\s+)?(?:called\s+|named\s+)?[`'\"*]*"
    r"(?P<target>[\w./-]*env[\w./-]*)",
    re.IGNORECASE,
)
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?=)(.*)", re.DOTALL)
_SUBCOMMANDS = frozenset([
    "attach", "build", "config", "convert", "cp", "create", "down", "events", "exec", "images", "kill",
    "logs", "ls", "pause", "port", "ps", "publish", "pull", "push", "restart", "rm", "run", "scale",
    "stack deploy", "start", "stats", "stop", "top", "unpause", "up", "wait", "watch",
])  # fmt: skip
_MAX_ALTERNATIVES = 4
_MAX_LOOP = 50
_CONDITION = re.compile(r"(?:if|elif|else)\b(.*)", re.DOTALL)
_NEGATED = re.compile(r"^\s*!|\[\s*!\s|=\s*\"?false\b|\s-z\s")
_LOOP = re.compile(r"for\s+([A-Za-z_]\w*)\s+in\s+(.*?)\s*(?:;\s*do)?\s*$", re.DOTALL)
_ASSOCIATIVE = re.compile(r"(?:declare|local|typeset)\s+-\w*A\w*\s+([A-Za-z_]\w*)=\((.*)\)\s*$", re.DOTALL)
_ELEMENTS = re.compile(r"""\[\s*["']?([^\]"']+)["']?\]=(?:"([^"]*)"|'?([^'\s)]*)'?)""")
_MAX_LENGTH = 4000  # characters
_MAX_COMBINATIONS = 8
_PREFIXES = frozenset([
    "sudo", "env", "time", "exec", "nohup", "command", "if", "then", "else", "do", "!", "{", "while",
    "elif", "&", "winpty", "doas",
])  # fmt: skip
_SPEAKING = frozenset([
    "echo", "printf", "print", "log", "info", "warn", "error", "die", "fail", "success", "write-host",
    "write-output",
])  # fmt: skip
_WITH_SERVICES = frozenset(
    ["up", "build", "run", "exec", "start", "restart", "pull", "create", "logs", "stop"]
)
_WITH_VALUE = frozenset([
    "-f", "--file", "--profile", "--env-file", "-p", "--project-name", "--project-directory", "--workdir",
    "--ansi", "--parallel", "--progress", "-c", "--context", "-H", "--host", "--log-level", "--compose-file",
    "--tlscacert", "--tlscert", "--tlskey", "-l", "--insecure-registry",
])  # fmt: skip
_LONG = {"-f": "--file", "-p": "--project-name", "-c": "--compose-file", "--workdir": "--project-directory"}


def parse(source: SourceFile, form: Form) -> Commands:
    """Return the commands of a file; a file without any costs one search of its text."""
    if not _RELEVANT.search(source.text):
        return Commands((), ())
    reader = _Reader(form)
    for line in lines(source, form):
        reader.line(line)
    return Commands(tuple(_unique(reader.invocations)), tuple(reader.copies), tuple(reader.builds))


def _unique(found: list[Invocation]) -> Iterator[Invocation]:
    """Yield each reading of a command line once (alternatives may come to the same)."""
    seen: set[tuple[object, ...]] = set()
    for one in found:
        words = (*one.files, *one.profiles, *one.env_files)
        key = (one.span.start, one.span.end, one.subcommand, tuple(word.text for word in words))
        if key not in seen:
            seen.add(key)
            yield one


Alternatives = list[tuple[str, ...]]


class _Reader:
    """Reads the command lines of one file in order and keeps what their variables hold."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.invocations: list[Invocation] = []
        self.copies: list[Copy] = []
        self.builds: list[ImageBuild] = []
        self.scope: dict[str, Alternatives] = {}
        self.places: dict[str, Span] = {}
        self.exported: set[str] = set()
        self.folder: Argument | None = None
        self.block = -1
        self.loops: dict[str, Alternatives] = {}
        self.negated = False
        self.assigns = True

    def line(self, line: CommandLine) -> None:
        if line.block != self.block:
            self._enter(line)
        text = line.joined.text
        if line.variable:
            self._assign(line.variable, line.operator, text, line, 0)
            return
        if line.spoken:
            self._mention(line, text, 0)
            return
        if sentence := _SENTENCE.search(text):
            span = line.joined.span(*sentence.span())
            self._copy(sentence["source"], sentence["target"].rstrip("."), span, line)
        if line.prose:
            return
        if not _LINE.search(text):
            return
        if self.form is Form.SCRIPT and self._control(text):
            return
        for index, scope in enumerate(self._combinations(text)):
            self.assigns = index == 0  # an assignment sees all values of a variable by itself
            folder = self.folder
            for words in commands(text, scope, make=self.form is Form.MAKEFILE):
                self._command(words, line)
            if self.form is Form.MAKEFILE:
                self.folder = folder  # each line of a recipe is run by a shell of its own

    def _control(self, text: str) -> bool:
        """Note what loops and conditions say; return whether the line holds nothing else."""
        if condition := _CONDITION.match(text):
            self.negated = _NEGATED.search(condition[1]) is not None
        elif loop := _LOOP.match(text):
            values: Alternatives = []
            for scope in self._combinations(loop[2]):
                values.append(tuple(word.text for word in next(commands(loop[2], scope), [])))
            self.loops.pop(loop[1], None)
            if all(word and UNKNOWN not in word for value in values for word in value):
                self.loops[loop[1]] = values
            return True
        elif array := _ASSOCIATIVE.match(text):
            for element in _ELEMENTS.finditer(array[2]):
                self.scope[f"{array[1]}[{element[1]}]"] = [(element[2] or element[3] or "",)]
            return True
        return False

    def _enter(self, line: CommandLine) -> None:
        """Begin a block: documents and workflows forget the variables of the one before."""
        self.block = line.block
        self.folder = Argument(line.folder.text, line.folder) if line.folder else None
        if line.folder and "$" in line.folder.text:
            self.folder = Argument(None, line.folder)
        if self.form in (Form.DOCUMENT, Form.WORKFLOW):
            self.scope.clear()
            self.places.clear()
            self.exported.clear()
        for name, value in line.variables.items():
            self.scope[name] = [(value.text.strip("\"'"),)]
            self.places[name] = value
            self.exported.add(name)

    def _combinations(self, text: str) -> list[dict[str, tuple[str, ...]]]:
        """Return the scopes to read a line under: one, or one for each value of a variable in it."""
        used = [name for name, values in self.scope.items() if len(values) > 1 and name in text]
        base = {name: values[0] for name, values in self.scope.items()}
        if not used:
            return [base]
        choices = list(product(*(self.scope[name] for name in used)))[:_MAX_COMBINATIONS]
        return [base | dict(zip(used, choice, strict=True)) for choice in choices]

    def _assign(self, name: str, operator: str, text: str, line: CommandLine, start: int) -> None:
        """Keep what a variable holds; below a condition it is one more possibility."""
        values: Alternatives = []
        make = bool(line.variable)
        for scope in self._combinations(text):
            if make:  # of a Makefile or justfile
                words = [word.text for command in commands(text, scope, make=True) for word in command]
                value: tuple[str, ...] = (" ".join(words),)
            else:
                inner = text[1:].rstrip().removesuffix(")")
                value = tuple(word.text for command in commands(inner, scope) for word in command)
            if value not in values:
                values.append(value)
        loop = next((name for name in self.loops if f"${name}" in text or f"${{{name}}}" in text), "")
        if loop and operator == "+=":
            self._append_each(name, text, loop, line)
            return
        self._set(name, operator, values, line, start)

    def _append_each(self, name: str, text: str, loop: str, line: CommandLine) -> None:
        """Append to an array once for each word that a loop goes through."""
        inner = text[1:].rstrip().removesuffix(")")
        base = {known: values[0] for known, values in self.scope.items()}
        found: Alternatives = []
        for old, words in product(self.scope.get(name, [()]), self.loops[loop]):
            made = list(old)
            for word in words[:_MAX_LOOP]:
                scope = base | {loop: (word,)}
                made += [one.text for command in commands(inner, scope) for one in command]
            if line.depth > 1 and any(UNKNOWN in word for word in made[len(old) :]):
                return  # an option adds them, and is not given
            found.append(tuple(made))
        self.scope[name] = found[:_MAX_ALTERNATIVES]

    def _set(self, name: str, operator: str, values: Alternatives, line: CommandLine, start: int) -> None:
        """Give a variable its value; with ``+=`` behind what it holds, below a condition beside it."""
        if operator == "+=":
            text = line.joined.text[start:]
            pairs = product(self.scope.get(name, [()]), values)
            values = [_appended(old, value, text, bool(line.variable)) for old, value in pairs]
        if operator == "?=" and name in self.scope:
            return
        certain = operator == "+=" and self.negated  # what only an option switches off is there
        if line.depth > 0 and operator == "+=" and any(UNKNOWN in word for word in values[-1]):
            return  # what an option adds is not there without it
        if line.depth > 0 and name in self.scope and not certain:
            values = self.scope[name] + [value for value in values if value not in self.scope[name]]
        # A value may hold itself twice, line after line: what is too long to be meant is unknown.
        fair = [value if sum(map(len, value)) <= _MAX_LENGTH else (UNKNOWN,) for value in values]
        self.scope[name] = fair[:_MAX_ALTERNATIVES]
        self.places[name] = line.joined.span(start, len(line.joined.text))

    def _command(self, words: list[ShellWord], line: CommandLine, spoken: bool = False) -> None:
        """Understand one simple command."""
        local: dict[str, Argument] = {}
        while words:
            first = words[0].text
            if match := _ASSIGNMENT.fullmatch(first):
                local[match[1]] = self._argument(words[0], line, match[3])
                if len(words) == 1 and not spoken and self.assigns:
                    start = words[0].start + len(match[1]) + len(match[2])
                    rest = line.joined.text[start:]
                    if rest.startswith("("):
                        self._assign(match[1], match[2], rest, line, start)
                    else:
                        self._set(match[1], match[2], [(match[3],)], line, start)
            elif (
                first in ("export", "set", "setx", "declare", "local", "readonly", "typeset")
                and len(words) > 1
            ):
                for word in words[1:]:
                    name = word.text.partition("=")[0]
                    self.exported |= {name} if first in ("export", "set", "setx") else set()
            elif first.lower() not in _PREFIXES and not first.startswith("-"):
                break
            words = words[1:]
        if not words:
            return
        name = words[0].text.lower()
        if name in ("cd", "pushd") and len(words) > 1:
            self._change(words[1], line)
        elif name in ("cp", "copy", "mv", "move", "copy-item", "install", "ln"):
            paths = [word.text for word in words[1:] if not word.text.startswith("-") and word.known]
            if len(paths) == 2 and any(_names_env(path) for path in paths):
                self._copy(paths[0], paths[1], self._span(words, line), line)
        elif (compose := _compose_start(words)) is not None:
            self._invocation(words, compose, local, line, spoken)
        elif builds := list(build_command(words, self._span(words, line), self._folder_text())):
            self.builds += builds
        else:
            self._nested(words, line, spoken)

    def _nested(self, words: list[ShellWord], line: CommandLine, spoken: bool) -> None:
        """Find command lines inside of quoted words and behind wrappers such as ``timeout 30s``."""
        said = spoken or words[0].text.lower().lstrip("@") in _SPEAKING
        for index, word in enumerate(words):
            if word.text in ("docker", "docker-compose") and index and not said:
                if _compose_start(words[index:]) is not None:
                    self._command(words[index:], line, spoken)
                    return
            elif " " in word.text and (found := _COMPOSE.search(word.text)):
                begin = found.start() if said else 0
                for inner in commands(word.text[begin:], {}):
                    placed = [replace(one, start=word.start, end=word.end) for one in inner]
                    self._command(placed, line, said)

    def _mention(self, line: CommandLine, text: str, start: int) -> None:
        """Read a command line that a comment or a sentence mentions."""
        if sentence := _SENTENCE.search(text):
            span = line.joined.span(*sentence.span())
            self._copy(sentence["source"], sentence["target"].rstrip("."), span, line)
        for found in _COMPOSE.finditer(text):
            end = re.compile(r"[`\"'\n]|$").search(text, found.end())
            part = text[found.start() : end.start() if end else len(text)]
            for words in list(commands(part, {}))[:1]:
                moved = [
                    replace(one, start=one.start + found.start(), end=one.end + found.start())
                    for one in words
                ]
                self._command(moved, line, True)

    def _change(self, word: ShellWord, line: CommandLine) -> None:
        target = word.text
        if target == "-" or not word.known or target.startswith("~"):
            self.folder = Argument(None, self._span([word], line))
        elif self.folder is not None and self.folder.text and not target.startswith("/"):
            self.folder = Argument(f"{self.folder.text}/{target}", self._span([word], line))
        elif self.folder is None or self.folder.text is not None or target.startswith("/"):
            self.folder = self._argument(word, line)

    def _copy(self, source: str, target: str, span: Span, line: CommandLine) -> None:
        if self.copies and self.copies[-1].span == span:
            return  # the same line under another value of a variable
        self.copies.append(Copy(source, target, self.folder, span, line.context))

    def _folder_text(self) -> str | None:
        return "" if self.folder is None else self.folder.text

    def _span(self, words: Sequence[ShellWord], line: CommandLine) -> Span:
        return line.joined.span(words[0].start, words[-1].end)

    def _argument(self, word: ShellWord, line: CommandLine, text: str | None = None) -> Argument:
        value = word.text if text is None else text
        return Argument(None if UNKNOWN in value else value, self._span([word], line))

    def _invocation(
        self,
        words: list[ShellWord],
        start: int,
        local: Mapping[str, Argument],
        line: CommandLine,
        spoken: bool,
    ) -> None:
        options: dict[str, list[Argument]] = {}
        uncertain = False
        stack = any(word.text == "stack" for word in words[:start])
        index = start
        while index < len(words):
            word = words[index]
            name, sign, value = word.text.partition("=")
            if len(name) > 2 and name[:2] in ("-f", "-p", "-c") and not sign:
                name, sign, value = name[:2], "=", name[2:]
            if not word.text.startswith("-"):
                if word.known and word.text not in ("...", "[options]", "[OPTIONS]"):
                    break
                uncertain = True
            elif name in _WITH_VALUE:
                name = _LONG.get(name, name)
                if sign:
                    options.setdefault(name, []).append(self._argument(word, line, value))
                elif index + 1 < len(words):
                    index += 1
                    options.setdefault(name, []).append(self._argument(words[index], line))
            index += 1
        rest = words[index:]
        subcommand = rest[0].text if rest else ""
        if stack:
            subcommand = "stack deploy"
        if not options and not uncertain and (not subcommand or spoken):
            known = subcommand in _SUBCOMMANDS
            if not known:
                return  # `docker compose` alone only says that it is there
        environment = self._exported() | {
            name: value for name, value in local.items() if name.startswith("COMPOSE_")
        }
        files = options.get("--compose-file" if stack else "--file", [])
        project = options.get("--project-name", [])[-1:]
        directory = options.get("--project-directory", [])[-1:]
        self.invocations.append(
            Invocation(
                self._span(words, line),
                tuple(files),
                tuple(options.get("--profile", [])),
                tuple(options.get("--env-file", [])),
                project[0] if project else None,
                directory[0] if directory else None,
                subcommand,
                _services(subcommand, rest[1:]),
                environment,
                self.folder,
                line.context,
                self.form,
                uncertain,
                spoken or line.spoken,
                tuple(word.text for word in rest[1:]),
            )
        )

    def _exported(self) -> dict[str, Argument]:
        found: dict[str, Argument] = {}
        for name in self.scope:
            if name.startswith("COMPOSE_") and name in self.exported:
                values = self.scope[name]
                text = " ".join(values[0]) if len(values) == 1 else UNKNOWN
                found[name] = Argument(None if UNKNOWN in text else text, self.places[name])
        return found


def _names_env(path: str) -> bool:
    return re.search(r"(?<!v)env", path.lower().rpartition("/")[2] or path.lower()) is not None


def _appended(old: tuple[str, ...], value: tuple[str, ...], text: str, make: bool) -> tuple[str, ...]:
    """Return what ``NAME+=value`` makes of an old value: a longer array, text with a blank in make."""
    if text.startswith("("):
        return (*old, *value)
    return ((" " if make else "").join((*old, *value)),)


def _compose_start(words: Sequence[ShellWord]) -> int | None:
    """Return where the options of ``docker compose`` begin, None for another command."""
    name = words[0].text.rpartition("/")[2].lower().removesuffix(".exe")
    if name in ("docker-compose", "podman-compose"):
        return 1
    if name not in ("docker", "podman", "nerdctl"):
        return None
    index = 1
    while index < len(words) and words[index].text.startswith("-"):
        index += 2 if words[index].text in ("-c", "--context", "-H", "--host", "--config", "-l") else 1
    if index < len(words) and words[index].text == "compose":
        return index + 1
    if [word.text for word in words[index : index + 2]] == ["stack", "deploy"]:
        return index + 2
    return None


def _services(subcommand: str, words: Sequence[ShellWord]) -> tuple[str, ...]:
    if subcommand not in _WITH_SERVICES:
        return ()
    texts = [word.text for word in words]
    found = [texts[place] for place in plain_words(subcommand, texts)]
    if subcommand in ("run", "exec"):
        found = found[:1]
    return tuple(name for name in found if UNKNOWN not in name and re.fullmatch(r"[\w.-]+", name))
