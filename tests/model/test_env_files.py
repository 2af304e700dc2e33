"""The env files of a deployment, and those that its workflows write."""

from __future__ import annotations

from confguard.model.delivery.files import used_env_files
from confguard.model.delivery.written import written_env_files

COMPOSE = (
    "services:\n  web:\n    image: shop:${TAG}\n    env_file: [.env, {path: raw.env, format: raw}]\n"
    "  db:\n    image: postgres:17\n    env_file: db.env\n"
)


def test_each_file_knows_what_it_is_for(deployment_of):
    files = {"compose.yaml": COMPOSE, ".env.example": "TAG=1\n", "raw.env": "A=1\n", "db.env": "B=2\n"}
    used = {file.path: file for file in used_env_files(deployment_of(files))}
    assert (used[".env"].read, used[".env"].fills, used[".env"].services) == (".env.example", True, ("web",))
    assert used[".env"].is_stand_in
    assert used["raw.env"].raw
    assert not used["db.env"].fills
    assert used["db.env"].services == ("db",)
    assert used["db.env"].spans[0].text == "db.env"


def test_what_a_script_writes_has_its_keys_with_places(deployment_of):
    script = (
        "#!/bin/sh\necho \"A=$A\" > .env\nprintf 'B=1\\n' >> /srv/.env\ncat <<EOF >> .env\nC=1\nEOF\n"
        "scp .env host:\n"
    )
    deployment = deployment_of({"compose.yaml": COMPOSE, ".env.example": "TAG=1\n", "deploy.sh": script})
    (written,) = written_env_files(deployment.project, deployment.files)
    assert written.target == ".env"
    assert {key: span.text for key, span in written.keys.items()} == {"A": "A", "B": "B", "C": "C"}


def test_a_file_that_is_copied_or_tested_with_is_not_judged(deployment_of):
    begin = "#!/bin/sh\necho A=1 > .env\necho B=1 >> .env\nssh host docker compose up -d\n"
    for more in ("cp .env.example .env\n", "pytest\n"):
        deployment = deployment_of(
            {"compose.yaml": COMPOSE, ".env.example": "TAG=1\n", "deploy.sh": begin + more}
        )
        assert not list(written_env_files(deployment.project, deployment.files))
