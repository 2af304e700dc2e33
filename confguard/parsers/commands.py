"""What people run: ``docker compose`` command lines and copies of env templates, in files of all kinds.

``parse`` reads Makefiles, shell scripts, justfiles, Taskfiles, package.json, workflows, documents and the
comments of Compose files. Nothing is run; what cannot be resolved by reading is said to be unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from confguard.parsers.command_lines import CommandLine, Form, lines
from confguard.parsers.compose_calls import Argument, Invocation, argument, call_start, invocation, span_of
from confguard.parsers.image_builds import ImageBuild, build_command
from confguard.parsers.shell import ShellWord, commands
from confguard.parsers.shell_variables import Variables
from confguard.source import SourceFile, Span

__all__ = ["Argument", "Commands", "Copy", "Invocation", "parse"]


@dataclass(frozen=True, slots=True)
class Copy:
    """``cp source target`` or a sentence that tells people to copy one file to another."""

    source: str
    target: str
    folder: Argument | None
    span: Span
    context: str


@dataclass(frozen=True, slots=True)
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
_EXPORTING = frozenset(["export", "set", "setx"])
_DECLARING = _EXPORTING | {"declare", "local", "readonly", "typeset"}
_PREFIXES = frozenset([
    "sudo", "env", "time", "exec", "nohup", "command", "if", "then", "else", "do", "!", "{", "while",
    "elif", "&", "winpty", "doas",
])  # fmt: skip
_SPEAKING = frozenset([
    "echo", "printf", "print", "log", "info", "warn", "error", "die", "fail", "success", "write-host",
    "write-output",
])  # fmt: skip


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


class _Reader:
    """Reads the command lines of one file in order and keeps what their variables hold."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.invocations: list[Invocation] = []
        self.copies: list[Copy] = []
        self.builds: list[ImageBuild] = []
        self.variables = Variables()
        self.folder: Argument | None = None
        self.block = -1
        self.assigns = True

    def line(self, line: CommandLine) -> None:
        if line.block != self.block:
            self._enter(line)
        text = line.joined.text
        if line.variable:
            self.variables.assign(line.variable, line.operator, text, line, 0)
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
        if self.form is Form.SCRIPT and self.variables.control(text):
            return
        for index, scope in enumerate(self.variables.combinations(text)):
            self.assigns = index == 0  # an assignment sees all values of a variable by itself
            folder = self.folder
            for words in commands(text, scope, make=self.form is Form.MAKEFILE):
                self._command(words, line)
            if self.form is Form.MAKEFILE:
                self.folder = folder  # each line of a recipe is run by a shell of its own

    def _enter(self, line: CommandLine) -> None:
        """Begin a block: documents and workflows forget the variables of the one before."""
        self.block = line.block
        self.folder = Argument(line.folder.text, line.folder) if line.folder else None
        if line.folder and "$" in line.folder.text:
            self.folder = Argument(None, line.folder)
        if self.form in (Form.DOCUMENT, Form.WORKFLOW):
            self.variables.forget()
        for name, value in line.variables.items():
            self.variables.give(name, value)

    def _command(self, words: list[ShellWord], line: CommandLine, spoken: bool = False) -> None:
        """Understand one simple command."""
        words, local = self._assigned(words, line, spoken)
        if not words:
            return
        name = words[0].text.lower()
        if name in ("cd", "pushd") and len(words) > 1:
            self._change(words[1], line)
        elif name in ("cp", "copy", "mv", "move", "copy-item", "install", "ln"):
            paths = [word.text for word in words[1:] if not word.text.startswith("-") and word.known]
            if len(paths) == 2 and any(_names_env(path) for path in paths):
                self._copy(paths[0], paths[1], span_of(words, line), line)
        elif (compose := call_start(words)) is not None:
            environment = self.variables.exported() | {
                name: value for name, value in local.items() if name.startswith("COMPOSE_")
            }
            found = invocation(words, compose, line, self.form, environment, self.folder, spoken)
            self.invocations += [found] if found is not None else []
        elif builds := list(build_command(words, span_of(words, line), self._folder_text())):
            self.builds += builds
        else:
            self._nested(words, line, spoken)

    def _assigned(
        self, words: list[ShellWord], line: CommandLine, spoken: bool
    ) -> tuple[list[ShellWord], dict[str, Argument]]:
        """Read the assignments before a command; return what is left, and what is set for it alone."""
        local: dict[str, Argument] = {}
        while words:
            first = words[0].text
            if match := _ASSIGNMENT.fullmatch(first):
                local[match[1]] = argument(words[0], line, match[3])
                if len(words) == 1 and not spoken and self.assigns:
                    start = words[0].start + len(match[1]) + len(match[2])
                    rest = line.joined.text[start:]
                    if rest.startswith("("):
                        self.variables.assign(match[1], match[2], rest, line, start)
                    else:
                        self.variables.set(match[1], match[2], [(match[3],)], line, start)
            elif first in _DECLARING and len(words) > 1:
                if first in _EXPORTING:
                    self.variables.passed_on.update(word.text.partition("=")[0] for word in words[1:])
            elif first.lower() not in _PREFIXES and not first.startswith("-"):
                break
            words = words[1:]
        return words, local

    def _nested(self, words: list[ShellWord], line: CommandLine, spoken: bool) -> None:
        """Find command lines inside of quoted words and behind wrappers such as ``timeout 30s``."""
        said = spoken or words[0].text.lower().lstrip("@") in _SPEAKING
        for index, word in enumerate(words):
            if word.text in ("docker", "docker-compose") and index and not said:
                if call_start(words[index:]) is not None:
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
            self.folder = Argument(None, span_of([word], line))
        elif self.folder is not None and self.folder.text and not target.startswith("/"):
            self.folder = Argument(f"{self.folder.text}/{target}", span_of([word], line))
        elif self.folder is None or self.folder.text is not None or target.startswith("/"):
            self.folder = argument(word, line)

    def _copy(self, source: str, target: str, span: Span, line: CommandLine) -> None:
        if self.copies and self.copies[-1].span == span:
            return  # the same line under another value of a variable
        self.copies.append(Copy(source, target, self.folder, span, line.context))

    def _folder_text(self) -> str | None:
        return "" if self.folder is None else self.folder.text


def _names_env(path: str) -> bool:
    return re.search(r"(?<!v)env", path.lower().rpartition("/")[2] or path.lower()) is not None
