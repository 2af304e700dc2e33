"""The template of production holds nothing that is for development alone."""

from __future__ import annotations

import re

from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._common import beginning, entries, place, templates

_KEYS = re.compile(
    r"^(DEV_|DEVELOPMENT_|LOCAL_)|_(DEV|DEVELOPMENT|LOCAL)$|^(DJANGO_)?DEBUG_TOOLBAR|^WERKZEUG_|^CHOKIDAR_"
)
_ON = re.compile(r"^(1|true|yes|on)$", re.IGNORECASE)
_DEBUG = re.compile(r"^(DJANGO_|APP_|FLASK_)?DEBUG$")
_VALUES = re.compile(
    r"(^|[/@,])(localhost|127\.0\.0\.1|0\.0\.0\.0)(?=[:/,]|$)|^(dev|development|local)$", re.IGNORECASE
)


def look(subject: Subject, allowed: tuple[str, ...] = ()) -> Outcome:
    """Look at names and values of the stack's env files; ``allowed`` names keys that may have them."""
    sources = [parsed.source for parsed in templates(subject)]
    if not sources:
        return cannot_tell("no env file or template in the repository feeds the stack")
    wrong = []
    for key, entry in entries(subject).items():
        value = (entry.value or "").strip()
        debug = _DEBUG.search(key) and _ON.search(value)
        if key not in allowed and (_KEYS.search(key) or debug or _VALUES.search(value)):
            wrong.append((key, place(entry.line, f"{key} is for development")))
    if wrong:
        names = ", ".join(key for key, _ in wrong)
        return failed(f"for development: {names}", [label for _, label in wrong])
    return passed("no key and no value is for development", [beginning(source) for source in sources])
