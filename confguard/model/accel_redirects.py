"""Where the code of an application lets nginx send files: the prefixes in its X-Accel-Redirect."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.discover.project import Project
from confguard.model.deployment import App
from confguard.model.value import Known
from confguard.source import Span

_WRITTEN = re.compile(
    r"""["']X-Accel-Redirect["']\s*(?:\]\s*=|:|,)\s*(?:[a-z_]+\()?
    (?P<form>[fFrRbB]{0,2})(?P<quote>["'])(?P<prefix>[/@][^"'{}%\n\\]*)""",
    re.VERBOSE | re.IGNORECASE,
)
_TEST = re.compile(r"(^|/)(tests?|migrations|docs)(/|_|\.)|(^|/)conftest\.py$")
_SENDFILE = "django_sendfile.backends.nginx"


@dataclass(frozen=True, slots=True)
class AccelRedirect:
    """A place that lets nginx go on: ``prefix`` is how the path begins, or a named location (``@x``)."""

    prefix: str
    span: Span


def _folder(app: App) -> str:
    """Return the folder from which the settings module is imported: the other packages lie beside its top."""
    stem = app.settings.path.removesuffix(".py").removesuffix("/__init__")
    for _ in app.settings.module.split("."):
        stem = posixpath.dirname(stem)
    return stem


def accel_redirects(project: Project, app: App) -> Iterator[AccelRedirect]:
    """Yield the literal prefixes in an application's sources, and SENDFILE_URL of django-sendfile2 0.7."""
    folder = _folder(app)
    seen: set[str] = set()
    for path in project.under(folder):
        if not path.endswith(".py") or _TEST.search(path):
            continue
        source = project.read(path)
        if source is None or "x-accel-redirect" not in source.text.lower():
            continue
        for match in _WRITTEN.finditer(source.text):
            line = source.text[source.text.rfind("\n", 0, match.start()) + 1 : match.start()]
            if match["prefix"] not in seen and "#" not in line:
                seen.add(match["prefix"])
                yield AccelRedirect(match["prefix"], source.span(match.start("prefix"), match.end("prefix")))
    backend, url = app.settings.get("SENDFILE_BACKEND"), app.settings.get("SENDFILE_URL")
    known = isinstance(backend, Known) and backend.value == _SENDFILE and isinstance(url, Known)
    if known and isinstance(url, Known) and isinstance(url.value, str) and url.span:
        yield AccelRedirect(url.value.rstrip("/") + "/", url.span)
