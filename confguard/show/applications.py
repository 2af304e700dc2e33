"""Which Django settings are meant: those of a stack's services, or a module alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from confguard.model import given
from confguard.model.deployment import Deployment
from confguard.model.django import Settings, choose_module, evaluate, settings_modules
from confguard.model.django.modules import find_path
from confguard.model.django.settings import search_roots
from confguard.model.environment import Environment
from confguard.model.repo import Repo
from confguard.model.value import Known, Unknown
from confguard.show.choose import ChoiceError
from confguard.source import SourceFile
from confguard.words import joined


@dataclass(frozen=True, slots=True)
class Application:
    """Settings with where they run; ``deployment`` is None and ``services`` empty for a module alone."""

    settings: Settings
    environment: Environment
    services: tuple[str, ...] = ()
    deployment: Deployment | None = None

    @property
    def stack(self) -> str:
        """The name of the stack, or ``""``."""
        return self.deployment.name if self.deployment is not None else ""


def given_variables(env_files: tuple[Path, ...], assignments: tuple[str, ...]) -> dict[str, Known[str]]:
    """Return the variables of env files (as python-dotenv reads them) and of ``K=V``; raises ChoiceError."""
    sources = []
    for path in env_files:
        try:
            sources.append(SourceFile(str(path), path.read_text(encoding="utf-8", errors="replace")))
        except OSError as error:
            raise ChoiceError(f"cannot read {path}: {error.strerror}") from None
    try:
        return given.given_variables(sources, assignments)
    except ValueError as error:
        raise ChoiceError(str(error)) from None


def applications(
    repo: Repo,
    *,
    stack: str = "",
    service: str = "",
    module: str = "",
    more: dict[str, Known[str]] | None = None,
) -> tuple[Application, ...]:
    """Return the applications that are meant; raises ChoiceError with what there is.

    With ``module`` (a dotted name or a path) the environment is what is given and nothing else; else it is
    what the stack's Compose files deliver, with what is given on top.
    """
    more = more or {}
    if module:
        return (_alone(repo, module, Environment(dict(more))),)
    found = []
    for deployment in repo.deployments if stack else repo.production:
        if stack and deployment.name != stack:
            continue
        for app in deployment.apps:
            if service and service not in app.services:
                continue
            found.append(_with(deployment, app.services, app.settings, app.environment, more))
    if found:
        return tuple(found)
    if not service and not stack:
        choice = choose_module(repo.project)
        if choice is not None and choice.path is not None:
            environment = Environment(dict(more), False, reason="no service that runs it is known")
            return (_alone(repo, choice.path, environment),)
    raise ChoiceError(_nothing(repo, stack, service))


def _with(
    deployment: Deployment,
    services: tuple[str, ...],
    settings: Settings,
    environment: Environment,
    more: dict[str, Known[str]],
) -> Application:
    if not more:
        return Application(settings, environment, services, deployment)
    values: dict[str, Known[str] | Unknown] = {**environment.values, **more}
    changed = Environment(values, environment.complete, environment.trail, environment.reason)
    again = deployment.evaluations.settings(settings.module, settings.path, changed)
    return Application(again, changed, services, deployment)


def _alone(repo: Repo, module: str, environment: Environment) -> Application:
    project = repo.project
    path = module.removeprefix("./")
    if not path.endswith(".py"):
        found = find_path(project, module, search_roots(project))
        if found is None:
            names = joined([one.module for one in settings_modules(project)]) or "none"
            raise ChoiceError(f"there is no module {module!r}; the settings modules are {names}")
        return Application(evaluate(project, module, environment), environment)
    if not project.exists(path):
        raise ChoiceError(f"there is no file {module!r} in {project.root}")
    return Application(evaluate(project, path, environment), environment)


def _nothing(repo: Repo, stack: str, service: str) -> str:
    names = [one.name for one in repo.deployments]
    if stack and stack not in names:
        has = joined([repr(name) for name in names]) or "none"
        return f"there is no stack {stack!r}; the repository has {has}"
    running = sorted({name for one in repo.deployments for app in one.apps for name in app.services})
    what = f"no service named {service!r} runs Django" if service else "no service runs Django"
    return f"{what}; those that do: {joined(running) or 'none'}; --module NAME looks at one module alone"
