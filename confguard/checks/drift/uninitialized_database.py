"""Database servers get what they need to start on an empty volume."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.image import parse_image
from confguard.model.repo import Repo
from confguard.model.value import Known, Origin, Value

_POSTGRES = ("POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "POSTGRES_HOST_AUTH_METHOD")
_MYSQL = tuple(
    f"MYSQL_{name}"
    for name in ("ROOT_PASSWORD", "ROOT_PASSWORD_FILE", "ALLOW_EMPTY_PASSWORD", "RANDOM_ROOT_PASSWORD")
)
_MARIADB = (
    "MARIADB_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD_FILE", "MARIADB_ROOT_PASSWORD_HASH",
    "MARIADB_ROOT_PASSWORD_HASH_FILE", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "MARIADB_RANDOM_ROOT_PASSWORD",
)  # fmt: skip
NEEDED = {
    "postgres": _POSTGRES,
    "postgis/postgis": _POSTGRES,
    "pgvector/pgvector": _POSTGRES,
    "timescale/timescaledb": _POSTGRES,
    "mysql": _MYSQL,
    "mariadb": (*_MARIADB, *_MYSQL),
}
"""Of which variables an image needs one: docker_verify_minimum_env in the images' docker-entrypoint.sh."""


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each database server whose image ends for want of a password."""
    for deployment in repo.production:
        for name, process in deployment.processes.items():
            service = process.service
            reference = parse_image(service.image.value) if isinstance(service.image, Known) else None
            if reference is None or service.build is not None or service.entrypoint is not None:
                continue
            needed = NEEDED.get(reference.repository.removeprefix("library/"), ())
            environment = deployment.compose.container_environment(name)
            # What a template names in a comment, the operator is told to set.
            given = any(
                one in deployment.documented or _may_count(one, environment.get(one)) for one in needed
            )
            if not needed or not environment.complete or given:
                continue
            command = service.command
            # Another program than the server needs nothing; options alone go to the server.
            if command is not None and not (isinstance(command, Known) and _is_server(command.value)):
                continue
            yield from _finding(deployment, name, needed[0])


def _may_count(name: str, value: Value[str] | None) -> bool:
    """Say whether a variable may be enough: an empty text is none for the images, and ``trust`` alone is.

    What a template or a default leaves empty, the operator fills in.
    """
    if not isinstance(value, Known):
        return value is not None
    open_ = any(step.origin is not Origin.WRITTEN for step in value.trail)
    written = value.span is not None and not open_ and "$" not in value.span.text
    if name == "POSTGRES_HOST_AUTH_METHOD":
        return value.value == "trust" or not written
    return bool(value.value) or not written or not _is_of_compose(value)


def _is_of_compose(value: Known[str]) -> bool:
    return all(step.text.startswith("services.") for step in value.trail if step.span is not None)


def _is_server(words: tuple[str, ...]) -> bool:
    return not words or words[0].startswith("-") or words[0] in ("postgres", "mysqld", "mariadbd")


def _finding(deployment: Deployment, name: str, wanted: str) -> Iterator[Finding]:
    service = deployment.services[name]
    prefix = wanted.partition("_")[0]
    own = [
        value.span
        for key, value in service.environment.items()
        if key.startswith(prefix) and "PASS" in key and value is not None and value.span is not None
    ]
    if service.span is None:
        return
    yield Finding(
        f"service {name} gets no {wanted}: its image does not start on an empty volume",
        Label(service.span, "ends with an error at its first start"),
        tuple(Label(span.first_line(), "the image does not read this one") for span in own),
        notes=("a volume that was filled before keeps working, which hides it until the next host",),
        help=f"set {wanted} in its environment",
        stacks=(deployment.name,),
        address=(name, wanted),
    )
