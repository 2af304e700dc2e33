"""What an env file sets for the settings reaches the services that run them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from confguard.checks._deliver import passed_on
from confguard.checks._trails import is_dangerous
from confguard.finding import Finding, Label
from confguard.model.delivery.files import UsedEnvFile, used_env_files
from confguard.model.delivery.misspelt import misspellings
from confguard.model.deployment import App, Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.words import joined

if TYPE_CHECKING:
    from confguard.model.django import EnvRead

_SHOWN = 6
_USED = re.compile(r"\$\{?([A-Za-z_]\w*)")


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each env file whose variables the settings read and no service is given."""
    for deployment in repo.production:
        apps = [app for app in deployment.apps if app.services]
        for file in used_env_files(deployment):
            if file.fills and apps and not file.services:
                yield from _judge(deployment, file, apps)


def _judge(deployment: Deployment, file: UsedEnvFile, apps: list[App]) -> Iterator[Finding]:
    lost: dict[str, EnvRead] = {}
    told = {read.key for app in apps for _, read in misspellings(deployment, app)}
    told |= {read.key for app in apps for read in _dangerous(app)}
    told |= _of_servers(deployment)
    for entry in file.entries:
        if entry.key in told:
            continue
        reads = [_read(app, entry.key) for app in apps]
        # One service that gets it makes it another question: whether they all should.
        if entry.value and all(app.environment.get(entry.key) is None for app in apps):
            read = next((one for one in reads if one is not None and _differs(one, entry.value)), None)
            if read is not None:
                lost[entry.key] = read
    if not lost:
        return
    names = list(lost)
    services = [name for app in apps for name in app.services]
    entries = {entry.key: entry for entry in file.entries}
    shown = [*names[:_SHOWN], *([f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else [])]
    yield Finding(
        f"{file.read} sets {joined(shown)} for the settings, but {joined(services[:3])} "
        f"{'does' if len(services) == 1 else 'do'} not get {'it' if len(names) == 1 else 'them'}",
        Label(entries[names[0]].line, "fills variables of the Compose file only"),
        (
            *(
                Label(lost[name].span.first_line(), f"reads {name}, and gets its default")
                for name in names[:_SHOWN]
            ),
            *(Label(entries[name].line, "neither does this") for name in names[1:_SHOWN]),
            *_services(deployment, services),
        ),
        notes=(
            f"docker compose reads {file.path} to fill ${{...}}; containers get what their service names",
        ),
        help=f"name {'it' if len(names) == 1 else 'them'} under `environment:` of {joined(services[:3])}, "
        f"or give the services `env_file: {file.path}`",
        stacks=(deployment.name,),
        address=(file.path, *names),
        fixes=passed_on(deployment, names, services, safe=False),
    )


def _of_servers(deployment: Deployment) -> set[str]:
    """Return the variables by which Compose configures datastores, caches and brokers: they do their work.

    What an application makes of them instead of an address of its own is another question.
    """
    return {
        key
        for service in deployment.services.values()
        if deployment.datastore(service) is not None
        for value in service.environment.values()
        if value is not None and value.span is not None
        for key in _USED.findall(value.span.text)
    }


def _dangerous(app: App) -> Iterator[EnvRead]:
    """Yield the reads whose defaults have rules of their own, which name the line of the env file."""
    for name in ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS"):
        value = app.settings.get(name)
        if isinstance(value, Known) and value.from_default and is_dangerous(name, value):
            places = {step.span for step in value.trail}
            yield from (read for read in app.settings.reads if read.span in places)


def _read(app: App, key: str) -> EnvRead | None:
    return next((read for read in app.settings.reads if read.key == key and not read.conditional), None)


def _differs(read: EnvRead, text: str) -> bool:
    """Say whether the default that applies instead is another value, as far as it is known."""
    if read.default is None:
        return False  # required: undelivered-variable tells of it
    if not isinstance(read.default, Known):
        return False
    default = read.default.value
    return str(default if default is not None else "").strip().lower() != text.strip().lower()


def _services(deployment: Deployment, services: list[str]) -> Iterator[Label]:
    for name in services[:2]:
        span = deployment.services[name].span
        if span is not None:
            yield Label(span, f"{name} does not get {'them' if len(services) > 1 else 'it'}")
