"""Commands that open the database of a stack from outside: which user and database they name.

The options are those of psql, pg_dump, pg_restore (``-U``, ``-d``; PostgreSQL 17) and mysqldump, mysql
(``-u``); the server's own are what the images create: ``POSTGRES_USER`` (default postgres), ``POSTGRES_DB``
(default: the user), ``MYSQL_USER``, ``MYSQL_DATABASE`` and their MARIADB twins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.value import Known
from confguard.parsers.compose_options import plain_words
from confguard.parsers.shell import UNKNOWN
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment
    from confguard.model.environment import Environment
    from confguard.model.stacks import Sighting

_POSTGRES = frozenset({"psql", "pg_dump", "pg_restore", "pg_dumpall", "createdb", "dropdb", "vacuumdb"})
_MYSQL = frozenset({"mysql", "mysqldump", "mariadb", "mariadb-dump"})


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A user or database that a command names, and that the server does not have.

    ``variable`` is what creates it, ``said`` and ``real`` are the two names, ``trail`` where the real one is
    from.
    """

    service: str
    tool: str
    variable: str
    said: str
    real: Known[str]
    span: Span
    context: str


def mismatches(deployment: Deployment, sightings: tuple[Sighting, ...]) -> Iterator[Mismatch]:
    """Yield the names in ``exec`` commands on a stack that its database surely does not have."""
    for sighting in sightings:
        one = sighting.invocation
        if one is None or one.spoken or one.subcommand not in ("exec", "run"):
            continue
        if sighting.files != deployment.stack.files or not one.services:
            continue
        service = deployment.services.get(one.services[0])
        kind = deployment.datastore(service) if service is not None else None
        if service is None or kind is None:
            continue
        words = [one.words[place] for place in plain_words(one.subcommand, one.words)][1:]
        if not words or UNKNOWN in words[0]:
            continue
        environment = deployment.processes[service.name].environment
        tool = words[0].rpartition("/")[2]
        for variable, said, real in wrong_names(tool, words[1:], environment):
            yield Mismatch(service.name, tool, variable, said, real, one.span, one.context)


def wrong_names(
    tool: str, words: list[str], environment: Environment
) -> Iterator[tuple[str, str, Known[str]]]:
    """Yield the users and databases of a client's arguments that the server of an environment does not have.

    Each is the variable that creates it, the name that is asked for, and the server's own.
    """
    for variable, said in _named(tool, words):
        real = _real(environment, variable)
        if real is not None and said != real.value and not _is_stock(tool, variable, said, environment):
            yield variable, said, real


def _named(tool: str, words: list[str]) -> Iterator[tuple[str, str]]:
    options: tuple[tuple[str, tuple[str, str]], ...]
    if tool in _POSTGRES:
        options = (("POSTGRES_USER", ("-U", "--username")), ("POSTGRES_DB", ("-d", "--dbname")))
    elif tool in _MYSQL:
        options = (("MYSQL_USER", ("-u", "--user")),)
    else:
        return
    for variable, names in options:
        for index, word in enumerate(words):
            text = ""
            if word in names and index + 1 < len(words):
                text = words[index + 1]
            elif word.startswith(f"{names[1]}="):
                text = word.partition("=")[2]
            elif word.startswith(names[0]) and len(word) > 2 and not word.startswith("--"):
                text = word[2:]
            if text and text.replace("-", "").replace("_", "").isalnum():
                yield variable, text
                break


def _real(environment: Environment, variable: str) -> Known[str] | None:
    value = environment.get(variable)
    if variable.startswith("MYSQL") and value is None:
        value = environment.get(variable.replace("MYSQL", "MARIADB"))
    return value if isinstance(value, Known) and value.value else None


def _is_stock(tool: str, variable: str, said: str, environment: Environment) -> bool:
    """Say whether the server has it anyway: databases of its own, the root user of MySQL."""
    if variable == "POSTGRES_DB":
        return said in ("postgres", "template1", "template0")
    return variable == "MYSQL_USER" and said == "root"
