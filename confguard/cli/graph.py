"""``confguard graph``: the services of a stack as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from confguard.cli.asked import stack_options
from confguard.cli.options import format_option
from confguard.cli.output import colored, emit, emit_json, usage_errors_told


@click.command()
@stack_options()
@format_option("text", "mermaid", "json")
def graph(project: Path, stack: str, output_format: str) -> None:
    """Show who publishes what, who talks to whom, and over which networks."""
    from confguard import run
    from confguard.show import graph as pictures
    from confguard.show.choose import ChoiceError
    from confguard.show.page import Style
    from confguard.show.stacks import chosen

    with usage_errors_told(ChoiceError):
        repo = run.repo(project, run.settings_for(project))
        found = chosen(repo, stack) if stack else (repo.production or chosen(repo, ""))
    picture = pictures.graph_of(found[0])
    if output_format == "json":
        emit_json(pictures.facts(picture))
    elif output_format == "mermaid":
        emit(pictures.mermaid(picture), None)
    else:
        emit(pictures.page(picture, Style(colored())), None)
