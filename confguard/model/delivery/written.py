"""Env files that a workflow or a script writes where it deploys."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from confguard.discover.kinds import Kind, ProjectFile
from confguard.discover.project import Project
from confguard.source import SourceFile, Span

_TARGET = r"[\"']?(?P<target>[\w./${}~-]*\.?env[\w.-]*)[\"']?"
_LINE = re.compile(
    rf"\b(?:echo|printf)\s+(?:-[ne]+\s+)?[\"']?(?P<key>[A-Z][A-Z0-9_]*)=[^\n]*?>>?\s*{_TARGET}"
    r"[ \t]*(?=\n|$|;|&)"
)
_HEREDOC = re.compile(
    r"\b(?:cat|tee)\b(?P<before>[^\n]*?)<<-?\s*[\"'\\]?(?P<mark>\w+)[\"']?(?P<after>[^\n]*)\n"
    r"(?P<body>.*?)\n[ \t]*(?P=mark)[ \t]*(?=\n|$)",
    re.DOTALL,
)
_INTO = re.compile(rf"(?:>>?|\btee\s+(?:-a\s+)?)\s*{_TARGET}|^\s+(?:-a\s+)?(?P<tee>[\w./-]*env[\w.-]*)\s*$")
_KEY = re.compile(r"^[ \t]*(?P<key>[A-Z][A-Z0-9_]*)=", re.MULTILINE)
_DEPLOYS = re.compile(
    r"docker[- ]compose[^\n]*\b(?:up|pull|stack)\b|\bssh\b|\bscp\b|\brsync\b|ssh-action", re.IGNORECASE
)
_TESTS = re.compile(
    r"\bpytest\b|manage\.py (?:test|check)\b|\btox\b|npm (?:run )?test|playwright|cypress", re.IGNORECASE
)
_WHOLE = re.compile(
    r"\b(?:cp|curl|wget)\s+[^\n]*env|\bmv\s+[^\n]*env|base64|envsubst|\bsed\s+-i|dotenv|>>?\s*\S*env\S*\s*<(?!<)"
)


@dataclass(frozen=True)
class WrittenEnvFile:
    """An env file that a deployment writes key by key: ``keys`` has the place of each."""

    target: str
    by: SourceFile
    keys: dict[str, Span]


def written_env_files(project: Project, files: Iterable[ProjectFile]) -> Iterator[WrittenEnvFile]:
    """Yield the env files that workflows and scripts write whole, where they deploy and do not test."""
    for file in files:
        if file.kind not in (Kind.WORKFLOW, Kind.SCRIPT) or file.inactive or file.aside:
            continue
        source = project.read(file.path)
        if source is None or not _DEPLOYS.search(source.text) or _TESTS.search(source.text):
            continue
        if _WHOLE.search(source.text):
            continue
        yield from _written(source)


def _written(source: SourceFile) -> Iterator[WrittenEnvFile]:
    found: dict[str, dict[str, Span]] = {}
    for match in _LINE.finditer(source.text):
        keys = found.setdefault(posixpath.basename(match["target"]), {})
        keys.setdefault(match["key"], source.span(*match.span("key")))
    for match in _HEREDOC.finditer(source.text):
        into = _INTO.search(match["before"]) or _INTO.search(match["after"])
        if into is None:
            continue
        keys = found.setdefault(posixpath.basename(into["target"] or into["tee"]), {})
        for line in _KEY.finditer(match["body"]):
            begin = match.start("body") + line.start("key")
            keys.setdefault(line["key"], source.span(begin, begin + len(line["key"])))
    for target, keys in found.items():
        if len(keys) > 1:
            yield WrittenEnvFile(target, source, keys)
