from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from confguard.discover.project import Listing, Project
from confguard.model.compose import load as load_compose
from confguard.model.nginx import NginxModel, load, load_standalone, size, unloaded, upstream_targets
from confguard.model.process import process_of
from confguard.model.value import Known, Unknown

SITE = "server { listen 80; server_name site; location / { proxy_pass http://web:8000; } }\n"


def project_of(folder: Path, files: Mapping[str, str]) -> Project:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return Project(folder.resolve(), Listing(tuple(sorted(files)), "walk"))


def model_of(
    folder: Path, compose: str, files: Mapping[str, str], service: str = "nginx"
) -> NginxModel | None:
    project = project_of(folder, {"compose.yaml": compose, **files})
    stack = load_compose(project, ["compose.yaml"], complete=True)
    chosen = stack.services[service]
    process = process_of(project, stack, chosen)
    return load(project, chosen, process.image, process.environment, stack.configs)


def servers(model: NginxModel | None) -> list[str]:
    assert model is not None
    return [f"{server.title}{' (stock)' if server.is_stock else ''}" for server in model.servers]


def mounted(*volumes: str, extra: str = "") -> str:
    listed = "".join(f"\n      - {volume}" for volume in volumes)
    return f"services:\n  nginx:\n    image: nginx:1.27\n{extra}    volumes:{listed}\n"


def test_the_image_alone_serves_its_own_page(tmp_path: Path) -> None:
    model = model_of(tmp_path, "services: {nginx: {image: nginx}}", {})
    assert servers(model) == ["server localhost (stock)"]
    assert model is not None
    assert model.http is not None
    assert isinstance(size(model.http, "client_max_body_size"), Known)


def test_another_service_runs_no_nginx(tmp_path: Path) -> None:
    assert model_of(tmp_path, "services: {web: {image: python:3}}", {}, "web") is None


def test_a_file_over_the_default_replaces_it_and_one_beside_it_does_not(tmp_path: Path) -> None:
    over = model_of(tmp_path, mounted("./site.conf:/etc/nginx/conf.d/default.conf"), {"site.conf": SITE})
    assert servers(over) == ["server site"]
    assert over is not None
    assert over.files == ("site.conf",)
    assert over.version == Known((1, 27), over.version.trail)
    beside = model_of(tmp_path, mounted("./site.conf:/etc/nginx/conf.d/site.conf"), {"site.conf": SITE})
    assert servers(beside) == ["server localhost (stock)", "server site"]


def test_a_folder_over_conf_d_hides_what_the_image_has_there(tmp_path: Path) -> None:
    files = {"conf/a.conf": SITE, "conf/b.conf.off": SITE, "conf/c.txt": SITE}
    model = model_of(tmp_path, mounted("./conf:/etc/nginx/conf.d:ro"), files)
    assert servers(model) == ["server site"]
    assert model is not None
    assert not model.missing
    assert unloaded(["conf/a.conf", "conf/b.conf.off"], [model]) == ("conf/b.conf.off",)


def test_templates_go_through_envsubst_of_the_image(tmp_path: Path) -> None:
    extra = "    environment: {HOST: web, LIMIT: 8m}\n"
    template = (
        "server { listen 80; server_name $host_name ${UNSET}; client_max_body_size ${LIMIT};\n"
        "  location / { proxy_pass http://${HOST}:8000; proxy_set_header Host $host; } }\n"
    )
    files = {"t/site.conf.template": template}
    model = model_of(tmp_path, mounted("./t:/etc/nginx/templates", extra=extra), files)
    assert model is not None
    assert servers(model)[0].endswith("(stock)")
    site = model.servers[1]
    assert [name.text for name in site.names] == ["$host_name", "${unset}"]
    limit = size(site.level, "client_max_body_size")
    assert isinstance(limit, Known)
    assert limit.value == 8 * 1024**2
    assert any("LIMIT" in step.text for step in limit.trail)
    (target,) = upstream_targets(model)
    assert isinstance(target.host, Known)
    assert (target.host.value, target.host_span.text) == ("web", "${HOST}")
    assert site.locations[0].level.named("proxy_set_header")[0].texts == ("Host", "$host")


def test_a_value_with_blanks_becomes_several_words(tmp_path: Path) -> None:
    extra = "    environment: {DOMAINS: a.example b.example}\n"
    files = {"site.template": "server { listen 80; server_name ${DOMAINS}; }"}
    model = model_of(
        tmp_path, mounted("./site.template:/etc/nginx/templates/default.conf.template", extra=extra), files
    )
    assert model is not None
    assert [name.text for name in model.servers[0].names] == ["a.example", "b.example"]


def test_envsubst_of_a_command_replaces_what_it_lists(tmp_path: Path) -> None:
    run = "envsubst '$$HOST' < /t/site.conf > /etc/nginx/conf.d/default.conf && nginx -g 'daemon off;'"
    command = f'    command: /bin/sh -c "{run}"\n'
    extra = f"    environment: {{HOST: web, OTHER: x}}\n{command}"
    files = {
        "site.conf": "server { listen 80; server_name ${OTHER}; location / { proxy_pass http://${HOST}; } }"
    }
    model = model_of(tmp_path, mounted("./site.conf:/t/site.conf", extra=extra), files)
    assert model is not None
    assert [name.text for name in model.servers[0].names] == ["${other}"]
    assert isinstance(upstream_targets(model)[0].host, Known)


def test_a_dockerfile_copies_and_removes(tmp_path: Path) -> None:
    compose = "services: {nginx: {build: ./proxy}}"
    dockerfile = (
        "FROM nginx:1.29-alpine\nRUN rm /etc/nginx/conf.d/default.conf\n"
        "COPY sites/ /etc/nginx/conf.d/\nCOPY headers.conf /etc/nginx/snippets/\n"
    )
    files = {
        "proxy/Dockerfile": dockerfile,
        "proxy/sites/site.conf": SITE.replace("location", "include snippets/headers.conf; location"),
        "proxy/headers.conf": "add_header X-A 1;",
    }
    model = model_of(tmp_path, compose, files)
    assert servers(model) == ["server site"]
    assert model is not None
    assert set(model.files) == {"proxy/sites/site.conf", "proxy/headers.conf"}
    assert not model.missing
    assert model.at_least(1, 29, 3) is True
    assert model.at_least(1, 30) is False
    header = model.servers[0].level.named("add_header")[0]
    assert header.span.path == "proxy/headers.conf"
    assert [span.text for span in header.via] == ["include snippets/headers.conf"]


def test_a_file_passed_on_by_another_stage_is_found(tmp_path: Path) -> None:
    dockerfile = (
        "FROM node AS build\nWORKDIR /app\nCOPY . .\nRUN npm run build\n"
        "FROM nginx\nCOPY --from=build /app/deploy/site.conf /etc/nginx/conf.d/default.conf\n"
        "COPY --from=build /app/made.conf /etc/nginx/conf.d/made.conf\n"
    )
    files = {"Dockerfile": dockerfile, "deploy/site.conf": SITE}
    model = model_of(tmp_path, "services: {nginx: {build: .}}", files)
    assert servers(model) == ["server site"]
    assert model is not None
    assert [missing.absent for missing in model.missing] == [False]


def test_a_main_configuration_of_its_own_decides_what_is_included(tmp_path: Path) -> None:
    main = "events {}\nhttp { client_max_body_size 9m; include sites/*; }\n"
    files = {"nginx.conf": main, "sites/one": SITE, "sites/.hidden": SITE}
    volumes = ("./nginx.conf:/etc/nginx/nginx.conf", "./sites:/etc/nginx/sites")
    model = model_of(tmp_path, mounted(*volumes), files)
    assert servers(model) == ["server site"]
    limit = size(model.servers[0].level, "client_max_body_size")  # type: ignore[union-attr]
    assert isinstance(limit, Known)
    assert limit.value == 9 * 1024**2


def test_an_include_from_a_volume_is_unknown_and_one_from_nowhere_is_a_problem(tmp_path: Path) -> None:
    includes = ("/certs/tls.conf", "/nowhere.conf", "/none/*.conf")
    site = "\n".join(f"server {{ include {include}; }}" for include in includes)
    compose = mounted("./site.conf:/etc/nginx/conf.d/default.conf", "certs:/certs") + "volumes: {certs: {}}\n"
    model = model_of(tmp_path, compose, {"site.conf": site})
    assert model is not None
    assert [(missing.path, missing.absent) for missing in model.missing] == [
        ("/certs/tls.conf", False),
        ("/nowhere.conf", True),
    ]
    (problem,) = model.problems
    assert problem.span.text == "include /nowhere.conf"
    assert isinstance(size(model.servers[0].level, "client_max_body_size"), Unknown)
    assert isinstance(size(model.servers[2].level, "client_max_body_size"), Known)


def test_an_include_cycle_is_reported_and_ends(tmp_path: Path) -> None:
    files = {
        "c/a.conf": "server { include /etc/nginx/conf.d/b.inc; }",
        "c/b.inc": "include /etc/nginx/conf.d/b.inc;",
    }
    model = model_of(tmp_path, mounted("./c:/etc/nginx/conf.d"), files)
    assert model is not None
    assert ["includes it again" in problem.message for problem in model.problems] == [True]


def test_another_image_that_gets_a_configuration_has_an_http_that_is_not_known(tmp_path: Path) -> None:
    compose = (
        "services: {nginx: {image: example/our-nginx, volumes: ['./site.conf:/etc/nginx/conf.d/site.conf']}}"
    )
    model = model_of(tmp_path, compose, {"site.conf": SITE})
    assert servers(model) == ["server site"]
    assert isinstance(size(model.servers[0].level, "client_max_body_size"), Unknown)  # type: ignore[union-attr]


def test_a_template_of_another_language_is_named(tmp_path: Path) -> None:
    files = {"site.conf": "server { listen <%= port %>; }"}
    model = model_of(tmp_path, mounted("./site.conf:/etc/nginx/conf.d/default.conf"), files)
    assert model is not None
    assert model.foreign == (("site.conf", "ERB"),)
    assert model.missing


@pytest.mark.parametrize(
    ("text", "count"),
    [(SITE, 1), ("listen 80; server_name a; location / { }", 1), ("upstream a { server b; }", 0), ("", 0)],
)
def test_any_file_can_be_looked_at_alone(tmp_path: Path, text: str, count: int) -> None:
    model = load_standalone(project_of(tmp_path, {"any.conf": text}), "any.conf")
    assert model is not None
    assert len(model.servers) == count


def test_the_stock_entrypoint_in_compose_still_fills_templates(tmp_path: Path) -> None:
    extra = '    entrypoint: [/docker-entrypoint.sh]\n    command: [nginx, -g, "daemon off;"]\n'
    files = {"site.template": "server { listen 80; server_name site; }"}
    mount = "./site.template:/etc/nginx/templates/default.conf.template"
    assert servers(model_of(tmp_path, mounted(mount, extra=extra), files)) == ["server site"]
    own = extra.replace("/docker-entrypoint.sh", "/own.sh")
    assert servers(model_of(tmp_path, mounted(mount, extra=own), files)) == ["server localhost (stock)"]


def test_a_template_that_only_the_host_has_makes_a_file_that_is_not_known(tmp_path: Path) -> None:
    mount = "./host.template:/etc/nginx/templates/host.conf.template"
    model = model_of(tmp_path, mounted(mount), {"other.txt": ""})
    assert model is not None
    assert [one.path for one in model.missing] == ["/etc/nginx/conf.d/*.conf"]


def test_what_packages_write_for_modules_holds_no_server(tmp_path: Path) -> None:
    text = (
        "include /usr/share/nginx/modules/*.conf;\ninclude /own/*.conf;\nevents {}\n"
        "http { server { listen 80; } }\n"
    )
    model = model_of(tmp_path, mounted("./nginx.conf:/etc/nginx/nginx.conf"), {"nginx.conf": text})
    assert model is not None
    held = {one.path: (one.may_hold("server"), one.may_hold("load_module")) for one in model.missing}
    assert held.get("/usr/share/nginx/modules/*.conf", (False, True)) == (False, True)


WRITES = """#!/bin/sh
set -e
if [ "${USE_TLS}" = true ]; then
  CONFIG=/etc/nginx/tls.conf
else
  CONFIG=/etc/nginx/nginx.conf
fi
# a comment that doesn't count > /etc/nginx/nginx.conf
echo "uwsgi_pass ${APP_UPSTREAM};" > /run/app/pass
echo 'add_header X-Served by;' >> /run/app/pass
cat > /run/app/upstream <<EOF
server ${APP_HOST}:3031;
EOF
exec nginx -c $CONFIG -g "daemon off;"
"""
MAIN = """events {}
http {
  upstream app { include /run/app/upstream; }
  server {
    listen 80;
    location / { include /run/app/pass; }
  }
}
"""


def started(script: str, main: str = MAIN, extra: str = "") -> tuple[str, dict[str, str]]:
    dockerfile = (
        "FROM nginx:1.29-alpine\nCOPY start.sh /\nCOPY nginx.conf /etc/nginx/nginx.conf\n"
        'ENV USE_TLS=false APP_UPSTREAM=app\nENTRYPOINT ["/start.sh"]\n'
    )
    compose = f"services:\n  nginx:\n    build: .\n    environment: {{APP_HOST: web}}\n{extra}"
    return compose, {"Dockerfile": dockerfile, "start.sh": script, "nginx.conf": main}


def test_what_a_start_script_writes_is_read_where_it_is_written(tmp_path: Path) -> None:
    model = model_of(tmp_path, *started(WRITES))
    assert model is not None
    assert not model.problems
    assert not model.missing
    (location,) = model.servers[0].locations
    assert [(one.name, one.texts) for one in location.level.statements] == [
        ("uwsgi_pass", ("app",)),
        ("add_header", ("X-Served", "by")),
    ]
    assert location.level.statements[0].span.path == "start.sh"
    assert location.level.statements[0].span.line == 9
    (upstream,) = model.upstreams
    assert [server.address.text for server in upstream.servers] == ["web:3031"]


@pytest.mark.parametrize(
    "script",
    [
        "if [ $X ]; then\n  echo 'a b;' > /run/app/pass\n  echo x > /run/app/upstream\nfi\nnginx\n",
        "make_config() {\n  echo a > /run/app/pass\n  cp /a /run/app/upstream\n}\nmake_config\nnginx\n",
        'for name in pass upstream; do\n  echo "a;" > "/run/app/$name"\ndone\nnginx\n',
        "/opt/generate --all\nexec nginx\n",
        'OUT=/run/app\ncat > "$OUT/pass" <<EOF\nuwsgi_pass a;\nEOF\necho a > "$OUT/upstream"\nnginx\n',
        'printf "a %s;" "$X" > /run/app/pass\necho "server $(hostname):1;" > /run/app/upstream\nnginx\n',
        "python3 - > /run/app/pass\ntee /run/app/upstream < /x\nnginx\n",
        'A=$1\necho "server $A;" > /run/app/upstream\ntest 1 || echo a > /run/app/pass\nnginx\n',
        "echo \"a $b;\" > /run/app/pass\necho 'a $b;' >> /run/app/pass\nx > /run/app/upstream\nnginx\n",
        "if true; then\n  echo 'if' > /run/app/pass\n. /run/other\nnginx\n",
    ],
)
def test_what_a_start_script_may_write_is_unknown_and_not_absent(tmp_path: Path, script: str) -> None:
    model = model_of(tmp_path, *started(f"#!/bin/sh\n{script}"))
    assert model is not None
    assert [(one.path, one.absent) for one in model.missing] == [
        ("/run/app/upstream", False),
        ("/run/app/pass", False),
    ]
    assert not model.problems


@pytest.mark.parametrize(
    "script",
    [
        'exec nginx -g "daemon off;"\n',
        "# echo a > /run/app/pass\nset -e\nmkdir -p /run/app\nsleep 1\nexec nginx\n",
        "echo 'see; the log'\nif true; then\n  echo 'starting; now'\nfi\nnginx\n",
    ],
)
def test_what_no_start_script_writes_is_absent(tmp_path: Path, script: str) -> None:
    model = model_of(tmp_path, *started(f"#!/bin/sh\n{script}"))
    assert model is not None
    assert [(one.path, one.absent) for one in model.missing] == [
        ("/run/app/upstream", True),
        ("/run/app/pass", True),
    ]


def test_a_program_that_is_not_known_may_write_what_is_included(tmp_path: Path) -> None:
    for number, extra in enumerate(("    command: confd -onetime\n", "    entrypoint: [/generate]\n")):
        (tmp_path / str(number)).mkdir()
        compose = mounted("./site.conf:/etc/nginx/conf.d/default.conf", extra=extra)
        model = model_of(tmp_path / str(number), compose, {"site.conf": "include /run/app/servers.conf;"})
        assert model is not None
        assert [(one.path, one.absent) for one in model.missing] == [("/run/app/servers.conf", False)]


def test_a_main_configuration_that_a_variable_names_is_followed_as_far_as_it_is_known(tmp_path: Path) -> None:
    compose, files = started(WRITES.replace("true", "false"))
    tls = model_of(
        tmp_path,
        compose,
        files
        | {
            "Dockerfile": files["Dockerfile"] + "COPY tls.conf /etc/nginx/",
            "tls.conf": "events {} http { server { listen 443; } }",
        },
    )
    assert tls is not None
    assert [server.listens[0].port for server in tls.servers] == [443]


def test_a_main_configuration_that_an_unknown_variable_names_is_not_known(tmp_path: Path) -> None:
    compose, files = started(WRITES.replace("USE_TLS", "SITE"))
    model = model_of(tmp_path, f"{compose}    env_file: [{{path: host.env}}]\n", files)
    assert model is not None
    assert not model.servers or model.servers[0].is_stock
    assert any(not one.absent for one in model.missing)
