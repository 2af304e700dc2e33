"""One service's environment as it really is, with the trail and the readers of each variable."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from confguard.model.delivery.code import placeholders, shell_uses
from confguard.model.delivery.programs import image_is_known, image_reads, library_that_reads
from confguard.model.delivery.types import Reader, ReaderKind
from confguard.model.deployment import App, Deployment
from confguard.model.environment import Environment
from confguard.model.value import Known, Unknown


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a service: ``value`` is None where it is surely unset."""

    name: str
    value: Known[str] | Unknown | None
    readers: tuple[Reader, ...]

    @property
    def required(self) -> bool:
        """Whether some reader cannot do without it."""
        return any(reader.required for reader in self.readers)


@dataclass(frozen=True)
class Delivery:
    """What one service is given, and who in it reads what."""

    deployment: Deployment
    service: str
    environment: Environment

    @cached_property
    def app(self) -> App | None:
        """The Django application that the service runs."""
        return self.deployment.app_of(self.service)

    @cached_property
    def readers(self) -> Mapping[str, tuple[Reader, ...]]:
        """Every reader that is known, by the variable's name; programs only for what is delivered."""
        found: dict[str, list[Reader]] = {}
        for name, reader in self._readers():
            known = found.setdefault(name, [])
            if all((one.kind, one.span) != (reader.kind, reader.span) for one in known):
                known.append(reader)
        return {name: tuple(readers) for name, readers in found.items()}

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """What is delivered, by name."""
        values = self.environment.values
        return tuple(Variable(name, values[name], self.readers.get(name, ())) for name in sorted(values))

    @cached_property
    def missing(self) -> tuple[Variable, ...]:
        """What is read by settings, scripts or templates and not delivered, by name."""
        return tuple(
            Variable(name, self.environment.get(name), readers)
            for name, readers in sorted(self.readers.items())
            if name not in self.environment
        )

    @cached_property
    def sources_are_known(self) -> bool:
        """Whether all that the service runs is in the repository, or an image whose variables are known."""
        process = self.deployment.processes[self.service]
        reference = self.deployment.base_image(process.service)
        if process.image is not None:
            return process.known
        return reference is not None and image_is_known(reference.name)

    def may_be_read(self, name: str) -> bool:
        """Say whether anybody reads a variable, or may: code that names it, what is not in the repository."""
        if name in self.readers or not self.sources_are_known or name.upper() != name:
            return True
        if self.app is not None and not self.app.settings.complete:
            return True  # settings of a package that is not in the repository may read it
        if self._package_speaks_of(name):
            return True
        process = self.deployment.processes[self.service]
        # A known image of a registry runs nothing of the repository.
        return process.image is not None and name in self.deployment.evaluations.code.words

    def _package_speaks_of(self, name: str) -> bool:
        """Say whether an installed module that the settings stand on names a variable: it may read it."""
        packages = self.deployment.project.packages
        if packages is None or self.app is None:
            return False
        sources = (packages.read(path) for path in self.app.settings.files if packages.holds(path))
        return any(source is not None and name in source.text for source in sources)

    def mentions(self, *texts: str) -> bool:
        """Say whether a value, a start script, the command or the code speaks of one of these texts."""
        process = self.deployment.processes[self.service]
        values = [value.value for value in self.environment.values.values() if isinstance(value, Known)]
        said = "\n".join((*values, process.text))
        if any(text in said for text in texts):
            return True
        folder = _application_folder(self.app) if self.app is not None else self._folder
        return folder is not None and self.deployment.evaluations.code.mentions(folder, texts)

    def _readers(self) -> Iterator[tuple[str, Reader]]:
        yield from self._settings()
        yield from self._nginx()
        yield from self._shell()
        yield from self._code()
        process = self.deployment.processes[self.service]
        reference = self.deployment.base_image(process.service)
        for name in self.environment:
            program = image_reads(reference.name, name) if reference else None
            program = f"{program}'s image" if program else library_that_reads(name)
            if program:
                yield name, Reader(ReaderKind.PROGRAM, program)

    def _settings(self) -> Iterator[tuple[str, Reader]]:
        if self.app is None:
            return
        for read in self.app.settings.reads:
            if read.key:
                who = self.app.settings.module
                yield read.key, Reader(ReaderKind.SETTINGS, who, read.span, read.required, read.default)

    def _nginx(self) -> Iterator[tuple[str, Reader]]:
        for model in self.deployment.proxies:
            if model.service != self.service:
                continue
            for path in model.files:
                source = self.deployment.project.read(path)
                for read in placeholders(source) if source else ():
                    yield read.name, Reader(ReaderKind.NGINX, posixpath.basename(path), read.span)

    def _shell(self) -> Iterator[tuple[str, Reader]]:
        """Yield what start scripts, commands and health checks use."""
        process = self.deployment.processes[self.service]
        for script in process.scripts:
            who = posixpath.basename(script.path)
            for name, offset in shell_uses(script.text).items():
                span = script.span(offset, offset + len(name) + 1)
                yield name, Reader(ReaderKind.SCRIPT, who, span)
        check = process.service.healthcheck
        test = check.test.value if check and isinstance(check.test, Known) else ()
        for words, who, place in (
            (process.words, "the command", process.span),
            (test, "the health check", check.span if check else None),
        ):
            for name in shell_uses(" ".join(words)):
                yield name, Reader(ReaderKind.SCRIPT, who, place.first_line() if place else None)

    def _code(self) -> Iterator[tuple[str, Reader]]:
        code = self.deployment.evaluations.code
        folder = self._folder
        if folder is None:
            return
        if self.app is not None:
            own = set(self.app.settings.files)
            for read in code.python(_application_folder(self.app)):
                if read.span.path not in own:
                    who = posixpath.basename(read.span.path)
                    yield read.name, Reader(ReaderKind.CODE, who, read.span)
        elif self.deployment.project.exists(posixpath.join(folder, "package.json")):
            for read in code.front_end(folder):
                who = posixpath.basename(read.span.path)
                yield read.name, Reader(ReaderKind.FRONT_END, who, read.span)

    @property
    def _folder(self) -> str | None:
        """The folder that the service's image is built from; None where none is known."""
        build = self.deployment.processes[self.service].service.build
        if build is not None and isinstance(build.context, Known):
            return "" if build.context.value == "." else build.context.value
        return "" if self.app is not None else None


def delivery_of(deployment: Deployment, service: str) -> Delivery:
    """Return what a running service of a deployment is given; raises KeyError for another name."""
    environment = deployment.processes[service].environment
    return deployment.once(("delivery", service), lambda: Delivery(deployment, service, environment))


def _application_folder(app: App) -> str:
    """Return the folder from which the settings module of an application is imported."""
    stem = app.settings.path.removesuffix(".py").removesuffix("/__init__")
    tail = app.settings.module.replace(".", "/")
    folder = stem.removesuffix(tail).rstrip("/") if stem.endswith(tail) else posixpath.dirname(stem)
    return "" if folder == "." else folder
