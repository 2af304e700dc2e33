"""The merged tree to the typed view that rules use."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.model.compose.merge import to_sequence
from confguard.model.compose.tree import Leaf, Map, Seq, Tree, as_map, place, sprint, text_of
from confguard.model.compose.types import (
    Attachment,
    Build,
    Dependency,
    EnvFileReference,
    Grant,
    Healthcheck,
    Mount,
    Port,
    Resource,
    Service,
)
from confguard.model.compose.values import Values
from confguard.model.compose.variables import EnvReader
from confguard.model.environment import Environment
from confguard.model.value import Known, Step, Unknown, Value
from confguard.source import Span


@dataclass(frozen=True, slots=True)
class View(Values):
    """Builds the typed view of services and resources."""

    reader: EnvReader
    profiles: tuple[str, ...]
    checkout: str | None = None
    """The absolute folder of the host that is the project's root, too; None if none is known to be."""

    def _from_checkout(self, path: str) -> str:
        """Return a path that lies in the host's checkout as one in the project, others as they are."""
        if self.checkout is not None and f"{path}/".startswith(f"{self.checkout}/"):
            return self.root + path[len(self.checkout) :].rstrip("/")
        return path

    # --- a service ---

    def service(self, name: str, tree: Map, spans: tuple[Span, ...]) -> Service:
        """Return the typed view of one service."""
        command, command_text = self.words(tree.get("command"))
        entrypoint, entrypoint_text = self.words(tree.get("entrypoint"))
        profiles = self.strings(tree.get("profiles"))
        labels = self._labels(tree)
        return Service(
            name=name,
            spans=spans,
            active=self._active(profiles),
            image=self.text(tree.get("image")),
            build=self._build(tree.get("build")),
            command=command,
            command_text=command_text,
            entrypoint=entrypoint,
            entrypoint_text=entrypoint_text,
            environment=self.variables(tree.get("environment")),
            env_files=tuple(self._env_files(tree.get("env_file"))),
            ports=tuple(self._ports(tree.get("ports"))),
            volumes=tuple(self._mounts(tree)),
            networks=tuple(self._networks(tree.get("networks"))),
            network_mode=self.text(tree.get("network_mode")),
            profiles=profiles,
            profiles_span=tree.key_span("profiles"),
            depends_on=tuple(self._dependencies(tree.get("depends_on"))),
            container_name=self.text(tree.get("container_name")),
            hostname=self.text(tree.get("hostname")),
            healthcheck=self._healthcheck(tree.get("healthcheck")),
            restart=self.text(tree.get("restart")),
            read_only=self.flag(tree.get("read_only")),
            replicas=self._replicas(tree),
            secrets=tuple(self._grants(tree.get("secrets"))),
            configs=tuple(self._grants(tree.get("configs"))),
            labels=labels,
            user=self.text(tree.get("user")),
            working_dir=self.text(tree.get("working_dir")),
            extra_hosts=tuple(self.texts(Seq(to_sequence(tree.entries.get("extra_hosts", Leaf(None)))))),
            links=self.strings(tree.get("links")),
            tree=tree,
        )

    def _labels(self, tree: Map) -> dict[str, Value[str]]:
        """Return the labels of the label files in order, and those written over them."""
        labels: dict[str, Value[str]] = {}
        for path in self.strings(tree.get("label_file")):
            project_path = self.project_path(path)
            if project_path is not None:
                labels.update(self.reader.read(project_path, labels.get, {})[1])
        written = self.variables(tree.get("labels"))
        return {**labels, **{name: value or Known("") for name, value in written.items()}}

    def _active(self, profiles: tuple[str, ...]) -> bool:
        return not profiles or "*" in self.profiles or any(name in self.profiles for name in profiles)

    def _build(self, node: Tree | None) -> Build | None:
        if not isinstance(node, Map):
            return None
        context = self.text(node.get("context")) or Unknown("no build context is given", node.trail)
        dockerfile = self.text(node.get("dockerfile")) or Unknown("the Dockerfile is inline", node.trail)
        inline = self.text(node.get("dockerfile_inline"))
        path: str | None = None
        if isinstance(context, Known):
            context = Known(self._from_checkout(context.value), context.trail)
            if isinstance(dockerfile, Known) and context.value.startswith("/"):
                path = self.project_path(posixpath.normpath(posixpath.join(context.value, dockerfile.value)))
            context = Known(self.shown_path(context.value), context.trail)
        arguments = self.variables(node.get("args"))
        target = self.text(node.get("target"))
        return Build(context, dockerfile, path, inline, target, arguments, place(node), node.trail)

    def _env_files(self, node: Tree | None) -> Iterator[EnvFileReference]:
        for item in node.items if isinstance(node, Seq) else ():
            fields = as_map(item)
            path = self.text(fields.get("path"))
            if path is None:
                continue
            project_path = self.project_path(path.value) if isinstance(path, Known) else None
            asked = project_path
            if asked is None and isinstance(path, Known):
                asked = path.value  # of the host alone: a template may stand in for it
            read = self.reader.find(asked) if asked is not None else None
            present = read is not None and read == asked
            if isinstance(path, Known):
                path = Known(self.shown_path(path.value), path.trail)
            required = fields.get("required")
            yield EnvFileReference(
                path=path,
                required=required is None or self.flag(required),
                format=text_of(fields.get("format")) or "",
                read=read,
                present=present,
                stand_in=None if present else read,
                span=place(fields.get("path")),
            )

    def _ports(self, node: Tree | None) -> Iterator[Port]:
        for item in node.items if isinstance(node, Seq) else ():
            fields = as_map(item)
            target = self.text(fields.get("target"))
            if target is None:
                continue
            published = self.text(fields.get("published"))
            if isinstance(published, Known) and not published.value:
                published = None
            yield Port(
                target=target,
                published=published,
                host_ip=self.text(fields.get("host_ip")),
                protocol=text_of(fields.get("protocol")) or "tcp",
                mode=text_of(fields.get("mode")) or "ingress",
                span=place(item),
                trail=item.trail,
            )

    def _mounts(self, tree: Map) -> Iterator[Mount]:
        volumes = tree.get("volumes")
        for item in volumes.items if isinstance(volumes, Seq) else ():
            fields = as_map(item)
            kind = text_of(fields.get("type")) or "volume"
            source = self.text(fields.get("source"))
            target = self.text(fields.get("target")) or Unknown("no mount target is given", item.trail)
            path = None
            if kind == "bind" and isinstance(source, Known):
                path = self.project_path(source.value)
                source = Known(self.shown_path(source.value), source.trail)
            read_only = self.flag(fields.get("read_only"))
            yield Mount(kind, source, target, read_only, path, place(item), item.trail)
        temporary = tree.get("tmpfs")
        items = temporary.items if isinstance(temporary, Seq) else [temporary] if temporary else []
        for item in items:
            text = self.text(item)
            if text is not None:
                target = text.map(lambda value: value.partition(":")[0]) if isinstance(text, Known) else text
                yield Mount("tmpfs", None, target, False, None, place(item), item.trail)

    def _networks(self, node: Tree | None) -> Iterator[Attachment]:
        if not isinstance(node, Map):
            return
        for name, value in node.entries.items():
            aliases = self.strings(as_map(value).get("aliases"))
            span = node.key_span(name) or place(value)
            yield Attachment(name, aliases, span, implicit=not node.keys.get(name) and place(value) is None)

    def _dependencies(self, node: Tree | None) -> Iterator[Dependency]:
        if not isinstance(node, Map):
            return
        for name, value in node.entries.items():
            fields = as_map(value)
            condition = text_of(fields.get("condition")) or "service_started"
            required = fields.get("required")
            span = node.key_span(name) or place(value)
            yield Dependency(name, condition, required is None or self.flag(required), span)

    def _healthcheck(self, node: Tree | None) -> Healthcheck | None:
        if not isinstance(node, Map):
            return None
        test = node.get("test")
        words: Value[tuple[str, ...]] | None = None
        if isinstance(test, Seq):
            words, _ = self.words(test)
        else:
            text = self.text(test)
            if isinstance(text, Known):
                words = Known(("CMD-SHELL", text.value), text.trail)
            elif text is not None:
                words = text
        disabled = self.flag(node.get("disable")) or (
            isinstance(words, Known) and words.value[:1] == ("NONE",)
        )
        return Healthcheck(words, disabled, place(node))

    def _replicas(self, tree: Map) -> Value[int] | None:
        for node in (tree.get("scale"), as_map(tree.get("deploy")).get("replicas")):
            if not isinstance(node, Leaf) or node.value is None:
                continue
            if isinstance(node.value, int):
                return Known(node.value, node.trail)
            unknown = self.marks.unknown_in(sprint(node.value))
            return Unknown(unknown.reason if unknown else "it is no number", node.trail)
        return None

    def _grants(self, node: Tree | None) -> Iterator[Grant]:
        for item in node.items if isinstance(node, Seq) else ():
            fields = as_map(item)
            source = text_of(fields.get("source"))
            if source is not None:
                yield Grant(source, text_of(fields.get("target")), place(item))

    def resources(self, node: Tree | None) -> dict[str, Resource]:
        """Return the networks, volumes, secrets or configs at top level."""
        result: dict[str, Resource] = {}
        if not isinstance(node, Map):
            return result
        for key, value in node.entries.items():
            fields = as_map(value)
            name = self.text(fields.get("name")) or Known(key, value.trail)
            file = self.text(fields.get("file"))
            if isinstance(file, Known):
                file = Known(self.shown_path(file.value), file.trail)
            span = node.key_span(key) or place(value)
            result[key] = Resource(
                key=key,
                name=name,
                external=self.flag(fields.get("external")),
                driver=self.text(fields.get("driver")),
                file=file,
                internal=self.flag(fields.get("internal")),
                span=span,
                implicit=span is None,
                content=self.text(fields.get("content")),
            )
        return result

    # --- environments ---

    def container_environment(self, service: Service) -> Environment:
        """Return what a container gets: its env files in order, then ``environment`` over them."""
        values: dict[str, Known[str] | Unknown] = {}
        written = service.environment
        reasons: list[str] = []

        def before(name: str) -> Known[str] | Unknown | None:
            found = self.environment.values.get(name) or written.get(name)
            return found if found is not None else self.environment.get(name)

        known = {name: value for name, value in written.items() if value is not None}
        for reference in service.env_files:
            if reference.read is None:
                shown = reference.path.value if isinstance(reference.path, Known) else "an env file"
                if reference.required or isinstance(reference.path, Unknown):
                    reasons.append(f"{shown} is not in the repository")
                continue
            asked = reference.read if reference.present else _asked(reference)
            _, found = self.reader.read(asked, before, {**known, **values}, raw=reference.format == "raw")
            values.update(found)
        for name, value in written.items():
            if value is not None:
                values[name] = value
            else:
                values.pop(name, None)
        span = service.span
        trail = (Step(f"service {service.name}", span),) if span is not None else ()
        return Environment(values, not reasons, trail, reasons[0] if reasons else "")


def _asked(reference: EnvFileReference) -> str:
    return reference.path.value if isinstance(reference.path, Known) else ""
