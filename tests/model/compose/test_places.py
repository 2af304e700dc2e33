"""Every value's place: slicing its source by the span gives the text that produced the value."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from confguard.discover.project import Listing, Project
from confguard.model.compose import ComposeModel, load
from confguard.model.compose.tree import Leaf, Map, Tree
from confguard.model.value import Known, Trail

STYLES = st.sampled_from(["plain", "single", "double", "anchored", "tagged", "variable", "default"])
TOKEN = re.compile("tok[0-9]+x")


@dataclass
class Writer:
    """Writes scalars that can be told apart, and remembers how each stands in its file."""

    draw: st.DrawFn
    written: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    def token(self) -> str:
        return f"tok{len(self.written)}x"

    def scalar(self, before: str = "", after: str = "") -> str:
        """Return a scalar in some style with a token in it, between two texts."""
        token = self.token()
        style = self.draw(STYLES)
        if style == "variable":
            name = f"VAR{len(self.variables)}"
            self.written[token] = self.variables[name] = self.draw(st.sampled_from([token, f"a {token}é"]))
            return f'"{before}${{{name}}}{after}"'
        text = f"{before}{self.draw(st.sampled_from(['', 'é', 'a-', '😀']))}{token}{after}"
        if style == "default":
            # The use of the variable is what made the value.
            use = f"${{UNSET{len(self.written)}:-{token}}}"
            self.written[token] = use
            return f'"{before}{use}{after}"'
        quoted = {"single": f"'{text}'", "double": f'"{text}"'}.get(style, text)
        self.written[token] = quoted
        return {"anchored": f"&a{token} {quoted}", "tagged": f"!!str {quoted}"}.get(style, quoted)

    def service(self) -> str:
        """Return some attributes of a service, each in one of its forms."""
        pieces = {
            "image": lambda: f"    image:   {self.scalar()}   # comment\n",
            "user": lambda: f'    "user": {self.scalar()}\n',
            "environment": lambda: f"    environment:\n      A: {self.scalar()}\n      B: {self.scalar()}\n",
            "listed": lambda: f"    labels:\n    - {self.scalar('l1=')}\n    - {self.scalar('l2=')}\n",
            "command": lambda: f"    command: [run, {self.scalar()}, {self.scalar()}]\n",
            "entrypoint": lambda: f"    entrypoint: {self.scalar('run ')}\n",
            "volumes": lambda: f"    volumes:\n      - {self.scalar('./', ':/data:ro')}\n",
            "tmpfs": lambda: f"    tmpfs: [{self.scalar('/')}]\n",
            "hostname": lambda: f"    hostname: >-\n      {self.block()}\n",
            "build": lambda: (
                f"    build:\n      context: {self.scalar('./')}\n      args: {{X: {self.scalar()}}}\n"
            ),
            "networks": lambda: f"    networks: {{default: {{aliases: [{self.scalar()}]}}}}\n",
            "extra_hosts": lambda: f"    extra_hosts:\n      - {self.scalar('h', ':10.0.0.1')}\n",
        }
        chosen = self.draw(st.lists(st.sampled_from(sorted(pieces)), unique=True, min_size=1, max_size=5))
        return "".join(pieces[name]() for name in chosen)

    def block(self) -> str:
        token = self.token()
        self.written[token] = f">-\n      one {token}\n      two"
        return f"one {token}\n      two"


@st.composite
def stacks(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, str]]:
    """Return files by path, and for each token the text that it stands in."""
    writer = Writer(draw)
    files = {
        "compose.yaml": f"services:\n  web:\n{writer.service()}  db: {{image: {writer.scalar()}}}\n",
        "over.yaml": f"# overlay\r\nservices:\n  web:\n{writer.service()}",
    }
    files[".env"] = "# env\n" + "".join(f"{name}={value}\n" for name, value in writer.variables.items())
    return files, writer.written


def leaves(node: Tree) -> Iterator[tuple[str, Trail]]:
    if isinstance(node, Leaf):
        yield str(node.value), node.trail
    children = node.entries.values() if isinstance(node, Map) else getattr(node, "items", ())
    for child in children:
        yield from leaves(child)


def values(model: ComposeModel) -> Iterator[tuple[str, Trail]]:
    """Yield the texts of the merged tree, and those of the typed view and the environments."""
    yield from leaves(model.tree)
    for name, service in model.services.items():
        texts = [service.image, service.user, service.hostname, service.entrypoint_text, *service.extra_hosts]
        texts += [*service.labels.values(), *model.container_environment(name).values.values()]
        texts += [mount.source for mount in service.volumes] + [mount.target for mount in service.volumes]
        yield from ((text.value, text.trail) for text in texts if isinstance(text, Known))


@settings(max_examples=120, deadline=None)
@given(stacks())
def test_the_span_of_any_value_is_the_text_that_produced_it(stack) -> None:
    files, written = stack
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            (Path(folder) / path).write_bytes(text.encode())
        project = Project(Path(folder).resolve(), Listing(tuple(sorted(files)), "walk"))
        model = load(project, ("compose.yaml", "over.yaml"))
    assert all("neither image nor build" in problem.message for problem in model.problems + model.refusals)
    seen = 0
    for value, trail in values(model):
        for token in TOKEN.findall(value):
            seen += 1
            places = [step.span.text for step in trail if step.span is not None]
            whole = written[token]
            parts = (whole, whole.partition("=")[2], whole.strip("'\"").partition("=")[2])
            assert any(place in parts for place in places if place), (value, places, whole)
    assert seen
