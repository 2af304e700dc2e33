"""``confguard show``, ``route`` and ``trace``: the models that the rules judge, for people."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from confguard.cli.options import host_env_option, python_environment_option
from confguard.cli.output import EXIT_CLEAN, EXIT_FINDINGS, colored, emit, emit_json, fail, usage_errors


@click.group()
def show() -> None:
    """Show what the models make of the project."""


_PROJECT = click.option(
    "--project", type=click.Path(path_type=Path), default=".", help="A file or folder of the project."
)
_STACK = click.option("--stack", default="", metavar="NAME", help="Take this stack, not production's.")
_SERVICE = click.option("--service", default="", metavar="NAME", help="Take the nginx of this service.")
_CONF = click.option("--conf", default="", metavar="FILE", help="Take this file for the whole configuration.")
_FORMAT = click.option(
    "--format",
    "--output-format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
)


@show.command("nginx")
@_PROJECT
@_STACK
@_SERVICE
@_CONF
@_FORMAT
def show_nginx(project: Path, stack: str, service: str, conf: str, form: str) -> None:
    """Show the servers and locations of the stack's nginx, with the values in effect."""
    from confguard.show import nginx
    from confguard.show.page import Style

    found = _proxies(project, stack, service, conf)
    if form == "json":
        emit_json([nginx.facts(one) for one in found])
        return
    emit("\n".join(nginx.page(one, Style(colored())) for one in found), None)


@show.command("stacks")
@_PROJECT
@_STACK
@click.option("--all", "everything", is_flag=True, help="Show those in full, too, that are not production.")
@_FORMAT
def show_stacks(project: Path, stack: str, everything: bool, form: str) -> None:
    """Show the stacks that were found, what each is for, and what says so."""
    from confguard import run
    from confguard.show import stacks
    from confguard.show.choose import ChoiceError
    from confguard.show.page import Style

    try:
        found = stacks.chosen(run.repo(project, run.settings_for(project)), stack)
    except ChoiceError as error:
        fail(str(error))
    except usage_errors() as error:
        fail(str(error))
    if form == "json":
        emit_json([stacks.facts(one) for one in found])
        return
    emit(stacks.page(found, Style(colored()), everything), None)


@click.command()
@_PROJECT
@_STACK
@click.option(
    "--format",
    "--output-format",
    "form",
    type=click.Choice(("text", "mermaid", "json")),
    default="text",
    show_default=True,
)
def graph(project: Path, stack: str, form: str) -> None:
    """Show who publishes what, who talks to whom, and over which networks."""
    from confguard import run
    from confguard.show import graph as pictures
    from confguard.show.choose import ChoiceError
    from confguard.show.page import Style
    from confguard.show.stacks import chosen

    try:
        repo = run.repo(project, run.settings_for(project))
        found = chosen(repo, stack) if stack else (repo.production or chosen(repo, ""))
    except ChoiceError as error:
        fail(str(error))
    except usage_errors() as error:
        fail(str(error))
    picture = pictures.graph_of(found[0])
    if form == "json":
        emit_json(pictures.facts(picture))
    else:
        emit(
            pictures.mermaid(picture) if form == "mermaid" else pictures.page(picture, Style(colored())), None
        )


@show.command("compose")
@_PROJECT
@_STACK
@click.option("-f", "--file", "files", multiple=True, metavar="FILE", help="A Compose file.  [repeatable]")
@click.option("--profile", "profiles", multiple=True, metavar="NAME", help="An active profile.  [repeatable]")
@click.option("--env-file", "env_files", multiple=True, metavar="FILE", help="Read instead of .env.")
@click.option(
    "--format",
    "--output-format",
    "form",
    type=click.Choice(("json", "yaml")),
    default="json",
    show_default=True,
)
@click.option("--trail", is_flag=True, help="Say where each value comes from (x-trail).")
@click.option("--reveal", is_flag=True, help="Show secret values, which are masked otherwise.")
def show_compose(project: Path, stack: str, form: str, trail: bool, reveal: bool, **named: Any) -> None:
    """Show the merged Compose model as `docker compose config` does; exits with 1 where it is refused."""
    from confguard import run
    from confguard.reporters.text import clean
    from confguard.show import compose
    from confguard.show.choose import ChoiceError

    try:
        repo = run.repo(project, run.settings_for(project))
        root = repo.project.root
        given = {name: _from_root(root, named[name]) for name in ("files", "env_files")}
        model = compose.model_of(repo, profiles=named["profiles"], stack=stack, **given)
    except ChoiceError as error:
        fail(str(error))
    except usage_errors() as error:
        fail(str(error))
    for line in compose.refused(model):
        click.echo(clean(line), err=True)
    emit(compose.text(model, form=form, trail=trail, reveal=reveal), None)
    sys.exit(EXIT_FINDINGS if model.problems else EXIT_CLEAN)


def _from_root(root: Path, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return paths as a shell completes them, relative to the project's root where they lie in it."""
    real = [Path(os.path.realpath(path)) for path in paths]
    return tuple(
        one.relative_to(root).as_posix() if one.is_relative_to(root) else path
        for one, path in zip(real, paths, strict=True)
    )


@click.command()
@click.argument("url")
@click.option("-X", "--method", default="", help="The method.  [default: GET, or POST with a body]")
@click.option("-H", "--header", "headers", multiple=True, metavar="NAME:VALUE", help="May be repeated.")
@click.option("--body-size", type=click.IntRange(min=0), metavar="BYTES", help="The size of the body.")
@_PROJECT
@_STACK
@_SERVICE
@_CONF
@_FORMAT
def route(
    url: str,
    method: str,
    headers: tuple[str, ...],
    body_size: int | None,
    project: Path,
    stack: str,
    service: str,
    conf: str,
    form: str,
) -> None:
    """Follow a request to URL through nginx: who takes it, where it goes, what nginx adds and drops."""
    from confguard.show.choose import listening
    from confguard.show.page import Style
    from confguard.show.route import RequestError, facts, page, request_of, way_of

    try:
        request = request_of(url, method, headers, body_size)
    except RequestError as error:
        fail(str(error))
    way = way_of(listening(_proxies(project, stack, service, conf), request.port), url, request)
    if form == "json":
        emit_json(facts(way))
        return
    emit(page(way, Style(colored())), None)


_SET = click.option("--set", "sets", multiple=True, metavar="K=V", help="Set a variable. May be repeated.")
_ENV_FILE = click.option(
    "--env-file", "env_files", multiple=True, type=click.Path(path_type=Path), help="May be repeated."
)
_HOST_ENV = host_env_option()
_PYTHON = python_environment_option()
_MODULE = click.option("--module", default="", metavar="NAME", help="Take this settings module alone.")
_DJANGO_SERVICE = click.option("--service", default="", metavar="NAME", help="Take what this service runs.")
_REVEAL = click.option("--reveal", is_flag=True, help="Print secrets as they are.")


@show.command("settings")
@_PROJECT
@_STACK
@_DJANGO_SERVICE
@_MODULE
@_ENV_FILE
@_SET
@_PYTHON
@_REVEAL
@_FORMAT
def show_settings(project: Path, form: str, reveal: bool, **chosen: Any) -> None:
    """Show the effective Django settings, whether the module starts, and the variables it reads."""
    from confguard.show import settings
    from confguard.show.page import Style

    _, found = _applications(project, **chosen)
    if form == "json":
        emit_json([settings.facts(one, reveal) for one in found])
        return
    emit("\n".join(settings.page(one, Style(colored()), reveal) for one in found), None)


@show.command("urls")
@_PROJECT
@_STACK
@_DJANGO_SERVICE
@_MODULE
@_ENV_FILE
@_SET
@_PYTHON
@click.option("--path", default="", metavar="PATH", help="Show only the routes that this path may take.")
@_FORMAT
def show_urls(project: Path, path: str, form: str, **chosen: Any) -> None:
    """Show the routes of Django's URLconf, the views behind them, and what is not known of them."""
    from confguard.show import urls
    from confguard.show.page import Style

    _, found = _applications(project, **chosen)
    if form == "json":
        emit_json([urls.facts(one, path) for one in found])
        return
    emit("\n".join(urls.page(one, Style(colored()), path) for one in urls.distinct(found, path)), None)


@show.command("env")
@click.argument("service", default="")
@_PROJECT
@_STACK
@_HOST_ENV
@_REVEAL
@_FORMAT
def show_env(
    service: str, project: Path, stack: str, host_env: tuple[str, ...], reveal: bool, form: str
) -> None:
    """Show the environment that SERVICE (or each) really gets: each variable's value, place and readers."""
    from confguard import run
    from confguard.show import env
    from confguard.show.choose import ChoiceError
    from confguard.show.page import Style

    try:
        settings = run.settings_for(project).with_options(env_files=host_env)
        found = env.deliveries(run.repo(project, settings), service, stack)
    except ChoiceError as error:
        fail(str(error))
    except usage_errors() as error:
        fail(str(error))
    if form == "json":
        emit_json([env.facts(one, reveal) for one in found])
        return
    emit("\n".join(env.page(one, Style(colored()), reveal) for one in found), None)


@click.command()
@click.argument("name")
@_PROJECT
@_STACK
@_DJANGO_SERVICE
@_MODULE
@_ENV_FILE
@_SET
@_PYTHON
@_REVEAL
@_FORMAT
def trace(name: str, project: Path, form: str, reveal: bool, **chosen: Any) -> None:
    """Say why the setting, variable or header NAME is what it is, step by step."""
    from confguard.config import suggestion
    from confguard.show import trace as traces
    from confguard.show.page import Style

    repo, apps = _applications(project, needed=False, **chosen)
    stack = chosen["stack"]
    deployments = tuple(one for one in repo.deployments if one.name == stack) if stack else repo.production
    asked = apps, () if chosen["module"] else deployments
    found = traces.traces(name, *asked)
    if not found:
        near = suggestion(name, traces.known_names(*asked))
        fail(f"{name!r} is no setting, variable or header that is known here{near}")
    if form == "json":
        emit_json([traces.facts(one, reveal) for one in found])
        return
    emit(traces.page(found, Style(colored()), reveal), None)


def _applications(
    project: Path,
    stack: str,
    service: str,
    module: str,
    env_files: tuple[Path, ...],
    sets: tuple[str, ...],
    python_environment: str | None = None,
    needed: bool = True,
) -> Any:
    """Return the repository and its Django applications; ends with a message where there is none."""
    from confguard import run
    from confguard.show.applications import applications, given_variables
    from confguard.show.choose import ChoiceError

    try:
        settings = run.settings_for(project).with_options(python_environment=python_environment)
        repo = run.repo(project, settings)
        given = given_variables(env_files, sets)
        return repo, applications(repo, stack=stack, service=service, module=module, more=given)
    except ChoiceError as error:
        if not needed and not (module or service):
            return repo, ()
        fail(str(error))
    except usage_errors() as error:
        fail(str(error))


def _proxies(project: Path, stack: str, service: str, conf: str) -> Any:
    """Return the nginx that was asked for; ends with a message where there is none."""
    from confguard import run
    from confguard.show.choose import ChoiceError, proxies

    try:
        repo = run.repo(project, run.settings_for(project))
        if conf:  # as a shell completes it: from here, not from the project's root
            here = Path(os.path.realpath(conf))
            if here.is_relative_to(repo.project.root):
                conf = here.relative_to(repo.project.root).as_posix()
        return proxies(repo, stack=stack, service=service, conf=conf)
    except ChoiceError as error:
        fail(str(error))
    except usage_errors() as error:
        fail(str(error))
