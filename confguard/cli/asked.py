"""What ``show``, ``route``, ``trace`` and ``graph`` are asked about: the options that name it, its models."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from confguard.cli.options import Decorator, python_environment_option, together
from confguard.cli.output import fail, usage_errors_told

if TYPE_CHECKING:
    from confguard.model.repo import Repo
    from confguard.show.applications import Application
    from confguard.show.choose import Proxy


def stack_options() -> Decorator:
    """Return the options that name a project and one of its stacks."""
    return together(
        click.option(
            "--project", type=click.Path(path_type=Path), default=".", help="A file or folder of the project."
        ),
        click.option("--stack", default="", metavar="NAME", help="Take this stack, not production's."),
    )


def proxy_options() -> Decorator:
    """Return the options that name an nginx."""
    return together(
        stack_options(),
        click.option("--service", default="", metavar="NAME", help="Take the nginx of this service."),
        click.option(
            "--conf", default="", metavar="FILE", help="Take this file for the whole configuration."
        ),
    )


def application_options() -> Decorator:
    """Return the options that name Django settings, and what their environment has besides."""
    return together(
        stack_options(),
        click.option("--service", default="", metavar="NAME", help="Take what this service runs."),
        click.option("--module", default="", metavar="NAME", help="Take this settings module alone."),
        click.option(
            "--env-file",
            "env_files",
            multiple=True,
            type=click.Path(path_type=Path),
            help="May be repeated.",
        ),
        click.option("--set", "sets", multiple=True, metavar="K=V", help="Set a variable. May be repeated."),
        python_environment_option(),
    )


def reveal_option() -> Decorator:
    """Return the option ``reveal``."""
    return click.option("--reveal", is_flag=True, help="Print secrets as they are.")


def proxies(project: Path, stack: str, service: str, conf: str) -> tuple[Proxy, ...]:
    """Return the nginx that ``proxy_options`` name; ends with a message where there is none."""
    from confguard import run
    from confguard.show import choose

    with usage_errors_told(choose.ChoiceError):
        repo = run.repo(project, run.settings_for(project))
        if conf:  # as a shell completes it: from here, not from the project's root
            here = Path(os.path.realpath(conf))
            if here.is_relative_to(repo.project.root):
                conf = here.relative_to(repo.project.root).as_posix()
        return choose.proxies(repo, stack=stack, service=service, conf=conf)


def applications(
    project: Path,
    stack: str,
    service: str,
    module: str,
    env_files: tuple[Path, ...],
    sets: tuple[str, ...],
    python_environment: str | None = None,
    needed: bool = True,
) -> tuple[Repo, tuple[Application, ...]]:
    """Return the repository and the applications that ``application_options`` name.

    Ends with a message where there is none: unless they are not ``needed``, and none was asked for by name.
    """
    from confguard import run
    from confguard.show import applications as shown
    from confguard.show.choose import ChoiceError

    with usage_errors_told(ChoiceError):
        settings = run.settings_for(project).with_options(python_environment=python_environment)
        repo = run.repo(project, settings)
        given = shown.given_variables(env_files, sets)
    try:
        return repo, shown.applications(repo, stack=stack, service=service, module=module, more=given)
    except ChoiceError as error:
        if not needed and not (module or service):
            return repo, ()
        fail(str(error))
