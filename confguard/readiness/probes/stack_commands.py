"""Commands that build, start and stop the stack are written down, and they name the same files."""

from __future__ import annotations

from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import place
from confguard.source import Span

_OF_PROFILES = ("up", "down", "stop")
"""Without its profile a service is neither started nor stopped; an image can be built beforehand."""


def look(subject: Subject, subcommands: tuple[str, ...]) -> Outcome:
    """Look at the commands of Makefiles, scripts and documents that name exactly the stack's files.

    A subcommand that is written nowhere with them is not told; ``build`` counts where something is built.
    """
    stack = subject.deployment.stack
    builds = any(service.build for service in subject.deployment.services.values())
    wanted = [name for name in subcommands if name != "build" or builds]
    mine = [one for one in subject.repo.sightings if one.files == stack.files]
    if not mine:
        return cannot_tell("no command of the repository names the stack's files")
    found = {name: [one for one in mine if _is(one.step.span, name)] for name in wanted}
    missing = [name for name, ways in found.items() if not ways]
    if missing:
        text = f"no command for {', '.join(f'`{name}`' for name in missing)} names the files of the stack"
        return cannot_tell(text, [place(mine[0].step.span)])
    asked = set(stack.profiles)
    for name, ways in found.items():
        if name in _OF_PROFILES and not any(asked <= set(one.profiles) for one in ways):
            labels = [place(one.step.span, f"{name} without it") for one in ways]
            others = [
                place(one.step.span, other)
                for other in wanted
                for one in found[other]
                if asked <= set(one.profiles)
            ]
            text = f"no command for `{name}` enables the profile {', '.join(sorted(asked))}, as others do"
            return failed(text, [*labels, *others])
    return passed(
        f"{', '.join(wanted)} name the same files",
        [place(ways[0].step.span, name) for name, ways in found.items()],
    )


def _is(span: Span | None, subcommand: str) -> bool:
    return span is not None and f" {subcommand} " in f" {' '.join(span.text.split())} "
