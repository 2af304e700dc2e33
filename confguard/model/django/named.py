"""Which settings modules the files of a project name: entry points, tests, images; they may disagree."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from confguard.discover.project import Project
from confguard.source import Span

_PYTHON = re.compile(
    r"""DJANGO_SETTINGS_MODULE["']\s*(?:,|\]\s*=)\s*["'](?P<module>[A-Za-z_][\w.]*)["']""",
)
_OPTION = re.compile(
    r"""(?:^|[\s"'])(?:DJANGO_SETTINGS_MODULE\s*[=:]\s*|--ds[= ])["']?(?P<module>[A-Za-z_][\w.]*)""",
    re.MULTILINE,
)
_ENTRY_POINTS = ("manage.py", "wsgi.py", "asgi.py", "celery.py", "celery_app.py")
_TESTS = ("pytest.ini", "tox.ini", "setup.cfg", "pyproject.toml", "conftest.py", ".coveragerc")


@dataclass(frozen=True, slots=True)
class Naming:
    """One place that names a settings module."""

    module: str
    span: Span
    by: str
    """``"manage.py"``, ``"wsgi.py"``, ``"tests"`` or ``"image"``."""


def named_modules(project: Project) -> tuple[Naming, ...]:
    """Return every place that names a settings module, by path; a generated or broken file gives none."""
    found = []
    for path in project.paths:
        name = posixpath.basename(path)
        if name in _ENTRY_POINTS:
            by, pattern = name, _PYTHON
        elif name in _TESTS:
            by, pattern = "tests", _PYTHON if name.endswith(".py") else _OPTION
        elif "dockerfile" in name.lower():
            by, pattern = "image", _OPTION
        else:
            continue
        source = project.read(path)
        for match in pattern.finditer(source.text) if source is not None else ():
            assert source is not None
            line = source.line_text(source.span(match.start("module")).line).lstrip()
            if not line.startswith(("#", ";")):
                span = source.span(match.start("module"), match.end("module"))
                found.append(Naming(match["module"], span, by))
    return tuple(found)


def disagreement(namings: tuple[Naming, ...]) -> tuple[Naming, ...]:
    """Return the namings of entry points that run the same folder's application with different modules."""
    groups: dict[str, list[Naming]] = {}
    for naming in namings:
        if naming.by not in ("tests", "image"):
            top = naming.module.partition(".")[0]
            groups.setdefault(top, []).append(naming)
    return tuple(one for group in groups.values() if len({one.module for one in group}) > 1 for one in group)
