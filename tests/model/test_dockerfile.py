from __future__ import annotations

import pytest

from confguard.model.dockerfile import Image, image
from confguard.model.dockerfile_words import expand
from confguard.model.value import Known, Unknown, Value
from confguard.parsers.dockerfile import Word, parse
from confguard.source import SourceFile


def build(text: str, target: str | None = None, **arguments: str) -> Image:
    given: dict[str, Value[str]] = {name: Known(value) for name, value in arguments.items()}
    built = image(parse(SourceFile("Dockerfile", text)), target, given)
    assert built is not None
    return built


def plain(value: Value[str] | None) -> str:
    return value.value if isinstance(value, Known) else "?"


def test_arguments_before_from_choose_the_image_and_need_a_second_arg_inside() -> None:
    text = "ARG TAG=3.12\nFROM python:$TAG\nENV A=$TAG\nARG TAG\nENV B=$TAG\n"
    assert plain(build(text).base) == "python:3.12"
    assert plain(build(text, TAG="3.13").environment["B"]) == "3.13"
    assert isinstance(build(text).environment["A"], Unknown)


def test_env_beats_arg_and_is_inherited_by_later_stages() -> None:
    built = build("FROM scratch AS one\nARG X=arg\nENV X=env Y=1\nFROM one\nENV Z=$X-$Y-$NONE\n")
    assert plain(built.environment["Z"]) == "env-1-"
    assert [stage.name for stage in built.stages] == ["one", ""]


def test_pairs_of_one_env_see_only_what_was_set_before() -> None:
    built = build("FROM scratch\nENV A=1\nENV A=2 B=$A\n")
    assert plain(built.environment["B"]) == "1"


def test_a_variable_of_the_base_image_is_unknown() -> None:
    value = build("FROM python:3\nENV PATH=/app/bin:$PATH\n").environment["PATH"]
    assert isinstance(value, Unknown)
    assert value.reason == "PATH may be set by the base image"


def test_relative_workdirs_and_copies_are_joined() -> None:
    built = build(
        "FROM python:3\nWORKDIR /srv\nWORKDIR app\nCOPY a.conf b.conf conf.d/\nCOPY . .\nCOPY x /etc/y\n"
    )
    assert plain(built.workdir) == "/srv/app"
    assert [plain(copy.destination) for copy in built.copies] == ["/srv/app/conf.d/", "/srv/app/", "/etc/y"]
    unknown = build("FROM python:3\nCOPY x y\n")
    assert isinstance(unknown.copies[0].destination, Unknown)


def test_an_entrypoint_resets_an_inherited_command_but_not_its_own() -> None:
    base = 'FROM python:3 AS base\nCMD ["a"]\nFROM base\n'
    assert build(base).command is not None
    assert build(base + 'ENTRYPOINT ["e"]\n').command is None
    assert build(base + 'CMD ["b"]\nENTRYPOINT ["e"]\n').command is not None


def test_copies_name_their_stage_or_image() -> None:
    built = build("FROM node AS web\nFROM nginx\nCOPY --from=web /d /e\nCOPY --from=busybox:1 /b /b\n")
    first, second = built.copies
    assert first.stage is not None
    assert first.stage.name == "web"
    assert second.stage is None
    assert plain(second.image) == "busybox:1"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("${A:-x}", "1"),
        ("${NONE:-x}", "x"),
        ("${EMPTY:-x}", "x"),
        ("${EMPTY-x}", ""),
        ("${A:+yes}", "yes"),
        ("${NONE:+yes}", ""),
        ("'$A'", "$A"),
        ('"$A b"', "1 b"),
        (r"\$A", "$A"),
        ("${NONE:-${A}}", "1"),
        ("a$", "a$"),
        ("${NONE:?}", "?"),
        ("${A#1}", "?"),
        ("${A", "?"),
        ("${U:-x}", "?"),
        ("${A:-$U}", "1"),
    ],
)
def test_words_expand_as_the_shell_lexer_does(word: str, expected: str) -> None:
    source = SourceFile("Dockerfile", word)
    scope: dict[str, Value[str]] = {"A": Known("1"), "EMPTY": Known(""), "U": Unknown("not told")}
    assert plain(expand(Word(word, source.span(0, len(word))), scope, complete=True)) == expected


def test_deep_nesting_ends() -> None:
    word = "${A:-" * 5000
    source = SourceFile("Dockerfile", word)
    assert isinstance(expand(Word(word, source.span(0, 1)), {}, complete=True), Unknown)
