"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
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
