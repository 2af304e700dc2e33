"""What of a Compose file matters for stacks: its services, profiles, env files and what its content tells."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.discover.project import Project
from confguard.model.stacks.stack import Role, role_of_name
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.parsers import compose


@dataclass(frozen=True, slots=True)
class Shape:
    """The outline of one Compose file with those it includes, unmerged; without values with variables."""

    services: frozenset[str]
    bare: frozenset[str]
    """Services without image, build or extends: another file must say what they run."""
    profiles: tuple[tuple[str, Span], ...]
    env_files: tuple[tuple[str, Span], ...]
    hints: tuple[tuple[Role, str, Span], ...]
    """What its content tells of its role, and where."""
    includes: frozenset[str] = frozenset()
    """The project's files that it includes, directly or not."""
    broken: bool = False
    """Whether it has a mistake for which nothing of it can be known: docker compose refuses it."""

    @property
    def is_overlay(self) -> bool:
        """Whether it cannot stand alone."""
        return bool(self.bare)


_DEVELOPMENT = re.compile(
    r"\brunserver(?:_plus)?\b|\bnpm run (?:dev|start)\b|\byarn (?:dev|start)\b|\bpnpm (?:run )?dev\b|"
    r"--reload\b|\btarget:\s*[\"']?\S*dev\S*|dockerfile:\s*\S*(?:dev|local)\b\S*|--mode=development|"
    r"\bDEBUG\s*[:=]\s*[\"']?(?:true|1)\b|settings[._](?:dev\w*|local)\b|\.env\.(?:dev|local)\b|"
    r"\.envs/\.local/|env\.d/development|web-dev\b",
    re.IGNORECASE,
)
_PRODUCTION = re.compile(
    r"settings[._]prod\w*\b|\.env\.prod\w*\b|\.envs/\.(?:prod\w*|liv\w*)/|env\.d/prod\w*|"
    r"compose/production/\S*django|\bgunicorn\b|\btarget:\s*[\"']?\S*prod\w*|Dockerfile\.prod\b|"
    r"restart:\s*always",
    re.IGNORECASE,
)


def shape(project: Project, path: str) -> Shape:
    """Return the outline of a Compose file of the project; an empty one where it cannot be parsed."""
    return project.once(("shape", path), lambda: _shape(project, path, set()))


def _shape(project: Project, path: str, seen: set[str]) -> Shape:
    """Return the outline; ``seen`` are the files that are in it already: none of them is followed again."""
    from confguard.parsers import compose

    seen.add(path)
    parsed = project.parsed(compose.parse, path)
    services: set[str] = set()
    bare: set[str] = set()
    profiles: list[tuple[str, Span]] = []
    env_files: list[tuple[str, Span]] = []
    included: list[str] = []
    for document in parsed.documents if parsed else ():
        included += [text for text, _ in _strings(document.get("include"))]
        section = document.get("services")
        for entry in section.entries if isinstance(section, compose.Mapping) else ():
            services.add(entry.key.text)
            node = entry.value
            if not isinstance(node, compose.Mapping):
                continue
            if not any(node.entry(key) for key in ("image", "build", "extends", "provider")):
                bare.add(entry.key.text)
            profiles += _strings(node.get("profiles"))
            env_files += _strings(node.get("env_file"))
    source = project.read(path)
    hints: list[tuple[Role, str, Span]] = []
    if source is not None:
        for role, pattern in ((Role.DEVELOPMENT, _DEVELOPMENT), (Role.PRODUCTION, _PRODUCTION)):
            for match in pattern.finditer(source.text):
                start = source.text.rfind("\n", 0, match.start()) + 1
                if not source.text[start : match.start()].lstrip().startswith("#"):
                    hints.append((role, match[0], source.span(*match.span())))
    broken = parsed is not None and bool(parsed.problems) and not parsed.documents
    own = Shape(
        frozenset(services),
        frozenset(bare),
        tuple(profiles),
        tuple(env_files),
        tuple(hints),
        broken=broken,
    )
    folder = posixpath.dirname(path)
    for other in dict.fromkeys(posixpath.normpath(posixpath.join(folder, text)) for text in included):
        if project.exists(other) and other not in seen:
            own = _with_included(own, _shape(project, other, seen), other, folder)
    return own


def _with_included(own: Shape, other: Shape, path: str, folder: str) -> Shape:
    """Add what a file includes; paths start at its own folder (Compose specification, "Include")."""
    there = posixpath.relpath(posixpath.dirname(path) or ".", folder or ".")
    moved = [
        (text if text.startswith(("/", "~")) else posixpath.normpath(posixpath.join(there, text)), span)
        for text, span in other.env_files
    ]
    full = (own.services - own.bare) | (other.services - other.bare)
    return Shape(
        own.services | other.services,
        (own.bare | other.bare) - full,
        (*own.profiles, *other.profiles),
        (*own.env_files, *moved),
        (*own.hints, *other.hints),
        own.includes | other.includes | {path},
        own.broken,
    )


def _strings(node: compose.Node | None) -> list[tuple[str, Span]]:
    """Return the strings of a scalar, a list, or a list of mappings with a path."""
    from confguard.parsers import compose

    if isinstance(node, compose.Scalar):
        return [(node.text, node.span)] if node.text and "$" not in node.text else []
    if isinstance(node, compose.Sequence):
        return [found for item in node.items for found in _strings(item)]
    if isinstance(node, compose.Mapping):
        return _strings(node.get("path"))
    return []


def role_of_content(shapes: list[Shape]) -> tuple[Role, tuple[Role, str, Span] | None]:
    """Return the role that the content of a chain of files tells, and the first place that tells it."""
    development = [hint for one in shapes for hint in one.hints if hint[0] is Role.DEVELOPMENT]
    production = [hint for one in shapes for hint in one.hints if hint[0] is Role.PRODUCTION]
    if development and len(development) >= len(production):
        return Role.DEVELOPMENT, development[0]
    strong = [hint for hint in production if role_of_name(hint[1], folders=True) is Role.PRODUCTION]
    if strong and not development:
        return Role.PRODUCTION, strong[0]
    return Role.UNKNOWN, None


def project_folder(files: tuple[str, ...]) -> str:
    """Return the project directory without an option: the folder of the first file."""
    return posixpath.dirname(files[0]) if files else ""
