"""The command lines that files of several forms hold, each with what it stands in.

Light readers of text: a Makefile's recipes, a script's lines, the ``run`` blocks of workflows, the fenced
blocks of documents. They find lines; ``confguard.parsers.commands`` understands them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import Enum

from confguard.parsers.joined import JoinedText
from confguard.records import record
from confguard.source import SourceFile, Span


class Form(Enum):
    """How a file holds command lines."""

    MAKEFILE = "makefile"
    SCRIPT = "script"
    TASKS = "tasks"
    """A justfile or Taskfile, tox.ini, or the strings of a Python task file."""
    PACKAGE_JSON = "package.json"
    WORKFLOW = "workflow"
    DOCUMENT = "document"
    COMMENTS = "comments"
    """Only the comments of a file (a Compose file, an env file)."""


@record
class CommandLine:
    """One logical line: a command, or the value of a variable (then ``variable`` names it).

    ``block`` counts the blocks of a file: lines of one block run in one shell, or read as if they did.
    ``depth`` counts the conditions and loops around it. ``spoken`` lines only mention commands, ``prose``
    is text of a document.
    """

    joined: JoinedText
    context: str = ""
    block: int = 0
    depth: int = 0
    variable: str = ""
    operator: str = "="
    spoken: bool = False
    prose: bool = False
    folder: Span | None = None
    variables: Mapping[str, Span] = field(default_factory=dict)


def lines(source: SourceFile, form: Form) -> tuple[CommandLine, ...]:
    """Return the command lines of a file in their order: read once for all who ask."""
    return source.once(("command lines", form), lambda: tuple(_lines(source, form)))


def _lines(source: SourceFile, form: Form) -> Iterator[CommandLine]:
    if form is Form.MAKEFILE:
        yield from _makefile(source)
    elif form is Form.SCRIPT:
        yield from _script(source)
    elif form is Form.TASKS:
        name = source.path.rpartition("/")[2].lower()
        if name.endswith(".py"):
            yield from _strings(source)
        elif name.endswith((".yml", ".yaml")):
            yield from _workflow(source)
        else:
            yield from _makefile(source, just=True)
    elif form is Form.PACKAGE_JSON:
        yield from _package_json(source)
    elif form is Form.WORKFLOW:
        yield from _workflow(source)
    elif form is Form.DOCUMENT:
        yield from _document(source)
    else:
        yield from _comments(source)


def _join(source: SourceFile, line: int, strip: int = 0, until: int | None = None) -> tuple[JoinedText, int]:
    """Return the logical line that begins at a line, and the line behind it; ``strip`` cuts its start."""
    joined = JoinedText(source)
    last = until if until is not None else source.line_count
    while line <= last:
        text = source.line_text(line)
        begin = strip if not joined.starts else len(text) - len(text.lstrip())
        more = re.search(r"(?:^|[^\\])(\\)[ \t]*$|[ \t](`|\^)$", text)
        piece = text[begin : more.start(1) if more and more[1] else len(text)]
        if more and more[2]:
            piece = text[begin : more.start(2)]
        joined.add(
            piece if not joined.starts else f" {piece}", source.offset(line) + begin - bool(joined.starts)
        )
        line += 1
        if not more:
            break
    return joined, line


_MAKE_VARIABLE = re.compile(r"\s*(?:(export|override)\s+)?([A-Za-z_][\w-]*)\s*(:::?=|::?=|\?=|\+=|!=|=)\s*")
_JUST_VARIABLE = re.compile(r"(?:(export)\s+)?([A-Za-z_][\w-]*)\s*(:=)\s*")
_MAKE_TARGET = re.compile(r"([^\s:#=][^:#=]*?)\s*(?:\([^)]*\))?\s*::?(?!=)")
_JUST_TARGET = re.compile(r"@?([A-Za-z_][\w-]*)(?:\s[^:]*)?:(?!=)")


def _makefile(source: SourceFile, just: bool = False) -> Iterator[CommandLine]:
    """Yield variables and recipe lines of a Makefile, or of a justfile."""
    target, block, line = "", 0, 1
    exported = set(re.findall(r"^[ \t]*export[ \t]+([A-Za-z_]\w*)[ \t]*$", source.text, re.MULTILINE))
    everything = (
        re.search(r"^[ \t]*(export[ \t]*$|\.EXPORT_ALL_VARIABLES)", source.text, re.MULTILINE) is not None
    )
    passed: dict[str, Span] = {}
    depth = 0
    while line <= source.line_count:
        text = source.line_text(line)
        recipe = text.startswith("\t") or (just and text.startswith(" ") and bool(text.strip()))
        if not text.strip() or text.lstrip().startswith("#"):
            line += 1
            continue
        if recipe and target:
            begin = len(text) - len(text.lstrip("\t @-+"))
            joined, line = _join(source, line, begin)
            if just:
                joined.text = re.sub(r"\{\{\s*(\w+)\s*\}\}", _just_name, joined.text)
            yield CommandLine(joined, target, block, variables=passed)
            continue
        depth += bool(re.match(r"\s*(ifeq|ifneq|ifdef|ifndef)\b", text)) - bool(re.match(r"\s*endif\b", text))
        variable = (_JUST_VARIABLE if just else _MAKE_VARIABLE).match(text)
        if variable:
            joined, line = _join(source, line, variable.end())
            name = variable[2]
            operator = variable[3].lstrip(":")
            yield CommandLine(joined, "", block, depth, name, operator)
            if (everything or variable[1] == "export" or name in exported) and name.startswith("COMPOSE_"):
                passed = passed | {name: joined.span(0, len(joined.text.rstrip()))}
                block += 1
            continue
        found = (_JUST_TARGET if just else _MAKE_TARGET).match(text)
        if found:
            target, block = found[1], block + 1
            inline = text.find(";", found.end())
            if inline != -1 and "#" not in text[:inline]:
                joined, line = _join(source, line, inline + 1)
                yield CommandLine(joined, target, block, variables=passed)
                continue
        line += 1


def _just_name(match: re.Match[str]) -> str:
    """Write just's ``{{name}}`` as the shell would, at the same length, so that places stay right."""
    return f"${{{match[1]}}}".ljust(len(match[0]))[: len(match[0])]


_OPENING = re.compile(r"(?:^|[;&|]\s*)(?:if|for|while|until|case|function\s+[\w-]+|[\w-]+\s*\(\))\b")
_CLOSING = re.compile(r"(?:^|[;&|]\s*)(?:fi|done|esac|\})(?=$|[\s;&|)>])")
_FUNCTION = re.compile(r"\s*(?:function\s+([\w:-]+)|([\w:-]+)\s*\(\))")


def _script(source: SourceFile, first: int = 1, last: int | None = None) -> Iterator[CommandLine]:
    """Yield the lines of a shell script; comments as spoken lines."""
    line, depth, function = first, 0, ""
    end = last if last is not None else source.line_count
    while line <= end:
        text = source.line_text(line)
        stripped = text.strip()
        if not stripped:
            line += 1
            continue
        begin = len(text) - len(text.lstrip())
        if stripped.startswith("#") or re.match(r"(?i)(rem\b|::)", stripped):
            joined = JoinedText(source)
            joined.add(stripped, source.offset(line) + begin)
            yield CommandLine(joined, function, 0, depth, spoken=True)
            line += 1
            continue
        joined, line = _join(source, line, begin, end)
        closing = len(_CLOSING.findall(joined.text))
        opening = len(_OPENING.findall(joined.text))
        if match := _FUNCTION.match(text):
            function = match[1] or match[2]
            opening = max(opening, 1)
        body = joined.text
        if match:
            brace = body.find("{")
            if brace != -1:
                inner = JoinedText(source, body[brace + 1 :])
                inner.starts, inner.places = [0], [joined.place(brace + 1)]
                yield CommandLine(inner, function, 0, depth + 1)
            depth = max(depth + opening - closing, 0)
            continue
        depth = max(depth - closing, 0) if not opening else depth
        yield CommandLine(joined, function, 0, depth + opening)
        depth = max(depth + opening - closing, 0) if opening else depth
        if depth == 0:
            function = ""


_KEY = re.compile(r"(\s*)(- )?\s*([\w.-]+):(?:\s+(.*?)|)\s*$")
_RUNNING = frozenset([
    "run", "script", "before_script", "after_script", "command", "commands", "cmd", "cmds",
    "inline", "inlinescript", "sh",
])  # fmt: skip


def _workflow(source: SourceFile) -> Iterator[CommandLine]:
    """Yield the command lines of a workflow or Taskfile: ``run:`` and ``script:``, blocks and lists."""
    block, step, job, folder, running = 0, "", "", None, -1
    shared = re.search(r"(?m)^( *)defaults:\s*\n(?:.*\n){0,3}?\s*working-directory:\s*(\S+)", source.text)
    default = source.span(*shared.span(2)) if shared else None
    variables: dict[str, Span] = {}
    line = 1
    while line <= source.line_count:
        text = source.line_text(line)
        stripped = text.strip()
        indent = len(text) - len(text.lstrip())
        if not stripped or stripped.startswith("#"):
            line += 1
            continue
        listed = stripped.startswith("- ")
        if running >= 0 and (indent > running or (indent == running and listed)):
            begin = indent + (2 if stripped.startswith("- ") else 0)
            quote = text[begin : begin + 1] in ("'", '"') and stripped.endswith(text[begin : begin + 1])
            if re.match(r"(cmd|task|name|if|silent|ref|variables?):\s", text[begin:]):
                after = text.index(":", begin) + 1
                begin = after + len(text[after:]) - len(text[after:].lstrip())
            joined, line = _join(source, line, begin + quote)
            if quote:
                joined.text = joined.text.rstrip()[:-1]
            yield CommandLine(
                joined, _path(job, step), block, 1, folder=folder or default, variables=variables
            )
            continue
        running = -1
        match = _KEY.match(text)
        if match:
            key, value = match[3].lower(), match[4] or ""
            if match[2]:  # an item of a list: the next step
                step, folder = "", None
            if key == "name":
                step = value.strip("\"'")
            elif key == "working-directory" or (key == "dir" and value):
                begin = text.index(value)
                folder = source.span(source.offset(line) + begin, source.offset(line) + begin + len(value))
            elif match[3].startswith("COMPOSE_"):
                begin = text.index(value) if value else len(text)
                start = source.offset(line) + begin
                variables = variables | {match[3]: source.span(start, start + len(value))}
            elif key in _RUNNING:
                block += 1
                running = indent + (2 if match[2] else 0)
                if not folder:
                    folder = _step_folder(source, line, running)
                if value and not re.match(r"[|>][+\-\d]*\s*(#.*)?$", value):
                    begin = text.index(value, match.start(3) + len(match[3]) + 1)
                    joined, line = _join(source, line, begin + (value[0] in "'\""))
                    running = -1
                    yield CommandLine(
                        joined, _path(job, step), block, 0, folder=folder or default, variables=variables
                    )
                    continue
            elif not value and indent <= 2:
                job, step, folder = match[3], "", None
        line += 1


def _step_folder(source: SourceFile, line: int, indent: int) -> Span | None:
    """Return the ``working-directory`` that stands behind ``run`` in the same step."""
    for number in range(line + 1, min(line + 60, source.line_count) + 1):
        text = source.line_text(number)
        if not text.strip() or len(text) - len(text.lstrip()) > indent:
            continue
        match = re.match(r"\s*working-directory:\s*(\S+)", text)
        if match and len(text) - len(text.lstrip()) == indent:
            start = source.offset(number)
            return source.span(start + match.start(1), start + match.end(1))
        if len(text) - len(text.lstrip()) < indent or text.lstrip().startswith("- "):
            return None
    return None


def _path(*parts: str) -> str:
    return " / ".join(part for part in parts if part)


_PROMPT = re.compile(r"\s*(?:(?:[\w.@~:/-]*[$#❯%»]|PS [^>]*>|>)\s+)?")
_FENCE = re.compile(r"\s*(?:[-*>]\s+|\d+[.)]\s+)?(`{3,}|~{3,})\s*\{?\.?([\w+-]*)")
_SHELLS = frozenset([
    "", "bash", "sh", "shell", "console", "zsh", "shell-session", "terminal", "text", "txt", "powershell",
    "ps1", "bat", "cmd", "batch", "none", "dotenv", "ini", "env", "fish", "plaintext", "makefile", "code",
])  # fmt: skip
_INLINE = re.compile(r"`{1,2}([^`\n]*(?:docker[- ]compose|stack deploy)[^`\n]*)`{1,2}")
_COMMANDS = re.compile(
    r"\s*(?:[$#❯%]\s+)?(?:sudo\s+)?(?:[A-Z_]+=\S+\s+)*(?:docker|docker-compose|cp|cd|export|make|podman)\s"
)


def _document(source: SourceFile) -> Iterator[CommandLine]:
    """Yield the command lines of a document: fenced and indented blocks, code in sentences."""
    headings: list[tuple[int, str]] = []
    block, line, fence = 0, 1, ""
    rst = source.path.endswith(".rst")
    shell = False
    while line <= source.line_count:
        text = source.line_text(line)
        found = _FENCE.match(text)
        if fence:
            if text.strip().startswith(fence) and not text.strip().strip(fence[0]):
                fence = ""
                line += 1
            elif shell and text.strip():
                prompt = _PROMPT.match(text)
                comment = text.lstrip().startswith("# ") and not _COMMANDS.match(text)
                joined, line = _join(source, line, prompt.end() if prompt and not comment else 0)
                yield CommandLine(joined, _heading(headings), block, 1, spoken=comment)
            else:
                line += 1
            continue
        if found and not rst:
            fence, shell = found[1], found[2].lower() in _SHELLS
            block += 1
            line += 1
            continue
        heading = _heading_at(source, line, rst)
        if heading:
            headings = [*(one for one in headings if one[0] < heading[0]), heading]
        elif text.startswith(("    ", "\t", "  ")) and _COMMANDS.match(text):
            block += not source.line_text(line - 1).strip()
            prompt = _PROMPT.match(text)
            joined, line = _join(source, line, prompt.end() if prompt else 0)
            yield CommandLine(joined, _heading(headings), block)
            continue
        else:
            for inline in _INLINE.finditer(text):
                joined = JoinedText(source)
                joined.add(inline[1], source.offset(line) + inline.start(1))
                block += 1
                yield CommandLine(joined, _heading(headings), block, 0)
            if "env" in text:
                joined = JoinedText(source)
                joined.add(text, source.offset(line))
                block += 1
                yield CommandLine(joined, _heading(headings), block, 0, spoken=False, prose=True)
        line += 1


_UNDERLINES = "=-~^\"'*+#`."


def _heading_at(source: SourceFile, line: int, rst: bool) -> tuple[int, str] | None:
    text = source.line_text(line)
    if not rst and (match := re.match(r"(#{1,6})\s+(.*?)\s*#*\s*$", text)):
        return len(match[1]), match[2]
    under = source.line_text(line + 1).strip()
    if not text.strip() or len(under) < 3 or under[0] not in _UNDERLINES or under.strip(under[0]):
        return None
    right = len(under) + 2 >= len(text.strip()) if rst else under[0] in "=-" and text[0].isalnum()
    return (_UNDERLINES.index(under[0]) + 1, text.strip()) if right else None


def _heading(headings: list[tuple[int, str]]) -> str:
    return _path(*(text for _, text in headings[-3:]))


def _package_json(source: SourceFile) -> Iterator[CommandLine]:
    """Yield the scripts of a package.json that speak of Compose or env files."""
    for block, match in enumerate(re.finditer(r'"([^"\n]+)"\s*:\s*"((?:[^"\\\n]|\\.)*)"', source.text)):
        if "compose" not in match[2] and "stack deploy" not in match[2]:
            continue
        try:
            text = str(json.loads(f'"{match[2]}"'))
        except ValueError:
            continue
        joined = JoinedText(source)
        joined.add(text, match.start(2))
        yield CommandLine(joined, match[1], block)


def _strings(source: SourceFile) -> Iterator[CommandLine]:
    """Yield the strings of a Python file that hold a Compose command."""
    context = ""
    for block, match in enumerate(
        re.finditer(
            r"""^def (\w+)|[rf]?(["'])((?:docker|podman)[- ]compose\b[^"'\n]*)\2""", source.text, re.MULTILINE
        )
    ):
        if match[1]:
            context = match[1]
            continue
        joined = JoinedText(source)
        text = re.sub(
            r"\{[^{}]*\}",
            lambda found: "$0".ljust(len(found[0]), "0") if len(found[0]) > 2 else "$0",
            match[3],
        )
        joined.add(text, match.start(3))
        yield CommandLine(joined, context, block)


def _comments(source: SourceFile) -> Iterator[CommandLine]:
    """Yield the comments of a file that speak of commands or copies."""
    for line in range(1, source.line_count + 1):
        text = source.line_text(line)
        mark = text.find("#")
        if mark == -1 or not ("compose" in text or "env" in text):
            continue
        joined = JoinedText(source)
        joined.add(text[mark + 1 :], source.offset(line) + mark + 1)
        yield CommandLine(joined, "", line, spoken=True)
