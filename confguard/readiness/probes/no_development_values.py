"""The template of production holds nothing that is for development alone."""

from __future__ import annotations

import re

from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import beginning, entries, place, templates

_KEYS = re.compile(
    r"^(DEV_|DEVELOPMENT_|LOCAL_)|_(DEV|DEVELOPMENT|LOCAL)$|^(DJANGO_)?DEBUG_TOOLBAR|^WERKZEUG_|^CHOKIDAR_"
)
_ON = re.compile(r"^(1|true|yes|on)$", re.IGNORECASE)
_DEBUG = re.compile(r"^(DJANGO_|APP_|FLASK_)?DEBUG$")
_VALUES = re.compile(
    r"^(\w+://)?([^/@,]*@)?(localhost|127\.0\.0\.1)(?=[:/]|$)|^(dev|development|local)$", re.I
)
_UNENFORCED = re.compile(r"AUTHZ|_ENFORCED?$|^ENFORCE_")
_OFF = re.compile(r"^(0|false|no|off)$", re.IGNORECASE)


def look(subject: Subject, allowed: tuple[str, ...] = ()) -> Outcome:
    """Look at names and values of the stack's env files; ``allowed`` names keys that may have them.

    Of a list every item has to be of the developer's machine: health checks ask ``localhost``, too. A
    check of access that is not enforced is for development as well.
    """
    sources = [parsed.source for parsed in templates(subject)]
    if not sources:
        return cannot_tell("no env file or template in the repository feeds the stack")
    wrong = []
    for key, entry in entries(subject).items():
        value = (entry.value or "").strip()
        if key not in allowed and (said := _said(key, value)):
            wrong.append((key, place(entry.line, f"{key} {said}")))
    if wrong:
        names = ", ".join(key for key, _ in wrong)
        return failed(f"for development: {names}", [label for _, label in wrong])
    return passed("no key and no value is for development", [beginning(source) for source in sources])


def _said(key: str, value: str) -> str:
    """Return what is for development in an entry, or nothing."""
    if _KEYS.search(key) or (_DEBUG.search(key) and _ON.search(value)):
        return "is for development"
    items = [item.strip() for item in value.split(",")]
    if all(_VALUES.search(item) for item in items):
        return "is of the developer's machine"
    return "switches a check of access off" if _UNENFORCED.search(key) and _OFF.search(value) else ""
