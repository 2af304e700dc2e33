"""Whether the project's requirements surely bring a package."""

from __future__ import annotations

import re
import sys

from confguard.discover.project import Project
from confguard.model.django.machine import Run

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


_REQUIREMENTS = re.compile(
    r"(^|/)(requirements[^/]*\.(txt|in)|requirements/[^/]*\.(txt|in)|pyproject\.toml|Pipfile|setup\.(py|cfg)|uv\.lock|poetry\.lock)$"
)


_OPTIONAL = re.compile(r"dev|test|local|debug|lint|doc", re.IGNORECASE)


_DISTRIBUTIONS = {
    "environ": "django-environ",
    "decouple": "python-decouple",
    "dotenv": "python-dotenv",
    "yaml": "pyyaml",
    "rest_framework": "djangorestframework",
    "corsheaders": "django-cors-headers",
    "sentry_sdk": "sentry-sdk",
    "configurations": "django-configurations",
    "split_settings": "django-split-settings",
    "csp": "django-csp",
}


OTHER_PLACES = "modules from other places"
"""Set where the program changes from where modules are imported."""

_ALWAYS = frozenset({"django"})


_SINCE = {"django.utils.csp": (6, 0), "django.middleware.csp": (6, 0), "django.tasks": (6, 0)}
"""Modules of Django by the release that brought them (docs.djangoproject.com, release notes)."""


def in_django(run: Run, dotted: str) -> bool:
    """Say whether a module of Django may be there: only what the project's release surely lacks is not."""
    since = next((_SINCE[name] for name in _SINCE if f"{dotted}.".startswith(f"{name}.")), None)
    if since is None or run.version is None:
        return True
    return tuple(int(part) for part in run.version.split(".")[:2] if part.isdigit()) >= since


def surely(run: Run, top: str) -> bool | None:
    """Say whether a module can be imported, by its first name; None where nothing says so.

    The environment that a person named decides, else the project's requirements.
    """
    if top in _ALWAYS or top in sys.stdlib_module_names:
        return True
    packages = run.project.packages
    if packages is not None:
        there = packages.has(top)
        return None if there is False and OTHER_PLACES in run.hooks else there
    return True if installed(run, top) else None


def installed(run: Run, top: str) -> bool:
    """Say whether the project's requirements surely bring a package (by its top-level module name)."""
    if top in _ALWAYS or top in sys.stdlib_module_names:
        return True
    names = run.project.once(("requirements",), lambda: _required(run.project))
    wanted = {re.sub(r"[-_.]+", "-", top).lower(), _DISTRIBUTIONS.get(top, top)}
    return bool(wanted & names)


def _required(project: Project) -> frozenset[str]:
    """Return the packages that files of requirements name, those for development left out."""
    names: set[str] = set()
    for path in project.paths:
        if (
            path.endswith((".txt", ".in"))
            and _REQUIREMENTS.search(path)
            and not _OPTIONAL.search(path.rpartition("/")[2])
            and path.count("/") < 4
        ):
            source = project.read(path)
            for line in source.text.splitlines() if source else ():
                match = _NAME.match(line.strip())
                if match:
                    names.add(re.sub(r"[-_.]+", "-", match[0]).lower())
    return frozenset(names)
