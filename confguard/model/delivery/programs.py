"""The variables that well-known images and libraries read by their own documentation.

Where to look them up: the pages of the images at hub.docker.com (``_/postgres``, ``_/mysql``, ``_/mariadb``,
``_/mongo``, ``_/rabbitmq``, ``_/nginx``, ``dpage/pgadmin4``, ``minio/minio``), docs.gunicorn.org/settings
(``workers``, ``bind``, ``GUNICORN_CMD_ARGS``), www.uvicorn.org/settings, docs.celeryq.dev (configuration),
flower.readthedocs.io/config, docs.python.org/using/cmdline, docs.djangoproject.com (``DJANGO_*`` of
django-admin), docs.sentry.io/platforms/python/configuration/options, opentelemetry.io (SDK environment
variables), boto3's configuration guide, postgresql.org/docs/libpq-envars, keycloak.org/server/all-config.
Not each name was compared with its page. Patterns are wider than the pages where a program reads a family of
names: a name too many keeps a rule silent. ``celery worker`` reads each of its options from
``CELERY_WORKER_...``: its command line has the ``auto_envvar_prefix`` CELERY, seen with Celery 5.4.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_MYSQL = (
    r"(?:ROOT_PASSWORD|DATABASE|USER|PASSWORD|ROOT_HOST|ALLOW_EMPTY(?:_ROOT)?_PASSWORD"
    r"|RANDOM_ROOT_PASSWORD|ONETIME_PASSWORD|INITDB_SKIP_TZINFO|AUTO_UPGRADE|PASSWORD_HASH"
    r"|ROOT_PASSWORD_HASH|MYSQL_LOCALHOST_USER|MYSQL_LOCALHOST_GRANTS|DISABLE_UPGRADE_BACKUP"
    r"|REPLICATION_\w+|MASTER_\w+|HEALTHCHECK_GRANTS)(?:_FILE)?"
)
_POSTGRES = (
    r"POSTGRES_(?:(?:PASSWORD|USER|DB|INITDB_ARGS)(?:_FILE)?|INITDB_WALDIR|HOST_AUTH_METHOD)|PG[A-Z]+"
    r"|POSTGRES_MULTIPLE_DATABASES|TS_TUNE_\w+|TIMESCALEDB_\w+"
)
_IMAGES: Mapping[str, tuple[str, str]] = {
    # The last part of the repository to the program's name and a pattern of all it reads.
    **dict.fromkeys(
        ("postgres", "postgis", "timescaledb", "pgvector", "postgresql"), ("PostgreSQL", _POSTGRES)
    ),
    "mysql": ("MySQL", f"MYSQL_{_MYSQL}"),
    "mariadb": ("MariaDB", f"(?:MYSQL|MARIADB)_{_MYSQL}"),
    "redis": ("Redis", r"REDISCLI_\w+|SKIP_FIX_PERMS|SKIP_DROP_PRIVS"),
    "valkey": ("Valkey", r"VALKEYCLI_\w+|REDISCLI_\w+|VALKEY_EXTRA_FLAGS|SKIP_FIX_PERMS|SKIP_DROP_PRIVS"),
    "rabbitmq": ("RabbitMQ", r"RABBITMQ_\w+|ERL_\w+"),
    "mongo": ("MongoDB", r"MONGO_INITDB_(?:ROOT_USERNAME|ROOT_PASSWORD|DATABASE)(?:_FILE)?"),
    "memcached": ("Memcached", r"(?!)"),
    "minio": ("MinIO", r"MINIO_\w+|MC_\w+"),
    "nginx": ("nginx", r"NGINX_ENVSUBST_\w+|NGINX_ENTRYPOINT_\w+"),
    "nginx-unprivileged": ("nginx", r"NGINX_ENVSUBST_\w+|NGINX_ENTRYPOINT_\w+"),
    "pgadmin4": ("pgAdmin", r"PGADMIN_\w+|GUNICORN_\w+|SCRIPT_NAME|PGPASS_FILE"),
    "keycloak": ("Keycloak", r"KC_\w+|KEYCLOAK_\w+|DB_\w+|JAVA_\w+|PROXY_ADDRESS_FORWARDING"),
    "flower": ("Flower", r"FLOWER_\w+|CELERY_\w+"),
}
_LIBRARIES: tuple[tuple[str, str], ...] = (
    # The program or library, and a pattern of what it reads in any container that may have it.
    (
        "the system",
        r"TZ|LANG(?:UAGE)?|LC_\w+|HOME|PATH|USER|SHELL|TERM|HOSTNAME|TMPDIR|DISPLAY|LD_\w+|MALLOC_\w+"
        r"|DEBIAN_FRONTEND|(?:HTTP|HTTPS|NO|ALL|FTP)_PROXY|SSL_CERT_(?:FILE|DIR)|PUID|PGID|UMASK|S6_\w+",
    ),
    ("Python", r"PYTHON\w+|VIRTUAL_ENV"),
    ("Python's package tools", r"(?:PIP|UV|POETRY|PIPENV|PDM|HATCH)_\w+"),
    ("Python's HTTP clients", r"REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|SSL_CERT_FILE"),
    ("gunicorn", r"GUNICORN_CMD_ARGS|WEB_CONCURRENCY|FORWARDED_ALLOW_IPS|SENDFILE|PORT"),
    ("uvicorn", r"UVICORN_\w+|WEB_CONCURRENCY|FORWARDED_ALLOW_IPS"),
    ("uWSGI", r"UWSGI_\w+"),
    ("granian", r"GRANIAN_\w+"),
    ("Django", r"DJANGO_SETTINGS_MODULE|DJANGO_CONFIGURATION|DJANGO_SUPERUSER_\w+|DJANGO_COLORS"
     r"|DJANGO_ALLOW_ASYNC_UNSAFE|DJANGO_AUTORELOAD_ENV|DJANGO_RUNSERVER_HIDE_WARNING|DJANGO_TEST_PROCESSES"),
    ("Celery", r"CELERY_(?:BROKER_(?:READ_|WRITE_)?URL|RESULT_BACKEND|CONFIG_MODULE|LOADER|TRACE_APP|RDB_\w+"
     r"|APP|BIN|WORKER_\w+|LOG_\w+)|C_FORCE_ROOT|CELERYD_\w+|FLOWER_\w+|KOMBU_\w+"),
    ("Sentry's SDK", r"SENTRY_(?:DSN|RELEASE|ENVIRONMENT|DEBUG|TRACES_SAMPLE_RATE|AUTH_TOKEN|ORG|SPOTLIGHT"
     r"|PROJECT|URL|KEEP_ALIVE|BAGGAGE|TRACE)"),
    ("OpenTelemetry", r"OTEL_\w+"),
    ("an application monitor", r"(?:DD|NEW_RELIC|ELASTIC_APM|SCOUT|APPSIGNAL|PYROSCOPE|LOGFIRE)_\w+"),
    ("the Prometheus client", r"PROMETHEUS_MULTIPROC_DIR|prometheus_multiproc_dir"),
    ("the AWS SDK", r"AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|SECURITY_TOKEN|DEFAULT_REGION"
     r"|REGION|PROFILE|CONFIG_FILE|SHARED_CREDENTIALS_FILE|CA_BUNDLE|ENDPOINT_URL\w*|MAX_ATTEMPTS|RETRY_MODE"
     r"|REQUEST_CHECKSUM_CALCULATION|RESPONSE_CHECKSUM_VALIDATION|WEB_IDENTITY_TOKEN_FILE|ROLE_\w+|EC2_\w+"
     r"|S3_DISABLE\w+|STS_REGIONAL_ENDPOINTS|CONTAINER_\w+)|BOTO_CONFIG"),
    ("Google's client libraries", r"GOOGLE_(?:APPLICATION_CREDENTIALS|CLOUD_PROJECT|API_KEY)|GCLOUD_PROJECT"),
    ("Azure's client libraries", r"AZURE_(?:CLIENT_ID|CLIENT_SECRET|TENANT_ID|STORAGE_CONNECTION_STRING)"),
    ("an AI client library", r"(?:OPENAI|ANTHROPIC|MISTRAL|COHERE|HF|HUGGINGFACE\w*|TRANSFORMERS|TORCH|NLTK"
     r"|LANGSMITH|LANGCHAIN|LANGFUSE|OLLAMA)_\w+"),
    ("libpq", r"PG[A-Z]+"),
    ("GDAL", r"(?:GDAL|GEOS|PROJ)_\w+"),
    ("Node.js", r"NODE_\w+|NPM_\w+|YARN_\w+|COREPACK_\w+|CI"),
    ("Next.js", r"NEXT_(?:TELEMETRY_DISABLED|RUNTIME|PHASE)|PORT|HOSTNAME"),
    ("Java", r"JAVA_\w+|JDK_JAVA_OPTIONS"),
    ("docker compose", r"(?:COMPOSE|DOCKER|BUILDKIT)_\w+"),
    ("a proxy that watches services", r"VIRTUAL_(?:HOST|PORT|PATH|PROTO|DEST)\w*|LETSENCRYPT_\w+|CERT_NAME"),
)  # fmt: skip

_ANY_LIBRARY = re.compile("|".join(f"(?:{pattern})" for _, pattern in _LIBRARIES))


def image_reads(image: str, name: str) -> str | None:
    """Return the name of the program of an image, by its last part, if it reads this variable; else None."""
    program = _IMAGES.get(image)
    return program[0] if program and re.fullmatch(program[1], name) else None


def image_is_known(image: str) -> bool:
    """Say whether everything that an image reads is known."""
    return image in _IMAGES


@lru_cache(maxsize=4096)
def library_that_reads(name: str) -> str | None:
    """Return the program or library, of those that any container may have, that reads a variable."""
    if not _ANY_LIBRARY.fullmatch(name):
        return None
    return next((who for who, pattern in _LIBRARIES if re.fullmatch(pattern, name)), None)
