"""Where datastores and well-known images listen, by their documented defaults, options and variables.

Sources: the reference of each server (PostgreSQL 17 ``postgres`` and ``PGPORT``; Redis 8 ``--port``; MySQL
8.4 ``--port`` and ``MYSQL_TCP_PORT``; memcached ``-p``; MongoDB 8 ``--port``; RabbitMQ 4 networking guide;
MinIO ``--address``) and the pages of the images on Docker Hub for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from confguard.model.image import ImageReference
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

_NOT_KNOWN = Unknown("its port is not known")

PROGRAM_OF_IMAGE: Mapping[str, str] = {
    # The last part of an image's repository to the server that it runs.
    **dict.fromkeys(("postgres", "postgis", "timescaledb", "timescaledb-ha", "pgvector"), "postgres"),
    **dict.fromkeys(("redis", "redis-stack-server"), "redis-server"),
    "valkey": "valkey-server",
    "keydb": "keydb-server",
    **dict.fromkeys(("mysql", "mysql-server", "percona"), "mysqld"),
    "mariadb": "mariadbd",
    **dict.fromkeys(("mongo", "mongodb-community-server"), "mongod"),
    "memcached": "memcached",
    "rabbitmq": "rabbitmq-server",
    "minio": "minio",
}

_IMAGES: Mapping[str, tuple[str, tuple[int, ...], tuple[str, ...]]] = {
    # Image: what is spoken on the first port, the ports, the variables that move them.
    "elasticsearch": ("http", (9200, 9300), ("http.port", "ES_SETTING_HTTP_PORT")),
    "opensearch": ("http", (9200, 9300, 9600), ("http.port",)),
    "meilisearch": ("http", (7700,), ("MEILI_HTTP_ADDR",)),
    "typesense": ("http", (8108,), ("TYPESENSE_API_PORT",)),
    "clickhouse-server": ("http", (8123, 9000, 9004, 9005, 9009), ()),
    "mailhog": ("smtp", (1025, 8025), ("MH_SMTP_BIND_ADDR", "MH_UI_BIND_ADDR")),
    "mailpit": ("smtp", (1025, 8025, 1110), ("MP_SMTP_BIND_ADDR", "MP_UI_BIND_ADDR")),
    "maildev": ("smtp", (1025, 1080), ("MAILDEV_SMTP_PORT", "MAILDEV_WEB_PORT")),
    "grafana": ("http", (3000,), ("GF_SERVER_HTTP_PORT",)),
    "prometheus": ("http", (9090,), ()),
    "loki": ("http", (3100, 9095), ()),
    "adminer": ("http", (8080,), ()),
    "flower": ("http", (5555,), ("FLOWER_PORT",)),
    "gotenberg": ("http", (3000,), ("API_PORT", "GOTENBERG_PORT")),
    "tika": ("http", (9998,), ()),
    "redis-commander": ("http", (8081,), ("PORT",)),
    "redisinsight": ("http", (5540,), ("RI_APP_PORT",)),
    "pgadmin4": ("http", (80, 443), ("PGADMIN_LISTEN_PORT",)),
    "mongo-express": ("http", (8081,), ("PORT",)),
    "node-exporter": ("http", (9100,), ()),
    "postgres-exporter": ("http", (9187,), ("PG_EXPORTER_WEB_LISTEN_ADDRESS",)),
    "redis_exporter": ("http", (9121,), ("REDIS_EXPORTER_WEB_LISTEN_ADDRESS",)),
    "imgproxy": ("http", (8080,), ("IMGPROXY_BIND", "PORT")),
    "zookeeper": ("zookeeper", (2181, 2888, 3888, 8080), ("ZOO_CFG_EXTRA",)),
}

_RABBITMQ = (5672, 15672, 5671, 15671, 15692, 25672, 4369, 1883, 8883, 61613, 61614, 15674, 15675, 5552)


def store(program: Program, where: Where) -> Found | None:
    """Return what a datastore's server listens on; None if the program is no such server."""
    reader = _PROGRAMS.get(program.name)
    return reader(program, where) if reader is not None else None


def image(reference: ImageReference, program: Program) -> Found | None:
    """Return what a well-known image listens on when it is given no command; None for others."""
    if reference.name == "pgbouncer":
        return _pgbouncer(reference, program)
    known = _IMAGES.get(reference.name)
    if known is None:
        return None
    protocol, ports, variables = known
    for name in variables:
        moved = variable(program, name)
        if name in program.environment and moved is not None:
            port = number(moved) if isinstance(moved, str) else None
            if port is None:
                return Unknown(f"{name} moves its port")
            ports = (port, *ports[1:])
    return tuple(
        Listener("", port, protocol if not index else "", reference.name) for index, port in enumerate(ports)
    )


def _pgbouncer(reference: ImageReference, program: Program) -> Found:
    """Two images are known: edoburu's listens on 5432 or LISTEN_PORT, bitnami's on 6432 or PGBOUNCER_PORT."""
    owner = reference.repository.split("/")[0]
    named = {"edoburu": ("LISTEN_PORT", 5432), "bitnami": ("PGBOUNCER_PORT", 6432)}
    named |= {"bitnamilegacy": named["bitnami"]}
    if owner not in named:
        return Unknown("which port this pgbouncer listens on is not known")
    name, default = named[owner]
    moved = program.environment.values.get(name)
    if moved is None:
        return (Listener("", default, "postgresql", "pgbouncer"),)
    text = variable(program, name)
    port = number(text) if isinstance(text, str) else None
    return (Listener("", port, "postgresql", "pgbouncer", moved.span),) if port else _NOT_KNOWN


def _ported(program: Program, default: int, protocol: str, options: tuple[str, ...], name: str = "") -> Found:
    given = option(program.words[1:], *options)
    if given:
        port = number(given[-1])
        return (fixed(program, port, protocol, "", given[-1]),) if port else _NOT_KNOWN
    moved = program.environment.values.get(name) if name else None
    if moved is not None:
        text = variable(program, name)
        port = number(text) if isinstance(text, str) else default if text is None else None
        return (Listener("", port, protocol, program.name, moved.span, program.sure),) if port else _NOT_KNOWN
    return (Listener("", default, protocol, program.name, None, program.sure),)


def _postgres(program: Program, where: Where) -> Found:
    settings = [one.partition("=") for one in option(program.words[1:], "-c")]
    names = {name for name, _, _ in settings}
    if "config_file" in names and "port" not in names:
        return Unknown("its configuration file is not read")
    ports = [value for name, _, value in settings if name == "port"]
    if ports:
        port = number(ports[-1].strip("'\""))
        return (fixed(program, port, "postgresql", "", ports[-1]),) if port else _NOT_KNOWN
    return _ported(program, 5432, "postgresql", ("-p", "--port"), "PGPORT")


def _redis(program: Program, where: Where) -> Found:
    words = program.words[1:]
    ports = option(words, "--port")
    if words and not words[0].startswith("-") and not ports:
        return Unknown("its configuration file is not read")
    tls = tuple(
        fixed(program, one, "rediss") for text in option(words, "--tls-port") if (one := number(text))
    )
    if ports and ports[-1] == "0":  # redis.conf, "port": no plain listener
        return tls
    hosts = [word for one in option(words, "--bind") for word in one.split()]
    if hosts and all(host.startswith("127.") or host in ("::1", "localhost") for host in hosts):
        port = number(ports[-1]) if ports else 6379
        return (fixed(program, port, "redis", "127.0.0.1", "--bind"),) if port else _NOT_KNOWN
    found = _ported(program, 6379, "redis", ("--port",))
    return (*found, *tls) if isinstance(found, tuple) else found


def _mysql(program: Program, where: Where) -> Found:
    if any(
        "/my" in str(getattr(one.target, "value", "")) for one in where.process.service.volumes if one.path
    ):
        return Unknown("its configuration file is not read")
    found = _ported(program, 3306, "mysql", ("-P", "--port"), "MYSQL_TCP_PORT")
    return (*found, Listener("", 33060, "mysqlx", program.name)) if isinstance(found, tuple) else found


def _memcached(program: Program, where: Where) -> Found:
    return _ported(program, 11211, "memcached", ("-p", "--port"))


def _mongo(program: Program, where: Where) -> Found:
    if option(program.words[1:], "-f", "--config") and not option(program.words[1:], "--port"):
        return Unknown("its configuration file is not read")
    return _ported(program, 27017, "mongodb", ("--port",))


def _rabbitmq(program: Program, where: Where) -> Found:
    configured = [
        name for name in ("RABBITMQ_NODE_PORT", "RABBITMQ_CONFIG_FILE") if name in program.environment
    ]
    if configured or any(
        "rabbitmq" in str(getattr(m.target, "value", "")) and m.path for m in where.process.service.volumes
    ):
        return Unknown("its configuration may move its ports")
    return tuple(
        Listener("", port, "amqp" if port == 5672 else "", "rabbitmq", None, port == 5672)
        for port in _RABBITMQ
    )


def _minio(program: Program, where: Where) -> Found:
    words = program.words[1:]
    found: list[Listener] = []
    for name, default, span_text in (("--address", 9000, ""), ("--console-address", 0, "")):
        given = option(words, name)
        text = given[-1] if given else ""
        one = address(text) if text else ("", default)
        if one is None or unknown(text):
            return _NOT_KNOWN
        if one[1]:
            found.append(fixed(program, one[1], "http", one[0], text or span_text))
    return tuple(found)


_PROGRAMS: Mapping[str, Callable[[Program, Where], Found]] = {
    "postgres": _postgres,
    **dict.fromkeys(("redis-server", "valkey-server", "keydb-server"), _redis),
    **dict.fromkeys(("mysqld", "mariadbd", "mysqld_safe"), _mysql),
    "memcached": _memcached,
    "mongod": _mongo,
    "rabbitmq-server": _rabbitmq,
    "minio": _minio,
}
