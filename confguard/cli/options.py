"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def host_env_option() -> Callable[[F], F]:
    """Return the option for the env files of the host that runs the stack: ``[PATH=]FILE``, repeatable."""
    return click.option(
        "--env-file",
        "host_env",
        multiple=True,
        metavar="[PATH=]FILE",
        help="Take the values of this env file of the real host, for the stack's PATH (mostly .env). "
        "They are judged and never shown. May be repeated.",
    )


def python_environment_option() -> Callable[[F], F]:
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
