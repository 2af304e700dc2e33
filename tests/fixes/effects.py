"""What runs, as flat lines: to see what a fix changes of it, beside the text.

A line is ``kind/where: what``. Compared are the merged Compose model, the environment that each container
gets, the Django settings, the effective directives of each nginx, and what images are built of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from confguard.discover.kinds import Kind, of_kind
from confguard.model.compose.dump import dump
from confguard.model.deployment import Deployment
from confguard.model.nginx import NginxModel, header_set, nearest
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.show.values import terms


def effects(repo: Repo) -> Counter[str]:
    """Return every effective value of a repository as a line."""
    found: Counter[str] = Counter()
    for deployment in repo.deployments:
        name = deployment.name
        found.update(f"{name} {line}" for line in _lines(deployment))
    for file in of_kind(repo.files, Kind.DOCKERFILE):
        found.update(_dockerfile(repo, file.path))
    for file in of_kind(repo.files, Kind.ENV):
        found.update(_env_file(repo, file.path))
    for path in repo.project.paths:
        if path.rpartition("/")[2] == ".dockerignore":
            source = repo.project.read(path)
            found.update(f"ignore/{path}: {line}" for line in (source.text if source else "").split())
    return found


def difference(before: Repo, after: Repo) -> list[str]:
    """Return the lines that are gone, with ``- ``, and the new ones, with ``+ ``."""
    old, new = effects(before), effects(after)
    return sorted({f"- {line}" for line in old - new} | {f"+ {line}" for line in new - old})


def _lines(deployment: Deployment) -> Iterator[str]:
    yield from flat("compose", dump(deployment.compose))
    for name, environment in deployment.compose.environments.items():
        for key, value in environment.values.items():
            yield f"environment/{name}: {key}={_shown(value)}"
    for app in deployment.apps:
        for setting, value in app.settings.values.items():
            where = ",".join(app.services)
            yield f"settings/{where}: {setting}={terms(setting, value, True)}"
        for failure in app.settings.failures:
            yield f"settings/{','.join(app.services)}: raises {failure.exception}"
    for model in deployment.proxies:
        yield from _nginx(model)


def _nginx(model: NginxModel) -> Iterator[str]:
    """Yield what is in effect at each level: inherited directives as well as its own."""
    for upstream in model.upstreams:
        for server in upstream.servers:
            words = " ".join([server.address.text, *server.parameters])
            yield f"nginx/{model.service}/upstream {upstream.name}: server {words}"
    levels = [level for server in model.servers for level in server.levels()]
    names = {
        item.name for level in levels for at in level.chain() for item in at.statements if item.block is None
    }
    for level in levels:
        path = "/".join(reversed([at.title for at in level.chain()]))
        for name in sorted(names):
            found = nearest(level, name)
            statements = found[1] if isinstance(found, tuple) else ()
            if name == "add_header":  # the levels around count for more than the nearest one
                statements = tuple(header.statement for header in header_set(level).headers)
            for statement in statements:
                words = " ".join(word.text for word in statement.words)
                yield f"nginx/{model.service}/{path}: {name} {words}"


def flat(path: str, value: Any) -> Iterator[str]:
    """Yield a line for each leaf of JSON."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from flat(f"{path}/{key}", item)
    elif isinstance(value, list) and value:
        for item in value:
            yield from flat(f"{path}/*", item)
    else:
        yield f"{path}: {value}"


def _shown(value: Any) -> str:
    return value.value if isinstance(value, Known) else "?"


def _dockerfile(repo: Repo, path: str) -> Iterator[str]:
    from confguard.parsers.dockerfile import parse

    parsed = repo.project.parsed(parse, path)
    for one in parsed.instructions if parsed else ():
        yield f"dockerfile/{path}: {' '.join(one.span.text.split())}"


def _env_file(repo: Repo, path: str) -> Iterator[str]:
    from confguard.parsers.env import parse

    parsed = repo.project.parsed(parse, path)
    seen = {}
    for entry in parsed.active if parsed else ():
        seen[entry.key] = entry.value
    yield from (f"env/{path}: {key}={value}" for key, value in seen.items())
