"""Whether pages of the project use the nonce of a content security policy."""

from __future__ import annotations

import re

from confguard.discover.project import Project

_NONCE = re.compile(r"\bcsp_nonce\b|\bnonce\s*=")
_PAGES = (".html", ".htm", ".jinja", ".jinja2", ".j2")
_MANY = 2000


def uses_nonces(project: Project) -> bool:
    """Say whether a template of the project surely puts a nonce into its page."""
    pages = [path for path in project.paths if path.endswith(_PAGES)][:_MANY]
    return any((source := project.read(path)) is not None and _NONCE.search(source.text) for path in pages)
