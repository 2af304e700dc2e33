"""``confguard trace``: where a value comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from confguard.cli.asked import application_options, applications, reveal_option
from confguard.cli.options import format_option
from confguard.cli.output import colored, emit, emit_json, fail


@click.command()
@click.argument("name")
@application_options()
@reveal_option()
@format_option("text", "json")
def trace(name: str, project: Path, output_format: str, reveal: bool, **chosen: Any) -> None:
    """Say why the setting, variable or header NAME is what it is, step by step."""
    from confguard.config import suggestion
    from confguard.show import trace as traces
    from confguard.show.page import Style

    repo, apps = applications(project, needed=False, **chosen)
    stack = chosen["stack"]
    deployments = tuple(one for one in repo.deployments if one.name == stack) if stack else repo.production
    asked = apps, () if chosen["module"] else deployments
    found = traces.traces(name, *asked)
    if not found:
        near = suggestion(name, traces.known_names(*asked))
        fail(f"{name!r} is no setting, variable or header that is known here{near}")
    if output_format == "json":
        emit_json([traces.facts(one, reveal) for one in found])
        return
    emit(traces.page(found, Style(colored()), reveal), None)
