from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from confguard.discover.kinds import classify
from confguard.discover.project import Listing, Project, open_project
from confguard.model.stacks import Role, Stack, find
from confguard.model.stacks.stack import role_of_name

WEB = "services:\n  web:\n    image: app\n"
PLAIN = {"docker-compose.yml": WEB}
OVERLAY = "services:\n  web:\n    restart: always\n"


@dataclass(frozen=True)
class Configured:
    name: str
    files: tuple[str, ...]
    profiles: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    env_templates: Mapping[str, str] = field(default_factory=dict)
    project_directory: str | None = None
    role: str = "production"


def stacks(tmp_path: Path, files: dict[str, str], *configured: Configured) -> tuple[Stack, ...]:
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    project = Project(tmp_path, Listing(tuple(sorted(files)), "walk"))
    return find(project, classify(project), configured)


def roles(found: tuple[Stack, ...]) -> dict[str, str]:
    return {stack.name: stack.role.value for stack in found}


def deployed(found: tuple[Stack, ...]) -> list[str]:
    return [stack.name for stack in found if stack.deployed]


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("docker-compose.prod.yml", Role.PRODUCTION),
        ("docker-compose.ci.prod.images.yaml", Role.TEST),
        ("docker-compose.prod-test.yml", Role.TEST),
        ("compose.staging.yaml", Role.STAGING),
        ("compose.images.yaml", Role.UNKNOWN),
        ("travis.env", Role.TEST),
    ],
)
def test_a_name_tells_a_role(name: str, role: Role) -> None:
    assert role_of_name(name) is role


def test_without_compose_files_there_are_no_stacks(tmp_path: Path) -> None:
    assert stacks(tmp_path, {"README.md": "docker compose up"}) == ()


def test_a_lone_file_is_the_one_that_would_be_deployed(tmp_path: Path) -> None:
    (stack,) = stacks(tmp_path, PLAIN)
    assert (stack.role, stack.deployed, stack.is_production) == (Role.UNKNOWN, True, False)
    assert stack.note == "no stack is known to be production; this one would be deployed"
    assert stack.evidence[0].text == "Compose reads it by itself"


def test_a_production_file_that_a_development_command_extends_is_known_to_be_production(
    tmp_path: Path,
) -> None:
    files = PLAIN | {"docker-compose.override.yml": OVERLAY, "docker-compose.dev.yml": WEB}
    readme = {"README.md": "## Development\n\n```sh\ndocker compose up\n```\n"}
    found = next(one for one in stacks(tmp_path, files | readme) if one.files == ("docker-compose.yml",))
    assert (found.role, found.deployed, found.note) == (Role.PRODUCTION, True, "")


def test_where_the_file_of_production_has_a_mistake_no_other_stack_is_taken_for_it(tmp_path: Path) -> None:
    prod = {"docker-compose.prod.yml": f"{WEB}    image: again\n"}
    assert deployed(stacks(tmp_path, PLAIN | prod)) == []
    chain = {"Makefile": "prod:\n\tdocker compose -f docker-compose.yml -f docker-compose.prod.yml up -d\n"}
    assert deployed(stacks(tmp_path, PLAIN | prod | chain)) == []
    test = {"docker-compose.prod.yml": WEB, "docker-compose.test.yml": prod["docker-compose.prod.yml"]}
    assert deployed(stacks(tmp_path, PLAIN | test)) == ["docker-compose.prod.yml"]


def test_names_tell_roles_and_the_plain_file_beside_production_is_for_development(tmp_path: Path) -> None:
    found = stacks(
        tmp_path,
        PLAIN
        | {"docker-compose.prod.yml": WEB, "docker-compose.staging.yml": WEB, "docker-compose.ci.yml": WEB},
    )
    assert roles(found) == {
        "docker-compose.prod.yml": "production",
        "docker-compose.staging.yml": "staging",
        "docker-compose.yml": "development",
        "docker-compose.ci.yml": "test",
    }
    assert deployed(found) == ["docker-compose.prod.yml"]
    assert found[0].evidence[0].text == "its name says production"


def test_the_plain_file_beside_a_development_file_is_production(tmp_path: Path) -> None:
    assert deployed(stacks(tmp_path, PLAIN | {"docker-compose.dev.yml": WEB})) == ["docker-compose.yml"]


def test_folders_named_for_an_environment_tell_roles(tmp_path: Path) -> None:
    found = stacks(tmp_path, {"envs/production/compose.yml": WEB, "envs/local/compose.yml": WEB})
    assert roles(found) == {
        "envs/production/compose.yml": "production",
        "envs/local/compose.yml": "development",
    }


def test_commands_give_the_order_of_files_the_profiles_and_the_env_files(tmp_path: Path) -> None:
    makefile = (
        "COMPOSE = docker compose -f docker-compose.yml -f docker-compose.prod.yml\n"
        "up-prod:\n\t$(COMPOSE) --profile proxy --env-file .env.prod up -d\n"
    )
    found = stacks(tmp_path, PLAIN | {"docker-compose.prod.yml": WEB, "Makefile": makefile})
    stack = found[0]
    assert stack.files == ("docker-compose.yml", "docker-compose.prod.yml")
    assert (stack.profiles, stack.env_files, stack.role) == (("proxy",), (".env.prod",), Role.PRODUCTION)
    assert stack.name == "docker-compose.yml + docker-compose.prod.yml (profile proxy)"
    assert any(step.text == "make target 'up-prod' starts it" for step in stack.evidence)


def test_a_command_in_a_folder_is_resolved_from_it(tmp_path: Path) -> None:
    files = {"docker/prod.yml": WEB, "docker/base.yml": WEB}
    for text in (
        "```\ncd docker && docker compose -f base.yml -f prod.yml up\n```\n",
        "```\ngit clone x/thing\ncd thing/docker\ndocker compose -f base.yml -f prod.yml up\n```\n",
        "Run `docker compose -f ./docker/base.yml -f docker/prod.yml up`\n",
        "Run `docker compose -f /srv/app/docker/base.yml -f /srv/app/docker/prod.yml up`\n",
    ):
        found = stacks(tmp_path, files | {"README.md": text})
        assert found[0].files == ("docker/base.yml", "docker/prod.yml"), text


def test_a_working_directory_of_a_workflow_counts(tmp_path: Path) -> None:
    workflow = (
        "jobs:\n  deploy:\n    steps:\n      - name: Start\n        working-directory: ./docker\n"
        "        run: docker compose -f base.yml up -d\n"
    )
    found = stacks(tmp_path, {"docker/base.yml": WEB, ".github/workflows/x.yml": workflow})
    assert roles(found) == {"docker/base.yml": "production"}


def test_the_heading_over_a_command_tells_the_role(tmp_path: Path) -> None:
    for heading, role in (("Deploy to the server", "production"), ("Local development", "development")):
        text = f"# App\n\n## {heading}\n\n```sh\n$ docker compose up -d\n```\n"
        assert roles(stacks(tmp_path, PLAIN | {"README.md": text})) == {"docker-compose.yml": role}


def test_what_runs_a_development_server_is_not_taken_for_production_by_a_heading(tmp_path: Path) -> None:
    dev = "services:\n  web:\n    build: .\n    command: python manage.py runserver 0.0.0.0:8000\n"
    text = "# Deployment\n\n    docker compose up\n"
    (stack,) = stacks(tmp_path, {"compose.yml": dev, "README.md": text})
    assert (stack.role, stack.deployed) == (Role.DEVELOPMENT, True)


def test_a_tracked_override_is_merged_and_the_base_alone_is_a_stack_too(tmp_path: Path) -> None:
    found = stacks(tmp_path, PLAIN | {"docker-compose.override.yml": OVERLAY})
    assert {stack.files for stack in found} == {
        ("docker-compose.yml", "docker-compose.override.yml"),
        ("docker-compose.yml",),
    }
    assert deployed(found) == ["docker-compose.yml"]


def test_an_overlay_that_nothing_names_merges_over_the_base_beside_it(tmp_path: Path) -> None:
    lonely = {"docker-compose.lonely.yml": "services:\n  x:\n    ports: []\n"}
    found = stacks(tmp_path, PLAIN | {"docker-compose.prod.yml": OVERLAY} | lonely)
    assert ("docker-compose.yml", "docker-compose.prod.yml") in {stack.files for stack in found}
    assert not any("lonely" in stack.name for stack in found)
    assert deployed(found) == ["docker-compose.yml + docker-compose.prod.yml"]


def test_compose_file_in_an_env_template_names_a_chain(tmp_path: Path) -> None:
    found = stacks(
        tmp_path,
        PLAIN
        | {
            "extra.yml": WEB,
            ".env.example": "COMPOSE_FILE=docker-compose.yml:extra.yml\nCOMPOSE_PROFILES=a,b\n",
        },
    )
    assert ("docker-compose.yml", "extra.yml") in {stack.files for stack in found}
    assert ("a", "b") in {stack.profiles for stack in found}


def test_profiles_that_no_command_enables_make_a_stack_with_all_of_them(tmp_path: Path) -> None:
    text = (
        WEB
        + "  proxy:\n    image: nginx\n    profiles: [proxy]\n  mail:\n    image: m\n    profiles: [dev]\n"
    )
    found = stacks(tmp_path, {"docker-compose.prod.yml": text})
    assert [stack.profiles for stack in found] == [(), ("proxy",)] or [stack.profiles for stack in found] == [
        ("proxy",),
        (),
    ]
    gated = next(stack for stack in found if stack.profiles)
    assert gated.deployed
    assert "no command enables these profiles" in gated.evidence[0].text
    assert gated.evidence[0].span is not None


def test_copies_examples_and_tests_are_no_production(tmp_path: Path) -> None:
    found = stacks(
        tmp_path,
        PLAIN
        | {
            "docker-compose.prod.yml.bak": WEB,
            "docs/examples/docker-compose.yml": WEB,
            "tests/prod/docker-compose.yml": WEB,
            ".devcontainer/docker-compose.yml": WEB,
        },
    )
    assert deployed(found) == ["docker-compose.yml"]
    assert roles(found) == {
        "docker-compose.yml": "unknown",
        "docs/examples/docker-compose.yml": "unknown",
        "tests/prod/docker-compose.yml": "test",
        ".devcontainer/docker-compose.yml": "development",
    }


def test_a_file_that_people_are_told_to_download_is_production(tmp_path: Path) -> None:
    raw = "https://raw.githubusercontent.com/o/r/main"
    text = f"curl -o env.d/app {raw}/env.d/prod.dist/app\n{raw}/examples/compose.yml\n"
    example = "services:\n  web:\n    image: app\n    env_file: env.d/app\n"
    files = {"docs/install.md": text, "docs/examples/compose.yml": example, "env.d/prod.dist/app": "A=1\n"}
    (stack,) = stacks(tmp_path, files)
    assert stack.role is Role.PRODUCTION
    assert stack.stand_ins == {"docs/examples/env.d/app": "env.d/prod.dist/app"}


def test_commands_that_cannot_be_resolved_name_no_stack(tmp_path: Path) -> None:
    script = "docker compose -f $FILES up\ndocker compose -f missing.yml up\ncd $X; docker compose up\n"
    found = stacks(tmp_path, {"a.yml": WEB, "run.sh": script})
    assert [stack.files for stack in found] == [("a.yml",)]


def stand_ins(
    tmp_path: Path, files: dict[str, str], env_file: str, compose: str = "compose.prod.yml"
) -> Mapping[str, str]:
    text = f"services:\n  web:\n    image: app\n    env_file: {env_file}\n"
    return stacks(tmp_path, {compose: text} | files)[0].stand_ins


@pytest.mark.parametrize(
    ("env_file", "templates", "expected"),
    [
        (".env", [".env.example"], ".env.example"),
        (".env", [".env.example", ".env.production.template"], ".env.production.template"),
        (".env", [".env.dev.example", ".env.example"], ".env.example"),
        (".env.prod", [".env.prod-sample", ".env.dev-sample"], ".env.prod-sample"),
        (".env.prod.db", [".env.prod-sample", ".env.prod.db-sample"], ".env.prod.db-sample"),
        (".env.prod", [".env.example"], ".env.example"),
        ("env.d/production/app", ["env.d/production.dist/app"], "env.d/production.dist/app"),
        (
            ".envs/.production/.django",
            [".envs/.production/.django.example"],
            ".envs/.production/.django.example",
        ),
        ("env_file_app", ["env_file_app_template"], "env_file_app_template"),
        (".env", ["sample_env"], "sample_env"),
        (".env", ["dotenv.example"], "dotenv.example"),
        (".env.mail", [".env.example"], None),
        (".env.prod", [".env.dev.example"], None),
    ],
)
def test_templates_stand_in_for_env_files_by_name_and_role(
    tmp_path: Path, env_file: str, templates: list[str], expected: str | None
) -> None:
    assert stand_ins(tmp_path, dict.fromkeys(templates, "A=1\n"), env_file).get(env_file) == expected


def test_a_copy_command_says_what_stands_in_for_what(tmp_path: Path) -> None:
    files = {
        "env/one.txt.env": "A=1\n",
        "README.md": "## Deployment\n\n```\ncp env/one.txt.env .env.prod\n```\n",
    }
    assert stand_ins(tmp_path, files, ".env.prod") == {".env.prod": "env/one.txt.env"}


def test_of_several_copies_the_one_for_the_role_is_taken(tmp_path: Path) -> None:
    files = {
        ".env.example": "A=1\n",
        ".env.production.template": "A=2\n",
        "Makefile": "setup:\n\tcp .env.example .env\n",
        "README.md": "Copy `.env.production.template` to `.env` and fill it in.\n",
    }
    assert stand_ins(tmp_path, files, ".env") == {".env": ".env.production.template"}
    assert stand_ins(tmp_path, files, ".env", "compose.dev.yml") == {".env": ".env.example"}


def test_a_tracked_env_file_needs_no_stand_in(tmp_path: Path) -> None:
    assert stand_ins(tmp_path, {".env": "A=1\n", ".env.example": "A=1\n"}, ".env") == {}


def test_configured_stacks_are_the_only_ones(tmp_path: Path) -> None:
    files = PLAIN | {"docker-compose.prod.yml": OVERLAY, "live.template": "A=1\n", ".env.example": "A=1\n"}
    configured = Configured(
        "live",
        ("docker-compose.yml", "docker-compose.prod.yml"),
        ("web",),
        env_templates={".env": "live.template"},
    )
    (stack,) = stacks(tmp_path, files, configured)
    assert (stack.name, stack.files, stack.profiles) == ("live", configured.files, ("web",))
    assert stack.stand_ins == {".env": "live.template"}
    assert stack.deployed


def test_hostile_commands_end_and_leave_the_project_alone(tmp_path: Path) -> None:
    script = (
        "docker compose -f ../../etc/passwd up\n"
        + "X=$X$X\n" * 50
        + "docker compose "
        + "-f a " * 5000
        + "up\n"
    )
    found = stacks(tmp_path, PLAIN | {"run.sh": script})
    assert [stack.files for stack in found] == [("docker-compose.yml",)]


def test_a_template_that_is_named_after_a_compose_file_stands_in_for_its_env_file(repository):
    root = repository(
        {
            "docker-compose.unraid.yml": "services:\n  web:\n    image: a:1\n    env_file: /boot/app/.env\n",
            "unraid/.env.unraid.example": "A=1\n",
            ".env.production.template": "A=2\n",
            "README.md": "```sh\ndocker compose -f docker-compose.unraid.yml up -d\n```\n",
        }
    )
    project = open_project(root)
    (stack,) = find(project, classify(project))
    assert set(stack.stand_ins.values()) == {"unraid/.env.unraid.example"}


INSTALLED = {
    "deploy/compose.yaml": "services:\n  web:\n    image: a:${RELEASE}\n    environment:\n      K: ${KEY}\n"
    "      D: ${DOMAIN}\n      U: ${DB_USER}\n      P: ${DB_PASSWORD}\n",
    "deploy/variables.env": "RELEASE=1\nKEY=x\nDOMAIN=a.example\nDB_USER=u\nDB_PASSWORD=p\n",
}


def test_an_env_file_with_the_variables_of_the_compose_file_beside_it_stands_in(repository):
    project = open_project(repository(INSTALLED))
    (stack,) = find(project, classify(project))
    assert stack.stand_ins == {"deploy/.env": "deploy/variables.env"}


@pytest.mark.parametrize(
    "changed",
    [
        {"deploy/variables.env": "RELEASE=1\nA=1\nB=2\nC=3\nD=4\nE=5\n"},
        {"deploy/compose.yaml": INSTALLED["deploy/compose.yaml"] + "    env_file: variables.env\n"},
    ],
)
def test_an_env_file_for_something_else_does_not(repository, changed):
    project = open_project(repository(INSTALLED | changed))
    (stack,) = find(project, classify(project))
    assert stack.stand_ins == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Copy to /etc/shop/.env\nA=1\n", "deploy/env.example"),
        ("# Copy to /etc/shop/.env.old\nA=1\n", None),
        ("# Copy to /mnt/etc/shop/.env\nA=1\n", None),
    ],
)
def test_a_template_that_names_an_env_file_of_the_host_stands_in_for_it(
    tmp_path: Path, text: str, expected: str | None
) -> None:
    found = stand_ins(tmp_path, {"deploy/env.example": text}, "/etc/shop/.env")
    assert found.get("/etc/shop/.env") == expected


_JOB = """\
on: [push]
jobs:
  guard:
    runs-on: ubuntu-latest
    steps:
      - run: |
          cp .env.example .env
          docker compose --env-file .env.dev.example -f docker-compose.prod.yml up -d
"""


def test_what_a_job_copies_says_less_than_the_template_of_the_role(tmp_path: Path) -> None:
    files = {
        "docker-compose.prod.yml": "services:\n  web:\n    image: app\n    env_file: .env\n",
        ".env.example": "A=1\n",
        ".env.prod.example": "A=2\n",
        ".github/workflows/checks.yml": _JOB.replace("--env-file .env.dev.example ", ""),
    }
    (stack,) = stacks(tmp_path, files)
    assert stack.stand_ins == {".env": ".env.prod.example"}
    files.pop(".env.prod.example")
    (tmp_path / ".env.prod.example").unlink()
    (stack,) = stacks(tmp_path, files)
    assert stack.stand_ins == {".env": ".env.example"}


def test_the_env_file_of_a_test_counts_where_no_other_command_names_one(tmp_path: Path) -> None:
    files = {
        "docker-compose.prod.yml": WEB,
        ".env.dev.example": "A=1\n",
        ".github/workflows/ci.yml": _JOB,
    }
    (stack,) = stacks(tmp_path, files)
    assert stack.env_files == (".env.dev.example",)
    files["Makefile"] = "up-prod:\n\tdocker compose --env-file .env.prod -f docker-compose.prod.yml up -d\n"
    (stack,) = stacks(tmp_path, files)
    assert stack.env_files == (".env.prod",)


def test_what_another_file_includes_is_a_part_of_its_stack(tmp_path: Path) -> None:
    parts = {
        "deploy/docker-compose.yml": "include: [stack/web.yml, {path: stack/db.yml}]\nvolumes: {data: }\n",
        "deploy/stack/web.yml": "services:\n  web:\n    image: app\n    env_file: web.env\n",
        "deploy/stack/web.env.example": "A=1\n",
        "deploy/stack/db.yml": "services:\n  db:\n    image: postgres:17\n    volumes: ['data:/d']\n",
        "deploy/stack/mail.yml": "services:\n  mail:\n    image: mail:1\n    networks: [gone]\n",
        "deploy/run.sh": "#!/bin/sh\ncd deploy\ndocker compose up -d\n",
    }
    (stack,) = stacks(tmp_path, parts)
    assert stack.files == ("deploy/docker-compose.yml",)
    assert stack.stand_ins == {"deploy/stack/web.env": "deploy/stack/web.env.example"}


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    one = "include: [two.yaml]\nservices:\n  one:\n    image: a\n"
    two = "include: [compose.yaml]\nservices:\n  two:\n    image: b\n"
    found = stacks(tmp_path, {"compose.yaml": one, "two.yaml": two})
    assert ("compose.yaml",) in {stack.files for stack in found}


def test_a_part_that_a_command_starts_is_a_stack_of_its_own(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "include: [db/compose.yaml]\nservices:\n  web:\n    image: app\n",
        "db/compose.yaml": "services:\n  db:\n    image: postgres:17\n",
        "Makefile": "db:\n\tdocker compose -f db/compose.yaml up -d\n",
    }
    assert {stack.files for stack in stacks(tmp_path, files)} == {("compose.yaml",), ("db/compose.yaml",)}


def test_a_file_that_adds_to_what_it_includes_stands_alone(tmp_path: Path) -> None:
    files = {
        "compose.prod.yaml": f"include:\n  - path: [deep/a.yaml]\n{OVERLAY}  db:\n    restart: always\n",
        "deep/a.yaml": f"include: [b.yaml, ../compose.prod.yaml, gone.yaml]\n{WEB}",
        "deep/b.yaml": "include: [a.yaml]\nservices: {db: {image: postgres}}\n",
    }
    assert roles(stacks(tmp_path, files))["compose.prod.yaml"] == "production"


def test_a_file_that_includes_something_else_is_an_overlay_all_the_same(tmp_path: Path) -> None:
    files = {
        "compose.prod.yaml": f"include: [b.yaml]\n{OVERLAY}",
        "b.yaml": "services: {db: {image: postgres}}\n",
    }
    files |= {"compose.yaml": WEB}
    assert "compose.prod.yaml" not in roles(stacks(tmp_path, files))


def test_files_that_all_include_each_other_are_read_once_each(tmp_path: Path) -> None:
    names = [f"part{number}.yaml" for number in range(40)]
    files = {
        name: f"include: [{', '.join(names)}]\nservices: {{s{name[4:-5]}: {{image: a}}}}\n" for name in names
    }
    (stack, *_) = stacks(tmp_path, files | {"compose.yaml": f"include: [{names[0]}]\nservices: {{}}\n"})
    assert stack.files
