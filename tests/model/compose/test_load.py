import time
from pathlib import Path

import pytest

from confguard.discover.project import Listing, Project
from confguard.model.compose import ComposeModel, load
from confguard.model.value import Known, Origin, Unknown


def model(tmp_path: Path, files: dict[str, str], *wanted: str, **options: object) -> ComposeModel:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    project = Project(tmp_path.resolve(), Listing(tuple(sorted(files)), "walk"))
    return load(project, wanted or ("compose.yaml",), **options)  # type: ignore[arg-type]


WEB = "services:\n  web:\n    image: app:${TAG}\n    environment:\n      MODE: ${MODE:-dev}\n"


def test_a_variable_is_unknown_where_its_env_file_is_not_in_the_repository(tmp_path: Path) -> None:
    web = model(tmp_path, {"compose.yaml": WEB}).services["web"]
    assert isinstance(web.image, Unknown)


def test_a_template_stands_in_for_the_env_file_and_its_values_say_so(tmp_path: Path) -> None:
    found = model(
        tmp_path, {"compose.yaml": WEB, ".env.example": "TAG=1\n"}, stand_ins={".env": ".env.example"}
    )
    image = found.services["web"].image
    assert isinstance(image, Known) and image.value == "app:1" and image.from_template
    assert [step.span.path for step in image.trail if step.span] == ["compose.yaml", ".env.example"]


def test_an_unset_variable_is_empty_where_the_env_file_is_known(tmp_path: Path) -> None:
    found = model(tmp_path, {"compose.yaml": WEB, ".env": "A=1\n"})
    image = found.services["web"].image
    assert isinstance(image, Known) and image.value == "app:" and image.from_default
    assert "nothing sets TAG" in image.trail[1].text


def test_a_default_applies_and_is_marked(tmp_path: Path) -> None:
    found = model(tmp_path, {"compose.yaml": WEB})
    mode = found.container_environment("web").get("MODE")
    assert isinstance(mode, Known) and mode.value == "dev"
    assert [step.origin for step in mode.trail] == [Origin.WRITTEN, Origin.DEFAULT]
    assert mode.trail[1].span is not None and mode.trail[1].span.text == "${MODE:-dev}"


def test_a_container_without_its_env_file_may_have_any_variable(tmp_path: Path) -> None:
    found = model(tmp_path, {"compose.yaml": "services:\n  web:\n    image: x\n    env_file: .env\n"})
    assert isinstance(found.container_environment("web").get("ANY"), Unknown)
    assert not found.problems and [problem.span.text for problem in found.refusals] == [".env"]


def test_unknown_parts_leave_the_rest_of_a_short_form_known(tmp_path: Path) -> None:
    text = 'services:\n  web:\n    image: x\n    ports: ["127.0.0.1:${PORT}:80"]\n'
    text += '    volumes: ["${DIR}:/data:ro"]\n'
    web = model(tmp_path, {"compose.yaml": text}).services["web"]
    (port,), (mount,) = web.ports, web.volumes
    assert port.loopback and isinstance(port.published, Unknown)
    assert isinstance(port.target, Known) and port.target.value == "80"
    assert isinstance(mount.target, Known) and mount.target.value == "/data" and mount.read_only


BASE = "services:\n  db:\n    image: x\n    ports: ['1:1']\n    environment: {A: '1', B: '2'}\n"
BASE += "    restart: always\n"


@pytest.mark.parametrize(
    ("overlay", "attribute", "effect", "reason"),
    [
        ("ports: []", ("ports",), "nothing", "empty"),
        ("ports:", ("ports",), "nothing", "null"),
        ("ports: ['1:1']", ("ports",), "nothing", "same"),
        ("ports: ['2:2']", ("ports",), "appended", ""),
        ("ports: !reset []", ("ports",), "removed", ""),
        ("ports: !override ['3:3']", ("ports",), "replaced", ""),
        ("expose: !reset []", ("expose",), "nothing", "absent"),
        ("environment: {}", ("environment",), "nothing", "empty"),
        ("environment: [A=1]", ("environment", "A"), "nothing", "same"),
        ("environment: [A=5]", ("environment", "A"), "replaced", ""),
        ("restart: always", ("restart",), "nothing", "same"),
        ("restart: 'no'", ("restart",), "replaced", ""),
    ],
)
def test_what_an_overlay_does(
    tmp_path: Path, overlay: str, attribute: tuple[str, ...], effect: str, reason: str
) -> None:
    files = {"compose.yaml": BASE, "over.yaml": f"services:\n  db:\n    {overlay}\n"}
    (found,) = model(tmp_path, files, "compose.yaml", "over.yaml").overrides
    assert (found.attribute, found.effect, found.reason) == (attribute, effect, reason)
    assert found.overlay is not None and found.overlay.path == "over.yaml"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("services:\n  web:\n    image: x\n    port: [1]\n", "port"),
        ("services:\n  web:\n    image: x\n    networks: [none]\n", "none"),
        ("services:\n  web:\n    image: x\n    depends_on: [none]\n", "none"),
        ("services:\n  web:\n    hostname: x\n", "web"),
        ("services:\n  web:\n    image: ${A\n", "${"),
        ("services:\n  web:\n    image: x\n    ports: ['99999:1']\n", "'99999:1'"),
        ("include: [none.yaml]\nservices: {}\n", "none.yaml"),
        ("include: [../outside.yaml]\nservices: {}\n", "../outside.yaml"),
        ("services:\n  web: {image: x, extends: {file: /etc/passwd, service: a}}\n", "/etc/passwd"),
    ],
)
def test_what_is_refused_is_shown_where_it_stands(tmp_path: Path, text: str, place: str) -> None:
    problems = model(tmp_path, {"compose.yaml": text}).problems
    assert place in [problem.span.text for problem in problems]


def test_a_broken_attribute_leaves_the_rest_of_the_service_understood(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: x\n    ports: ['a:b', '80:80']\n    command: {}\n    user: root\n"
    found = model(tmp_path, {"compose.yaml": text})
    web = found.services["web"]
    assert len(found.problems) == 2 and len(web.ports) == 1
    assert isinstance(web.user, Known) and web.command is None


def test_long_chains_of_extends_and_include_end(tmp_path: Path) -> None:
    chain = "".join(f"  s{i}: {{extends: s{i + 1}}}\n" for i in range(3000))
    found = model(tmp_path, {"compose.yaml": f"services:\n{chain}  s3000: {{image: x}}\n"})
    assert found.problems
    files = {f"f{i}.yaml": f"include: [f{i + 1}.yaml]\nservices: {{}}\n" for i in range(300)}
    assert model(tmp_path, files, "f0.yaml").problems


def test_many_services_take_linear_time(tmp_path: Path) -> None:
    def seconds(count: int) -> float:
        one = "  s{0}:\n    image: x:{0}\n    ports: ['{0}:80']\n    environment: {{A: b, C: '${{D:-e}}'}}\n"
        text = "services:\n" + "".join(one.format(i + 1) for i in range(count))
        over = "services:\n" + "".join(f"  s{i + 1}: {{ports: !reset []}}\n" for i in range(count))
        folder = tmp_path / str(count)
        folder.mkdir(exist_ok=True)
        files = {"compose.yaml": text, "over.yaml": over}
        start = time.process_time()
        assert len(model(folder, files, "compose.yaml", "over.yaml").services) == count
        return time.process_time() - start

    seconds(20)
    few, many = (min(seconds(count) for _ in range(3)) for count in (80, 800))
    assert many < 20 * max(few, 0.005)


TEMPLATE = "PORT=DO_NOT_PUBLISH\nSIZE=lots\nNUMBER=many\nMODE=wrong\nVOLUME=data\n"


@pytest.mark.parametrize(
    "attribute",
    [
        "ports: ['${PORT}:80']",
        "mem_limit: ${SIZE}",
        "scale: ${NUMBER}",
        "cgroup: ${MODE}",
        "volumes: ['${VOLUME}:/data']",
        "image: ${IMAGE}",
    ],
)
def test_what_a_template_says_wrong_is_no_fault_of_the_files(tmp_path: Path, attribute: str) -> None:
    first = "" if attribute.startswith("image") else "    image: x\n"
    text = f"services:\n  web:\n{first}    {attribute}\n"
    template = {"compose.yaml": text, ".env.example": TEMPLATE}
    found = model(tmp_path, template, stand_ins={".env": ".env.example"})
    assert not found.problems and len(found.refusals) == 1
    if "IMAGE" not in attribute:
        found = model(tmp_path, {"compose.yaml": text, ".env": TEMPLATE})
        assert len(found.problems) == 1 and not found.refusals


ON_HOST = """\
services:
  web:
    build: /srv/shop/backend
  worker:
    build: {context: /srv/shop/backend, target: worker}
  front:
    build: {context: /srv/shop/front/, dockerfile: docker/Dockerfile}
"""
FILES_ON_HOST = {"backend/Dockerfile": "FROM scratch\n", "front/docker/Dockerfile": "FROM scratch\n"}


def test_absolute_contexts_are_the_projects_folders_where_all_lead_to_its_dockerfiles(tmp_path: Path) -> None:
    found = model(tmp_path, {"compose.yaml": ON_HOST, **FILES_ON_HOST}).services
    builds = [found[name].build for name in ("web", "worker", "front")]
    assert [build.dockerfile_path for build in builds if build] == [
        "backend/Dockerfile",
        "backend/Dockerfile",
        "front/docker/Dockerfile",
    ]
    assert [build.context.value for build in builds if build and isinstance(build.context, Known)] == [
        "backend",
        "backend",
        "front",
    ]


@pytest.mark.parametrize(
    ("compose", "inside"),
    [
        ("services: {web: {build: /srv/shop/backend}}", False),
        ("name: shop\nservices: {web: {build: /srv/shop/backend}}", True),
        ("name: shop\nservices: {web: {build: /srv/shop/other}}", False),
        (ON_HOST + "  more:\n    build: /opt/elsewhere/backend\n", False),
        (ON_HOST + "  more:\n    build: /srv/shop/absent\n", False),
        (ON_HOST + "  more:\n    build: ./backend\n", True),
    ],
)
def test_one_context_that_leads_elsewhere_leaves_all_unknown(
    tmp_path: Path, compose: str, inside: bool
) -> None:
    build = model(tmp_path, {"compose.yaml": compose, **FILES_ON_HOST}).services["web"].build
    assert build is not None
    assert (build.dockerfile_path is not None) == inside


def test_a_template_stands_in_for_an_env_file_of_the_host(tmp_path: Path) -> None:
    compose = "services:\n  web:\n    image: app\n    env_file: /etc/shop/.env\n"
    files = {"compose.yaml": compose, "env.example": "MODE=live\n"}
    delivered = model(tmp_path, files, stand_ins={"/etc/shop/.env": "env.example"})
    mode = delivered.container_environment("web").get("MODE")
    assert isinstance(mode, Known) and mode.value == "live" and mode.from_template
    assert model(tmp_path, files).container_environment("web").complete is False
