"""Which of a project's files matter, of which kind they are, and why.

Names and places choose the candidates, the first bytes of a candidate decide. No parser is used here:
telling the kinds of five thousand files apart must cost a fraction of a second.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from confguard.discover import content
from confguard.discover.project import Project


class Kind(Enum):
    """What a file is; the value is the word that people read."""

    COMPOSE = "compose"
    NGINX = "nginx"
    ENV = "env"
    SETTINGS = "settings"
    ENTRY_POINT = "entry-point"
    """manage.py, wsgi.py, asgi.py, celery.py: they choose the settings module."""
    DOCKERFILE = "dockerfile"
    DOCKERIGNORE = "dockerignore"
    MAKEFILE = "makefile"
    TASKS = "tasks"
    """justfile, Taskfile, tox.ini, noxfile.py, Invoke's tasks.py, fabfile.py, Procfile."""
    SCRIPT = "script"
    WORKFLOW = "workflow"
    DOCUMENT = "document"
    PACKAGE_JSON = "package-json"
    REQUIREMENTS = "requirements"


PROJECT_TEMPLATE = "its path is a project template"
"""Of files below a folder, or with a name, that a generator such as cookiecutter or copier fills in."""
TEMPLATE_TEXT = "it is a template of another program"
"""Of files with blocks of Jinja in them, whatever their name."""


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """One file of a project that matters.

    ``why`` is a sentence fragment on what made it of this kind. ``template`` says that its name marks it
    as a sample to be copied and edited (env files), or as text whose variables are filled in at the start
    (nginx). ``inactive`` says why no program reads it as it lies there (a backup, a sample of another
    file, a template language), or ``""``. ``aside`` is the word for a place that is no deployment
    (``"tests"``, ``"documents"``, ``"examples"``, ``"development containers"``), or ``""``.
    """

    path: str
    kind: Kind
    why: str
    template: bool = False
    inactive: str = ""
    aside: str = ""

    @property
    def unfilled(self) -> bool:
        """Whether a generator of projects has yet to fill it in: it is no file of this deployment."""
        return self.inactive in (PROJECT_TEMPLATE, TEMPLATE_TEXT)


TEMPLATE_WORDS = frozenset([
    "example", "examples", "sample", "samples", "dist", "template", "templates", "tmpl", "tpl", "skel",
    "skeleton",
])  # fmt: skip
"""Words in a name that mark a file as a sample to be copied."""

_VENDORED = frozenset(
    ["node_modules", "bower_components", "vendor", "site-packages", "dist-packages", ".venv", "venv", ".git"]
)
_ASIDE = {
    "tests": ["test", "tests", "testing", "testdata", "e2e", "spec", "specs", "fixtures", "__tests__"],
    "documents": ["doc", "docs", "documentation"],
    "examples": ["example", "examples", "sample", "samples", "demo", "demos"],
    "development containers": [".devcontainer"],
}
_ASIDE_OF = {name: word for word, names in _ASIDE.items() for name in names}
_BACKUP = re.compile(r"\.(bak|old|orig|save|backup|disabled|off|inactive|unused|rej|dpkg-\w+)\d*$|~$|\.bkp$")
_SAMPLE = re.compile(r"[._-](example|sample|dist|template|tmpl|tpl|reference)(?=$|[._-])")
_UNFILLED = re.compile(r"\{\{|\{%")
_LANGUAGE = re.compile(r"\.(j2|jinja2?|erb|gotmpl|mustache|hbs)$")
_CODE = frozenset([
    "py", "pyi", "js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "css", "scss", "less", "vue",
    "svelte", "html", "htm", "xml", "svg", "png", "jpg", "jpeg", "gif", "ico", "pdf", "json", "jsonc",
    "lock", "toml", "ini", "cfg", "md", "mdx", "rst", "adoc", "txt", "sh", "bash", "zsh", "fish", "ps1",
    "bat", "cmd", "yml", "yaml", "go", "rs", "rb", "php", "java", "c", "h", "cpp", "sql", "csv", "po",
    "pot", "mo", "woff", "woff2", "ttf", "map", "snap", "service", "timer", "pem", "crt", "key", "gz",
    "zip", "tar", "plist", "ipynb", "properties", "patch", "diff", "proto", "graphql", "tf", "hcl", "lua",
    "pl", "r", "kt", "swift", "gradle", "editorconfig", "log", "d", "dockerignore",
])  # fmt: skip
_DOCUMENTS = frozenset(["md", "mdx", "rst", "adoc"])
_WORKFLOW_NAMES = frozenset([
    ".gitlab-ci.yml", "bitbucket-pipelines.yml", "azure-pipelines.yml", ".drone.yml", ".travis.yml",
    ".woodpecker.yml", ".woodpecker.yaml", "appveyor.yml", "cloudbuild.yaml", "cloudbuild.yml",
    "buildspec.yml", "jenkinsfile", ".cirrus.yml",
])  # fmt: skip
_WORKFLOW_PLACE = re.compile(
    r"(^|/)(\.(github|forgejo|gitea)/(workflows|actions)/.+|\.circleci/[^/]+|\.gitlab/.+|\.woodpecker/[^/]+|"
    r"\.semaphore/[^/]+|\.buildkite/[^/]+)\.ya?ml$"
)
_TASKS = frozenset([
    "justfile", ".justfile", "taskfile.yml", "taskfile.yaml", "taskfile.dist.yml", "taskfile.dist.yaml",
    "tox.ini", "noxfile.py", "procfile",
])  # fmt: skip
_COMPOSE_NAME = re.compile(r"(^|[-_.])(docker-?)?compose([-_.]|$)")
_ENV_STRONG = re.compile(r"^(\.env$|\.env[._-]|\.env_)|\.env$|\.env[._-](?!\w+\.(?:ts|js|py)$)|^\.flaskenv$")
_ENV_FOLDER = re.compile(r"(^|/)(\.?envs?\.d|\.envs|\.env|envs?|env_files?)/")
_NGINX_PLACE = re.compile(r"nginx|conf\.d/|sites-(?:available|enabled)|/swag/|vhosts?", re.IGNORECASE)
_CONF_NAME = re.compile(r"\.(conf|nginx|vhost)(?=$|[._-])|^nginx|[._-]nginx$")
_SETTINGS_PLACE = re.compile(
    r"settings|(^|/)(conf|config|configuration|configurations|configs)/|_conf\.py$|config\.py$"
)
_IN_SETTINGS_PACKAGE = re.compile(
    r"(^|/)settings/(?:\w+/)*(?!models|views|urls|admin|apps|forms|serializers|tests?\b|tasks|signals)\w+\.py$"
)
_ENTRY_POINTS = frozenset(["manage.py", "wsgi.py", "asgi.py", "celery.py", "celery_app.py", "routing.py"])
_HEAD = 64 * 1024  # bytes: settings and Compose files often begin with long comments or anchors


NO_KIND = "none"
"""What somebody says of a file that is none of those that matter."""


def classify(project: Project, said: Mapping[str, str] | None = None) -> tuple[ProjectFile, ...]:
    """Return the project's files that matter, in the order of their paths.

    ``said`` maps gitignore patterns to the word of the kind that such files are of, or to ``"none"``; the
    last pattern that matches counts.
    """
    told = _told(said or {})
    found = (told(path) or _active(_classify(project, path)) for path in project.paths)
    return tuple(one for one in found if isinstance(one, ProjectFile))


def _active(file: ProjectFile | None) -> ProjectFile | None:
    """Return a file, inactive where its path has yet to be filled in, whatever its kind."""
    if file is None or file.inactive or not _UNFILLED.search(file.path):
        return file
    return replace(file, inactive=PROJECT_TEMPLATE)


def _told(said: Mapping[str, str]) -> Callable[[str], ProjectFile | str | None]:
    """Return what says which file a path is by what somebody said; None where nobody did."""
    if not said:
        return lambda path: None
    from pathspec import GitIgnoreSpec

    specs = [(GitIgnoreSpec.from_lines([pattern]), word) for pattern, word in reversed(list(said.items()))]

    def told(path: str) -> ProjectFile | str | None:
        word = next((word for spec, word in specs if spec.match_file(path)), None)
        if word is None or word == NO_KIND:
            return word
        template = Kind(word) is Kind.ENV and is_template_name(path)
        return ProjectFile(path, Kind(word), "the configuration says so", template, aside=aside(path))

    return told


def counts(files: Iterable[ProjectFile]) -> dict[Kind, int]:
    """Return how many files there are of each kind, in the order of ``Kind``."""
    counted = Counter(one.kind for one in files)
    return {kind: counted[kind] for kind in Kind if counted[kind]}


def of_kind(files: Iterable[ProjectFile], kind: Kind, *, inactive: bool = False) -> tuple[ProjectFile, ...]:
    """Return the files of one kind, inactive copies only where they are asked for."""
    return tuple(one for one in files if one.kind is kind and (inactive or not one.inactive))


def aside(path: str) -> str:
    """Return the word for a place that is no deployment (tests, documents, examples), or ``""``."""
    for folder in reversed(path.split("/")[:-1]):
        word = _ASIDE_OF.get(folder.lower())
        if word:
            return word
    return ""


def inactive(path: str) -> str:
    """Return why no program reads a file of this name as it is, or ``""``."""
    name = posixpath.basename(path).lower()
    if _BACKUP.search(name):
        return "its name marks a copy that is not in use"
    if _UNFILLED.search(path):
        return PROJECT_TEMPLATE
    if language := _LANGUAGE.search(name):
        return f"it is a template of another program ({language[0]})"
    return ""


def is_template_name(path: str) -> bool:
    """Say whether a file's name, or its folder's in an env folder, marks it as a sample to be copied."""
    name = posixpath.basename(path).lower()
    folder = posixpath.basename(posixpath.dirname(path)).lower()
    words = re.split(r"[._\-]+", name)
    if _ENV_FOLDER.search(path.lower()):
        words += re.split(r"[._\-]+", folder)
    return not TEMPLATE_WORDS.isdisjoint(words)


def _classify(project: Project, path: str) -> ProjectFile | None:
    folders = path.split("/")
    name = folders.pop().lower()
    if folders and not _VENDORED.isdisjoint(folders):
        return None
    extension = name.rpartition(".")[2] if "." in name[1:] else ""
    made = _by_name(name, path, extension)
    if made is not None:
        kind, why = made
        return ProjectFile(path, kind, why, inactive=inactive(path), aside=aside(path))
    for sniff in _SNIFFERS:
        sniffed = sniff(project, path, name, extension)
        if sniffed is not None:
            return sniffed
    return None


def _by_name(name: str, path: str, extension: str) -> tuple[Kind, str] | None:
    """Return the kind of the files whose name or place says enough."""
    if name in ("makefile", "gnumakefile") or extension == "mk":
        return Kind.MAKEFILE, "a name that make knows"
    if name in _TASKS:
        return Kind.TASKS, "a name that a task runner knows"
    if name == "package.json":
        return Kind.PACKAGE_JSON, "its name"
    if name == ".dockerignore" or extension == "dockerignore":
        return Kind.DOCKERIGNORE, "its name"
    if name in _WORKFLOW_NAMES or _WORKFLOW_PLACE.search(path):
        return Kind.WORKFLOW, "a place that a CI service reads"
    if extension in ("sh", "bash", "zsh", "ps1", "bat", "cmd"):
        return Kind.SCRIPT, f"its extension .{extension}"
    if extension in _DOCUMENTS or (
        extension in ("", "txt") and name.startswith(("readme", "install", "deploy"))
    ):
        return (Kind.DOCUMENT, "its name") if extension else None
    if name in ("pyproject.toml", "pipfile", "setup.py", "setup.cfg", "poetry.lock", "uv.lock") or (
        extension in ("txt", "in") and "requirements" in path.rpartition("/")[0] + name
    ):
        return Kind.REQUIREMENTS, "a name that declares Python packages"
    return None


def _dockerfile(project: Project, path: str, name: str, extension: str) -> ProjectFile | None:
    if not ("dockerfile" in name or "containerfile" in name) or extension in _CODE - {"d"}:
        return None
    if not re.match(r"(docker|container)file($|[._-])|.*[._-](docker|container)file$", name):
        return None
    if not content.is_dockerfile(project.head(path, _HEAD)):
        return None
    return ProjectFile(path, Kind.DOCKERFILE, "its name and FROM", inactive=inactive(path), aside=aside(path))


def _compose(project: Project, path: str, name: str, extension: str) -> ProjectFile | None:
    base = _LANGUAGE.sub("", _BACKUP.sub("", name))
    base = re.sub(r"[._-](example|sample|dist|template|tmpl|tpl)$", "", base)
    yaml = base.endswith((".yml", ".yaml"))
    named = bool(_COMPOSE_NAME.search(base))
    if not yaml and not (named and "." in base and extension not in _CODE and extension != "env"):
        return None
    data = project.head(path, _HEAD)
    why = content.compose_shape(data)
    if not why and named and yaml and content.may_be_compose(data):
        why = "its name"
    if not why:
        return None
    reason = inactive(path)
    if not reason and _SAMPLE.search(name):
        reason = "its name marks a sample to be copied"
    if not reason and content.is_project_template(data):
        reason = TEMPLATE_TEXT
    return ProjectFile(path, Kind.COMPOSE, why, _SAMPLE.search(name) is not None, reason, aside(path))


def _env(project: Project, path: str, name: str, extension: str) -> ProjectFile | None:
    strong = bool(_ENV_STRONG.search(name)) and name != ".envrc"
    if extension in _CODE and not (strong and name.startswith(".env")):
        return None
    placed = bool(_ENV_FOLDER.search(path))
    words = set(re.split(r"[._\-]+", name))
    weak = not words.isdisjoint(("env", "dotenv", "envs", "environment", "envfile")) and not name.endswith(
        ".env.d"
    )
    if not (strong or placed or weak) or extension in ("py", "ts", "js", "sh", "md", "json", "yml", "yaml"):
        return None
    data = project.head(path, _HEAD)
    share = content.assignments(data)
    if share is None:  # nothing but comments: the name must say it all
        if not strong and not (placed and name.startswith(".")):
            return None
        why = "its name"
    elif share < 0.6 or (not (strong or placed) and content.is_shell(data)):
        return None
    else:
        why = "its name and KEY=VALUE lines" if strong else "KEY=VALUE lines and its place or name"
    reason = "its name marks a copy that is not in use" if _BACKUP.search(name) else ""
    if not reason and content.is_project_template(data):
        reason = TEMPLATE_TEXT
    return ProjectFile(path, Kind.ENV, why, is_template_name(path), reason, aside(path))


def _nginx(project: Project, path: str, name: str, extension: str) -> ProjectFile | None:
    placed = _NGINX_PLACE.search(path)
    if not placed and not _CONF_NAME.search(name):
        return None
    if extension in _CODE or name.startswith(".git"):
        return None
    data = project.head(path, _HEAD)
    why = content.nginx_shape(data, placed=placed is not None)
    if not why:
        return None
    if placed:
        why += f" in {posixpath.dirname(path)}/" if "/" in path else ""
    reason = inactive(path)
    sample = re.search(r"[._-](example|sample|reference)(?=$|[._-])", name)
    if not reason and sample:
        reason = "its name marks a sample to be copied"
    template = content.has_variables_of_envsubst(data)
    return ProjectFile(path, Kind.NGINX, why, template, reason, aside(path))


def _settings(project: Project, path: str, name: str, extension: str) -> ProjectFile | None:
    if extension != "py":
        return None
    entry = name in _ENTRY_POINTS
    if not entry and not _SETTINGS_PLACE.search(path.lower()):
        return None
    if "/migrations/" in path or "/management/" in path:
        return None
    data = project.head(path, _HEAD)
    if entry and b"DJANGO_SETTINGS_MODULE" in data:
        return ProjectFile(path, Kind.ENTRY_POINT, "its name and DJANGO_SETTINGS_MODULE", aside=aside(path))
    if name in ("tasks.py", "fabfile.py"):
        return None
    named = re.search(r"settings|(^|/)(conf|config)/", path.lower()) is not None
    why = content.settings_shape(data, named=named)
    if not why and _IN_SETTINGS_PACKAGE.search(path) and content.assigns_constants(data):
        why = "assigns constants in a settings package"
    if not why:
        return None
    return ProjectFile(path, Kind.SETTINGS, why, inactive=inactive(path), aside=aside(path))


def _tasks(project: Project, path: str, name: str, extension: str) -> ProjectFile | None:
    if name not in ("tasks.py", "fabfile.py"):  # a tasks.py of Celery is something else
        return None
    found = re.search(rb"^(?:from|import)[ \t]+(invoke|fabric)\b", project.head(path), re.MULTILINE)
    return ProjectFile(path, Kind.TASKS, f"imports {found[1].decode()}", aside=aside(path)) if found else None


def _shell(project: Project, path: str, name: str, extension: str) -> ProjectFile | None:
    if "." in name:
        return None
    first = project.head(path, 80).partition(b"\n")[0]
    if not first.startswith(b"#!") or not re.search(rb"\b(ba|da|z|k)?sh\b", first):
        return None
    return ProjectFile(path, Kind.SCRIPT, "a shell's #! line", aside=aside(path))


_SNIFFERS: tuple[Callable[[Project, str, str, str], ProjectFile | None], ...] = (
    _dockerfile,
    _compose,
    _env,
    _nginx,
    _tasks,
    _settings,
    _shell,
)
