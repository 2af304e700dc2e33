"""Health checks of databases and caches that ask with names or passwords which the server does not take.

Measured with Redis 7.0 and PostgreSQL 15: ``redis-cli ping`` exits with 0 also where the server answers
NOAUTH, and with 1 under ``-e``; ``redis-cli -a ping`` takes the word for the password, asks nothing, and
exits with 0 even without a server; psql exits with 2 for a user or database that is not there, and takes the
user's name for the database. ``pg_isready`` and ``mysqladmin ping`` succeed whatever they are given
(PostgreSQL documentation, pg_isready; MySQL Reference Manual, mysqladmin), and so nothing is said of them.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.database_commands import wrong_names
from confguard.model.value import Known, Step, Trail

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment
    from confguard.model.environment import Environment
    from confguard.model.process import Process

_REDIS = frozenset({"redis", "valkey"})
_POSTGRES = frozenset({"postgres", "postgis", "timescaledb", "pgvector"})
_CLIENT = re.compile(r"(?<![\w./-])(?:redis|valkey)-cli(?P<arguments>[^|;&)<>`]*)")
_PONG = re.compile(r"\|\s*grep\b[^|;&]*PONG|\)[\"']?\s*={1,2}\s*[\"']?PONG|PONG[\"']?\s*={1,2}\s*[\"']?\$\(")
_VARIABLE = re.compile(r"\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)\})")
_WITH_VALUE = frozenset({"-h", "-p", "-n", "-t", "-r", "-i", "-s", "-d", "-D"})
_PSQL_FLAGS = frozenset({"-q", "-t", "-A", "-tA", "-At", "-qtA", "-X", "-w", "-1", "--quiet", "--no-psqlrc"})
_PLAIN = re.compile(r"[\w./:@%+=,-]+")


@dataclass(frozen=True, slots=True)
class Refused:
    """What a store does not take: ``what`` is "password", "user" or "database", ``name`` that which is asked.

    ``lost`` is the variable that the container does not have, so that nothing is asked at all; ``fails`` says
    that the check then ends with an error. ``trail`` says what the server has.
    """

    what: str
    name: str = ""
    lost: str = ""
    fails: bool = True
    trail: Trail = ()


def refused(deployment: Deployment, process: Process, text: str) -> Refused | None:
    """Return what a server surely refuses of the text of its own health check, None if nothing."""
    reference = deployment.base_image(process.service)
    if reference is None or process.service.build is not None:
        return None
    if reference.name in _REDIS:
        return _redis(process, text)
    if reference.name in _POSTGRES and not _creates_more(process):
        return _psql(process.environment, text)
    return None


def _redis(process: Process, text: str) -> Refused | None:
    found = list(_CLIENT.finditer(text))
    if len(found) != 1 or "REDISCLI_AUTH" in text:
        return None
    arguments = found[0]["arguments"]
    unset = _unset(process.environment, arguments)
    words = _words(process.environment, arguments)
    if words is None:
        return None
    given, command, strict = _asked(words)
    strict = strict or _PONG.search(text) is not None
    if given is not None and not command and unset and given == "ping":
        return Refused("password", lost=unset, fails=strict, trail=_place(process))
    required = _required(process)
    if not required or not strict or command != ["ping"] or "REDISCLI_AUTH" in process.environment:
        return None
    if given is None or given != required:
        return Refused("password", lost=unset if not given else "", trail=_place(process))
    return None


def _unset(environment: Environment, text: str) -> str:
    """Return the first variable of a text that a container surely does not have, or ``""``."""
    names = [match["plain"] or match["braced"] for match in _VARIABLE.finditer(text)]
    return next((name for name in names if environment.get(name) is None), "")


def _words(environment: Environment, text: str) -> list[str] | None:
    """Return the words of a simple command, None where a part of it is not known."""
    if "$" in text and "'" in text:
        return None  # single quotes keep a variable as it is

    def value(match: re.Match[str]) -> str:
        found = environment.get(match["plain"] or match["braced"])
        if found is None:
            return ""
        return found.value if isinstance(found, Known) and _PLAIN.fullmatch(found.value) else "$"

    replaced = _VARIABLE.sub(value, text)
    if "$" in replaced:
        return None
    try:
        return shlex.split(replaced)
    except ValueError:
        return None


def _asked(words: list[str]) -> tuple[str | None, list[str], bool]:
    """Return the password, the command in lower case and whether errors count, of redis-cli's arguments."""
    given, strict, index = None, False, 0
    while index < len(words) and words[index].startswith("-"):
        word = words[index]
        if word in ("-a", "--pass"):
            index += 1
            given = words[index] if index < len(words) else ""
        elif word in ("-u", "--user", "--askpass", "-x"):
            return None, [], False  # another user, an address, a question
        elif word in _WITH_VALUE:
            index += 1
        strict = strict or word == "-e"
        index += 1
    return given, [word.lower() for word in words[index:]], strict


def _required(process: Process) -> str:
    """Return the password that a Redis surely asks for, ``""`` where that is not known."""
    words = process.words
    if len(words) == 3 and words[1] == "-c":
        split = _words(process.environment, words[2])
        words = tuple(split or ())
    if words.count("--requirepass") != 1 or words[-1] == "--requirepass":
        return ""
    said = words[words.index("--requirepass") + 1]
    return said if _PLAIN.fullmatch(said) and not said.startswith("--") else ""


def _place(process: Process) -> Trail:
    command = process.service.command_text or process.service.command
    span = command.span if isinstance(command, Known) else None
    return (Step("the server's password", span.first_line()),) if span is not None else ()


def _creates_more(process: Process) -> bool:
    """Say whether scripts may make users and databases that no variable names."""
    mounted = [one.target for one in process.service.volumes]
    return any(not isinstance(one, Known) or "initdb" in one.value for one in mounted) or (
        bool(process.service.configs)
    )


def _psql(environment: Environment, text: str) -> Refused | None:
    if not re.fullmatch(r"[^|;`]*(?:\|\|\s*exit\s+1\s*)?", text) or "PGHOST" in text or "PGUSER" in text:
        return None
    if any(name in environment for name in ("PGHOST", "PGUSER", "PGDATABASE", "PGSERVICE")):
        return None
    for part in text.partition("||")[0].split("&&"):
        words = _words(environment, re.sub(r"\d?>\s*\S+|\d>&\d", "", part))
        if not words or words[0] != "psql" or any(one.startswith(("-h", "--host")) for one in words):
            continue
        for variable, said, real in wrong_names("psql", words[1:], environment):
            return Refused("user" if variable.endswith("USER") else "database", said, trail=real.trail)
        user, own = _without_database(words[1:]), environment.get("POSTGRES_DB")
        if user and isinstance(own, Known) and own.value not in ("", user) and user != "postgres":
            return Refused("database", user, trail=own.trail)
    return None


def _without_database(words: list[str]) -> str:
    """Return the user that psql is given without a database, which is then called like it; else ``""``."""
    user, index = "", 0
    while index < len(words):
        word = words[index]
        if word in ("-U", "--username"):
            user = words[index + 1] if index + 1 < len(words) else ""
        elif word not in _PSQL_FLAGS and word not in ("-c", "--command"):
            return ""
        index += 1 if word in _PSQL_FLAGS else 2
    return user
