"""The commands that a shell text starts, with the branches that are surely not taken left out."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from confguard.parsers.shell import UNKNOWN, ShellWord, commands
from confguard.source import SourceFile, Span

_HEREDOC = re.compile(r"<<-?[ \t]*([\"']?)(\w+)\1")
_COMMENT = re.compile(r"(?m)(?:^|(?<=[\s;]))#(?!!).*$|\A#!.*$")
_REDIRECT = re.compile(r"\d*(?:>>|>&|&>|<<<|>|<)\s*(?:\"[^\"]*\"|'[^']*'|[^\s;&|()]+)")
_ENDS_BRANCH = re.compile(r"\s*;;")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\+?=(.*)", re.DOTALL)
_AHEAD = 300
"""How far (characters) the operator behind a command is looked for."""
_TESTS = frozenset({"[", "[[", "test"})
_QUIET = frozenset([
    "echo", "printf", "set", "cd", "true", ":", "trap", "wait", "return", "local", "shopt", "ulimit", "umask",
    "declare", "typeset", "readonly", "unset", "break", "continue", "sleep", "mkdir", "chown", "chmod", "cp",
    "rm", "mv", "ln", "touch", "cat", "ls", "date", "hash", "let", "pushd", "popd", "nc", "kill", "grep",
    "sed", "source", ".", "eval", "read", "test", "[", "[[",
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Started:
    """A command that is started: see ``Program`` for the flags; ``variables`` are set for it."""

    words: tuple[str, ...]
    span: Span | None
    sure: bool
    background: bool
    last: bool
    variables: Mapping[str, str]


@dataclass(slots=True)
class _Frame:
    """A construct around commands: ``state`` is True, False or None for run, not run, not known."""

    kind: str
    state: bool | None
    taken: bool | None = False
    subject: str = ""
    in_pattern: bool = False
    patterns: list[str] = field(default_factory=list)


class _Scope(dict[str, Sequence[str]]):
    def __init__(self, look: Callable[[str], str | None]) -> None:
        super().__init__()
        self.look = look

    def get(self, name: str, default: Sequence[str] | None = None) -> Sequence[str] | None:  # type: ignore[override]
        if name in self:
            return self[name]
        value = self.look(name)
        return default if value is None else (value,)


class Script:
    """A shell text with its arguments. ``source`` is its file; a text on a command line has none."""

    def __init__(
        self,
        text: str,
        source: SourceFile | None,
        origin: Span | None,
        arguments: tuple[str, ...],
        look: Callable[[str], str | None],
    ) -> None:
        self.source = source
        self.origin = origin
        self.text = _cleaned(text)
        self.scope = _Scope(look)
        self.frames: list[_Frame] = []
        self.functions: set[str] = set()
        self.exported: dict[str, str] = {}
        self.chain: bool | None = True
        self.test: bool | None = None
        self.arguments(arguments)

    def arguments(self, arguments: Sequence[str]) -> None:
        """Set the positional parameters."""
        self.scope["@"] = self.scope["*"] = tuple(arguments)
        self.scope["#"] = (str(len(arguments)),)
        for number in range(1, 10):
            self.scope[str(number)] = arguments[number - 1 : number]

    def started(self) -> Iterator[Started]:
        """Yield the commands that are started, in their order."""
        found = list(self._commands())
        for index, one in enumerate(found):
            last = index == len(found) - 1 or one.last
            yield Started(one.words, one.span, one.sure, one.background, last, one.variables)
            if one.last and one.sure and not one.background:
                return

    def _commands(self) -> Iterator[Started]:
        before = 0
        for words in commands(self.text, self.scope):
            yield from self._one(words, self.text[before : words[0].start])
            before = words[-1].end

    def _one(self, words: list[ShellWord], before: str) -> Iterator[Started]:
        before = _REDIRECT.sub(" ", before)
        after = _REDIRECT.sub(" ", self.text[words[-1].end : words[-1].end + _AHEAD]).lstrip(" \t")
        self._chain(before)
        words = self._control(words, after)
        if not words or any(frame.state is False for frame in self.frames) or self.chain is False:
            return
        sure = self.chain is True and all(frame.state is True for frame in self.frames)
        texts = [word.text for word in words]
        while texts and (match := _ASSIGNMENT.fullmatch(texts[0])):
            if len(texts) == 1:
                self._assign(match[1], match[2], sure)
                return
            break
        if self._builtin(texts, sure) or not texts:
            return
        background = bool(re.match(r"&(?!&)", after))
        last = texts[0] == "exec" and not background
        if texts[0] == "exit" or texts == ["exec"]:
            return
        yield Started(tuple(texts), self._span(words), sure, background, last, dict(self.exported))

    def _span(self, words: list[ShellWord]) -> Span | None:
        if self.source is None:
            return self.origin
        raw = self.text[words[0].start : words[-1].end]
        if re.search(r"\$\{?[@*]", raw) and self.origin is not None:
            return self.origin
        return self.source.span(words[0].start, words[-1].end)

    def _chain(self, before: str) -> None:
        """Follow ``&&`` and ``||``: whether this command runs may depend on the one before it."""
        operator = re.search(r"(&&|\|\|)\s*[({\s]*$", before)
        if operator is None:
            if "|" not in before:
                self.chain = True
        elif operator[1] == "&&":
            self.chain = self.test if self.chain is True and self.test is not True else self.chain
        else:
            self.chain = None
        self.test = True

    def _control(self, words: list[ShellWord], after: str) -> list[ShellWord]:
        """Follow the words of the grammar, and return the command that is left."""
        while words:
            first = words[0].text
            frame = self.frames[-1] if self.frames else None
            if frame is not None and frame.kind == "case" and frame.in_pattern and first != "esac":
                self._pattern(frame, words, after)
                return []
            if frame is not None and frame.kind == "case" and first != "esac" and _ENDS_BRANCH.match(after):
                frame.in_pattern = True
                return [] if frame.state is False else words
            if first in ("if", "elif", "while", "until"):
                if first == "elif" and frame is not None:
                    frame.state = self._next_branch(frame, words[1:], after)
                else:
                    state = self._condition(words[1:], after) if first == "if" else None
                    self.frames.append(_Frame(first, state, taken=state))
                self.test = True
                return []
            if first in ("then", "do", "!", "{", "else"):
                if first == "{":
                    self.frames.append(_Frame("brace", True))
                if first == "else" and frame is not None:
                    frame.state = None if frame.taken is None else not frame.taken
                words = words[1:]
            elif first in ("fi", "done", "esac", "}"):
                if self.frames:
                    self.frames.pop()
                self._after_case(after)
                return []
            elif first in ("for", "select"):
                self.frames.append(_Frame("for", None))
                if len(words) > 1:
                    self.scope[words[1].text] = (UNKNOWN,)
                return []
            elif first == "case":
                self._case(words, after)
                return []
            elif first == "function" or re.match(r"\(\s*\)", after):
                self.functions.add(words[1].text if first == "function" and len(words) > 1 else first)
                self.frames.append(_Frame("function", None))
                return []
            else:
                break
        return words

    def _after_case(self, after: str) -> None:
        frame = self.frames[-1] if self.frames else None
        if frame is not None and frame.kind == "function":
            self.frames.pop()  # the brace that ended was its body
        elif frame is not None and frame.kind == "case" and _ENDS_BRANCH.match(after):
            frame.in_pattern = True

    def _case(self, words: list[ShellWord], after: str) -> None:
        subject = words[1].text if len(words) > 1 else UNKNOWN
        frame = _Frame("case", False, subject=subject, in_pattern=True)
        self.frames.append(frame)
        if len(words) > 3:
            self._pattern(frame, words[3:], after)

    def _pattern(self, frame: _Frame, words: list[ShellWord], after: str) -> None:
        """Read the patterns of a branch; it begins at their bracket."""
        frame.patterns += [word.text for word in words]
        if not after.lstrip().startswith(")"):
            return
        known = UNKNOWN not in frame.subject and not any(UNKNOWN in one for one in frame.patterns)
        hit = any(fnmatch.fnmatchcase(frame.subject, one) for one in frame.patterns)
        if frame.taken is True:
            frame.state = False
        elif not known:
            frame.state = frame.taken = None
        elif not hit:
            frame.state = False
        else:
            frame.state = True if frame.taken is False else None
            frame.taken = True
        frame.patterns = []
        frame.in_pattern = bool(re.match(r"\s*\)\s*;;", after))

    def _next_branch(self, frame: _Frame, words: list[ShellWord], after: str) -> bool | None:
        if frame.taken is True:
            return False
        state = self._condition(words, after)
        if frame.taken is None and state is True:
            state = None
        frame.taken = frame.taken if state is False else state
        return state

    def _condition(self, words: list[ShellWord], after: str) -> bool | None:
        if after.startswith(("&&", "||", "|")) and not after.startswith("||\n"):
            # What is true stays true, whatever else would do; `&&` behind it binds no stronger.
            alternatives = after.startswith("||") and not re.search(
                r"&&|\n", re.split(r";|\bthen\b", after)[0]
            )
            return True if alternatives and _test([word.text for word in words]) else None
        return _test([word.text for word in words])

    def _builtin(self, texts: list[str], sure: bool) -> bool:
        """Do what concerns variables and arguments; say whether nothing else is left of the command."""
        first = texts[0]
        if first in ("export", "readonly", "local", "declare"):
            for text in texts[1:]:
                match = _ASSIGNMENT.fullmatch(text)
                if match:
                    self._assign(match[1], match[2], sure)
                if match and first == "export":
                    self.exported[match[1]] = match[2] if sure else UNKNOWN
                elif first == "export" and re.fullmatch(r"[A-Za-z_]\w*", text):
                    value = self.scope.get(text)
                    if value is not None:
                        self.exported[text] = " ".join(value)
            return True
        if first == "shift":
            self.arguments(tuple(self.scope["@"])[1:] if sure else (UNKNOWN,))
        elif first == "set" and "--" in texts:
            self.arguments(tuple(texts[texts.index("--") + 1 :]) if sure else (UNKNOWN,))
        elif first == "read":
            self.scope.update(dict.fromkeys(texts[1:], (UNKNOWN,)))
        elif first in _TESTS:
            self.test = _test(texts)
        return first in _QUIET or first in self.functions or first == "shift"

    def _assign(self, name: str, value: str, sure: bool) -> None:
        value = value if sure else UNKNOWN
        self.scope[name] = (value,)
        if name in self.exported or self.scope.look(name) is not None:
            self.exported[name] = value  # a variable that came with the environment stays exported


def _test(words: list[str]) -> bool | None:
    """Return what ``[ ... ]`` gives, if it is plain and all of it is known."""
    if not words or words[0] not in _TESTS:
        return None
    inner = [word for word in words[1:] if word not in ("]", "]]")]
    negated = inner[:1] == ["!"]
    inner = inner[1:] if negated else inner
    if any(UNKNOWN in word for word in inner):
        return None
    result: bool | None = None
    if len(inner) == 2 and inner[0] in ("-z", "-n"):
        result = bool(inner[1]) == (inner[0] == "-n")
    elif len(inner) == 3 and inner[1] in ("=", "==", "-eq"):
        result = inner[0] == inner[2]
    elif len(inner) == 3 and inner[1] in ("!=", "-ne"):
        result = inner[0] != inner[2]
    return None if result is None else result != negated


def _cleaned(text: str) -> str:
    """Return the text with comments, here-documents and continued lines as blanks: offsets stay."""
    lines: list[str] = []
    end = ""
    for line in text.splitlines(keepends=True):
        if end:
            lines.append(_blank(line))
            end = "" if line.strip() == end else end
            continue
        here = _HEREDOC.search(line) if "<<" in line and "<<<" not in line else None
        if here is not None:
            end = here[2]
            line = line[: here.start()] + " " * (here.end() - here.start()) + line[here.end() :]
        lines.append(line)
    text = re.sub(r"\\\r?\n", lambda match: " " * len(match[0]), "".join(lines))
    return _COMMENT.sub(lambda match: _blank(match[0]), text)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
