"""What a container runs, and in which environment."""

from __future__ import annotations

import pytest

from confguard.model.value import Known, Unknown

DOCKERFILE = """\
FROM python:3.13
ENV FROM_IMAGE=1 BOTH=image
COPY start.sh /usr/local/bin/start.sh
ENTRYPOINT ["/usr/local/bin/start.sh"]
CMD ["gunicorn", "app.wsgi"]
"""


def environment(deployment_of, files):
    return deployment_of(files).processes["web"].environment


def test_the_environment_is_composes_over_the_images(deployment_of):
    compose = "services:\n  web:\n    build: .\n    environment: {BOTH: compose, OWN: x}\n"
    found = environment(deployment_of, {"compose.yaml": compose, "Dockerfile": DOCKERFILE})
    assert {name: found.get(name).value for name in ("FROM_IMAGE", "BOTH", "OWN")} == {
        "FROM_IMAGE": "1",
        "BOTH": "compose",
        "OWN": "x",
    }
    assert found.get("NOBODY") is None


@pytest.mark.parametrize(
    ("script", "name"),
    [
        ('export DATABASE_URL=$(cat /run/secrets/url)\nexec "$@"\n', "DATABASE_URL"),
        ('if [ -f /x ]; then export DATABASE_URL=postgres://db; fi\nexec "$@"\n', "DATABASE_URL"),
        ("A=1\nexport A B\n", "B"),
        ('CELERY="x" OTHER=1 celery -A app worker\n', "OTHER"),
        ("cd /app && env MODE=web gunicorn\n", "MODE"),
        ("sh ./inner.sh\n", "INNER"),
    ],
)
def test_what_a_start_script_sets_is_not_known_but_set(deployment_of, script, name):
    files = {
        "compose.yaml": "services:\n  web:\n    build: .\n",
        "Dockerfile": DOCKERFILE,
        "start.sh": f"#!/bin/sh\n{script}",
        "inner.sh": "#!/bin/sh\nexport INNER=1\n",
    }
    found = environment(deployment_of, files).get(name)
    assert isinstance(found, Unknown)
    assert "start script" in found.reason


def test_what_a_start_script_surely_exports_is_known(deployment_of):
    script = '#!/bin/sh\nexport DATABASE_URL="postgres://${DB_USER:-app}@db/app" MODE=web\nexec "$@"\n'
    compose = "services:\n  web:\n    build: .\n    env_file: .env\n"
    files = {
        "compose.yaml": compose,
        "Dockerfile": DOCKERFILE,
        "start.sh": script,
        ".env.example": "DB_USER=shop\n",
    }
    found = environment(deployment_of, files)
    assert found.get("DATABASE_URL").value == "postgres://shop@db/app"
    assert found.get("DATABASE_URL").from_template
    assert found.get("MODE").value == "web"
    assert not found.get("MODE").from_template


def test_a_script_that_reads_another_file_leaves_everything_open(deployment_of):
    files = {
        "compose.yaml": "services:\n  web:\n    build: .\n",
        "Dockerfile": DOCKERFILE,
        "start.sh": "#!/bin/sh\n. /run/secrets/env\n",
    }
    assert isinstance(environment(deployment_of, files).get("ANYTHING"), Unknown)


def test_an_image_from_elsewhere_may_set_anything(deployment_of):
    files = {"compose.yaml": "services:\n  web:\n    image: ghcr.io/example/app:1\n"}
    assert isinstance(environment(deployment_of, files).get("ANYTHING"), Unknown)
    files = {"compose.yaml": "services:\n  web:\n    image: python:3.13\n"}
    assert environment(deployment_of, files).get("ANYTHING") is None


def test_an_entrypoint_of_compose_resets_the_images_command(deployment_of):
    compose = "services:\n  web:\n    build: .\n    entrypoint: /run.sh\n"
    process = deployment_of({"compose.yaml": compose, "Dockerfile": DOCKERFILE}).processes["web"]
    assert process.words == ("/run.sh",)
    compose = "services:\n  web:\n    build: .\n    command: celery worker\n"
    process = deployment_of({"compose.yaml": compose, "Dockerfile": DOCKERFILE}).processes["web"]
    assert process.words == ("/usr/local/bin/start.sh", "celery", "worker")


def test_a_service_that_names_the_image_of_another_has_its_configuration(deployment_of):
    compose = (
        "services:\n  app:\n    build: .\n    image: example/app\n"
        "  web:\n    image: example/app\n    command: celery worker\n"
    )
    found = environment(deployment_of, {"compose.yaml": compose, "Dockerfile": DOCKERFILE})
    assert isinstance(found.get("FROM_IMAGE"), Known)


def test_a_script_by_its_bare_name_is_the_one_in_the_container(deployment_of):
    files = {
        "compose.yaml": "services:\n  web:\n    build: .\n",
        "Dockerfile": (
            'FROM python:3.13\nCOPY ./scripts /scripts\nENV PATH="/scripts:$PATH"\nCMD ["run.sh"]\n'
        ),
        "scripts/run.sh": "#!/bin/sh\nuwsgi --socket :9000 --module app.wsgi\n",
        "proxy/run.sh": "#!/bin/sh\nnginx -g 'daemon off;'\n",
    }
    (script,) = deployment_of(files).processes["web"].scripts
    assert script.path == "scripts/run.sh"
