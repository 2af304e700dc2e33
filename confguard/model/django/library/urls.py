"""Database, cache and e-mail URLs as dj-database-url 0.5 to 3.1 and django-environ 0.14 read them."""

from __future__ import annotations

import re
import urllib.parse as parse
from typing import Any

from confguard.model.django.library import osenviron, registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, V
from confguard.model.django.operations import NotPlain, marked, plain
from confguard.model.value import Known, Unknown

_POSTGRES = ("postgres", "postgresql", "pgsql", "postgis", "redshift", "timescale", "timescalegis")
ENGINES = {
    "spatialite": "django.contrib.gis.db.backends.spatialite",
    "mysql-connector": "mysql.connector.django",
    "mysqlgis": "django.contrib.gis.db.backends.mysql",
    "oraclegis": "django.contrib.gis.db.backends.oracle",
    "cockroach": "django_cockroachdb",
    "sqlite": "django.db.backends.sqlite3",
    "oracle": "django.db.backends.oracle",
    "mssqlms": "mssql",
    "mssql": "sql_server.pyodbc",
    "mysql": "django.db.backends.mysql",
    "mysql2": "django.db.backends.mysql",
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "pgsql": "django.db.backends.postgresql",
    "postgis": "django.contrib.gis.db.backends.postgis",
    "redshift": "django_redshift_backend",
    "timescale": "timescale.db.backends.postgresql",
    "timescalegis": "timescale.db.backends.postgis",
}


class BadUrl(Exception):
    """A URL that the library refuses: the class of its exception and the message."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__()
        self.kind, self.message = kind, message


def _option(values: list[str], release: Release) -> Any:
    parsed = [
        int(v)
        if v.isdigit() and release >= (2, 1)
        else v.lower() == "true"
        if v.lower() in ("true", "false") and release >= (2, 2)
        else v
        for v in values
    ]
    if release < (2, 1):
        return parsed[-1]
    return parsed[0] if len(parsed) == 1 else parsed


Release = tuple[int, int]
_RELEASES: tuple[Release, ...] = ((3, 0), (2, 2), (2, 1), (1, 3), (1, 2), (1, 1), (1, 0))
"""The releases of dj-database-url that give other values than those before them, newest first."""


def _release(run: Run) -> Release | None:
    """Return the release whose behaviour applies; None where the project's files disagree on it."""
    for release in _RELEASES:
        reached = run.reaches("dj-database-url", release)
        if reached is None:
            return None
        if reached:
            return release
    return (0, 5)


def _refused(url: str, scheme: str, release: Release) -> BadUrl:
    """Return the exception for a URL that is no database's."""
    if release < (1, 3):
        return BadUrl("KeyError", scheme)
    if release < (3, 0):
        return BadUrl("ValueError", f"No support for {scheme!r}")
    return BadUrl("dj_database_url.UnknownSchemeError", f"Scheme '{scheme}://' is unknown.")


def database(
    url: str,
    engine: str | None = None,
    conn_max_age: int | None = 0,
    conn_health_checks: bool = False,
    disable_server_side_cursors: bool = False,
    ssl_require: bool = False,
    test_options: dict[str, Any] | None = None,
    release: Release = (3, 0),
) -> dict[str, Any]:
    """``dj_database_url.parse`` of a release (the first that behaves alike); raises BadUrl."""
    if url == "sqlite://:memory:":
        return {"ENGINE": ENGINES["sqlite"], "NAME": ":memory:"}
    try:
        split = parse.urlsplit(url)
        backend = ENGINES.get(split.scheme)
        if (
            backend is None
            or (split.scheme.startswith("timescale") and release < (1, 2))
            or (split.scheme in ("cockroach", "mssqlms") and release < (1, 0))
        ):
            raise _refused(url, split.scheme, release)
        if backend == ENGINES["postgres"] and release < (1, 0):
            backend = "django.db.backends.postgresql_psycopg2"
        options = {key: _option(values, release) for key, values in parse.parse_qs(split.query).items()}
        config: dict[str, Any] = {
            "ENGINE": backend,
            "USER": parse.unquote(split.username or ""),
            "PASSWORD": parse.unquote(split.password or ""),
            "HOST": parse.unquote(split.hostname or ""),
            "PORT": split.port or "",
            "NAME": parse.unquote(split.path[1:]),
            "OPTIONS": options,
        }
    except ValueError as error:
        if release < (3, 0):
            raise BadUrl("ValueError", str(error)) from None
        raise BadUrl("dj_database_url.ParseError", "This string is not a valid url") from None
    if split.scheme == "sqlite" and not config["NAME"]:
        config["NAME"] = ":memory:"
    if split.scheme == "oracle" or (split.scheme in ("mssqlms", "mssql") and release >= (1, 0)):
        config["PORT"] = str(config["PORT"])
    if split.scheme in ("mysql", "mysql2") and (ca := options.pop("ssl-ca", None)):
        options["ssl"] = {"ca": ca}
    if split.scheme in _POSTGRES and (schema := options.pop("currentSchema", None)):
        options["options"] = f"-c search_path={schema}"
    if ssl_require:
        options["sslmode"] = "require"
    config["CONN_MAX_AGE"] = conn_max_age
    if release >= (1, 1):
        config["CONN_HEALTH_CHECKS"] = conn_health_checks
    if release >= (2, 2):
        config["DISABLE_SERVER_SIDE_CURSORS"] = disable_server_side_cursors
    if engine:
        config["ENGINE"] = engine
    if test_options:
        config["TEST"] = test_options
    if not options:
        del config["OPTIONS"]
    return config


_PARAMETERS = (
    "engine",
    "conn_max_age",
    "conn_health_checks",
    "disable_server_side_cursors",
    "ssl_require",
    "test_options",
)


def _database(run: Run, url: V, call: Call, first: int) -> V:
    """Parse a URL; where parameters are not known their entries are not, the rest is."""
    trail = run.trail(call.step("read as a database URL"), url)
    if isinstance(url, Unknown):
        run.may_raise("ValueError", call.span, run.is_from_environment([url]), url.trail)
        return Unknown(url.reason, trail)
    release = _release(run)
    if release is None:
        return Unknown("depends on the release of dj-database-url", trail)
    keywords: dict[str, Any] = {"release": release}
    unknown: dict[str, V] = {}
    for index, name in enumerate(_PARAMETERS):
        given = call.get(first + index, name)
        if given is None:
            continue
        try:
            keywords[name] = plain(given)
        except NotPlain:
            unknown[name] = given
    try:
        text = plain(url)
        if not isinstance(text, str) or marked(text) or not call.complete:
            return Unknown("is a database URL that is only partly known", trail)
        made = run.wrap(database(text, **keywords), trail)
    except NotPlain as error:
        return Unknown(error.unknown.reason, trail)
    except BadUrl as error:
        raise run.throw(error.kind, error.message, call.span, trail) from None
    assert isinstance(made, Known)
    for name, value in unknown.items():
        if name in ("ssl_require", "test_options"):
            part = "OPTIONS" if name == "ssl_require" else "TEST"
            reason = value.reason if isinstance(value, Unknown) else "is only partly known"
            if part not in made.value.entries:
                made.value.maybe |= {part}
            made.value.entries[part] = (Known(part), Unknown(reason, run.trail(call.step(name), value)))
        elif name == "engine":
            made.value.entries["ENGINE"] = (Known("ENGINE"), value)
        elif name.upper() in made.value.entries:
            made.value.entries[name.upper()] = (Known(name.upper()), value)
    for name in _PARAMETERS:
        given = call.get(first + _PARAMETERS.index(name), name)
        if isinstance(given, Known) and name.upper() in made.value.entries and name not in ("engine",):
            key, _ = made.value.entries[name.upper()]
            made.value.entries[name.upper()] = (key, given)
    return made


def _parse(run: Run, call: Call) -> V:
    url = call.get(0, "url")
    if url is None:
        raise IndexError
    if isinstance(url, Known) and not isinstance(url.value, str) and url.value is None:
        raise run.throw("Exception", "the database URL is None", call.span, url.trail)
    return _database(run, url, call, 1)


def _config(run: Run, call: Call) -> V:
    key = call.get(0, "env") or Known("DATABASE_URL", call.trail)
    default = call.get(1, "default") or Known(None, call.trail)
    found, record = osenviron.read(run, key, call.span, "dj_database_url", default, cast="database URL")
    url = (
        found if found is not None else osenviron.defaulted(run, osenviron.key_name(key), default, call.span)
    )
    if isinstance(url, Known) and not url.value:
        result: V = Known(run.new_dict(), url.trail)
    else:
        result = _database(run, url, call, 2)
    if record is not None:
        record.result = result
    return result


# django-environ.


_SECRET = re.compile(r"//[^@/]*@")

FUNCTIONS: dict[str, registry.Function] = {
    "dj_database_url.parse": _parse,
    "dj_database_url.config": _config,
}
