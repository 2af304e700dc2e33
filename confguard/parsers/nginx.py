"""nginx configuration files as a located tree.

The grammar is nginx's own: words as ``ngx_conf_read_token`` cuts them, directives and contexts as
crossplane's analyzer knows them. Fragments without ``http {}``, templates for envsubst and files with
mistakes give a tree too; what nginx would refuse is a problem at its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from confguard.parsers.nginx_grammar import check, contexts_of, is_known, takes
from confguard.parsers.nginx_lexer import Token, lua_end, token_at, unescape
from confguard.parsers.nginx_tree import PLACEHOLDER, Argument, Comment, Context, Directive, NginxFile
from confguard.source import Problem, SourceFile

__all__ = ["Argument", "Comment", "Context", "Directive", "NginxFile", "parse"]

MAX_DEPTH = 64
"""Blocks nested deeper are not looked into: no context of nginx needs more than a handful."""

MAX_SPLITS = 50
"""So many directives without their ``;`` are told apart in a row, and so many words of each looked at."""

_LUA_BLOCK = "_by_lua_block"
_FOREIGN = (
    ("ERB", re.compile(r"<%[-=#]?\s*\S.*?%>", re.DOTALL)),
    (
        "Jinja",
        re.compile(r"\{%[-+]?\s*(?:if|for|set|block|include|extends|macro|raw|endif|endfor|else|elif)\b"),
    ),
    ("Jinja", re.compile(r"\{\{-?\s*[A-Za-z_][\w.\[\]'\"| ()]*-?\}\}")),
    (
        "Go template",
        re.compile(
            r"\{\{-?\s*(?:\.|\$|(?:if|range|with|define|template|end|else)\b|[a-z]\w* [\"$.])[^{}\n]*\}\}"
        ),
    ),
)


def parse(source: SourceFile, context: Context | None = None) -> NginxFile:
    """Return the tree of an nginx file, with the problems found in it; never raises.

    ``context`` is the context of its top level where it is known, from the file that includes it;
    without it the content tells.
    """
    if foreign := _foreign(source.text):
        return NginxFile(source, (), foreign=foreign)
    builder = _Builder(source)
    builder.run()
    directives = tuple(builder.frames[0].children)
    contexts = (context,) if context is not None else contexts_of(directives)
    problems = [*builder.problems, *check(directives, contexts)]
    problems.sort(key=lambda problem: problem.span.start)
    return NginxFile(source, directives, tuple(builder.comments), tuple(problems), contexts)


def _foreign(text: str) -> str:
    """Return the template language of a text that is a program which writes a configuration, or ``""``."""
    if "<%" not in text and "{{" not in text and "{%" not in text:
        return ""
    code = re.sub(r"^[ \t]*#.*$", "", text, flags=re.MULTILINE)
    return next((name for name, pattern in _FOREIGN if pattern.search(code)), "")


@dataclass(slots=True)
class _Frame:
    words: list[Token] = field(default_factory=list)
    opening: int = 0
    children: list[Directive] = field(default_factory=list)
    lua: Token | None = None


class _Builder:
    """Puts tokens together to directives; the stack of open blocks is its only state."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.comments: list[Comment] = []
        self.frames = [_Frame()]
        self.position = 0
        self.too_deep = 0
        self.suspect: _Frame | None = None

    def run(self) -> None:
        source, words = self.source, list[Token]()
        while token := token_at(source, self.position, self.problems):
            self.position = token.end
            if token.kind == "comment":
                span = source.span(token.start, token.end)
                self.comments.append(Comment(span.text[1:].strip(), span))
            elif token.kind == "word":
                if words and self._is_lone_placeholder(words):
                    self._add(words, words[-1].end)
                    words = []
                words.append(token)
            else:
                self._terminate(words, token)
                words = []
        self._finish(words)

    def _is_lone_placeholder(self, words: list[Token]) -> bool:
        """Say whether a line of its own holds but ``${DIRECTIVES}``, which may become anything."""
        if len(words) != 1 or words[0].quote:
            return False
        text = self.source.text
        start, end = words[0].start, words[0].end
        if text[start] != "$" or not PLACEHOLDER.fullmatch(text, start, end):
            return False
        newline = text.find("\n", end)
        return _starts_line(text, start) and not text[end : newline if newline != -1 else len(text)].strip()

    def _terminate(self, words: list[Token], token: Token) -> None:
        mark = token.kind
        if words and self._is_lone_placeholder(words):
            self._add(words, words[-1].end)
            words = []
        if mark == "}":
            if words:
                words = self._split(words, "")
                self._missing_semicolon(words[-1])
                self._add(words, words[-1].end)
            self._close(token)
        elif not words:
            self.problems.append(
                Problem(
                    self.source.span(token.start, token.end),
                    f'has an unexpected "{mark}"',
                    _unexpected_help(mark),
                )
            )
            if mark == "{":
                self._open([], token)
        elif mark == ";":
            words = self._split(words, mark)
            self._add(words, token.end)
        else:
            self._open(self._split(words, mark), token)

    def _split(self, words: list[Token], terminator: str) -> list[Token]:
        """Add the directives that lost their ``;`` in a run of words, and return the last one's words.

        Only where nginx would refuse the whole, and a known directive begins a line inside of it.
        """
        text = self.source.text
        for _ in range(MAX_SPLITS):
            if takes(self._name(words), self._values(words[1:]), terminator):
                break
            for index in range(1, min(len(words), MAX_SPLITS)):
                word = words[index]
                if (
                    word.quote
                    or not _starts_line(text, word.start)
                    or not is_known(text[word.start : word.end])
                ):
                    continue
                if takes(self._name(words), self._values(words[1:index]), ";"):
                    break
            else:
                return words
            self._missing_semicolon(words[index - 1])
            self._add(words[:index], words[index - 1].end)
            words = words[index:]
        return words

    def _missing_semicolon(self, last: Token) -> None:
        span = self.source.span(last.start, last.end)
        self.problems.append(Problem(span, f'misses a ";" after "{_short(span.text)}"', 'add the ";"'))

    def _name(self, words: list[Token]) -> str:
        return self._values(words[:1])[0]

    def _values(self, words: list[Token]) -> list[str]:
        text = self.source.text
        return [unescape(text[word.start : word.end], word.quote) for word in words]

    def _directive(self, frame: _Frame, end: int, is_block: bool) -> Directive:
        source, first = self.source, frame.words[0]
        text = source.text
        args = [
            Argument(
                unescape(text[word.start : word.end], word.quote),
                word.quote,
                source.span(word.start, word.end),
            )
            for word in frame.words[1:]
        ]
        if frame.lua:
            span = source.span(frame.lua.start, frame.lua.end)
            args.append(Argument(span.text, "", span))
        return Directive(
            self._name(frame.words),
            tuple(args),
            source.span(first.start, end),
            source.span(first.start, first.end),
            tuple(frame.children) if is_block else None,
        )

    def _add(self, words: list[Token], end: int) -> None:
        self.frames[-1].children.append(self._directive(_Frame(words), end, is_block=False))

    def _open(self, words: list[Token], token: Token) -> None:
        if len(self.frames) > MAX_DEPTH:
            if not self.too_deep:
                span = self.source.span(token.start, token.end)
                self.problems.append(
                    Problem(span, f"nests more than {MAX_DEPTH} blocks; they were not looked into")
                )
            self.too_deep += 1
            return
        frame = _Frame(words, token.start)
        if words and self._name(words).endswith(_LUA_BLOCK):
            end = lua_end(self.source.text, token.end)
            closed = self.source.text[end - 1 : end] == "}" and end > token.end
            frame.lua = Token("word", token.end, end - 1 if closed else end)
            self.position = end - 1 if closed else end
        self.frames.append(frame)

    def _close(self, token: Token) -> None:
        if self.too_deep:
            self.too_deep -= 1
        elif len(self.frames) == 1:
            span = self.source.span(token.start, token.end)
            self.problems.append(Problem(span, 'has an unexpected "}"', "no block is open here: remove it"))
        else:
            frame = self.frames.pop()
            if self.suspect is None and self._is_outdented(token.start, frame):
                self.suspect = frame
            self._end_block(frame, token.end)

    def _is_outdented(self, brace: int, frame: _Frame) -> bool:
        """Say whether a closing brace stands left of its block, so that it was meant for an outer one."""
        text, source = self.source.text, self.source
        if not frame.words or not _starts_line(text, brace) or not _starts_line(text, frame.words[0].start):
            return False
        return source.position(brace)[1] < source.position(frame.words[0].start)[1]

    def _end_block(self, frame: _Frame, end: int) -> None:
        if frame.words:
            self.frames[-1].children.append(self._directive(frame, end, is_block=True))
        else:  # a block without a name: what is in it is kept where it stands
            self.frames[-1].children.extend(frame.children)

    def _finish(self, words: list[Token]) -> None:
        source = self.source
        end = max(len(source.text.rstrip()), self.position)  # an escaped blank belongs to its word
        if words:
            alone = self._is_lone_placeholder(words)
            words = words if alone else self._split(words, "")
            if not alone:
                self._missing_semicolon(words[-1])
            self._add(words, words[-1].end)
        if len(self.frames) > 1:
            frame = self.suspect or self.frames[-1]
            name = self._name(frame.words) if frame.words else "{"
            line = source.position(frame.opening)[0]
            self.problems.append(
                Problem(
                    source.span(max(end - 1, 0), end),
                    f'ends without the "}}" of {len(self.frames) - 1} open '
                    f"block{'s' if len(self.frames) > 2 else ''}",
                    f'the block "{_short(name)}" of line {line} seems to miss its "}}"',
                )
            )
        while len(self.frames) > 1:
            self._end_block(self.frames.pop(), max(end, self.frames[-1].opening + 1))


def _starts_line(text: str, offset: int) -> bool:
    return not text[text.rfind("\n", 0, offset) + 1 : offset].strip()


def _short(text: str, size: int = 40) -> str:
    text = text.split("\n", 1)[0]
    return text if len(text) <= size else f"{text[: size - 1]}…"


def _unexpected_help(mark: str) -> str:
    return (
        "remove it, or write the directive in front of it"
        if mark == ";"
        else "a block needs a name in front of it"
    )
