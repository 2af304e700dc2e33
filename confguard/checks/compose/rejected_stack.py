"""docker compose accepts the stacks that production runs."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each place at which docker compose refuses a stack of production."""
    for deployment in repo.production:
        for problem in deployment.compose.problems:
            yield Finding(
                f"docker compose refuses {deployment.name}: this file {problem.message}",
                Label(problem.span.first_line()),
                help=problem.help or "mend it here; `docker compose config` shows the merged result",
                stacks=(deployment.name,),
                address=(problem.message,),
            )
