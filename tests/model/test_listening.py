"""Which programs containers start, and which ports these listen on."""

from __future__ import annotations

import pytest

COMPOSE = "services:\n  web:\n    image: python:3.13\n    command: {command}\n"


def listening(deployment_of, files, service="web"):
    return deployment_of(files).listening[service]


def bound(found):
    return [(one.address, one.port, one.protocol) for one in found.listeners]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("gunicorn app.wsgi", [("127.0.0.1", 8000, "http")]),
        ("gunicorn app.wsgi -b 0.0.0.0:9000", [("", 9000, "http")]),
        ("gunicorn app.wsgi -b :9000 --bind=unix:/run/x.sock", [("", 9000, "http")]),
        ("gunicorn app.wsgi --bind '[::]:8080'", [("", 8080, "http")]),
        ("python -m gunicorn app.wsgi -b0.0.0.0:80", [("", 80, "http")]),
        ("poetry run gunicorn app.wsgi -b 0.0.0.0", [("", 8000, "http")]),
        ("uvicorn app.asgi:application", [("127.0.0.1", 8000, "http")]),
        ("uvicorn app.asgi:application --host 0.0.0.0 --port 7000", [("", 7000, "http")]),
        ("uvicorn app.asgi:application --uds /run/x.sock", []),
        ("uv run --no-sync granian --interface asgi --host 0.0.0.0 a:b", [("", 8000, "http")]),
        ("daphne app.asgi:application", [("127.0.0.1", 8000, "http")]),
        ("daphne -b 0.0.0.0 -p 8011 app.asgi:application", [("", 8011, "http")]),
        ("daphne -e ssl:443:privateKey=k:certKey=c app.asgi:application", [("", 443, "http")]),
        ("hypercorn app.asgi -b 0.0.0.0:80 -b 0.0.0.0:81", [("", 80, "http"), ("", 81, "http")]),
        ("uwsgi --socket :3031 --module app.wsgi", [("", 3031, "uwsgi")]),
        ("uwsgi --http-socket 0.0.0.0:8000", [("", 8000, "http")]),
        ("python manage.py runserver", [("127.0.0.1", 8000, "http")]),
        ("python -u manage.py runserver 8002", [("127.0.0.1", 8002, "http")]),
        ("python manage.py runserver --settings a.b 0:8000", [("", 8000, "http")]),
        ("celery -A app flower --port=5566", [("", 5566, "http")]),
        ("celery -A app worker -l info", []),
        ("python manage.py migrate", []),
        ("env PORT=1 gosu app tini -- gunicorn app.wsgi", [("", 1, "http")]),
        ("sh -c 'python manage.py migrate && gunicorn app.wsgi -b 0.0.0.0:8000'", [("", 8000, "http")]),
        ("sh -c 'exec gunicorn app.wsgi -b 0.0.0.0:$${PORT:-8010}'", [("", 8010, "http")]),
        ("npx serve -s build -l 3000", [("", 3000, "http")]),
        ("npx http-server -p 9000", [("", 9000, "http")]),
        ("npx vite preview", [("127.0.0.1", 4173, "http")]),
        ("npx vite --host --port 3000", [("", 3000, "http")]),
        ("npx next start -p 4000", [("", 4000, "http")]),
        ("redis-server --port 6380", [("", 6380, "redis")]),
        ("redis-server --bind 127.0.0.1", [("127.0.0.1", 6379, "redis")]),
        ("postgres -c port=5433", [("", 5433, "postgresql")]),
        ("postgres -p 5434", [("", 5434, "postgresql")]),
        ("memcached -m 64 -p 11212", [("", 11212, "memcached")]),
        ("mongod --port 27018", [("", 27018, "mongodb")]),
    ],
)
def test_a_command_listens_where_its_options_and_defaults_say(deployment_of, command, expected):
    found = listening(deployment_of, {"compose.yaml": COMPOSE.format(command=command)})
    assert (bound(found), found.complete) == (expected, True)


@pytest.mark.parametrize(
    "command",
    [
        "python app.py",
        "gunicorn -c /etc/elsewhere.py app.wsgi",
        "hypercorn -c hypercorn.toml app.asgi",
        "redis-server /etc/redis/redis.conf",
        "sh -c 'gunicorn app.wsgi -b 0.0.0.0:$$(cat /port)'",
        "sh /not/here.sh",
        "sh -c 'helper & gunicorn app.wsgi -b :80'",
        "npm run start",
        "node dist/main.js",
        "uwsgi --emperor /etc/vassals",
    ],
)
def test_what_is_not_plain_is_not_known(deployment_of, command):
    found = listening(deployment_of, {"compose.yaml": COMPOSE.format(command=command)})
    assert not found.complete
    assert found.reason


@pytest.mark.parametrize(
    ("image", "settings", "ports"),
    [
        ("postgres:17", "", (5432,)),
        ("postgis/postgis:17-3.5", "", (5432,)),
        ("postgres:17", "environment: {PGPORT: '5433'}", (5433,)),
        ("postgres:17", "environment: {POSTGRES_PORT: '5433'}", (5432,)),
        ("mysql:8.4", "environment: {MYSQL_TCP_PORT: 3307}", (3307, 33060)),
        ("mariadb:11", "command: --max-connections=50", (3306, 33060)),
        ("redis:8", "command: [redis-server, --save, '']", (6379,)),
        ("redis:8", "command: redis-server --port 0", ()),
        ("valkey/valkey:8", "", (6379,)),
        ("edoburu/pgbouncer:1.24", "", (5432,)),
        ("edoburu/pgbouncer:1.24", "environment: {LISTEN_PORT: 6432}", (6432,)),
        ("bitnami/pgbouncer:1", "", (6432,)),
        ("minio/minio:1", "command: server /data --console-address :9001", (9000, 9001)),
        ("axllent/mailpit:v1", "", (1025, 1110, 8025)),
        ("grafana/grafana:12", "environment: {GF_SERVER_HTTP_PORT: 3001}", (3001,)),
        ("nginx:1.29", "", (80,)),
    ],
)
def test_a_well_known_image_listens_on_its_documented_ports(deployment_of, image, settings, ports):
    compose = f"services:\n  web:\n    image: {image}\n" + (f"    {settings}\n" if settings else "")
    found = listening(deployment_of, {"compose.yaml": compose, "nginx.conf": "events {}\n"})
    assert (found.ports, found.complete) == (ports, True)


SCRIPTED = {
    "compose.yaml": "services:\n  web:\n    build: .\n    command: [web]\n    environment: {PORT: '8001'}\n",
    "Dockerfile": 'FROM python:3.13\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\n',
}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('exec gunicorn app.wsgi -b "0.0.0.0:$PORT"', [(8001, True)]),
        ('# exec gunicorn -b :1\nPORT=9\ngunicorn app.wsgi \\\n  --bind ":${PORT}"', [(9, True)]),
        ("export PORT=7; exec gunicorn app.wsgi", [(7, True)]),
        ('case "$1" in\n  web) exec gunicorn -b :1 a ;;\n  *) exec gunicorn -b :2 a ;;\nesac', [(1, True)]),
        (
            'case "$1" in\n  api|rest)\n exec gunicorn -b :1 a\n;;\n *)\n gunicorn -b :2 a ;;\nesac',
            [(2, True)],
        ),
        ('if [ "$1" = "web" ]; then exec gunicorn -b :1 a; else gunicorn -b :2 a; fi', [(1, True)]),
        ('if [ "$1" != web ]; then gunicorn -b :1 a; else gunicorn -b :2 a; fi', [(2, True)]),
        ("if which gunicorn; then gunicorn -b :1 a; else gunicorn -b :2 a; fi", [(1, False), (2, False)]),
        ("if [ a = a ] || which x; then gunicorn -b :1 a; else gunicorn -b :2 a; fi", [(1, True)]),
        ("if [ a = b ] || [ c = c ]; then gunicorn -b :1 a; fi", [(1, False)]),
        ("if [ a = a ] || which x && which y; then gunicorn -b :1 a; fi", [(1, False)]),
        ("run() {\n  gunicorn -b :1 a\n}\nrun", [(1, False)]),
        ("cat <<'END' > x\ngunicorn -b :3 a\nEND\ngunicorn -b :1 a", [(1, True)]),
        ('shift\nset -- gunicorn -b :4 a\nexec "$@"', [(4, True)]),
        ("until nc -z db 5432; do sleep 1; done\nexec gunicorn -b :5 a >/dev/stdout 2>&1", [(5, True)]),
        ("exec gunicorn -b :1 a\ngunicorn -b :2 a", [(1, True)]),
    ],
)
def test_start_scripts_are_followed(deployment_of, script, expected):
    found = listening(deployment_of, {**SCRIPTED, "start.sh": f"#!/bin/sh\nset -e\n{script}\n"})
    assert [(one.port, one.sure) for one in found.listeners] == expected
    assert found.complete


def test_the_place_of_a_port_is_where_it_is_written(deployment_of):
    found = listening(deployment_of, {**SCRIPTED, "start.sh": "#!/bin/sh\nexec gunicorn a -b 0.0.0.0:8000\n"})
    span = found.listeners[0].span
    assert (span.path, span.line, span.text) == ("start.sh", 2, "0.0.0.0:8000")


def test_arguments_keep_the_place_of_the_command_that_gives_them(deployment_of):
    files = {
        **SCRIPTED,
        "compose.yaml": "services:\n  web:\n    build: .\n    command: gunicorn a -b 0.0.0.0:8000\n",
        "start.sh": '#!/bin/sh\nexec "$@"\n',
    }
    span = listening(deployment_of, files).listeners[0].span
    assert (span.path, span.line, span.text) == ("compose.yaml", 4, "0.0.0.0:8000")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('bind = "0.0.0.0:9001"\n', ([("", 9001, "http")], True)),
        ('workers = 3\nbind = ["127.0.0.1:1", ":2"]\n', ([("127.0.0.1", 1, "http"), ("", 2, "http")], True)),
        ("import os\nbind = os.environ['BIND']\n", ([], False)),
        ("workers = 3\n", ([("", 8001, "http")], True)),
        ("def (\n", ([], False)),
    ],
)
def test_gunicorn_reads_its_configuration_file(deployment_of, text, expected):
    files = {**SCRIPTED, "start.sh": "#!/bin/sh\nexec gunicorn a\n", "gunicorn.conf.py": text}
    found = listening(deployment_of, files)
    assert (bound(found), found.complete) == expected


def test_an_ini_file_tells_what_uwsgi_listens_on(deployment_of):
    files = {
        **SCRIPTED,
        "start.sh": "#!/bin/sh\nexec uwsgi --ini /etc/uwsgi/app.ini\n",
        "conf/app.ini": "[uwsgi]\nsocket = 0.0.0.0:8001\nhttp-socket = unix.sock\n",
    }
    assert bound(listening(deployment_of, files)) == [("", 8001, "uwsgi")]


def test_npm_runs_what_package_json_says(deployment_of):
    files = {
        "compose.yaml": "services:\n  web:\n    build: ./ui\n",
        "ui/Dockerfile": 'FROM node:24\nCMD ["npm", "run", "dev", "--", "--host", "0.0.0.0"]\n',
        "ui/package.json": '{"scripts": {"dev": "vite --port 3100"}}',
    }
    assert bound(listening(deployment_of, files)) == [("", 3100, "http")]


def test_nginx_listens_where_its_servers_say(deployment_of):
    files = {
        "compose.yaml": "services:\n  web:\n    image: nginx:1.29\n"
        "    volumes: ['./site.conf:/etc/nginx/conf.d/default.conf:ro']\n",
        "site.conf": "server {\n  listen 8080;\n  listen 127.0.0.1:9000;\n  listen 443 ssl;\n"
        "  ssl_certificate /c.pem;\n  ssl_certificate_key /k.pem;\n}\n",
    }
    assert bound(listening(deployment_of, files)) == [
        ("", 8080, "http"),
        ("127.0.0.1", 9000, "http"),
        ("", 443, "https"),
    ]


def test_an_environment_that_is_not_known_leaves_a_default_open(deployment_of):
    files = {
        "compose.yaml": "services:\n  web:\n    build: .\n    env_file: [.env.web]\n",
        "Dockerfile": SCRIPTED["Dockerfile"],
        "start.sh": "#!/bin/sh\nexec gunicorn a -b 0.0.0.0:${PORT:-8000}\n",
    }
    assert not listening(deployment_of, files).complete


@pytest.mark.parametrize(
    "script",
    [
        "./start.sh\n" * 500,
        "cat << A\n" * 1000,
        "case x in\n" * 3000,
        "if true; then\n" * 3000 + "fi\n" * 10,
        "x() {\n" * 2000,
        "((((((" * 2000,
        "$(" * 2000,
        "echo " + "a" * 200_000,
        "esac\nfi\ndone\n}\n)\n;;\n",
        "case\nfor\nfunction\nexport\nset --\nshift\n" * 200,
    ],
)
def test_hostile_scripts_neither_raise_nor_hang(deployment_of, script):
    found = listening(deployment_of, {**SCRIPTED, "start.sh": f"#!/bin/sh\n{script}"})
    assert found.listeners == ()
