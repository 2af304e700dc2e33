"""``confguard show``: the models that the rules judge, for people."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from confguard.cli.asked import (
    application_options,
    applications,
    proxies,
    proxy_options,
    reveal_option,
    stack_options,
)
from confguard.cli.options import format_option, host_env_option
from confguard.cli.output import EXIT_CLEAN, EXIT_FINDINGS, colored, emit, emit_json, usage_errors_told


@click.group()
def show() -> None:
    """Show what the models make of the project."""


@show.command("nginx")
@proxy_options()
@format_option("text", "json")
def show_nginx(project: Path, stack: str, service: str, conf: str, output_format: str) -> None:
    """Show the servers and locations of the stack's nginx, with the values in effect."""
    from confguard.show import nginx
    from confguard.show.page import Style

    found = proxies(project, stack, service, conf)
    if output_format == "json":
        emit_json([nginx.facts(one) for one in found])
        return
    emit("\n".join(nginx.page(one, Style(colored())) for one in found), None)


@show.command("stacks")
@stack_options()
@click.option("--all", "everything", is_flag=True, help="Show those in full, too, that are not production.")
@format_option("text", "json")
def show_stacks(project: Path, stack: str, everything: bool, output_format: str) -> None:
    """Show the stacks that were found, what each is for, and what says so."""
    from confguard import run
    from confguard.show import stacks
    from confguard.show.choose import ChoiceError
    from confguard.show.page import Style

    with usage_errors_told(ChoiceError):
        found = stacks.chosen(run.repo(project, run.settings_for(project)), stack)
    if output_format == "json":
        emit_json([stacks.facts(one) for one in found])
        return
    emit(stacks.page(found, Style(colored()), everything), None)


@show.command("compose")
@stack_options()
@click.option("-f", "--file", "files", multiple=True, metavar="FILE", help="A Compose file.  [repeatable]")
@click.option("--profile", "profiles", multiple=True, metavar="NAME", help="An active profile.  [repeatable]")
@click.option("--env-file", "env_files", multiple=True, metavar="FILE", help="Read instead of .env.")
@format_option("json", "yaml")
@click.option("--trail", is_flag=True, help="Say where each value comes from (x-trail).")
@click.option("--reveal", is_flag=True, help="Show secret values, which are masked otherwise.")
def show_compose(
    project: Path, stack: str, output_format: str, trail: bool, reveal: bool, **named: Any
) -> None:
    """Show the merged Compose model as `docker compose config` does; exits with 1 where it is refused."""
    from confguard import run
    from confguard.reporters.text import clean
    from confguard.show import compose
    from confguard.show.choose import ChoiceError

    with usage_errors_told(ChoiceError):
        repo = run.repo(project, run.settings_for(project))
        root = repo.project.root
        given = {name: _from_root(root, named[name]) for name in ("files", "env_files")}
        model = compose.model_of(repo, profiles=named["profiles"], stack=stack, **given)
    for line in compose.refused(model):
        click.echo(clean(line), err=True)
    emit(compose.text(model, form=output_format, trail=trail, reveal=reveal), None)
    sys.exit(EXIT_FINDINGS if model.problems else EXIT_CLEAN)


def _from_root(root: Path, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return paths as a shell completes them, relative to the project's root where they lie in it."""
    real = [Path(os.path.realpath(path)) for path in paths]
    return tuple(
        one.relative_to(root).as_posix() if one.is_relative_to(root) else path
        for one, path in zip(real, paths, strict=True)
    )


@show.command("settings")
@application_options()
@reveal_option()
@format_option("text", "json")
def show_settings(project: Path, output_format: str, reveal: bool, **chosen: Any) -> None:
    """Show the effective Django settings, whether the module starts, and the variables it reads."""
    from confguard.show import settings
    from confguard.show.page import Style

    _, found = applications(project, **chosen)
    if output_format == "json":
        emit_json([settings.facts(one, reveal) for one in found])
        return
    emit("\n".join(settings.page(one, Style(colored()), reveal) for one in found), None)


@show.command("urls")
@application_options()
@click.option("--path", default="", metavar="PATH", help="Show only the routes that this path may take.")
@format_option("text", "json")
def show_urls(project: Path, path: str, output_format: str, **chosen: Any) -> None:
    """Show the routes of Django's URLconf, the views behind them, and what is not known of them."""
    from confguard.show import urls
    from confguard.show.page import Style

    _, found = applications(project, **chosen)
    if output_format == "json":
        emit_json([urls.facts(one, path) for one in found])
        return
    emit("\n".join(urls.page(one, Style(colored()), path) for one in urls.distinct(found, path)), None)


@show.command("env")
@click.argument("service", default="")
@stack_options()
@host_env_option()
@reveal_option()
@format_option("text", "json")
def show_env(
    service: str, project: Path, stack: str, host_env: tuple[str, ...], reveal: bool, output_format: str
) -> None:
    """Show the environment that SERVICE (or each) really gets: each variable's value, place and readers."""
    from confguard import run
    from confguard.show import env
    from confguard.show.choose import ChoiceError
    from confguard.show.page import Style

    with usage_errors_told(ChoiceError):
        settings = run.settings_for(project).with_options(env_files=host_env)
        found = env.deliveries(run.repo(project, settings), service, stack)
    if output_format == "json":
        emit_json([env.facts(one, reveal) for one in found])
        return
    emit("\n".join(env.page(one, Style(colored()), reveal) for one in found), None)
