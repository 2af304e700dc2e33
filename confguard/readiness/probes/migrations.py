"""Migrations are applied before the application answers, and a switch can stop them."""

from __future__ import annotations

import re

from confguard.model.migrations import ineffective_switches, migrations
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import entries, place

_SWITCH = re.compile(r"MIGRAT", re.IGNORECASE)


def look(subject: Subject, switch: bool = False) -> Outcome:
    """Look for what migrates; with ``switch`` for a variable that stops it in every service."""
    deployment = subject.deployment
    found = migrations(deployment)
    if not found:
        return cannot_tell("no service of the stack is known to migrate")
    if not switch:
        names = ", ".join(one.service for one in found)
        return passed(
            f"{names} applies the migrations", [place(one.program.span, one.service) for one in found]
        )
    broken = list(ineffective_switches(deployment))
    if broken:
        one = broken[0]
        return failed(
            f"{one.name} does not stop {', '.join(name for name, _ in one.by)}",
            [place(one.tested), place(one.offered)],
        )
    offered = next((entry for key, entry in entries(subject).items() if _SWITCH.search(key)), None)
    if offered is None:
        return cannot_tell("no variable of the template stops the migrations", [place(found[0].program.span)])
    deaf = [one for one in found if str(offered.key) not in deployment.processes[one.service].text]
    if deaf:
        places = [place(one.program.span, f"{one.service} migrates without asking") for one in deaf]
        return failed(f"{offered.key} does not stop {', '.join(one.service for one in deaf)}", places)
    return passed(f"{offered.key} stops the migrations", [place(offered.line), place(found[0].program.span)])
