"""The env template that feeds the deployment sets keys to the values that production needs."""

from __future__ import annotations

from collections.abc import Mapping

from confguard.finding import Label
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import beginning, entries, place, templates


def look(subject: Subject, values: Mapping[str, str], required: bool = False) -> Outcome:
    """Look at keys of the stack's env files; ``*`` is any value but an empty one, case does not count.

    A key that is not there fails only if it is ``required``: another product has other switches.
    """
    sources = [parsed.source for parsed in templates(subject)]
    if not sources:
        return cannot_tell("no env file or template in the repository feeds the stack")
    found = entries(subject)
    wrong: list[str] = []
    evidence: list[Label | None] = []
    good: list[Label | None] = []
    missing = [key for key in values if key not in found]
    for key, wanted in values.items():
        entry = found.get(key)
        if entry is None:
            continue
        if not _fits(entry.value or "", wanted):
            wrong.append(f"{key} is empty" if wanted == "*" else f"{key} is not {wanted}")
            evidence.append(place(entry.line, wrong[-1]))
        else:
            good.append(place(entry.line, key))
    if missing and required:
        wrong += [f"{key} is missing" for key in missing]
        evidence.append(beginning(sources[0], "the template"))
    if wrong:
        return failed(", ".join(wrong), evidence)
    if missing:
        return cannot_tell(f"the template does not have {', '.join(missing)}", good)
    return passed(f"all {len(values)} values are as wanted", good)


def _fits(value: str, wanted: str) -> bool:
    return bool(value.strip()) if wanted == "*" else value.strip().lower() == wanted.lower()
