"""nginx accepts the configuration that production's containers give it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.source import Problem


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each reason for which nginx refuses what a container's files make together.

    Files that are missing from one folder have one reason. What is wrong with a file by itself is told once,
    by the rule about files that cannot be parsed.
    """
    told = {(problem.span, problem.message) for problem in repo.problems}
    for deployment in repo.production:
        for model in deployment.proxies:
            folders = {one.span: posixpath.dirname(one.path) for one in model.missing if one.absent}
            reasons: dict[tuple[str, str], list[Problem]] = {}
            for problem in model.problems:
                if (problem.span, problem.message) not in told:
                    folder = folders.get(problem.span, "")
                    key = (folder, "" if folder else f"{problem.message} at {problem.span}")
                    reasons.setdefault(key, []).append(problem)
            for first, *others in reasons.values():
                yield Finding(
                    f"nginx refuses the configuration of service {model.service}: this file {first.message}",
                    Label(first.span.first_line()),
                    tuple(Label(one.span.first_line(), "refused as well") for one in others),
                    help=first.help or "mend it here; `nginx -t` in the container tests the whole",
                    stacks=(deployment.name,),
                    address=(model.service, first.message),
                )
