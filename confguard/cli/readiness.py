"""``confguard readiness``: a readiness plan answered from the repository."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from confguard.cli.options import format_option, path_argument, python_environment_option
from confguard.cli.output import (
    EXIT_CLEAN,
    EXIT_ERROR,
    EXIT_FINDINGS,
    colored,
    emit,
    fail,
    usage_errors_told,
)

if TYPE_CHECKING:
    from confguard.config import Settings
    from confguard.readiness import Assessment, Plan, Subject


@click.command()
@path_argument()
@click.option(
    "--plan", default="", metavar="NAME|FILE", help="The plan to answer.  [default: production-readiness]"
)
@click.option("--stack", default="", metavar="NAME", help="Take this stack, not production's first.")
@format_option("text", "markdown", "json", "html")
@click.option(
    "--output-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file, not to stdout.",
)
@click.option(
    "--fail-on",
    type=click.Choice(("failed", "cannot-tell", "manual", "never")),
    default="failed",
    show_default=True,
    help="Exit with 1 if a row is in this state, or in a worse one.",
)
@python_environment_option()
def readiness(
    path: Path,
    plan: str,
    stack: str,
    output_format: str,
    output_file: Path | None,
    fail_on: str,
    python_environment: str | None,
) -> None:
    """Answer a readiness plan for the project that PATH belongs to: what passed, failed or is open."""
    from confguard import run
    from confguard.readiness import PlanError, State, Subject, assess

    with usage_errors_told(PlanError):
        settings = run.settings_for(path).with_options(python_environment=python_environment)
        asked = _plan(path, plan, settings)
        done = run.check(path, settings)
    deployments = (
        [one for one in done.repo.deployments if one.name == stack] if stack else done.repo.production
    )
    if not deployments:
        names = ", ".join(one.name for one in done.repo.deployments) or "none"
        fail(f"no stack is named {stack!r}; there are: {names}" if stack else "there is no stack to look at")
    chosen = deployments[0]
    findings = tuple(one for one in done.report.findings if not one.stacks or chosen.name in one.stacks)
    subject = Subject(done.repo, chosen, findings)
    assessment = assess(asked, subject)
    emit(_rendered(output_format, assessment, subject, colored() and output_file is None), output_file)
    if done.crashed:
        sys.exit(EXIT_ERROR)
    worse = {"failed": 1, "cannot-tell": 2, "manual": 3, "never": 0}[fail_on]
    states = tuple(State)[:worse]
    sys.exit(EXIT_FINDINGS if any(one.state in states for one in assessment.answers) else EXIT_CLEAN)


def _plan(path: Path, name: str, settings: Settings) -> Plan:
    """Return the plan that is asked for, or the configured one, with what the configuration says of it."""
    from confguard.discover.project import find_root
    from confguard.readiness import adapted, load_plan

    own = settings.readiness
    if not name and own.plan.endswith(".toml"):
        name = str(find_root(path) / own.plan)
    name = name or own.plan
    plan = load_plan(name) if name else load_plan()
    return adapted(plan, own.required_keys, own.body_limits, own.owners)


def _rendered(output_format: str, assessment: Assessment, subject: Subject, color: bool) -> str:
    import json

    from confguard.readiness import facts, markdown, text

    if output_format == "html":
        from confguard.readiness import html

        return html.render(assessment, subject)
    if output_format == "json":
        return json.dumps(facts.facts(assessment), indent=2)
    return markdown.render(assessment) if output_format == "markdown" else text.render(assessment, color)
