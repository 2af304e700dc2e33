"""What is in force for a command: the options that say so, put over the project's configuration."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from confguard.cli.completion import rule_names
from confguard.cli.options import Decorator, baseline_option, python_environment_option, together

if TYPE_CHECKING:
    from confguard.config import Settings

SEVERITIES = ("error", "warning", "info")


def names(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Split comma-separated names; the option may also be given several times."""
    return tuple(name.strip() for text in value for name in text.split(",") if name.strip())


def _selector(flag: str, text: str) -> Decorator:
    return click.option(
        flag,
        multiple=True,
        metavar="NAME[,NAME...]",
        callback=names,
        shell_complete=rule_names,
        help=f"{text} May be repeated.",
    )


def source_options() -> Decorator:
    """Return the options that say where the configuration comes from."""
    return together(
        click.option(
            "--config",
            "config_file",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Take the configuration from this file, whatever the project has.",
        ),
        click.option("--isolated", is_flag=True, help="Take no configuration: what is built in is in force."),
        python_environment_option(),
    )


def settings_options() -> Decorator:
    """Return the options that say which rules run, what is shown and what fails."""
    return together(
        source_options(),
        _selector("--select", "Run only these rules or families."),
        _selector("--ignore", "Do not run these rules or families."),
        _selector("--extend-select", "Run these rules or families too."),
        click.option(
            "--severity", type=click.Choice(SEVERITIES), help="Show only findings this bad or worse."
        ),
        click.option(
            "--fail-on",
            type=click.Choice(SEVERITIES),
            help="Exit with 1 for findings this bad or worse.  [default: warning]",
        ),
        click.option(
            "--no-suppressions",
            is_flag=True,
            help="Silence nothing: neither comments, nor the configuration, nor the baseline.",
        ),
        baseline_option(),
        click.option("--no-baseline", is_flag=True, help="Show the findings that the baseline knows, too."),
        click.option(
            "--today",
            type=click.DateTime(["%Y-%m-%d"]),
            metavar="DATE",
            help="The day by which suppressions expire (YYYY-MM-DD).  [default: today]",
        ),
    )


def configured(path: Path, options: Mapping[str, Any]) -> Settings:
    """Return the configuration of a path's project, or the one that the options name; raises ConfigError."""
    from confguard.config import ConfigError
    from confguard.run import settings_for

    given, isolated = options["config_file"], options["isolated"]
    if given is not None and isolated:
        raise ConfigError("--config and --isolated exclude each other")
    settings = settings_for(path, given, isolated=isolated)
    return settings.with_options(python_environment=options["python_environment"])


def settings_of(path: Path, options: Mapping[str, Any]) -> Settings:
    """Put the command line over the project's configuration; raises ConfigError for unknown names."""
    from confguard.cards import load_cards
    from confguard.config import check_selectors
    from confguard.finding import Severity

    settings = configured(path, options)
    cards = load_cards()
    for flag in ("select", "ignore", "extend_select"):
        check_selectors(options[flag], cards, f"--{flag.replace('_', '-')}")
    if options["select"]:  # a selection by hand replaces the configured one, ignores included
        settings = replace(settings, select=options["select"], extend_select=(), ignore=())
    return replace(
        settings,
        ignore=(*settings.ignore, *options["ignore"]),
        extend_select=(*settings.extend_select, *options["extend_select"]),
        minimum=Severity.parse(options["severity"]) if options["severity"] else settings.minimum,
        fail_on=Severity.parse(options["fail_on"]) if options["fail_on"] else settings.fail_on,
        suppressions=settings.suppressions and not options["no_suppressions"],
        baseline=_baseline(path, options, settings.baseline),
        today=options["today"].date() if options["today"] else settings.today,
    )


def _baseline(path: Path, options: Mapping[str, Any], own: str | None) -> str | None:
    from confguard.config import ConfigError

    given = options["baseline_file"]
    if given is not None and options["no_baseline"]:
        raise ConfigError("--baseline and --no-baseline exclude each other")
    if options["no_baseline"]:
        return ""
    return own if given is None else from_root(path, given)


def from_root(path: Path, file: Path) -> str:
    """Return the path of a file, given relative to the current folder, from the root of a path's project."""
    from confguard.discover.project import find_root

    return Path(os.path.relpath(Path.cwd() / file, find_root(path))).as_posix()
