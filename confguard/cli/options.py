"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class Decorator(Protocol):
    """Gives a command an option, an argument or several of them."""

    def __call__(self, command: F, /) -> F:
        """Return the command with what it is given."""


def together(*options: Decorator) -> Decorator:
    """Return several options as one decorator; ``--help`` lists them in this order."""

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def path_argument() -> Decorator:
    """Return the argument that names the project: a file or a folder of it, the current one if left out."""
    return click.argument("path", type=click.Path(path_type=Path), default=".", required=False)


def format_option(*choices: str) -> Decorator:
    """Return the option ``output_format`` for how a command writes; the first choice is its default."""
    return click.option(
        "--output-format",
        "--format",
        "output_format",
        type=click.Choice(choices),
        default=choices[0],
        show_default=True,
    )


def baseline_option() -> Decorator:
    """Return the option ``baseline_file`` for the file of known findings."""
    return click.option(
        "--baseline",
        "baseline_file",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="The file of known findings.  [default: the configured one, or confguard-baseline.json]",
    )


def host_env_option() -> Decorator:
    """Return the option for the env files of the host that runs the stack: ``[PATH=]FILE``, repeatable."""
    return click.option(
        "--env-file",
        "host_env",
        multiple=True,
        metavar="[PATH=]FILE",
        help="Take the values of this env file of the real host, for the stack's PATH (mostly .env). "
        "They are judged and never shown. May be repeated.",
    )


def python_environment_option() -> Decorator:
    """Return the option for the Python environment whose packages settings stand on."""
    return click.option(
        "--python-environment",
        metavar="PATH",
        callback=_from_here,
        help="Read the packages that settings are imported from in this Python environment, like .venv. "
        "Their text is read; nothing of them is imported or run.",
    )


def _from_here(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Take a path as a shell completes it: from here, not from the project's root."""
    return str(Path(value).absolute()) if value else None
