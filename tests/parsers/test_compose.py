import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confguard.parsers.compose import Mapping, Node, Scalar, Sequence, parse
from confguard.parsers.yaml_scalars import resolve_plain
from confguard.parsers.yaml_tree import MAX_DEPTH
from confguard.source import SourceFile

TEXT = """# a comment
x-base: &base
  image: "nginx:1"   # pinned
  environment: &env
    A: 1
services:
  web:
    <<: *base
    ports: !reset []
    command: |
      one
      two

    # trailing comment
    volumes:
    - a
    - {type: bind, source: b}
    nothing:
"""


def tree(text: str) -> Mapping:
    file = parse(SourceFile("compose.yaml", text))
    assert not file.problems
    return file.documents[0]


def at(node: Node | None, *path: str | int) -> Node:
    for part in path:
        node = node.items[part] if isinstance(node, Sequence) else node.get(part)  # type: ignore[index, union-attr, arg-type]
    assert node is not None
    return node


def every(node: Node) -> list[Node]:
    children = [entry.value for entry in node.entries] if isinstance(node, Mapping) else []
    children += list(node.items) if isinstance(node, Sequence) else []
    return [node, *(found for child in children for found in every(child))]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("x-base", "image"), '"nginx:1"'),
        (("x-base", "environment"), "A: 1"),
        (("services", "web", "ports"), "[]"),
        (("services", "web", "command"), "|\n      one\n      two"),
        (("services", "web", "volumes"), "- a\n    - {type: bind, source: b}"),
        (("services", "web", "volumes", 1), "{type: bind, source: b}"),
        (("services", "web", "nothing"), ""),
        (("services", "web", "image"), '"nginx:1"'),
    ],
)
def test_slicing_the_source_by_a_span_gives_the_node(path: tuple[str | int, ...], text: str) -> None:
    assert at(tree(TEXT), *path).span.text == text


def test_a_merged_entry_stands_where_it_is_written_and_says_so() -> None:
    web = at(tree(TEXT), "services", "web")
    assert isinstance(web, Mapping)
    image = web.entry("image")
    assert image is not None and image.merged and image.key.span.line == 3


def test_tags_of_docker_compose_are_kept() -> None:
    assert at(tree(TEXT), "services", "web", "ports").tag == "!reset"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("True", True),
        ("0o17", 15),
        ("017", 15),
        ("0x1F", 31),
        ("1_000", 1000),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("~", None),
        ("", None),
        ("12:30", "12:30"),
        ("09", 9.0),
        ("1.2.3", "1.2.3"),
    ],
)
def test_plain_scalars_are_what_go_yaml_makes_of_them(text: str, value: object) -> None:
    assert resolve_plain(text) == value and type(resolve_plain(text)) is type(value)


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "twice", 3),
        ("a:\n\tb: 1\n", "not valid YAML", 2),
        ("1: a\n", "no string", 1),
        ("a: *none\n", "without an anchor", 1),
        ("a: &a [*a]\n", "inside of its own anchor", 1),
        ("a: [1, 2\n", "not valid YAML", 2),
        ("- a\n", "no mapping", 1),
        ("a: \x00\n", "not valid YAML", 1),
        ("{a: b}: c\n", "collection", 1),
        ("a: &x [1]\nb: {<<: *x}\n", "no mapping", 2),
    ],
)
def test_what_docker_compose_refuses_is_a_problem_at_its_place(text: str, words: str, line: int) -> None:
    problem = parse(SourceFile("compose.yaml", text)).problems[0]
    assert words in problem.message and problem.span.line == line


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 10_000 + "x", "{a: " * 10_000, "a:\n" * 3])
def test_deep_nesting_ends_quickly_in_a_problem(text: str) -> None:
    start = time.process_time()
    assert parse(SourceFile("compose.yaml", text)).problems
    assert time.process_time() - start < 2
    assert MAX_DEPTH >= 100


def test_an_alias_bomb_is_refused_before_it_is_expanded() -> None:
    lines = ["a: &a [1,1,1,1,1,1,1,1,1,1]"]
    lines += [
        f"{b}: &{b} [{','.join([f'*{a}'] * 10)}]" for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    ]
    assert "aliases" in parse(SourceFile("compose.yaml", "\n".join(lines))).problems[0].message


def test_several_documents_are_all_read() -> None:
    assert len(parse(SourceFile("compose.yaml", "a: 1\n---\na: 2\n")).documents) == 2


def test_offsets_count_characters_not_bytes() -> None:
    document = tree("# \N{GRINNING FACE} ä\r\nname: 'ü \N{GRINNING FACE}'\r\nb: x\r\n")
    assert at(document, "name").span.text == "'ü \N{GRINNING FACE}'"
    assert at(document, "b").span.text == "x"


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab:-[]{}&*!|>'\"#, \n\t<?%@\x00\x85\ud7ff", max_size=60))
def test_any_text_gives_a_tree_or_a_problem_and_spans_inside_of_it(text: str) -> None:
    file = parse(SourceFile("compose.yaml", text))
    for document in file.documents:
        for node in every(document):
            assert 0 <= node.span.start <= node.span.end <= len(text)
            if isinstance(node, Scalar) and not node.style and node.text and "\n" not in node.span.text:
                assert node.span.text == node.text
