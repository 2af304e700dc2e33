"""What a settings module is under an environment: every setting, what was read, whether it starts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from confguard.discover.project import Project
from confguard.model.django.defaults import django_default
from confguard.model.environment import Environment
from confguard.model.value import Known, Origin, Step, Trail, Unknown, Value
from confguard.source import Problem, Span

if TYPE_CHECKING:
    from confguard.model.django.place import Place
    from confguard.model.django.policies import Middleware, Policy, WrittenHeader
    from confguard.model.django.routes import URLconf
    from confguard.model.django.urlconf import Routing


@dataclass(frozen=True, slots=True)
class EnvRead:
    """One place where a module reads a variable of the environment."""

    key: str
    key_span: Span
    """Where the name stands (the call, where the name is put together)."""
    span: Span
    """The call or subscript that reads."""
    default: Value[Any] | None
    """What applies without it; None if the read has no default."""
    required: bool
    """Without it the module raises."""
    cast: str
    value: Value[Any]
    """What the read gives under this environment."""
    is_set: bool | None
    """Whether the environment sets it; None if that is not known."""
    conditional: bool
    """It is only read if a condition holds that is not known."""
    via: str
    """The library that reads: ``os``, ``environ``, ``decouple``, ``environs``, ..."""
    given: Value[Any] | None = None
    """What the environment holds, before any cast; None where it surely does not set the variable."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a module does not start."""

    span: Span
    exception: str
    """Dotted name of the exception's class; those of Python are bare."""
    message: str
    trail: Trail
    variables: tuple[str, ...]
    """The variables whose lack or value made it."""
    undelivered: bool
    """It raises because nothing delivers a variable."""
    placeholder: bool
    """It raises because it refuses a template's text, which an operator replaces."""


@dataclass(frozen=True, slots=True)
class CallFact:
    """A call that configures something beside settings, like ``sentry_sdk.init``."""

    name: str
    span: Span
    keywords: Mapping[str, Value[Any]]


@dataclass(frozen=True, slots=True)
class TextTruth:
    """A place that asks whether a text is true which says no: ``if os.getenv("DEBUG"):`` with ``False``."""

    span: Span
    """The condition."""
    text: Known[str]
    variables: tuple[str, ...]
    """The variables that the text is made of."""


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """A star import of a package that is not there: which settings it brings is not known."""

    module: str
    span: Span
    why: str
    """Why it is not followed, and what would make it known."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one module under one environment.

    Where ``failure`` is not None the module does not start and has no settings at all; ``values`` are then
    what they would be if the failing statements were mended.
    """

    module: str
    path: str
    files: tuple[str, ...]
    """The files that took part, in the order in which they were loaded."""
    values: Mapping[str, Value[Any]]
    reads: tuple[EnvRead, ...]
    failure: Failure | None
    failures: tuple[Failure, ...]
    doubts: tuple[Failure, ...]
    """Exceptions that are raised only if something holds which is not known."""
    problems: tuple[Problem, ...]
    calls: tuple[CallFact, ...] = ()
    middleware: Middleware | None = None
    version: str | None = None
    """Django's version ("5.2"), where the project says it."""
    truths: tuple[TextTruth, ...] = ()
    """Where texts that say no, like ``"False"`` and ``"0"``, are taken for true."""
    unfollowed: tuple[Unfollowed, ...] = ()
    complete: bool = True
    """No star import that cannot be followed may bring in more settings."""

    place: Place | None = None
    """Where the project's files lay, and in which folder it ran."""
    routing: Routing | None = None

    @property
    def starts(self) -> bool | None:
        """Whether the module can be imported.

        None where it may raise (``doubts``), stands on names from elsewhere, or does what is not followed.
        Libraries are taken to be installed, and to accept what is written in the code.
        """
        if self.failure is not None:
            return False
        return None if self.doubts or self.problems or not self.complete or not self.path else True

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The Content-Security-Policy headers that its middleware writes: made when first asked for."""
        return self.middleware.policies if self.middleware is not None else ()

    @property
    def written_headers(self) -> tuple[WrittenHeader, ...]:
        """The other security headers that middleware of the repository writes."""
        return self.middleware.headers if self.middleware is not None else ()

    @property
    def urlconf(self) -> URLconf:
        """The routes that ROOT_URLCONF leads to: evaluated when first asked for."""
        from confguard.model.django.routes import URLconf

        if self.routing is None:
            return URLconf("", "", reason="the settings are not known")
        return self.routing.urlconf

    def under(self, environment: Environment) -> Settings:
        """Return the same settings for an environment that answers every read of theirs alike."""
        middleware = self.middleware.under(environment) if self.middleware else None
        routing = self.routing.under(environment) if self.routing else None
        return replace(self, middleware=middleware, routing=routing)

    def get(self, name: str) -> Value[Any] | None:
        """Return a setting, or Django's own default; None if neither is there."""
        found = self.values.get(name)
        if found is not None:
            return found
        if not self.complete:
            return Unknown(f"{name} may come from a star import that is not followed")
        default = django_default(name, self.version)
        if default is None:
            return None
        step = Step(f"Django's default of {name}", None, Origin.DEFAULT)
        return (
            Unknown(default.reason, (step,))
            if isinstance(default, Unknown)
            else Known(default.value, (step,))
        )

    def __contains__(self, name: object) -> bool:
        return name in self.values


def module_name(path: str, roots: tuple[str, ...]) -> str:
    """Return the dotted name of a file, by the likeliest search root above it."""
    root = next((root for root in roots if not root or path.startswith(f"{root}/")), "")
    inside = path[len(root) + 1 :] if root else path
    inside = inside.removesuffix(".py").removesuffix("/__init__")
    return inside.replace("/", ".")


def search_roots(project: Project, near: str = "") -> tuple[str, ...]:
    """Return the folders from which modules are imported, the likeliest for a file first.

    Those that hold a manage.py, the file's own outermost package's parent, ``src`` folders, the root, and
    the other packages of a repository that holds several (their setup.py or pyproject.toml tells them).
    """
    managed = [posixpath.dirname(path) for path in project.named("manage.py")]
    roots = [folder for folder in managed if not folder or near.startswith(f"{folder}/")]
    roots.sort(key=len, reverse=True)
    folder = posixpath.dirname(near)
    while folder and project.exists(f"{folder}/__init__.py"):
        folder = posixpath.dirname(folder)
    roots.append(folder)
    roots.extend(found for found in managed if found not in roots)
    for extra in ("src", "backend", "app", ""):
        if not extra or project.is_folder(extra):
            roots.append(extra)
    roots.extend(_distributions(project))
    return tuple(dict.fromkeys(roots))


def _distributions(project: Project) -> Iterator[str]:
    """Yield the folders below the root whose packages are installed from the repository itself."""
    for path in sorted((*project.named("setup.py"), *project.named("pyproject.toml"))):
        folder = posixpath.dirname(path)
        # A module of a package may be called setup, too.
        if folder and not project.exists(f"{folder}/__init__.py"):
            yield f"{folder}/src" if project.is_folder(f"{folder}/src") else folder


def evaluate(
    project: Project,
    module: str,
    environment: Environment,
    *,
    roots: tuple[str, ...] | None = None,
    at: str | None = None,
    cwd: str | None = None,
    place: Place | None = None,
    argv: tuple[str, ...] = ("gunicorn",),
    django_version: str | None = None,
) -> Settings:
    """Say what a settings module is under an environment, without running anything of it.

    ``module`` is a path in the project or a dotted name; ``roots`` are the folders that modules are imported
    from (default: ``search_roots``); ``at`` is the absolute path at which the project's root lies when it
    runs (what depends on it is unknown without it); ``cwd`` the folder in which it runs; ``place`` says both
    file by file, as a container has them; ``argv`` its command line. Never raises: what is wrong is a
    problem or a failure.
    """
    from confguard.model.django.evaluation import run_module
    from confguard.model.django.place import UNKNOWN_ROOT, Place

    if place is None:
        place = Place(UNKNOWN_ROOT if at is None else at.rstrip("/"), cwd or "")
    return run_module(project, module, environment, roots, place, argv, django_version)


def content_security_policies(settings: Settings, project: Project | None = None) -> tuple[Policy, ...]:
    """Return the Content-Security-Policy headers that the middleware of these settings writes."""
    return settings.policies
