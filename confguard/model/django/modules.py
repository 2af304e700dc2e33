"""Which files are settings modules, and which of them a service runs with."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from confguard.discover.project import Project
from confguard.model.django.settings import module_name, search_roots
from confguard.model.environment import Environment
from confguard.model.value import Known, Origin, Step, Unknown
from confguard.source import SourceFile, Span

VARIABLE = "DJANGO_SETTINGS_MODULE"

_MARKS = re.compile(
    r"^[ \t]*(INSTALLED_APPS|MIDDLEWARE|ROOT_URLCONF|DATABASES|SECRET_KEY|DEBUG|ALLOWED_HOSTS"
    r"|WSGI_APPLICATION|ASGI_APPLICATION|TEMPLATES|STATIC_URL|AUTH_PASSWORD_VALIDATORS)"
    r"[ \t]*(?::[^=\n]+)?(?:\+|\|)?=(?!=)",
    re.MULTILINE,
)
_STAR = re.compile(r"^[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]*\(?[ \t]*\*", re.MULTILINE)
_INCLUDE = re.compile(r"\binclude\(")
_DECISIVE = frozenset({"INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF", "DATABASES", "SECRET_KEY"})
_TEST_PATH = re.compile(
    r"(^|/)(tests?|testing|migrations|node_modules|site-packages|fixtures|examples?|docs?)/|(^|/)(test_[^/]*|conftest)\.py$"
)
_SETDEFAULT = re.compile(
    r"""environ(?:\.setdefault\(|\[)\s*["']DJANGO_SETTINGS_MODULE["']\s*(?:,|\]\s*=)\s*(?P<call>[\w.]*\(?[^"'\n)]{0,80}?)["'](?P<module>[\w.]+)["']"""
)
_DOCKER = re.compile(
    r"""^[ \t]*ENV[ \t]+(?:[^\n]*[ \t])?DJANGO_SETTINGS_MODULE[ \t=]+["']?(?P<module>[\w.]+)""",
    re.MULTILINE | re.IGNORECASE,
)
_PRODUCTION = re.compile(r"(^|[_.])(production|prod|product|docker|deploy|live)($|[_.])")
_OTHER = re.compile(
    r"(^|[_.])(local|dev|develop|development|devel|test|tests|testing|ci|staging|heroku|debug|build|e2e|example|local_example)($|[_.])"
)


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A file that is a settings module, or a part of one."""

    path: str
    module: str
    """Its dotted name, from the likeliest search root."""
    names: tuple[str, ...]
    """The telling settings that it assigns itself."""
    whole: bool
    """It can be run with: it or what it star-imports sets INSTALLED_APPS or ROOT_URLCONF."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The settings module of a service and why: the newest evidence first."""

    module: str
    path: str | None
    """None: the module is not in the repository."""
    evidence: tuple[Step, ...]
    certain: bool
    """False where nothing names it, and it was picked by its name."""


def settings_modules(project: Project) -> tuple[SettingsFile, ...]:
    """Return the files that are settings modules, by content: what they assign, or star-import."""
    direct: dict[str, tuple[str, ...]] = {}
    stars: dict[str, tuple[str, ...]] = {}
    for path in project.paths:
        if not path.endswith(".py") or (_TEST_PATH.search(path) and "settings" not in path):
            continue
        if not _worth_reading(project, path):
            continue
        source = project.read(path)
        if source is None:
            continue
        direct[path] = tuple(dict.fromkeys(match[1] for match in _MARKS.finditer(source.text)))
        stars[path] = tuple(match[1] for match in _STAR.finditer(source.text))
    chosen = {path for path, names in direct.items() if len(names) >= 3 and _DECISIVE.intersection(names)}
    whole = {path for path in chosen if "INSTALLED_APPS" in direct[path] or "ROOT_URLCONF" in direct[path]}
    reached: dict[str, set[str]] = {path: _targets(project, path, names) for path, names in stars.items()}
    for _ in range(6):
        more = {path for path, targets in reached.items() if path not in chosen and targets & chosen}
        full = {path for path, targets in reached.items() if path not in whole and targets & whole}
        parts = {
            path for path, targets in reached.items() if path not in whole and _together(targets, direct)
        }
        if not more and not full and not parts:
            break
        chosen |= more | parts
        whole |= full | parts
    return tuple(
        SettingsFile(path, module_name(path, search_roots(project, path)), direct[path], path in whole)
        for path in sorted(chosen)
    )


def _together(targets: set[str], direct: dict[str, tuple[str, ...]]) -> bool:
    names = {name for target in targets for name in direct.get(target, ())}
    return "INSTALLED_APPS" in names and len(names) >= 3


def _worth_reading(project: Project, path: str) -> bool:
    """Say whether a Python file may be a settings module, without reading most of a repository."""
    folder, name = posixpath.split(path)
    stem = name.removesuffix(".py")
    near = posixpath.basename(folder)
    words = ("settings", "config", "conf", "configuration", "parameters")
    return any(word in stem or word == near or word in near for word in words) or stem in (
        "base",
        "production",
        "common",
        "prod",
    )


def _targets(project: Project, path: str, names: Iterable[str]) -> set[str]:
    """Return the files that star imports of a file may mean."""
    out: set[str] = set()
    for name in names:
        level = len(name) - len(name.lstrip("."))
        tail = name[level:].replace(".", "/")
        if level:
            folder = posixpath.dirname(path)
            for _ in range(level - 1):
                folder = posixpath.dirname(folder)
            bases = [posixpath.join(folder, tail) if tail else folder]
        else:
            bases = [posixpath.join(root, tail) for root in search_roots(project, path)]
        for base in bases:
            found = next((p for p in (f"{base}.py", f"{base}/__init__.py") if project.exists(p)), None)
            if found:
                out.add(found)
                break
    return out


def find_path(project: Project, module: str, roots: Iterable[str]) -> str | None:
    """Return the file of a dotted module name, or None if the repository has none."""
    tail = module.replace(".", "/")
    for root in roots:
        base = posixpath.join(root, tail)
        for path in (f"{base}/__init__.py", f"{base}.py"):
            if project.exists(path):
                return path
    suffixes = (f"/{tail}.py", f"/{tail}/__init__.py")
    found = [
        path
        for path in project.paths
        if path.endswith(suffixes) or path in (f"{tail}.py", f"{tail}/__init__.py")
    ]
    return min(found, key=len) if found else None


def choose_module(
    project: Project,
    environment: Environment | None = None,
    *,
    folders: tuple[str, ...] = (),
    command: str = "",
    dockerfile: str | None = None,
) -> Choice | None:
    """Return the settings module that a service runs with; None if the project has none.

    ``folders`` are search roots that are known of the service (its build context, what is copied to its
    working directory), ``command`` its command line (a server reads wsgi.py or asgi.py, manage.py itself),
    ``dockerfile`` the path of its Dockerfile.
    """
    given = environment.get(VARIABLE) if environment is not None else None
    if isinstance(given, Known) and given.value:
        return _choice(
            project, given.value, folders, (Step(f"{VARIABLE} of the service"), *given.trail), True
        )
    for candidates in (_docker(project, dockerfile), _entry_points(project, folders, command)):
        for module, span in candidates:
            evidence = Step(
                f"{VARIABLE} is {module}",
                span,
                Origin.WRITTEN if span.path.endswith("file") else Origin.DEFAULT,
            )
            choice = _choice(
                project,
                module,
                (*folders, posixpath.dirname(span.path)),
                (evidence,),
                not isinstance(given, Unknown),
            )
            if choice.path is not None or candidates[-1][0] == module:
                return _production_instead(project, choice) or choice
    return _by_name(project)


def _choice(
    project: Project, module: str, folders: Iterable[str], evidence: tuple[Step, ...], certain: bool
) -> Choice:
    roots = (*folders, *search_roots(project))
    return Choice(module, find_path(project, module, roots), evidence, certain)


def _production_instead(project: Project, choice: Choice) -> Choice | None:
    """Prefer a module for production where an entry point only names one for development."""
    last = choice.module.rpartition(".")[2]
    if not _OTHER.search(last) or not all(step.origin is Origin.DEFAULT for step in choice.evidence):
        return None
    better = [
        file
        for file in settings_modules(project)
        if file.whole and _PRODUCTION.search(file.module.rpartition(".")[2])
    ]
    near = [file for file in better if posixpath.dirname(file.path) == posixpath.dirname(choice.path or "")]
    if not near:
        return None
    step = Step("named for production, where the entry point only names one for development")
    return Choice(near[0].module, near[0].path, (step, *choice.evidence), False)


def _docker(project: Project, dockerfile: str | None) -> list[tuple[str, Span]]:
    paths = (
        [dockerfile]
        if dockerfile
        else [path for path in project.paths if "dockerfile" in posixpath.basename(path).lower()]
    )
    out = []
    for path in paths:
        source = project.read(path)
        for match in _DOCKER.finditer(source.text) if source else ():
            assert source is not None
            out.append((match["module"], source.span(match.start("module"), match.end("module"))))
    return out[-1:] if dockerfile else [item for item in out if len({module for module, _ in out}) == 1][:1]


def _entry_points(project: Project, folders: tuple[str, ...], command: str) -> list[tuple[str, Span]]:
    """Return what the entry points name, in the order in which a command would read them."""
    order = ["wsgi.py", "asgi.py", "manage.py", "celery.py"]
    if re.search(r"\b(uvicorn|daphne|hypercorn|asgi)\b", command):
        order = ["asgi.py", "wsgi.py", "manage.py", "celery.py"]
    elif re.search(r"\bcelery\b", command):
        order = ["celery.py", "celery_app.py", "wsgi.py", "asgi.py", "manage.py"]
    elif re.search(r"\bmanage\.py\b", command) and not re.search(r"\b(gunicorn|uwsgi|granian)\b", command):
        order = ["manage.py", "wsgi.py", "asgi.py", "celery.py"]
    out: list[tuple[int, int, str, Span]] = []
    for path in project.paths:
        name = posixpath.basename(path)
        if name not in order or (_TEST_PATH.search(path) and "/" in path):
            continue
        if folders and not any(not folder or path.startswith(f"{folder}/") for folder in folders):
            continue
        source = project.read(path)
        found = _named_in(source) if source else None
        if found is not None:
            out.append((order.index(name), path.count("/"), *found))
    out.sort(key=lambda item: (item[0], item[1], item[2]))
    return [(module, span) for _, _, module, span in out]


def _named_in(source: SourceFile) -> tuple[str, Span] | None:
    match = _SETDEFAULT.search(source.text)
    return (match["module"], source.span(match.start("module"), match.end("module"))) if match else None


def _by_name(project: Project) -> Choice | None:
    files = [file for file in settings_modules(project) if file.whole]
    if not files:
        return None

    def rank(file: SettingsFile) -> tuple[int, int, str]:
        last = file.module.rpartition(".")[2]
        kind = 0 if _PRODUCTION.search(last) else 3 if _OTHER.search(last) else 1 if last == "settings" else 2
        return kind, file.path.count("/"), file.path

    best = min(files, key=rank)
    return Choice(best.module, best.path, (Step("no entry point names a settings module"),), False)
