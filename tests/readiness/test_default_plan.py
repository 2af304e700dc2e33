"""The plan that comes along: rows that files decide pass for a ready product, and fail for a broken one."""

from __future__ import annotations

import pytest

from confguard.readiness import State, Subject, assess, load_plan
from tests.readiness.shop import FILES, C, E, N, S, W, changed

PLAN = load_plan()


@pytest.fixture(scope="session")
def states(checked):
    """Return a function that answers every row for the product with other files."""

    def of(changes):
        done = checked(changes)
        chosen = done.repo.production[0]
        found = tuple(one for one in done.report.findings if not one.stacks or chosen.name in one.stacks)
        return {one.row.id: one for one in assess(PLAN, Subject(done.repo, chosen, found)).answers}

    return of


@pytest.fixture(scope="module")
def ready(states):
    return states({})


@pytest.mark.parametrize("row", [row.id for row in PLAN.rows if row.kind == "static"])
def test_a_ready_product_passes_the_row(ready, row):
    answer = ready[row]
    assert answer.state is State.PASSED, (answer.outcome, answer.findings)
    assert answer.outcome.evidence


BROKEN = {
    "P0.1": {E: None},
    "P0.2": {"compose.host-expose.yaml": None},
    "P0.3": {"old/server.key": "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"},
    "P0.4": changed(("README.md", "make up-prod", "make start-prod")),
    "P0.5": changed((W, "      - run: npm --prefix front run e2e\n", "")),
    "P0.6": changed((C, "target: production", "target: development")),
    "P0.8": {
        **changed((C, "  redis:\n", "  redis:\n    container_name: shop-redis\n")),
        "compose.dev.yaml": "services:\n  redis:\n    image: redis:8.2.1\n    container_name: shop-redis\n",
    },
    "P0.10": changed((C, "    profiles: [proxy]\n", "")),
    "P1.1": changed((E, "ALLOWED_HOSTS=shop.example\n", "")),
    "P1.2": changed(
        (
            E,
            "SENTRY_DSN=https://key@sentry.example/1",
            "AWS_SECRET_ACCESS_KEY=" + "wJalrXUtnFEMIK7MDENGbPxRfiCYzzq1TbQ8kRvW",
        )
    ),
    "P1.3": changed((E, "DEBUG=false", "DEBUG=true")),
    "P1.4": changed((S, 'os.environ["SECRET_KEY"]', '"p8#kq0^2v!m7x$z4r9t1w6y3u5i8o0a2s4d6f8g1h3j5k7l9"')),
    "P1.5": changed((E, "AUTH_ENFORCED=true", "AUTH_ENFORCED=false")),
    "P1.6": changed((S, '"HOST": "db",', '"HOST": "db", "OPTIONS": {"sslmode": "verify-full"},')),
    "P1.7": changed(("front/Dockerfile", "ARG VITE_COOKIE_REFRESH_AUTH\n", "")),
    "P1.9": changed((E, "ALLOWED_HOSTS=shop.example", "ALLOWED_HOSTS=*")),
    "P1.10": {**changed((C, "env_file: .env\n", "env_file: .env.example\n")), ".env.example": FILES[E]},
    "P1.11": changed((E, "AUTH_ENFORCED=true", "WEB_URL=http://localhost:3000")),
    "P1.12": changed((W, "      - run: confguard check\n", "")),
    "P2.1": changed((S, "SESSION_COOKIE_SECURE = True", "SESSION_COOKIE_SECURE = False")),
    "P2.4": changed(
        (
            N,
            "    add_header Perm",
            "    add_header Content-Security-Policy \"default-src 'none'\" always;\n    add_header Perm",
        )
    ),
    "P2.5": changed((S, "SECURE_HSTS_SECONDS = 31536000\n", "SECURE_HSTS_SECONDS = 0\n")),
    "P2.6": changed((N, "      proxy_pass", "      add_header X-Way a;\n      proxy_pass")),
    "P2.7": changed((N, "  client_max_body_size 10m;\n", "")),
    "P2.8": changed((W, "pip-audit -r requirements.txt", "pip-audit -r requirements.txt || true")),
    "P3.2": changed((C, "redis:8.2.1", "redis:latest")),
    "P3.3": changed(("lighthouserc.js", "''", "'webpack compiled'")),
    "P4.1": changed(("scripts/backup.sh", '"$POSTGRES_USER"', "postgres")),
    "P4.4": changed((C, "      migrate: {condition: service_completed_successfully}\n", "")),
    "P4.5": changed((C, "backups:/backups", "backups:/backups:ro")),
    "P5.2": changed((E, "SENTRY_DSN=https://key@sentry.example/1", "SENTRY_DSN=")),
    "P5.3": changed((C, '"Host: shop.example"', '"Host: nobody.example"')),
    "P5.5": changed((N, "$request $status", "$request $http_authorization")),
    "P6.1": changed((W, "      - run: python manage.py test\n", "")),
    "P6.2": changed((W, "      - run: python manage.py spectacular --file openapi.json\n", "")),
    "P7.1": changed((C, "    command: gunicorn", "    ports: ['8000:8000']\n    command: gunicorn")),
    "P7.2": changed((C, "    image: redis:8.2.1\n", "    image: redis:8.2.1\n    ports: ['6379:6379']\n")),
    "P7.4": changed((N, "server_name shop.example;", "server_name www.shop.example;")),
    "P7.5": changed(("compose.host-expose.yaml", "127.0.0.1:${WEB_PORT:-8000}:8000", "8000:8000")),
    "P7.6": changed((C, "${HTTP_PORT:-80}:80", "80:80")),
    "P7.7": changed((C, "${POSTGRES_PASSWORD:?}", "${POSTGRES_PASSWORD:-shop}")),
    "P8.1": changed(
        (
            N,
            "      proxy_set_header X-Forwarded-Proto $scheme;\n",
            "      proxy_set_header X-Forwarded-Proto http;\n",
        )
    ),
    "P8.2": changed((C, '    entrypoint: ["/app/migrate.sh"]\n', "    command: python manage.py migrate\n")),
    "P8.3": changed(("Makefile", "--profile proxy down", "down")),
    "P8.4": changed((C, "ghcr.io/acme/shop:${SHOP_VERSION:?}", "ghcr.io/acme/shop:latest")),
    "P9.1": changed(
        (C, "    command: celery -A shop beat\n", "    command: celery -A shop worker -Q slow\n")
    ),
}
"""Row to what breaks it: path to text, None for a file that is taken away."""


@pytest.mark.parametrize("row", sorted(BROKEN))
def test_a_broken_product_fails_the_row(states, row):
    answer = states(BROKEN[row])[row]
    assert answer.state is State.FAILED, answer.outcome
    assert answer.findings or answer.outcome.text


def test_every_row_that_files_decide_is_broken_once():
    assert {row.id for row in PLAN.rows if row.kind == "static"} == set(BROKEN)


def test_a_key_that_the_template_and_a_default_share_is_no_placeholder(states):
    key = "p8xkq0v2m7z4r9t1w6y3u5i8o0a2s4d6f8g1h3j5k7l9c0b2n4"
    files = changed(
        (E, "SECRET_KEY=change-me", f"SECRET_KEY={key}"),
        (C, "environment: [", f'environment: ["SECRET_KEY=${{SECRET_KEY:-{key}}}", '),
    )
    answers = states(files)
    assert [one.rule for one in answers["P1.2"].findings] == ["default-secret-key"]
    assert answers["P1.4"].state is State.FAILED


def test_a_schedule_of_a_backup_that_names_no_task_of_the_code_fails_the_row_of_backups(states):
    files = changed((S, '"shop.tasks.backup"', '"shop.tasks.back_up"'))
    answer = states(files)["P9.1"]
    assert [one.rule for one in answer.findings] == ["unknown-beat-task"]


def test_a_schedule_of_other_work_says_nothing_about_backups(states):
    files = changed(
        (S, '"schedule": 86400}', '"schedule": 86400}, "digest": {"task": "shop.mail", "schedule": 60}')
    )
    assert states(files)["P9.1"].findings == ()


def test_a_worker_without_the_address_of_sentry_fails_the_row_of_sentry(states):
    worker = "    command: celery -A shop worker\n"
    files = {
        **changed(
            (C, f"{worker}    env_file: .env\n", f"{worker}    env_file: worker.env\n"),
            (S, 'os.environ["SENTRY_DSN"]', 'os.getenv("SENTRY_DSN", "")'),
        ),
        "worker.env": "SECRET_KEY=change-me\nDATABASE_URL=postgres://db/shop\n",
    }
    answer = states(files)["P5.2"]
    assert [one.rule for one in answer.findings] == ["inconsistent-environment"]
