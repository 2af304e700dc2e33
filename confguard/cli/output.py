"""How every command writes and ends: text, JSON, errors, exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

EXIT_CLEAN, EXIT_FINDINGS, EXIT_ERROR = 0, 1, 2


def fail(message: str, prefix: str = "error: ") -> NoReturn:
    """Say on stderr what is wrong and end with exit code 2."""
    from confguard.reporters.text import visible

    click.echo(prefix + "\n".join(visible(line) for line in message.split("\n")), err=True)
    sys.exit(EXIT_ERROR)


@contextmanager
def usage_errors_told(*more: type[Exception]) -> Iterator[None]:
    """Fail where what is done inside raises one of ``more``, or another error that is the user's to mend."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, (*more, *_usage_errors())):
            raise
        fail(str(error))


def _usage_errors() -> tuple[type[Exception], ...]:
    from confguard.cards import CardError
    from confguard.config import ConfigError
    from confguard.discover.changes import ChangesError

    return ChangesError, ConfigError, CardError, FileNotFoundError, PermissionError


def emit(text: str, target: Path | None) -> None:
    """Write a text to a file, or to stdout as UTF-8 whatever the terminal's encoding is."""
    if target is not None:
        try:
            target.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")
        except OSError as error:
            fail(f"cannot write {target}: {error.strerror}")
        return
    if not text:
        return
    data = (text if text.endswith("\n") else text + "\n").encode("utf-8", "backslashreplace")
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def colored() -> bool:
    """Say whether to colour what goes to stdout."""
    from confguard.reporters.terminal import wants_color

    return wants_color(os.environ, is_tty=sys.stdout.isatty())


def emit_json(facts: Any) -> None:
    """Write facts to stdout as JSON."""
    import json

    emit(json.dumps(facts, indent=2, ensure_ascii=False), None)
