"""Programs that are made for a developer's machine: reloaders, and servers that are not for production.

What is said of each is its documentation's: Django ("runserver", "Do not use this server in a production
setting"), Flask ("Development Server"), Uvicorn and Gunicorn (``--reload``), FastAPI CLI (``dev``), Vite
("dev server"), Next.js (``next dev``), Nuxt (``nuxt dev``), Angular (``ng serve``), Vue CLI
(``vue-cli-service serve``), webpack-dev-server, Create React App (``react-scripts start``), nodemon.
"""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING

from confguard.model.compose.shell_words import split_words
from confguard.model.listening import Program
from confguard.model.listening.programs import unwrap
from confguard.model.value import Known

if TYPE_CHECKING:
    from confguard.model.process import Process

_SERVERS = frozenset({"gunicorn", "uvicorn", "hypercorn", "granian", "uvicorn-gunicorn"})
_RUNNERS = frozenset({"npm", "yarn", "pnpm", "bun"})
_EXECUTORS = frozenset({"npx", "pnpx", "bunx"})
_ALWAYS = frozenset(
    {"nodemon", "webpack-dev-server", "watchfiles", "watchmedo", "ts-node-dev", "live-server"}
)
_COMMANDS = {
    # Program: the first words with which it is a server for development.
    "flask": ("run",),
    "fastapi": ("dev",),
    "next": ("dev",),
    "nuxt": ("dev",),
    "nuxi": ("dev",),
    "astro": ("dev",),
    "ng": ("serve",),
    "vue-cli-service": ("serve",),
    "react-scripts": ("start",),
    "webpack": ("serve",),
    "remix": ("dev",),
    "react-router": ("dev",),
    "tsx": ("watch",),
}


def development_server(program: Program, process: Process) -> str | None:
    """Return the words that show a program to be for development, None for one that is not known to be."""
    return _of_words(program.words, process, 0)


def _of_words(words: tuple[str, ...], process: Process, depth: int) -> str | None:
    if not words:
        return None
    name = posixpath.basename(words[0])
    rest = [word for word in words[1:] if not word.startswith("-")]
    if name in ("manage.py", "django-admin"):
        command = rest[0] if rest else ""
        return f"{name} {command}" if command in ("runserver", "runserver_plus") else None
    if name in _SERVERS:
        return f"{name} --reload" if "--reload" in words else None
    if name in _ALWAYS:
        return name
    if name == "celery":
        return "celery --autoreload" if "--autoreload" in words else None
    if name == "vite":
        return "vite" if not rest or rest[0] in ("dev", "serve") else None
    if name in _COMMANDS:
        return f"{name} {rest[0]}" if rest and rest[0] in _COMMANDS[name] else None
    if name in _EXECUTORS or (name in _RUNNERS and rest[:1] in (["exec"], ["dlx"])):
        inner = rest if name in _EXECUTORS else rest[1:]
        return _of_words(tuple(inner), process, depth + 1) if depth < 3 else None
    if name in _RUNNERS and depth < 3:
        return _script(name, rest, process, depth)
    return None


def _script(runner: str, rest: list[str], process: Process, depth: int) -> str | None:
    """Follow ``npm run x`` into the package.json of the service."""
    script = rest[1] if rest[:1] in (["run"], ["run-script"]) and len(rest) > 1 else rest[0] if rest else ""
    text = _text_of(process, script)
    if text is None:
        return f"{runner} run {script}" if script == "dev" else None
    last = text.replace("&&", "\n").splitlines()[-1].strip() if text.strip() else ""
    _, inner = unwrap(split_words(last) or ())
    if inner[:1] in (("cross-env",), ("dotenv",)):
        _, inner = unwrap(inner[1:])
    found = _of_words(tuple(inner), process, depth + 1)
    return f"{runner} run {script}, which is {found}" if found else None


def _text_of(process: Process, script: str) -> str | None:
    """Return what a script of the package.json in the working directory is; None where it is not known."""
    place = process.files.absolute("package.json")
    path = process.files.source_of(place.value) if isinstance(place, Known) else None
    source = process.files.project.read(path.value) if isinstance(path, Known) else None
    if source is None:
        return None
    try:
        scripts = json.loads(source.text).get("scripts", {})
    except (ValueError, AttributeError, RecursionError):
        return None
    text = scripts.get(script) if isinstance(scripts, dict) else None
    return text if isinstance(text, str) else None
