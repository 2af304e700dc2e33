"""docker compose reads every line of the env files that it is given."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.delivery.files import UsedEnvFile, used_env_files
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each line that docker compose refuses, or that gives it no value."""
    for deployment in repo.production:
        files = used_env_files(deployment)
        # A line that no reader understands is told of by unparsable-file.
        told = {(one.span.file, one.span.line) for file in files for one in file.file.problems}
        sources = {file.source for file in files}
        for problem in deployment.compose.refusals:
            if problem.span.file in sources and (problem.span.file, problem.span.line) not in told:
                yield Finding(
                    f"docker compose refuses {problem.span.path}: it {_words(problem.message)}",
                    Label(problem.span.first_line(), "no service starts with this line"),
                    help=problem.help or "write KEY=value on one line, and quote what holds quotes or `$`",
                    stacks=(deployment.name,),
                    address=(problem.span.path, problem.message),
                    severity=Severity.ERROR,
                )
        for file in files:
            yield from _without_value(deployment, file)


def _without_value(deployment: Deployment, file: UsedEnvFile) -> Iterator[Finding]:
    """Yield the names without ``=``: they pass the variable of whoever runs docker compose."""
    for entry in file.compose:
        if entry.value is not None or not deployment.compose.environment.complete:
            continue
        if entry.key in deployment.compose.environment.values:
            continue
        yield Finding(
            f"{entry.key} in {file.read} gets no value: a line without `=` sets nothing",
            Label(entry.key_span, "passes on a variable of the shell, which has none"),
            help=f"write {entry.key}=value, {entry.key}= for an empty one, or make the line a comment",
            stacks=(deployment.name,),
            address=(file.path, entry.key),
        )


def _words(message: str) -> str:
    return message.removesuffix(", which docker compose refuses")
