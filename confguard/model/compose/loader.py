"""Compose files to one merged tree: merged, with ``extends`` and ``include`` (compose-go 2.10)."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from confguard.discover.project import Project
from confguard.model.compose.canonical import canonical
from confguard.model.compose.convert import Converter, Tagged, remove
from confguard.model.compose.defaults import with_defaults
from confguard.model.compose.interpolation import Interpolation, InterpolationError, Interpolator, Marks
from confguard.model.compose.merge import MergeError, extend_service, merge, override_resource
from confguard.model.compose.overrides import Override, Redeclared, compare
from confguard.model.compose.paths import PathResolver, join
from confguard.model.compose.schema import validate
from confguard.model.compose.tree import Leaf, Map, Path, Seq, Tree, as_map, may_change, place, plain, text_of
from confguard.model.compose.unique import enforce_unique
from confguard.model.compose.variables import EnvReader, EnvSource
from confguard.model.environment import Environment
from confguard.model.value import Known, Step, Unknown
from confguard.source import Problem, SourceFile, Span

if TYPE_CHECKING:
    from confguard.parsers.compose import ComposeFile
    from confguard.parsers.yaml_tree import Mapping as YamlMapping

MAX_CHAIN = 60
"""Longer chains of extends or include are refused (links)."""

MAX_FILES = 500
"""More files in one model are refused."""

Tracker = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Scope:
    """Where a set of files is loaded: its working directory (absolute) and its variables."""

    folder: str
    environment: Environment
    interpolator: Interpolator


@dataclass(slots=True)
class Loader:
    """Loads and merges the files of one model; collects what is wrong on the way."""

    project: Project
    root: str
    home: str
    marks: Marks
    reader: EnvReader
    problems: list[Problem] = field(default_factory=list)
    refusals: list[Problem] = field(default_factory=list)
    required: list[InterpolationError] = field(default_factory=list)
    uses: list[Interpolation] = field(default_factory=list)
    overrides: list[Override] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    env_sources: list[EnvSource] = field(default_factory=list)
    redeclared: list[Redeclared] = field(default_factory=list)
    parsed: dict[str, ComposeFile] = field(default_factory=dict)
    imports: int = 0

    def scope(self, folder: str, environment: Environment) -> Scope:
        """Return a scope whose uses of variables are collected here."""
        interpolator = Interpolator(environment.get, self.marks, self.uses, self.required)
        return Scope(folder, environment, interpolator)

    def relative(self, path: str) -> str | None:
        """Return an absolute path relative to the project's root, or None outside of it."""
        if path == self.root:
            return ""
        return path[len(self.root) + 1 :] if path.startswith(f"{self.root}/") else None

    def model(self, paths: Sequence[str], scope: Scope, included: tuple[str, ...] = ()) -> Map:
        """Return the merged tree of files (absolute paths), with defaults and absolute paths."""
        tree = Map({})
        for path in paths:
            tree, included = self._file(path, scope, tree, included)
        tree = with_defaults(tree)
        tree = PathResolver(scope.folder, self.home).resolve(tree)
        return _passed_through(tree, scope.environment)

    def parse(self, path: str) -> ComposeFile | None:
        """Return a parsed file, or None if the project has no such file."""
        relative = self.relative(path)
        source = self.project.read(relative) if relative is not None else None
        if source is None or relative is None:
            return None
        if relative not in self.parsed:
            from confguard.parsers.compose import parse

            self.parsed[relative] = self.project.parsed(parse, relative) or parse(source)
            self.problems.extend(self.parsed[relative].problems)
        if relative not in self.files:
            self.files.append(relative)
        return self.parsed[relative]

    def _file(
        self, path: str, scope: Scope, base: Map, included: tuple[str, ...]
    ) -> tuple[Map, tuple[str, ...]]:
        parsed = self.parse(path)
        if parsed is None:
            shown = self.relative(path) or path
            self.problems.append(
                Problem(SourceFile(shown, "").span(0), "is named as a Compose file but is not there")
            )
            return base, included
        for document in parsed.documents:
            included = (*included, path)
            base = self._document(document, path, scope, base, included)
        return base, included

    def _document(
        self, document: YamlMapping, path: str, scope: Scope, base: Map, included: tuple[str, ...]
    ) -> Map:
        converter = Converter(scope.interpolator, self.problems, self.refusals)
        tree = converter.document(document)
        before = base
        try:
            tree = self._extended(tree, path, scope, converter.tagged)
            base = remove(base, [tagged.path for tagged in converter.tagged])
            tree = self._included(tree, scope, included, [tagged.path for tagged in converter.tagged])
            merged = enforce_unique(merge(base, tree), base)
            merged, found = validate(merged, base)
            self.problems.extend(found.problems)
            self.refusals.extend(found.refusals)
            merged = enforce_unique(self._canonical(merged.without("version"), base), base)
        except MergeError as error:
            span = error.span or document.span.first_line()
            wrong = self.refusals if may_change(error.trail) else self.problems
            wrong.append(Problem(span, error.message))
            return before
        if before.entries:
            self.overrides.extend(compare(before, tree, merged, converter.tagged))
        return merged

    def _canonical(self, tree: Map, settled: Map | None = None) -> Map:
        """Return the tree in long forms; what an operator may mend is not the file's fault."""
        errors: list[MergeError] = []
        result = canonical(tree, errors, settled)
        for error in errors:
            found = self.refusals if may_change(error.trail) else self.problems
            found.append(_at(error.span, error.message))
        return result

    # --- extends ---

    def _extended(self, tree: Map, path: str, scope: Scope, tagged: Sequence[Tagged]) -> Map:
        services = tree.get("services")
        if not isinstance(services, Map):
            return tree
        found = dict(services.entries)
        for name in services.entries:
            found[name] = self._service(name, found, path, scope, (), (tagged,))
        return tree.with_entries({"services": Map(found, services.source, services.keys)})

    def _service(
        self,
        name: str,
        services: dict[str, Tree],
        path: str,
        scope: Scope,
        tracker: Tracker,
        resets: tuple[Sequence[Tagged], ...],
    ) -> Tree:
        """Return a service with what it extends merged under it."""
        service = services[name]
        if not isinstance(service, Map) or "extends" not in service.entries:
            return service
        extends = service.entries["extends"]
        alone = service.without("extends")
        reference = text_of(extends) if isinstance(extends, Leaf) else text_of(as_map(extends).get("service"))
        span = place(extends)
        if reference is None:
            self._problem(span, f"has a service {name} whose extends names no service")
            return alone
        file = as_map(extends).get("file")
        others, filename, base_tags = services, path, ()  # type: tuple[dict[str, Tree], str, Sequence[Tagged]]
        if file is not None:
            loaded = self._foreign(name, reference, file, scope)
            if loaded is None:
                return alone
            others, filename, base_tags = loaded
        elif reference not in services:
            self._problem(span, f"has a service {name} that extends {reference}, which is not there")
            return alone
        if (filename, name) in tracker or len(tracker) > MAX_CHAIN:
            chain = " extends ".join([*(step[1] for step in tracker), name])
            self._problem(span, f"has services that extend each other in a circle: {chain}")
            return alone
        base = self._service(reference, others, path, scope, (*tracker, (filename, name)), (base_tags,))
        if not isinstance(base, Map):
            return alone
        for tags in resets:
            own = [tag.path[2:] for tag in tags if tag.path[:2] == ("services", name)]
            base = remove(base, [tag for tag in own if tag])
        merged = extend_service(base, service).without("extends")
        services[name] = merged
        return merged

    def _foreign(
        self, name: str, reference: str, file: Tree, scope: Scope
    ) -> tuple[dict[str, Tree], str, Sequence[Tagged]] | None:
        """Return the services of the file that a service extends from, or None with a problem."""
        text = text_of(file)
        span = place(file)
        if text is None or self.marks.unknown_in(text) is not None:
            return None
        path = join(scope.folder, text)
        parsed = self.parse(path)
        if parsed is None:
            where = "outside of the repository" if self.relative(path) is None else "not there"
            self._problem(span, f"has a service {name} that extends from {text}, which is {where}")
            return None
        tree = Map({})
        tags: list[Tagged] = []
        for document in parsed.documents:
            converter = Converter(scope.interpolator, self.problems, self.refusals)
            merged = enforce_unique(merge(tree, converter.document(document)))
            tree = enforce_unique(self._canonical(merged))
            tags = converter.tagged
        tree = PathResolver(posixpath.dirname(path), self.home).resolve(tree)
        services = tree.get("services")
        if not isinstance(services, Map) or reference not in services.entries:
            self._problem(span, f"has a service {name} that extends {reference}, which {text} does not have")
            return None
        return dict(services.entries), text, tags

    # --- include ---

    def _included(self, tree: Map, scope: Scope, included: tuple[str, ...], tagged: Sequence[Path]) -> Map:
        include = tree.get("include")
        if include is None:
            return tree
        tree = tree.without("include")
        if not isinstance(include, Seq):
            if plain(include) is not None:
                self._problem(place(include), "has an include that is no list")
            return tree
        for item in include.items:
            imported = self._import(item, scope, included)
            if imported is not None:
                tree = self._imported(tree, imported, place(item), tagged)
        return tree

    def _import(self, item: Tree, scope: Scope, included: tuple[str, ...]) -> Map | None:
        paths = _texts(item if isinstance(item, Leaf) else as_map(item).get("path"))
        if not paths:
            self._problem(place(item), "has an include without a path")
            return None
        if any(self.marks.unknown_in(text) is not None for text, _ in paths):
            return None
        self.imports += 1
        if self.imports > MAX_FILES:
            if self.imports == MAX_FILES + 1:
                self._problem(paths[0][1], f"includes more than {MAX_FILES} files, one inside of the other")
            return None
        files = [join(scope.folder, text) for text, _ in paths]
        if files[0] in included or len(included) > MAX_CHAIN:
            self._problem(paths[0][1], f"includes {paths[0][0]}, which includes this file again")
            return None
        for file, (text, span) in zip(files, paths, strict=True):
            if self.parse(file) is None:
                where = "outside of the repository" if self.relative(file) is None else "not there"
                self._problem(span, f"includes {text}, which is {where}")
                return None
        folder = posixpath.dirname(files[0])
        directory = text_of(as_map(item).get("project_directory"))
        if directory:
            folder = join(scope.folder, directory)
        environment = self._include_environment(item, scope, folder)
        return self.model(files, self.scope(folder, environment), included)

    def _include_environment(self, item: Tree, scope: Scope, folder: str) -> Environment:
        wanted = _texts(as_map(item).get("env_file"))
        paths = [(join(scope.folder, text), span) for text, span in wanted]
        if not paths:
            default = self.relative(join(folder, ".env"))
            if default is None or self.reader.find(default) is None:
                return scope.environment
            paths = [(join(folder, ".env"), None)]
        read: dict[str, Known[str] | Unknown] = {}
        for path, span in paths:
            relative = self.relative(path)
            if relative is None or self.reader.find(relative) is None:
                self.refusals.append(
                    _at(span, f"includes with the env file {relative or path}, which is not there")
                )
                continue
            source, found = self.reader.read(relative, scope.environment.values.get, read)
            self.env_sources.append(source)
            read.update(found)
        merged = {**read, **scope.environment.values}
        return Environment(merged, scope.environment.complete, reason=scope.environment.reason)

    def _imported(self, tree: Map, imported: Map, span: Span | None, tagged: Sequence[Path]) -> Map:
        """Return the tree with what an included file declares, what it declares itself over that."""
        for section in ("services", "volumes", "networks", "secrets", "configs", "models"):
            source = imported.get(section)
            if not isinstance(source, Map):
                continue
            target = as_map(tree.get(section))
            entries, keys = dict(target.entries), dict(target.keys)
            for name, value in source.entries.items():
                if name in entries:
                    if plain(entries[name]) != plain(value) and (own := target.key_span(name) or span):
                        self.redeclared.append(Redeclared(section, name, own))
                    wrapped = Map({section: Map({name: value}, value.source)}, value.source)
                    imported_value = as_map(remove(wrapped, tagged).get(section)).get(name)
                    if imported_value is not None:
                        entries[name] = override_resource(section, imported_value, entries[name])
                else:
                    entries[name] = value
                keys[name] = (*target.keys.get(name, ()), *source.keys.get(name, ()))
            tree = tree.with_entries({section: Map(entries, target.trail or source.trail, keys)})
        return tree

    def _problem(self, span: Span | None, message: str, help_text: str = "") -> None:
        self.problems.append(_at(span, message, help_text))


def _at(span: Span | None, message: str, help_text: str = "") -> Problem:
    return Problem(span if span is not None else SourceFile("", "").span(0), message, help_text)


def _texts(node: Tree | None) -> list[tuple[str, Span | None]]:
    """Return the texts of a string or a list of strings, with their places."""
    items = node.items if isinstance(node, Seq) else [node] if node is not None else []
    return [
        (item.value, place(item)) for item in items if isinstance(item, Leaf) and isinstance(item.value, str)
    ]


def _passed_through(tree: Map, environment: Environment) -> Map:
    """Fill ``environment: [NAME]`` from the variables of the scope that the file was loaded in."""
    services = tree.get("services")
    if not isinstance(services, Map):
        return tree
    changed: dict[str, Tree] = {}
    for name, service in services.entries.items():
        listed = service.get("environment") if isinstance(service, Map) else None
        if not isinstance(listed, Seq) or not isinstance(service, Map):
            continue
        items = [_filled(item, environment.values) for item in listed.items]
        changed[name] = service.with_entries({"environment": Seq(items, listed.source)})
    return tree.with_entries({"services": services.with_entries(changed)}) if changed else tree


def _filled(item: Tree, values: Mapping[str, object]) -> Tree:
    if not isinstance(item, Leaf) or not isinstance(item.value, str):
        return item
    found = values.get(item.value)
    if not isinstance(found, Known):
        return item
    step = Step(f"passes {item.value} through", place(item))
    return Leaf(f"{item.value}={found.value}", (step, *found.trail))
