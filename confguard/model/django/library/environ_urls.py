"""Database, cache and e-mail URLs as django-environ 0.10 to 0.14 reads them."""

from __future__ import annotations

import urllib.parse as parse
from collections.abc import Callable
from functools import partial
from typing import Any

from confguard.model.django.library.urls import BadUrl
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, V
from confguard.model.django.operations import NotPlain, marked, plain
from confguard.model.value import Unknown

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
        run.may_raise("ValueError", call.span, run.is_from_environment([url]), url.trail)
        return Unknown(error.unknown.reason, trail)
    except BadUrl as error:
        raise run.throw(error.kind, error.message, call.span, trail) from None
    except ValueError as error:
        if "not followed" in str(error):
            return Unknown(str(error), trail)
        raise run.throw("ValueError", str(error), call.span, trail) from None
