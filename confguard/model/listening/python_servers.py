"""Where gunicorn, uvicorn, daphne, hypercorn, granian, uWSGI, runserver and Flower listen.

Defaults and options are those of their documentation: gunicorn 23 (settings, "bind": ``PORT`` and
``GUNICORN_CMD_ARGS``), uvicorn 0.35 (``UVICORN_*``), daphne 4.2, hypercorn 0.17, granian 2 (``GRANIAN_*``),
uWSGI 2.0, Django 5.2 ``runserver``, Flower 2 (``FLOWER_*``).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from confguard.model.compose.shell_words import split_words
from confguard.model.listening.programs import Program
from confguard.model.listening.types import (
    Found,
    Listener,
    Where,
    address,
    fixed,
    number,
    option,
    unknown,
    variable,
)
from confguard.model.value import Unknown
from confguard.source import SourceFile

_UNKNOWN = Unknown("its address is not known")


def gunicorn(program: Program, where: Where) -> Found:
    """Command line over ``GUNICORN_CMD_ARGS`` over the configuration file over ``PORT``."""
    binds = option(program.words[1:], "-b", "--bind")
    if not binds:
        arguments = variable(program, "GUNICORN_CMD_ARGS")
        if isinstance(arguments, Unknown):
            return arguments
        binds = option(split_words(arguments or "") or (), "-b", "--bind")
    if not binds:
        configured = _gunicorn_file(program, where)
        if configured is not None:
            return configured
        port = variable(program, "PORT")
        if isinstance(port, Unknown):
            return port
        binds = (f"0.0.0.0:{port}" if port else "127.0.0.1:8000",)
    return _binds(program, binds, "http", 8000)


def _gunicorn_file(program: Program, where: Where) -> Found | None:
    named = option(program.words[1:], "-c", "--config")
    if any(unknown(name) or name.startswith("python:") for name in named):
        return Unknown("its configuration file is not known")
    name = named[-1].removeprefix("file:") if named else "gunicorn.conf.py"
    source = where.file(name)
    if source is None:
        return Unknown(f"{name} is not in the repository") if named else None
    found = _assigned(source, "bind")
    if found is None:
        return None
    binds, start, end = found
    if not binds:
        return Unknown(f"{source.path} computes its address")
    parsed = [address(text) for text in binds if not text.startswith(("unix:", "fd://"))]
    span = source.span(start, end)
    listeners = [Listener(one[0], one[1], "http", program.name, span, program.sure) for one in parsed if one]
    return tuple(listeners) if len(listeners) == len(parsed) else _UNKNOWN


def _assigned(source: SourceFile, name: str) -> tuple[tuple[str, ...], int, int] | None:
    """Return the texts that a Python module gives a name, with their place; none where it computes them."""
    try:
        body = ast.parse(source.text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return (), 0, 0
    found = None
    for node in body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == name for t in node.targets
        ):
            items = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
            texts = [
                one.value for one in items if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            start = source.offset(node.lineno, node.col_offset + 1)
            end = source.offset(node.end_lineno or node.lineno, (node.end_col_offset or 0) + 1)
            found = (tuple(texts) if len(texts) == len(items) else ()), start, end
        elif any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(node)):
            return (), 0, 0
    return found


def uvicorn(program: Program, where: Where) -> Found:
    """``--host`` and ``--port``, or the variables of the same name with ``UVICORN_``."""
    if option(program.words[1:], "--uds", "--fd"):
        return ()
    return _host_and_port(program, "UVICORN", "--host", "--port", "8000")


def granian(program: Program, where: Where) -> Found:
    """``--host`` and ``--port``, or ``GRANIAN_HOST`` and ``GRANIAN_PORT``."""
    if option(program.words[1:], "--uds"):
        return ()
    return _host_and_port(program, "GRANIAN", "--host", "--port", "8000")


def _host_and_port(program: Program, prefix: str, host_option: str, port_option: str, default: str) -> Found:
    texts: list[str] = []
    for name, fallback in ((host_option, "127.0.0.1"), (port_option, default)):
        given = option(program.words[1:], name)
        value = given[-1] if given else variable(program, f"{prefix}_{name.lstrip('-').upper()}")
        if isinstance(value, Unknown):
            return value
        texts.append(value or fallback)
    port = number(texts[1])
    if port is None or unknown(texts[0]):
        return _UNKNOWN
    return (fixed(program, port, "http", texts[0], texts[1]),)


def daphne(program: Program, where: Where) -> Found:
    """``-b`` and ``-p``; endpoints of Twisted are understood where they are ``tcp:`` or ``ssl:``."""
    words = program.words[1:]
    listeners: list[Listener] = []
    for endpoint in option(words, "-e", "--endpoint"):
        match = re.match(r"(?:tcp|ssl)6?:(?:port=)?(\d+)(?::.*?\binterface=([^:]*))?", endpoint)
        if not match:
            return _UNKNOWN
        listeners.append(fixed(program, int(match[1]), "http", match[2] or "", match[1]))
    hosts, ports = option(words, "-b", "--bind"), option(words, "-p", "--port")
    if (option(words, "-u", "--unix-socket", "--fd") or listeners) and not hosts and not ports:
        return tuple(listeners)
    host, port = hosts[-1] if hosts else "127.0.0.1", number(ports[-1]) if ports else 8000
    if port is None or unknown(host):
        return _UNKNOWN
    return (*listeners, fixed(program, port, "http", host, str(port)))


def hypercorn(program: Program, where: Where) -> Found:
    """``-b``, several times; a configuration file is not read."""
    words = program.words[1:]
    binds = option(words, "-b", "--bind", "--insecure-bind", "--quic-bind")
    if not binds and option(words, "-c", "--config"):
        return Unknown("its configuration file is not read")
    return _binds(program, binds or ("127.0.0.1:8000",), "http", 8000)


def uwsgi(program: Program, where: Where) -> Found:
    """The options of the command line and of an ini file."""
    words = program.words[1:]
    found: list[Listener] = []
    files = list(option(words, "--ini", "-i"))
    files += [word for word in words if word.endswith(".ini") and word not in files]
    if option(words, "--xml", "-x", "--yaml", "-y", "--json", "-j", "--emperor") or any(map(unknown, files)):
        return Unknown("its configuration file is not read")
    protocols = {"http": "http", "http-socket": "http", "https": "https", "socket": "uwsgi"}
    protocols |= {"uwsgi-socket": "uwsgi", "fastcgi-socket": "fastcgi", "https-socket": "https"}
    for name, protocol in protocols.items():
        short = ("-s",) if name == "socket" else ()
        for text in option(words, f"--{name}", *short):
            one = address(text.split(",")[0])
            if one is None and (unknown(text) or ":" in text):
                return _UNKNOWN
            if one:
                found.append(fixed(program, one[1], protocol, one[0], str(one[1])))
    for name in files:
        source = where.file(name)
        if source is None:
            return Unknown(f"{name} is not in the repository")
        inside = list(_ini(program, source, protocols))
        if None in inside:
            return Unknown(f"{source.path} computes its address")
        found += [one for one in inside if one]
    own = [name for name in program.environment if name.startswith("UWSGI_")]
    return tuple(found) if found or not own else Unknown("its environment configures it")


def _ini(program: Program, source: SourceFile, protocols: dict[str, str]) -> Iterator[Listener | None]:
    for match in re.finditer(r"(?m)^[ \t]*([a-z-]+)[ \t]*=[ \t]*(\S+)", source.text):
        if match[1] not in protocols:
            continue
        one = address(match[2].split(",")[0])
        if one is not None:
            span = source.span(match.start(), match.end())
            yield Listener(one[0], one[1], protocols[match[1]], "uwsgi", span, program.sure)
        elif re.search(r"[$%@]", match[2]):
            yield None


def runserver(program: Program, where: Where) -> Found:
    """``runserver [host:]port``: 127.0.0.1:8000 without one."""
    values = {"--settings", "--pythonpath", "-v", "--verbosity", "--cert-file", "--key-file"}
    place = next(i for i, word in enumerate(program.words) if word.startswith("runserver"))
    program = replace(program, words=program.words[place:])
    rest = program.words[1:]
    plain = [
        word
        for i, word in enumerate(rest)
        if not word.startswith("-") and (i == 0 or rest[i - 1] not in values)
    ]
    text = plain[0] if plain else "127.0.0.1:8000"
    one = address(text) or (("127.0.0.1", number(text)) if number(text) else None)
    if one is None or one[1] is None:
        return _UNKNOWN
    return (fixed(program, one[1], "http", one[0], text),)


def flower(program: Program, where: Where) -> Found:
    """``--port`` and ``--address``, or ``FLOWER_PORT`` and ``FLOWER_ADDRESS``: 5555 on all addresses."""
    place = program.words.index("flower") if "flower" in program.words else 0
    program = replace(program, words=program.words[place:])
    texts = []
    for name, fallback in (("port", "5555"), ("address", "")):
        given = option(program.words[1:], f"--{name}")
        value = given[-1] if given else variable(program, f"FLOWER_{name.upper()}")
        if isinstance(value, Unknown):
            return value
        texts.append(value or fallback)
    port = number(texts[0])
    return (fixed(program, port, "http", texts[1], texts[0]),) if port else _UNKNOWN


def _binds(program: Program, binds: tuple[str, ...], protocol: str, default: int) -> Found:
    found: list[Listener] = []
    for text in (part.strip() for one in binds for part in one.split(",")):
        if text.startswith(("unix:", "fd://")):
            continue
        one = address(text)
        if one is None and text and not unknown(text) and ":" not in text:
            one = (text, default)
        if one is None:
            return _UNKNOWN
        found.append(fixed(program, one[1], protocol, one[0], text))
    return tuple(found)
