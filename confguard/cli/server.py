"""``confguard server``: the language server of editors."""

from __future__ import annotations

import sys

import click

from confguard.cli.output import fail


@click.command()
def server() -> None:
    """Serve an editor over stdin and stdout (Language Server Protocol); needs the extra `lsp`."""
    try:
        from confguard.server.app import start
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        fail("the language server needs pygls: install it with `pip install 'confguard[lsp]'`")
    if sys.stdin.isatty():
        click.echo("This waits for an editor (Language Server Protocol); Ctrl+D ends it.", err=True)
    start()
