"""The passwords of the stack's datastores have no default and are no well-known texts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from confguard.finding import Label
from confguard.model.roles import ServiceRole
from confguard.model.secret_shape import Shape, shape_of
from confguard.model.value import Known, Origin, Value
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import place

_STORES = (ServiceRole.DATASTORE, ServiceRole.CACHE, ServiceRole.BROKER)
_PASSWORD = re.compile(
    r"^(POSTGRES|POSTGRESQL|PG|MYSQL|MYSQL_ROOT|MARIADB|MARIADB_ROOT|MONGO_INITDB_ROOT|REDIS|VALKEY|RABBITMQ_DEFAULT"
    r"|MINIO_ROOT|KEYDB|DB)_?(PASSWORD|PASSWD|PASS)$"
)
"""The variables from which the images of datastores take their passwords."""
_WEAK = re.compile(
    r"(postgres|postgresql|root|admin|password|passw0rd|secret|mysql|redis|guest|test|1234\d*|changeit)$",
    re.I,
)
_DEFAULT = re.compile(r"\$\{\w*(?:PASSWORD|PASSWD|PASS|SECRET)\w*:?-[^}$]+\}")


def look(subject: Subject) -> Outcome:
    """Look at the environment and the command of each datastore, and at defaults in the Compose files."""
    bad: list[Label | None] = []
    good: list[Label | None] = []
    unsure: list[Label | None] = []
    for path in subject.deployment.stack.files:
        source = subject.repo.project.read(path)
        for match in _DEFAULT.finditer(source.text) if source is not None else ():
            if source is not None and "#" not in source.line_text(source.span(match.start()).line)[:1]:
                bad.append(Label(source.span(*match.span()), "a default for a password"))
    for name, found in subject.deployment.roles.items():
        if found.role not in _STORES:
            continue
        environment = subject.deployment.compose.container_environment(name)
        for key, value in environment.values.items():
            if not _PASSWORD.search(key) or not isinstance(value, Known) or not value.value:
                continue
            label = place(value.span, f"{key} of {name}")
            if not any(step.origin is Origin.TEMPLATE for step in value.trail):
                bad.append(label)
            elif (
                shape_of(value.value) in (Shape.PLACEHOLDER, Shape.EMPTY)
                and value.value.lower() != "password"
            ):
                good.append(label)
            elif _WEAK.match(value.value) or value.value in _names(environment.values.values(), value):
                bad.append(place(value.span, f"{key} of {name} is easily guessed"))
            else:
                unsure.append(label)
    if bad:
        places = list(dict.fromkeys(bad))
        return failed("a password of a datastore is in the repository", places)
    if unsure:
        return cannot_tell("whether the template's password is only an example is not known", unsure)
    if not good:
        return cannot_tell("no datastore of the stack has a password that is known")
    return passed("the passwords come from the operator", good)


def _names(values: Iterable[Value[str]], own: Value[str]) -> set[str]:
    """Return the other values of an environment: a password that is the user's name is none."""
    return {
        one.value
        for one in values
        if one is not own and isinstance(one, Known) and isinstance(one.value, str)
    }
