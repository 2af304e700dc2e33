"""Dockerfiles as located instructions and stages.

Follows BuildKit's parser (frontend/dockerfile/parser and instructions, version 0.26): parser
directives, line continuations with comments and blank lines between them, heredocs, flags, the exec
and the shell form. Nothing is expanded here; ``confguard.model.dockerfile`` does that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from confguard.parsers.joined import JoinedText
from confguard.source import Problem, SourceFile, Span

INSTRUCTIONS = frozenset({
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
    "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
})  # fmt: skip
_WITH_FLAGS = frozenset({"ADD", "COPY", "FROM", "HEALTHCHECK", "RUN"})
_WITH_HEREDOCS = frozenset({"ADD", "COPY", "RUN"})
_WITH_JSON = frozenset({"ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME", "HEALTHCHECK"})
_DIRECTIVE = re.compile(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(.*?)[ \t]*$")
_HEREDOC = re.compile(r"(?<![<\w])\d*<<(-?)(['\"]?)([A-Za-z_][A-Za-z0-9_.]*)\2(?!<)")
_FLAG = re.compile(r"--([A-Za-z][A-Za-z0-9-]*)(?:=(\S*))?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of an instruction, quotes and variables as written; in the exec form the decoded string."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Flag:
    """``--name=value`` in front of an instruction's words; the value is ``""`` where there is none."""

    name: str
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Pair:
    """``NAME=value`` of ARG, ENV or LABEL; the value is None where none is given (``ARG NAME``)."""

    name: Word
    value: Word | None


@dataclass(frozen=True, slots=True)
class Heredoc:
    """The body of ``<<NAME``; ``expand`` is false where its name is quoted."""

    name: str
    body: Span
    expand: bool


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its upper-case name, flags, words, and its text without continuations.

    ``exec_form`` says that the words are those of a JSON array; otherwise ``text`` is the shell line.
    ``on_build`` says that it only runs when another image is built from this one.
    """

    name: str
    span: Span
    keyword: Span
    flags: tuple[Flag, ...]
    words: tuple[Word, ...]
    pairs: tuple[Pair, ...]
    text: str
    exec_form: bool
    heredocs: tuple[Heredoc, ...] = ()
    on_build: bool = False

    def flag(self, name: str) -> Flag | None:
        """Return the last flag of this name."""
        return next((flag for flag in reversed(self.flags) if flag.name == name), None)

    @property
    def sources(self) -> tuple[Word, ...]:
        """What COPY or ADD copies, heredocs included."""
        return self.words[:-1] if self.name in ("COPY", "ADD") else ()

    @property
    def destination(self) -> Word | None:
        """Where COPY or ADD copies to."""
        return self.words[-1] if self.name in ("COPY", "ADD") and len(self.words) > 1 else None


@dataclass(frozen=True, slots=True)
class Stage:
    """A build stage: from one FROM to the next. ``name`` is lower case, as BuildKit compares names."""

    index: int
    name: str
    image: Word
    span: Span
    start: Instruction
    """The FROM instruction itself."""
    instructions: tuple[Instruction, ...]


@dataclass(frozen=True)
class Dockerfile:
    """A parsed Dockerfile; ``arguments`` are the ARG instructions in front of the first FROM."""

    source: SourceFile
    directives: dict[str, Word]
    escape: str
    arguments: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    problems: tuple[Problem, ...]

    def stage(self, target: str | None = None) -> Stage | None:
        """Return a stage by name or number, without a target the last; None if there is none such."""
        if not target:
            return self.stages[-1] if self.stages else None
        named = next((stage for stage in reversed(self.stages) if stage.name == target.lower()), None)
        if named is None and target.isdecimal() and int(target) < len(self.stages):
            return self.stages[int(target)]
        return named

    def parent(self, stage: Stage, image: str | None = None) -> Stage | None:
        """Return the earlier stage that a stage starts from, if its image names one.

        ``image`` is the expanded image, where the written one holds variables.
        """
        wanted = (image if image is not None else stage.image.text).lower()
        return next((found for found in reversed(self.stages[: stage.index]) if found.name == wanted), None)

    @cached_property
    def instructions(self) -> tuple[Instruction, ...]:
        """All instructions in order."""
        inner = (one for stage in self.stages for one in (stage.start, *stage.instructions))
        return (*self.arguments, *inner)


def parse(source: SourceFile) -> Dockerfile:
    """Parse a Dockerfile; what is wrong with it is in ``problems``, the rest is still understood."""
    directives, first = _directives(source)
    escape = directives["escape"].text if "escape" in directives else "\\"
    problems: list[Problem] = []
    if escape not in ("\\", "`"):
        problems.append(Problem(directives["escape"].span, f"has an invalid escape directive {escape!r}"))
        escape = "\\"
    arguments: list[Instruction] = []
    stages: list[tuple[Instruction, list[Instruction]]] = []
    for instruction in _instructions(source, first, escape, problems):
        if instruction.name == "FROM":
            if instruction.words:
                stages.append((instruction, []))
            else:
                problems.append(Problem(instruction.span, "has a FROM without an image"))
        elif stages:
            stages[-1][1].append(instruction)
        elif instruction.name == "ARG":
            arguments.append(instruction)
        else:
            message = f"has {instruction.name} before the first FROM"
            problems.append(Problem(instruction.keyword, message, "start the stage with FROM"))
    if not stages and not problems:
        problems.append(Problem(source.span(0), "has no FROM, so it builds nothing"))
    built = tuple(_stage(index, start, inner, problems) for index, (start, inner) in enumerate(stages))
    return Dockerfile(source, directives, escape, tuple(arguments), built, tuple(problems))


def _stage(index: int, start: Instruction, inner: list[Instruction], problems: list[Problem]) -> Stage:
    words, name = start.words, ""
    if len(words) == 3 and words[1].text.lower() == "as":
        name = words[2].text.lower()
    elif len(words) != 1:
        problems.append(Problem(start.span.first_line(), "has a FROM that is not `FROM image [AS name]`"))
    last = inner[-1] if inner else start
    span = start.span.file.span(start.span.start, last.span.end)
    return Stage(index, name, words[0], span, start, tuple(inner))


def _directives(source: SourceFile) -> tuple[dict[str, Word], int]:
    """Return the parser directives and the number of the first line behind them."""
    found: dict[str, Word] = {}
    for line in range(1, source.line_count + 1):
        text = source.line_text(line)
        if line == 1 and text.startswith("#!"):
            continue
        match = _DIRECTIVE.match(text)
        if not match or match[1].lower() not in ("syntax", "escape", "check") or match[1].lower() in found:
            return found, line
        start = source.offset(line) + match.start(2)
        found[match[1].lower()] = Word(match[2], source.span(start, start + len(match[2])))
    return found, source.line_count + 1


def _word(logical: JoinedText, start: int, end: int) -> Word:
    return Word(logical.text[start:end], logical.span(start, end))


def _instructions(
    source: SourceFile, line: int, escape: str, problems: list[Problem]
) -> Iterator[Instruction]:
    """Yield the instructions from a line on."""
    continued = re.compile(rf"(?:^|[^{re.escape(escape)}])({re.escape(escape)}[ \t]*)$")
    total = source.line_count
    while line <= total:
        if not source.line_text(line).strip() or source.line_text(line).lstrip().startswith("#"):
            line += 1
            continue
        pieces: list[str] = []
        starts: list[int] = []
        places: list[int] = []
        length = 0
        while line <= total:
            text = source.line_text(line)
            if pieces and (not text.strip() or text.lstrip().startswith("#")):
                line += 1  # comments and blank lines do not end a continued instruction
                continue
            more = continued.search(text)
            piece = text[: more.start(1)] if more else text
            starts.append(length)
            places.append(source.offset(line))
            pieces.append(piece)
            length += len(piece)
            line += 1
            if not more:
                break
        logical = JoinedText(source, "".join(pieces), starts, places)
        head = logical.text.strip().split(None, 1)
        heredocs: list[Heredoc] = []
        name = head[0].upper() if head else ""
        if name == "ONBUILD" and len(head) > 1:
            name = head[1].split(None, 1)[0].upper()
        if name in _WITH_HEREDOCS:
            heredocs, line = _heredocs(source, logical, line, problems)
        instruction = _instruction(logical, escape, tuple(heredocs), problems)
        if instruction is not None:
            yield instruction


def _heredocs(
    source: SourceFile, logical: JoinedText, line: int, problems: list[Problem]
) -> tuple[list[Heredoc], int]:
    """Return the heredocs that a logical line opens, and the line behind them."""
    found: list[Heredoc] = []
    for match in _HEREDOC.finditer(logical.text):
        start = source.offset(line)
        end = start
        while True:
            if line > source.line_count:
                span = logical.span(match.start(), match.end())
                problems.append(Problem(span, f"has an unterminated heredoc {match[3]}"))
                end = len(source.text)
                break
            text = source.line_text(line)
            end = source.offset(line)
            line += 1
            if (text.lstrip("\t") if match[1] else text) == match[3]:
                break
        found.append(Heredoc(match[3], source.span(start, end), not match[2]))
    return found, line


def _instruction(
    logical: JoinedText, escape: str, heredocs: tuple[Heredoc, ...], problems: list[Problem]
) -> Instruction | None:
    text = logical.text
    match = re.match(r"\s*(\S+)\s*", text)
    if match is None:
        return None
    end = len(text.rstrip())
    span, keyword, name = logical.span(match.start(1), end), logical.span(*match.span(1)), match[1].upper()
    on_build = name == "ONBUILD"
    offset = match.end()
    if on_build:
        inner = re.compile(r"(\S+)\s*").match(text, offset)
        if inner is None:
            problems.append(Problem(span, "has an ONBUILD without an instruction"))
            return None
        keyword, name, offset = logical.span(*inner.span(1)), inner[1].upper(), inner.end()
    if name not in INSTRUCTIONS:
        shown = name if len(name) < 40 else f"{name[:40]}..."
        help_text = "continue a long line with a backslash, or mend the spelling"
        problems.append(Problem(keyword, f"has an unknown instruction {shown}", help_text))
        return None
    offset = min(offset, end)
    flags: list[Flag] = []
    while name in _WITH_FLAGS and (flag := _FLAG.match(text, offset)):
        flags.append(Flag(flag[1], flag[2] or "", logical.span(*flag.span())))
        offset = flag.end()
        offset += len(text[offset:]) - len(text[offset:].lstrip())
    words: tuple[Word, ...] | None = None
    pairs: tuple[Pair, ...] = ()
    command = offset
    if name == "HEALTHCHECK" and (kind := re.compile(r"(?i)(CMD|NONE)\b\s*").match(text, offset)):
        command = kind.end()
    if name in _WITH_JSON:
        words = _json_words(logical, command, end)
    exec_form = words is not None
    if words is None:
        words = tuple(_word(logical, *place) for place in _split(text, offset, end, escape))
    if name in ("ARG", "ENV", "LABEL"):
        pairs = _pairs(logical, name, words, offset, end)
    return Instruction(
        name, span, keyword, tuple(flags), words, pairs, text[offset:end], exec_form, heredocs, on_build
    )


def _pairs(logical: JoinedText, name: str, words: tuple[Word, ...], start: int, end: int) -> tuple[Pair, ...]:
    text = logical.text
    if name != "ARG" and words and "=" not in words[0].text:  # the old form, `ENV NAME the whole rest`
        rest = re.compile(r"\S+\s*").match(text, start)
        value = _word(logical, rest.end(), end) if rest and rest.end() < end else None
        return (Pair(words[0], value),)
    found: list[Pair] = []
    for word in words:
        key, sign, value_text = word.text.partition("=")
        cut = len(key) + 1 if word.span.text.startswith(f"{key}=") else len(word.span.text)
        value = Word(value_text, word.span.sub(cut, len(word.span.text))) if sign else None
        found.append(Pair(Word(key, word.span.sub(0, len(key))), value))
    return tuple(found)


def _split(text: str, start: int, end: int, escape: str) -> Iterator[tuple[int, int]]:
    """Yield the places of words as BuildKit's parseWords does: blanks in quotes do not separate."""
    position, quote, begin = start, "", -1
    while position < end:
        char = text[position]
        if quote:
            if char == quote:
                quote = ""
            elif char == escape and quote == '"':
                position += 1
        elif char.isspace():
            if begin >= 0:
                yield begin, position
            begin = -1
        else:
            if begin < 0:
                begin = position
            if char in "'\"":
                quote = char
            elif char == escape:
                position += 1
        position += 1
    if begin >= 0:
        yield begin, end


_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def _json_words(logical: JoinedText, start: int, end: int) -> tuple[Word, ...] | None:
    """Return the words of the exec form, or None if this is no JSON array of strings."""
    text = logical.text[start:end]
    if not text.startswith("["):
        return None
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(value, str) for value in values):
        return None
    places = [match.span() for match in _JSON_STRING.finditer(text)]
    return tuple(
        Word(value, logical.span(start + first + 1, start + last - 1))
        for value, (first, last) in zip(values, places, strict=True)
    )
