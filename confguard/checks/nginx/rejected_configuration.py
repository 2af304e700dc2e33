"""nginx accepts the configuration that production's containers give it."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each place at which nginx refuses what a container's files make together.

    What is wrong with a file by itself is told once, by the rule about files that cannot be parsed.
    """
    told = {(problem.span, problem.message) for problem in repo.problems}
    for deployment in repo.production:
        for model in deployment.proxies:
            for problem in model.problems:
                if (problem.span, problem.message) in told:
                    continue
                yield Finding(
                    f"nginx refuses the configuration of service {model.service}: "
                    f"this file {problem.message}",
                    Label(problem.span.first_line()),
                    help=problem.help or "mend it here; `nginx -t` in the container tests the whole",
                    stacks=(deployment.name,),
                    address=(model.service, problem.message),
                )
