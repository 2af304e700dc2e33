"""The env template that feeds the deployment has every key that production needs."""

from __future__ import annotations

from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._common import beginning, entries, place, templates


def look(subject: Subject, keys: tuple[str, ...]) -> Outcome:
    """Look for keys in the stack's env files; ``A|B`` is satisfied by either."""
    sources = [parsed.source for parsed in templates(subject)]
    if not sources:
        return cannot_tell("no env file or template in the repository feeds the stack")
    found = entries(subject)
    missing = [key for key in keys if not any(name in found for name in key.split("|"))]
    if missing:
        return failed(
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing",
            [beginning(source, "the template") for source in sources],
        )
    names = [name for key in keys for name in key.split("|") if name in found]
    return passed(f"all {len(keys)} keys are there", [place(found[name].line, name) for name in names])
