"""The edits of a fix, for formats that carry them: none that would show what is to be hidden."""

from __future__ import annotations

from confguard.finding import Edit, Finding, Fix
from confguard.reporters.secrets import mask_secrets
from confguard.reporters.text import cleaner, visible


def shown_edits(finding: Finding, fix: Fix) -> tuple[Edit, ...] | None:
    """Return a fix's edits as they are; None where a text of them must not be shown, or is not to be trusted.

    Half of a fix is worth less than none, so that all are left out then.
    """
    say = cleaner(finding)
    for edit in fix.edits:
        if edit.span.file.private:
            return None
        for line in edit.text.replace("\r\n", "\n").replace("\t", " ").split("\n"):
            if say(line) != line or visible(line) != line or mask_secrets(line, edit.span.path) != line:
                return None
    return fix.edits
