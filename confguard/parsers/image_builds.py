"""Who builds which image: ``docker build`` commands, build steps of workflows, bake files.

Nothing is run. A name whose parts cannot be resolved by reading keeps a mark in their places.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from confguard.parsers.shell import UNKNOWN, ShellWord
from confguard.parsers.yaml_tree import Mapping as YamlMapping
from confguard.parsers.yaml_tree import Node, Scalar, parse_stream
from confguard.parsers.yaml_tree import Sequence as YamlSequence
from confguard.source import SourceFile, Span

_FILE = ("file", "dockerfile", "dockerfile_path", "docker_file")
_CONTEXT = ("context", "build_context", "build_path")
_TARGET = ("target", "build_target", "docker_target")
_IMAGE = ("tags", "image", "images", "image_name", "docker_image_name", "imagename")
_WITH_VALUE = frozenset([
    "-t", "--tag", "-f", "--file", "--target", "--build-arg", "--platform", "--label", "--cache-from",
    "--cache-to", "-o", "--output", "--secret", "--ssh", "--progress", "--network", "--builder",
    "--build-context", "--add-host", "--iidfile", "--metadata-file", "--annotation", "--shm-size", "-m",
    "--memory", "--isolation", "--allow", "--attest", "--ulimit",
])  # fmt: skip
"""Options of ``docker build`` and ``docker buildx build`` that take a value (Docker CLI reference)."""

_EXPRESSION = re.compile(r"\$\{\{\s*([^}]*?)\s*\}\}")
_STEP_OUTPUT = re.compile(r"steps\.([\w-]+)\.outputs\.(?:tags|json)\Z")
_OUTPUT_NAME = re.compile(r"\btype=(?:image|registry)\b.*?\bname=((?:\$\{\{.*?\}\}|[^,\s])+)")
_TAG_RULE = re.compile(r"\s*type=")
_BAKE_TARGET = re.compile(r'^[ \t]*target\s+"(?P<name>[\w.-]+)"\s*\{(?P<body>.*?)^[ \t]*\}', re.M | re.S)
_MAX_FOLLOWED = 4


@dataclass(frozen=True, slots=True)
class ImageBuild:
    """One build of one image.

    ``name`` is the reference as it is written, with ``confguard.parsers.shell.UNKNOWN`` in the place of what
    is not known; ``dockerfile`` and ``target`` are None where none is named. ``folder`` is what ``context``
    and ``dockerfile`` are relative to, None where it is not known. ``arguments`` are the build arguments,
    each with its text or None where that is not known.
    """

    name: str
    dockerfile: str | None
    context: str
    target: str | None
    span: Span
    folder: str | None = ""
    arguments: tuple[tuple[str, str | None], ...] = ()


def build_command(words: Sequence[ShellWord], span: Span, folder: str | None) -> Iterator[ImageBuild]:
    """Yield what a ``docker build`` or ``docker buildx build`` command makes, once for each of its tags."""
    start = _build_start(words)
    if start is None:
        return
    options: dict[str, list[str]] = {}
    contexts: list[str] = []
    index = start
    while index < len(words):
        text = words[index].text
        name, sign, value = text.partition("=")
        if name in _WITH_VALUE:
            if not sign and index + 1 < len(words):
                index += 1
                value = words[index].text
            options.setdefault({"-t": "--tag", "-f": "--file"}.get(name, name), []).append(value)
        elif not text.startswith("-"):
            contexts.append(text)
        index += 1
    files, targets = options.get("--file", []), options.get("--target", [])
    for tag in options.get("--tag", []):
        yield ImageBuild(
            tag,
            files[-1] if files else None,
            contexts[-1] if contexts else ".",
            targets[-1] if targets else None,
            span,
            folder,
            _arguments(options.get("--build-arg", [])),
        )


def _arguments(texts: Iterable[str]) -> tuple[tuple[str, str | None], ...]:
    pairs = (text.partition("=") for text in texts)
    return tuple((name, value if sign and UNKNOWN not in value else None) for name, sign, value in pairs)


def _build_start(words: Sequence[ShellWord]) -> int | None:
    texts = [word.text for word in words[:4]]
    if not texts or texts[0].rpartition("/")[2] not in ("docker", "podman", "nerdctl", "depot"):
        return None
    rest = texts[1:]
    for lead in (["build"], ["image", "build"], ["buildx", "build"], ["builder", "build"]):
        if rest[: len(lead)] == lead:
            return 1 + len(lead)
    return None


def builds_of_workflow(source: SourceFile, called: Mapping[str, SourceFile]) -> Iterator[ImageBuild]:
    """Yield the builds of a workflow's steps, and of the reusable workflows and actions that it calls.

    ``called`` holds the repository's own workflows and actions by their paths: the defaults of their inputs
    stand for what a call leaves out.
    """
    for document in parse_stream(source).documents:
        for holder in _mappings(document):
            given = holder.get("with")
            if isinstance(given, YamlMapping):
                yield from _step(source, document, holder, given, called)


def _step(
    source: SourceFile,
    document: Node,
    step: YamlMapping,
    given: YamlMapping,
    called: Mapping[str, SourceFile],
) -> Iterator[ImageBuild]:
    uses = step.get("uses")
    local = isinstance(uses, Scalar) and uses.text.startswith("./")
    values = {entry.key.text.lower().replace("-", "_"): entry.value for entry in given.entries}
    if not any(name in values for name in (*_FILE, *_CONTEXT, *_TARGET)):
        return
    default = called.get(uses.text.removeprefix("./")) if local and isinstance(uses, Scalar) else None
    file = _first(source, values, _FILE) or (_input_default(default, "file") if default else None)
    for name in dict.fromkeys(_names(source, document, values)):
        span = given.span.first_line()
        target = _first(source, values, _TARGET)
        arguments = _arguments(_resolved(source, text) for text in _texts(values.get("build_args")))
        context = _first(source, values, _CONTEXT) or "."
        yield ImageBuild(name, file, context, target, span, arguments=arguments)


def _names(source: SourceFile, document: Node, values: Mapping[str, Node]) -> Iterator[str]:
    """Yield the image names that a step's inputs come to."""
    for key in _IMAGE:
        for text in _texts(values.get(key)):
            expression = _EXPRESSION.fullmatch(text)
            output = _STEP_OUTPUT.match(expression[1]) if expression else None
            if output:
                yield from _images_of_step(source, document, output[1])
            elif not _TAG_RULE.match(text):
                yield _resolved(source, text)
    outputs = values.get("outputs")
    for line in outputs.text.splitlines() if isinstance(outputs, Scalar) else ():
        named = _OUTPUT_NAME.search(line)
        if named:
            yield _resolved(source, named[1])


def _images_of_step(source: SourceFile, document: Node, identity: str) -> Iterator[str]:
    """Yield the images that a metadata step with this id is told."""
    for step in _mappings(document):
        own = step.get("id")
        given = step.get("with")
        if isinstance(own, Scalar) and own.text == identity and isinstance(given, YamlMapping):
            for text in _texts(given.get("images")):
                yield _resolved(source, text.removeprefix("name="))


def _resolved(source: SourceFile, text: str, depth: int = 0) -> str:
    """Put in what ``${{ env.X }}`` and outputs of steps are, where the file says it in one way only."""

    def value(match: re.Match[str]) -> str:
        name = match[1].rpartition(".")[2]
        if depth >= _MAX_FOLLOWED or not re.fullmatch(r"[\w-]+", name):
            return UNKNOWN
        assigned = re.compile(
            rf"(?i)(?<![\w-]){re.escape(name)}[ \t]*[=:][ \t]*[\"']?(\$\{{\{{[^}}\n]*\}}\}}|[\w./:-]+)"
        )
        found = {one for one in assigned.findall(source.text) if one != match[0]}
        texts = {one for one in found if not one.startswith("$")} or found
        return _resolved(source, texts.pop(), depth + 1) if len(texts) == 1 else UNKNOWN

    return _EXPRESSION.sub(value, text)


def _input_default(source: SourceFile, name: str) -> str | None:
    for document in parse_stream(source).documents:
        for holder in _mappings(document):
            inputs = holder.get("inputs")
            own = inputs.get(name) if isinstance(inputs, YamlMapping) else None
            default = own.get("default") if isinstance(own, YamlMapping) else None
            if isinstance(default, Scalar):
                return default.text
    return None


def _first(source: SourceFile, values: Mapping[str, Node], names: Sequence[str]) -> str | None:
    for name in names:
        node = values.get(name)
        if isinstance(node, Scalar) and node.text:
            return _resolved(source, node.text)
    return None


def _texts(node: Node | None) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield from (line.strip() for line in re.split(r"[\n,]", node.text) if line.strip())
    elif isinstance(node, YamlSequence):
        for item in node.items:
            yield from _texts(item)


def _mappings(node: Node) -> Iterator[YamlMapping]:
    pending = [node]
    seen: set[int] = set()
    while pending:
        one = pending.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, YamlMapping):
            yield one
            pending += [entry.value for entry in one.entries]
        elif isinstance(one, YamlSequence):
            pending += one.items


def builds_of_bake(source: SourceFile) -> Iterator[ImageBuild]:
    """Yield the targets of a ``docker-bake`` file, by their tags, or by name and stage where they have none.

    Variables and inherited values of HCL are not followed.
    """
    try:
        targets = json.loads(source.text).get("target", {}) if source.path.endswith(".json") else None
    except (ValueError, AttributeError, RecursionError):
        return
    if targets is None:
        targets = {match["name"]: _hcl(match["body"]) for match in _BAKE_TARGET.finditer(source.text)}
    for name, target in targets.items() if isinstance(targets, dict) else ():
        if not isinstance(target, dict):
            continue
        at = max(source.text.find(f'"{name}"'), 0)
        stage = _text(target.get("target"))
        tags = [tag for tag in target.get("tags") or () if isinstance(tag, str)]
        for image in tags or list(dict.fromkeys(part for part in (stage, name) if part)):
            context, file = _text(target.get("context")), _text(target.get("dockerfile"))
            yield ImageBuild(
                image.replace("${", UNKNOWN), file, context or ".", stage, source.span(at, at + len(name) + 2)
            )


def _hcl(body: str) -> dict[str, object]:
    found: dict[str, object] = dict(
        re.findall(r'^\s*(dockerfile|context|target)\s*=\s*"([^"]*)"', body, re.M)
    )
    tags = re.search(r"^\s*tags\s*=\s*\[(.*?)\]", body, re.M | re.S)
    if tags:
        found["tags"] = re.findall(r'"([^"]*)"', tags[1])
    return found


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
