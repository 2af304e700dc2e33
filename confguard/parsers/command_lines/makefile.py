"""The variables and recipes of Makefiles and justfiles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.parsers.command_lines.line import CommandLine, join
from confguard.source import SourceFile, Span

_MAKE_VARIABLE = re.compile(r"\s*(?:(export|override)\s+)?([A-Za-z_][\w-]*)\s*(:::?=|::?=|\?=|\+=|!=|=)\s*")
_JUST_VARIABLE = re.compile(r"(?:(export)\s+)?([A-Za-z_][\w-]*)\s*(:=)\s*")
_MAKE_TARGET = re.compile(r"([^\s:#=][^:#=]*?)\s*(?:\([^)]*\))?\s*::?(?!=)")
_JUST_TARGET = re.compile(r"@?([A-Za-z_][\w-]*)(?:\s[^:]*)?:(?!=)")


def makefile(source: SourceFile, just: bool = False) -> Iterator[CommandLine]:
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
            joined, line = join(source, line, begin)
            if just:
                joined.text = re.sub(r"\{\{\s*(\w+)\s*\}\}", _just_name, joined.text)
            yield CommandLine(joined, target, block, variables=passed)
            continue
        depth += bool(re.match(r"\s*(ifeq|ifneq|ifdef|ifndef)\b", text)) - bool(re.match(r"\s*endif\b", text))
        variable = (_JUST_VARIABLE if just else _MAKE_VARIABLE).match(text)
        if variable:
            joined, line = join(source, line, variable.end())
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
                joined, line = join(source, line, inline + 1)
                yield CommandLine(joined, target, block, variables=passed)
                continue
        line += 1


def _just_name(match: re.Match[str]) -> str:
    """Write just's ``{{name}}`` as the shell would, at the same length, so that places stay right."""
    return f"${{{match[1]}}}".ljust(len(match[0]))[: len(match[0])]
