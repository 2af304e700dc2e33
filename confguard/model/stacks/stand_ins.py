"""Which tracked file stands in for an env file that only the host has."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Sequence

from confguard.discover.kinds import TEMPLATE_WORDS, Kind, ProjectFile
from confguard.discover.project import Project
from confguard.model.stacks.sightings import Copied
from confguard.model.stacks.stack import Role, role_of_name
from confguard.model.value import Origin, Step

_INTERPOLATED = re.compile(r"\$\{([A-Za-z_]\w*)")
_KEYS = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=", re.MULTILINE)
_FEWEST = 5
"""Variables that an env file and a Compose file have to share for one to be taken for the other's."""
_SEPARATORS = re.compile(r"[._\-]+")
_GENERAL = frozenset(
    [
        "docker",
        "compose",
        "yml",
        "yaml",
        "env",
        "file",
        "override",
        "base",
        "common",
        "app",
        "web",
        "backend",
        "nginx",
    ]
)
_SAME = {
    "production": "prod",
    "prd": "prod",
    "development": "dev",
    "dotenv": "env",
    "liv": "live",
    "stg": "staging",
}


def stand_in(
    project: Project,
    files: Sequence[ProjectFile],
    copies: Sequence[Copied],
    path: str,
    role: Role,
    taken: Collection[str] = (),
) -> tuple[str, Step] | None:
    """Return the file that stands in for an env file that git does not have, with why; None for none.

    First what is said to be copied to it, then the template of the stack's role beside it, then one of
    its name, then the only one beside it, then for ``.env`` one beside it that holds what Compose asks for.
    The first and the last of these templates must not be ``taken``:
    then they stand in for another file of the stack.
    """
    copied = [copy for copy in copies if copy.target == path and copy.source != path]
    if copied:
        jobs = {file.path for file in files if file.kind is Kind.WORKFLOW}

        def context(copy: Copied) -> Role:
            """Return the role of a copy: what a job makes for itself says little of what people do."""
            of_job = copy.role is Role.UNKNOWN and copy.span.path in jobs
            return Role.TEST if of_job else copy.role

        best = max(copied, key=lambda copy: _fit(copy.source, context(copy), role))
        fit = _fit(best.source, context(best), role)
        if fit > 0 or (fit == 0 and not _role_template(files, path, role)):
            return best.source, Step("is copied to it", best.span, Origin.TEMPLATE)
    templated = _role_template(files, path, role)
    if templated and templated not in taken:
        return templated, _step(project, templated, f"is the template for {role.value}")
    candidates = [file for file in files if file.kind is Kind.ENV and not file.inactive]
    name = _words(path)
    for file in candidates:
        if (
            file.template
            and file.path != path
            and _words(file.path) == name
            and _folder(file.path) == _folder(path)
        ):
            return file.path, _step(project, file.path, "is the template of its name")
    beside = [
        file.path
        for file in candidates
        if file.template and posixpath.dirname(file.path) == posixpath.dirname(path) and _generic(file.path)
    ]
    if len(beside) == 1 and beside[0] not in taken and _may_be(path, beside[0]):
        return beside[0], _step(project, beside[0], "is the only template beside it")
    if posixpath.basename(path) == ".env":
        filling = [
            file.path for file in candidates if file.path not in taken and _fills(project, files, path, file)
        ]
        if len(filling) == 1:
            return filling[0], _step(project, filling[0], "has the variables of the Compose file beside it")
    return None


def _fills(project: Project, files: Sequence[ProjectFile], path: str, file: ProjectFile) -> bool:
    """Say whether an env file holds what the Compose files beside it interpolate: an installer copies it."""
    folder = posixpath.dirname(path)
    source = project.read(file.path)
    if posixpath.dirname(file.path) != folder or source is None:
        return False
    used: set[str] = set()
    for other in files:
        if other.kind is Kind.COMPOSE and posixpath.dirname(other.path) == folder:
            compose = project.read(other.path)
            if compose is not None and posixpath.basename(file.path) in compose.text:
                return False  # it is loaded by its own name
            used.update(_INTERPOLATED.findall(compose.text) if compose is not None else ())
    given = set(_KEYS.findall(source.text))
    return len(given & used) >= _FEWEST and 2 * len(given & used) >= len(given)


def named_alike(
    project: Project, files: Sequence[ProjectFile], stack: Sequence[str], path: str
) -> tuple[str, Step] | None:
    """Return the one template that shares a telling word with a Compose file: ``unraid`` in both names.

    Words for a role or for the kind of file tell nothing.
    """
    words = {word for file in stack for word in _words(file) if _tells(word)}
    if not words or _words(path) - {"env"}:
        return None
    found = [
        file.path
        for file in files
        if file.kind is Kind.ENV and file.template and not file.inactive and _words(file.path) & words
    ]
    if len(found) != 1:
        return None
    return found[0], _step(project, found[0], "is named after the Compose file")


def naming(project: Project, files: Sequence[ProjectFile], path: str) -> tuple[str, Step] | None:
    """Return the one template whose text names an env file of the host: ``# Copy to /etc/shop/.env``."""
    whole = re.compile(rf"(?<![\w./-]){re.escape(path)}(?![\w/-]|\.\w)")
    found = []
    for file in files:
        if file.kind is Kind.ENV and file.template and not file.inactive:
            source = project.read(file.path)
            match = whole.search(source.text) if source is not None else None
            if source is not None and match is not None:
                found.append((file.path, source.span(*match.span())))
    if len(found) != 1:
        return None
    template, place = found[0]
    return template, Step("says that it is copied to it", place, Origin.TEMPLATE)


def _tells(word: str) -> bool:
    return word not in _GENERAL and role_of_name(word) is Role.UNKNOWN and len(word) > 2


def _fit(source: str, context: Role, role: Role) -> int:
    """Say how well what is copied fits a stack's role: by its name, then by where it is said."""
    if role is Role.UNKNOWN:
        return 1
    named = role_of_name(source)
    if named is Role.UNKNOWN:
        return {role: 2, Role.UNKNOWN: 1}.get(context, 0)
    return 3 if named is role else -1


def _role_template(files: Sequence[ProjectFile], path: str, role: Role) -> str:
    """Return the template beside an env file that adds the stack's role to its name, or ``""``."""
    if role is Role.UNKNOWN:
        return ""
    name = _words(path)
    for file in files:
        if (
            file.kind is Kind.ENV
            and file.template
            and posixpath.dirname(file.path) == posixpath.dirname(path)
        ):
            extra = _words(file.path) - name
            if name <= _words(file.path) and len(extra) == 1 and role_of_name(next(iter(extra))) is role:
                return file.path
    return ""


def _step(project: Project, path: str, words: str) -> Step:
    source = project.read(path)
    return Step(words, source.span(0) if source else None, Origin.TEMPLATE)


def _words(path: str) -> frozenset[str]:
    """Return the words of a name without those that mark a template, in one spelling."""
    words = [word for word in _SEPARATORS.split(posixpath.basename(path).lower()) if word]
    return frozenset(_SAME.get(word, word) for word in words if word not in TEMPLATE_WORDS)


def _folder(path: str) -> str:
    """Return the folder without words that mark a template (``env.d/production.dist``)."""
    parts = posixpath.dirname(path).split("/")
    kept = []
    for part in parts:
        words = re.split(r"([._\-]+)", part)
        for index in range(2, len(words), 2):
            if words[index].lower() in TEMPLATE_WORDS:
                words[index] = words[index - 1] = ""
        kept.append("".join(words))
    return "/".join(kept)


def _generic(path: str) -> bool:
    """Say whether a template is for no role and no service in particular (``.env.example``)."""
    return _words(path) <= {"env", "file"}


def _may_be(path: str, template: str) -> bool:
    """Say whether a generic template may stand in: the other is ``.env`` with at most its role behind."""
    extra = _words(path) - _words(template)
    return all(role_of_name(word) is not Role.UNKNOWN for word in extra)
