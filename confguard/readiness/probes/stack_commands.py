"""Commands that build, start and stop the stack are written down, and they name the same files."""

from __future__ import annotations

from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._common import place


def look(subject: Subject, subcommands: tuple[str, ...]) -> Outcome:
    """Look at the commands of Makefiles, scripts and documents that name exactly the stack's files."""
    stack = subject.deployment.stack
    mine = [one for one in subject.repo.sightings if one.files == stack.files]
    if not mine:
        return cannot_tell("no command of the repository names the stack's files", [])
    found = {}
    for name in subcommands:
        one = next((one for one in mine if _is(one.step.span.text if one.step.span else "", name)), None)
        if one is None:
            return failed(f"no command for `{name}` names the files of the stack", [place(mine[0].step.span)])
        found[name] = one
    profiles = {one.profiles for one in found.values()}
    labels = [place(one.step.span, name) for name, one in found.items()]
    if len(profiles) > 1:
        return failed("the commands enable different profiles", labels)
    return passed("build, start and stop name the same files", labels)


def _is(text: str, subcommand: str) -> bool:
    return f" {subcommand} " in f" {' '.join(text.split())} "
