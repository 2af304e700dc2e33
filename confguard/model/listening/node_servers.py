"""Where the servers of Node.js listen: Vite, Next.js, serve, http-server and what ``npm run`` starts of them.

Defaults are those of their documentation: Vite 7 (5173 and 4173 on localhost), Next.js 15 (3000,
``PORT``, ``HOSTNAME``), serve 14 (3000, ``PORT``), http-server 14 (8080, ``PORT``), Create React App 5 (3000,
``PORT``), Angular CLI 20 (4200 on localhost), Vue CLI 5 (8080), react-router-serve 7 (3000, ``PORT``).
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from dataclasses import replace

from confguard.model.compose.shell_words import split_words
from confguard.model.listening.programs import Program, unwrap
from confguard.model.listening.types import Found, Where, address, fixed, number, option, unknown, variable
from confguard.model.value import Known, Unknown

_RUNNERS = frozenset({"npm", "yarn", "pnpm", "bun", "npx", "pnpx", "bunx"})
_ONE_SHOT = frozenset({"install", "ci", "build", "add", "i", "lint"})
_SIMPLE = {
    # Program: default port, the options for port and address, whether PORT says it, the default address.
    "serve": (3000, ("-p", "-l", "--listen", "--port"), (), True, ""),
    "http-server": (8080, ("-p", "--port"), ("-a",), True, ""),
    "react-scripts": (3000, (), (), True, ""),
    "react-router-serve": (3000, (), (), True, ""),
    "remix-serve": (3000, (), (), True, ""),
    "ng": (4200, ("--port",), ("--host",), False, "127.0.0.1"),
    "vue-cli-service": (8080, ("--port",), ("--host",), False, ""),
    "next": (3000, ("-p", "--port"), ("-H", "--hostname"), True, ""),
}
_SUBCOMMANDS = {"next": ("start", "dev"), "react-scripts": ("start",), "ng": ("serve",)}
_SUBCOMMANDS |= {"vue-cli-service": ("serve",)}


def listeners(program: Program, where: Where, depth: int = 0) -> Found | None:
    """Return what a program of Node.js listens on; None if it is no server."""
    words = tuple(word for word in program.words)
    name = program.name
    if name in _RUNNERS and depth < 3:
        return _run(program, where, depth)
    if name == "node":
        return _standalone(program, where)
    if name == "vite":
        return _vite(program, where)
    if name not in _SIMPLE:
        return None
    if name in _SUBCOMMANDS and not any(word in _SUBCOMMANDS[name] for word in words[1:3]):
        return () if len(words) > 1 and words[1] in _ONE_SHOT else None
    default, ports, hosts, by_variable, local = _SIMPLE[name]
    given = option(words[1:], *ports)
    text: str | Unknown | None = given[-1] if given else None
    if text is None and by_variable:
        text = variable(program, "PORT")
    if isinstance(text, Unknown):
        return text
    host = (option(words[1:], *hosts) or (local,))[-1]
    one = address(text) if text and ":" in text else (host, number(text) if text else default)
    if one is None or one[1] is None or unknown(one[0]):
        return Unknown("its port is not known")
    return (fixed(program, one[1], "http", one[0], text or ""),)


def _vite(program: Program, where: Where) -> Found:
    words = program.words[1:]
    if words and words[0] in ("build", "optimize"):
        return ()
    preview = bool(words) and words[0] == "preview"
    configured = "\n".join(_vite_files(where))
    given = option(words, "--port")
    if not given and "port" in configured:
        return Unknown("its configuration file says the port")
    port = number(given[-1]) if given else 4173 if preview else 5173
    if port is None:
        return Unknown("its port is not known")
    if "--host" in words or any(word.startswith("--host=") for word in words):
        host = (option(words, "--host") or ("",))[-1]
        return (fixed(program, port, "http", "" if host.startswith("-") else host, str(port)),)
    if "host" in configured:
        return (fixed(program, port, "http", "", str(port)),)  # on all addresses or not: taken for all
    return (fixed(program, port, "http", "127.0.0.1", str(port)),)


def _vite_files(where: Where) -> Iterator[str]:
    for folder in _folders(where):
        for ending in ("ts", "js", "mts", "mjs"):
            source = where.project.read(posixpath.join(folder, f"vite.config.{ending}"))
            if source is not None:
                yield source.text


def _standalone(program: Program, where: Where) -> Found | None:
    """The server that Next.js builds with ``output: "standalone"``; other programs are not read."""
    if program.words[1:2] in (("-e",), ("--version",)):
        return ()
    copies = where.process.image.copies if where.process.image else ()
    sources = [text.value for copy in copies for text in copy.sources if isinstance(text, Known)]
    if program.words[-1].endswith("server.js") and any(".next/standalone" in text for text in sources):
        port, host = variable(program, "PORT"), variable(program, "HOSTNAME")
        if isinstance(port, Unknown):
            return port
        parsed = number(port) if port else 3000
        return (fixed(program, parsed, "http", host if isinstance(host, str) else ""),) if parsed else None
    return Unknown("what a program of Node.js listens on stands in its code")


def _run(program: Program, where: Where, depth: int) -> Found | None:
    """Follow ``npm run x`` into package.json; ``npx x`` is x itself."""
    words = [word for word in program.words[1:] if word not in ("-y", "--yes", "-s", "--silent")]
    if program.name in ("npx", "pnpx", "bunx") or words[:1] in (["exec"], ["dlx"]):
        rest = words[1:] if words[:1] in (["exec"], ["dlx"]) else words
        rest = rest[1:] if rest[:1] == ["--"] else rest
        return listeners(replace(program, words=tuple(rest)), where, depth + 1) if rest else None
    words = words[1:] if words[:1] in (["run"], ["run-script"]) else words
    if not words or words[0].startswith("-"):
        return Unknown("what npm runs is not known")
    script = _script(where, words[0])
    if script is None:
        return () if words[0] in _ONE_SHOT else Unknown(f"no package.json is found that says {words[0]}")
    extra = words[1:]
    extra = extra[1:] if extra[:1] == ["--"] else extra
    last = script.replace("&&", "\n").splitlines()[-1].strip()
    split = split_words(last)
    if not split or "$" in last or "|" in last or "&" in last:
        return Unknown("what npm runs is not plain")
    _, inner = unwrap((*split, *extra))
    inner = inner[1:] if inner[:1] == ("cross-env",) else inner
    found = listeners(replace(program, words=inner), where, depth + 1) if inner else None
    if found is None:
        return () if words[0] in _ONE_SHOT else Unknown(f"{inner[0] if inner else 'it'} is not known")
    return found


def _script(where: Where, name: str) -> str | None:
    for folder in _folders(where):
        source = where.project.read(posixpath.normpath(posixpath.join(folder, "package.json")))
        if source is None:
            continue
        try:
            scripts = json.loads(source.text).get("scripts", {})
        except (ValueError, AttributeError, RecursionError):
            return None
        text = scripts.get(name) if isinstance(scripts, dict) else None
        return text if isinstance(text, str) else None
    return None


def _folders(where: Where) -> Iterator[str]:
    if where.process.build is not None:
        yield where.folder
    for mount in where.process.service.volumes:
        if mount.path is not None:
            yield mount.path
