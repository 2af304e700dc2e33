"""Database, cache and e-mail URLs as dj-database-url 0.5 to 3.1 and django-environ 0.14 read them."""

from __future__ import annotations

import re
import urllib.parse as parse
from collections.abc import Callable
from functools import partial
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
        run.may_raise("ValueError", call.span)
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

_DB = {
    **dict.fromkeys(("postgres", "postgresql", "psql", "pgsql"), "django.db.backends.postgresql"),
    "postgis": "django.contrib.gis.db.backends.postgis",
    "prometheus_postgresql": "django_prometheus.db.backends.postgresql",
    "prometheus_postgis": "django_prometheus.db.backends.postgis",
    "cockroachdb": "django_cockroachdb",
    "mysql": "django.db.backends.mysql",
    "mysql2": "django.db.backends.mysql",
    "mysql-connector": "mysql.connector.django",
    "mysqlgis": "django.contrib.gis.db.backends.mysql",
    "prometheus_mysql": "django_prometheus.db.backends.mysql",
    "mssql": "mssql",
    "oracle": "django.db.backends.oracle",
    "pyodbc": "sql_server.pyodbc",
    "redshift": "django_redshift_backend",
    "spatialite": "django.contrib.gis.db.backends.spatialite",
    "prometheus_spatialite": "django_prometheus.db.backends.spatialite",
    "sqlite": "django.db.backends.sqlite3",
    "prometheus_sqlite": "django_prometheus.db.backends.sqlite3",
    "ldap": "ldapdb.backends.ldap",
}
_DB_FAMILY = (
    "postgres",
    "postgresql",
    "psql",
    "pgsql",
    "postgis",
    "prometheus_postgresql",
    "prometheus_postgis",
)
_DB_OPTIONS = (
    "CONN_MAX_AGE",
    "ATOMIC_REQUESTS",
    "AUTOCOMMIT",
    "DISABLE_SERVER_SIDE_CURSORS",
    "CONN_HEALTH_CHECKS",
)
_CACHE = {
    "dbcache": "django.core.cache.backends.db.DatabaseCache",
    "dummycache": "django.core.cache.backends.dummy.DummyCache",
    "filecache": "django.core.cache.backends.filebased.FileBasedCache",
    "locmemcache": "django.core.cache.backends.locmem.LocMemCache",
    "memcache": "django.core.cache.backends.memcached.MemcachedCache",
    "pylibmc": "django.core.cache.backends.memcached.PyLibMCCache",
}
_REDIS_SCHEMES = ("rediscache", "redis", "rediss", "valkey", "valkeys")
_DJANGO_REDIS = "django_redis.cache.RedisCache"
_BUILT_IN_REDIS = "django.core.cache.backends.redis.RedisCache"
_MEMCACHED = "django.core.cache.backends.memcached"
_CACHE_OPTIONS = ("TIMEOUT", "KEY_PREFIX", "VERSION", "KEY_FUNCTION", "BINARY")
_EMAIL = {
    **dict.fromkeys(("smtp", "smtps", "smtp+tls", "smtp+ssl"), "django.core.mail.backends.smtp.EmailBackend"),
    "consolemail": "django.core.mail.backends.console.EmailBackend",
    "filemail": "django.core.mail.backends.filebased.EmailBackend",
    "memorymail": "django.core.mail.backends.locmem.EmailBackend",
    "dummymail": "django.core.mail.backends.dummy.EmailBackend",
}
_IMPROPER = "django.core.exceptions.ImproperlyConfigured"


def _literal(text: str) -> Any:
    import ast

    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdigit() else value


def _unquoted(value: Any) -> Any:
    return parse.unquote(value) if isinstance(value, str) else value


def environ_database(url: str, engine: str | None = None) -> dict[str, Any]:
    """``Env.db_url_config``; raises BadUrl and ValueError."""
    if url == "sqlite://:memory:":
        return {"ENGINE": _DB["sqlite"], "NAME": ":memory:"}
    try:
        split = parse.urlparse(url)
    except ValueError:
        split = parse.urlparse(parse.quote(url, safe=":/?&=@"))
    if not split.path:
        split = parse.urlparse(parse.quote(parse.urlunparse(split), safe=":/?&=@"))
    path = parse.unquote_plus(split.path[1:].split("?", 2)[0])
    if split.scheme == "sqlite" and path == "":
        path = ":memory:"
    if split.scheme == "ldap":
        path = f"{split.scheme}://{split.hostname}" + (f":{split.port}" if split.port else "")
    netloc = parse.unquote(split.netloc.rsplit("@", 1)[-1])
    if split.scheme in _DB_FAMILY and "," in netloc:
        raise ValueError("is a URL of several hosts, which is not followed")
    config: dict[str, Any] = {
        "NAME": path or "",
        "USER": _unquoted(split.username) or "",
        "PASSWORD": _unquoted(split.password) or "",
        "HOST": split.hostname or "",
        "PORT": _number(split.port) or "",
    }
    if (split.scheme in _DB_FAMILY and path.startswith("/")) or ("cloudsql" in path and path.startswith("/")):
        config["HOST"], config["NAME"] = path.rsplit("/", 1)
    if split.scheme == "oracle":
        if path == "":
            config["NAME"], config["HOST"] = config["HOST"], ""
        if not config["PORT"]:
            del config["PORT"]
        else:
            config["PORT"] = str(config["PORT"])
    if split.query:
        options: dict[str, Any] = {}
        for key, values in parse.parse_qs(split.query).items():
            if key.upper() in _DB_OPTIONS:
                config[key.upper()] = _literal(values[0])
            else:
                options[key] = _number(values[0])
        config["OPTIONS"] = options
    config["ENGINE"] = engine or split.scheme
    config["ENGINE"] = _DB.get(config["ENGINE"], config["ENGINE"])
    return config if config["ENGINE"] else {}


def _cache_backend(run: Run, scheme: str) -> str | None:
    """Return the backend for a scheme, which depends on the libraries that are installed; None if unknown."""
    if scheme == "pymemcache":
        there = run.installs("pymemcache")
        return None if there is None else f"{_MEMCACHED}.{'PyMemcacheCache' if there else 'PyLibMCCache'}"
    if scheme not in _REDIS_SCHEMES:
        return _CACHE[scheme]
    built_in = (
        _BUILT_IN_REDIS if run.version is not None and int(run.version.partition(".")[0]) >= 4 else None
    )
    prefers, knows = run.reaches("django-environ", (0, 11)), run.reaches("django-environ", (0, 10))
    if knows is False:
        return _DJANGO_REDIS if run.installs("django-redis-cache") is not True else None
    if knows is None or prefers is None:
        return None
    if not prefers:
        return built_in
    there = run.installs("django-redis")
    return _DJANGO_REDIS if there else built_in if there is False else None


def environ_cache(run: Run, url: str, backend: str | None = None) -> dict[str, Any]:
    """``Env.cache_url_config``; raises BadUrl."""
    split = parse.urlparse(url)
    if split.scheme not in _CACHE and split.scheme not in (*_REDIS_SCHEMES, "pymemcache"):
        raise BadUrl(_IMPROPER, f"Invalid cache schema {split.scheme}")
    backend = backend or _cache_backend(run, split.scheme)
    if backend is None:
        raise ValueError("is a URL whose backend depends on what is installed, which is not followed")
    places = split.netloc.split(",")
    config: dict[str, Any] = {
        "BACKEND": backend,
        "LOCATION": places[0] if len(places) == 1 else places,
    }
    if split.scheme == "filecache":
        config["LOCATION"] = split.netloc + split.path
    if not split.netloc and split.scheme in ("memcache", "pymemcache"):
        config["LOCATION"] = "unix:" + split.path
    elif split.scheme.startswith("redis"):
        scheme = split.scheme.replace("cache", "") if split.hostname else "unix"
        found = [f"{scheme}://{place}{split.path}" for place in split.netloc.split(",")]
        config["LOCATION"] = found[0] if len(found) == 1 else found
    if split.query:
        lower = backend == _BUILT_IN_REDIS
        options: dict[str, Any] = {}
        for key, values in parse.parse_qs(split.query).items():
            name = key.lower() if lower else key.upper()
            (config if key.upper() in _CACHE_OPTIONS else options)[name] = _literal(values[0])
        config["OPTIONS"] = options
    return config


def environ_email(url: str, backend: str | None = None) -> dict[str, Any]:
    """``Env.email_url_config``; raises BadUrl."""
    split = parse.urlparse(url)
    config: dict[str, Any] = {
        "EMAIL_FILE_PATH": parse.unquote_plus(split.path[1:].split("?", 2)[0]),
        "EMAIL_HOST_USER": _unquoted(split.username),
        "EMAIL_HOST_PASSWORD": _unquoted(split.password),
        "EMAIL_HOST": split.hostname,
        "EMAIL_PORT": _number(split.port),
    }
    if backend:
        config["EMAIL_BACKEND"] = backend
    elif split.scheme not in _EMAIL:
        raise BadUrl(_IMPROPER, f"Invalid email schema {split.scheme}")
    else:
        config["EMAIL_BACKEND"] = _EMAIL[split.scheme]
    if split.scheme in ("smtps", "smtp+tls"):
        config["EMAIL_USE_TLS"] = True
    elif split.scheme == "smtp+ssl":
        config["EMAIL_USE_SSL"] = True
    if split.query:
        options: dict[str, Any] = {}
        for key, values in parse.parse_qs(split.query).items():
            (config if key.upper() in ("EMAIL_USE_TLS", "EMAIL_USE_SSL") else options)[key.upper()] = _number(
                values[0]
            )
        config["OPTIONS"] = options
    return config


def environ_url(run: Run, kind: str, url: V, extra: V | None, call: Call) -> V:
    """Turn a URL into a dict as django-environ does: ``kind`` is db, cache or email."""
    parsers: dict[str, Callable[[str, str | None], dict[str, Any]]] = {
        "db": environ_database,
        "cache": partial(environ_cache, run),
        "email": environ_email,
    }
    parser = parsers[kind]
    trail = run.trail(call.step(f"read as a {kind} URL"), url)
    try:
        text = plain(url)
        more = plain(extra) if extra is not None else None
        if not isinstance(text, str) or marked(text):
            return Unknown("is a URL that is not followed", trail)
        return run.wrap(parser(text, more), trail)
    except NotPlain as error:
        run.may_raise("ValueError", call.span)
        return Unknown(error.unknown.reason, trail)
    except BadUrl as error:
        raise run.throw(error.kind, error.message, call.span, trail) from None
    except ValueError as error:
        if "not followed" in str(error):
            return Unknown(str(error), trail)
        raise run.throw("ValueError", str(error), call.span, trail) from None


_SECRET = re.compile(r"//[^@/]*@")

FUNCTIONS: dict[str, registry.Function] = {
    "dj_database_url.parse": _parse,
    "dj_database_url.config": _config,
}
