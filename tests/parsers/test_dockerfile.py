from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from confguard.parsers.dockerfile import Dockerfile, parse
from confguard.source import SourceFile


def dockerfile(text: str) -> Dockerfile:
    return parse(SourceFile("Dockerfile", text))


def test_stages_have_names_images_and_instructions() -> None:
    parsed = dockerfile(
        "ARG TAG=3.12\nFROM --platform=linux/amd64 python:${TAG} AS Build\nRUN make\n\nFROM build\nUSER app\n"
    )
    assert [(stage.name, stage.image.text) for stage in parsed.stages] == [
        ("build", "python:${TAG}"),
        ("", "build"),
    ]
    assert parsed.arguments[0].pairs[0].name.text == "TAG"
    assert parsed.stages[0].start.flags[0].value == "linux/amd64"
    assert parsed.parent(parsed.stages[1]) is parsed.stages[0]
    assert parsed.stage("BUILD") is parsed.stages[0]
    assert parsed.stage("1") is parsed.stages[1]
    assert parsed.stage("nosuch") is None
    assert parsed.problems == ()


def test_a_stage_that_is_named_like_its_own_image_is_not_its_own_parent() -> None:
    parsed = dockerfile("FROM python AS python\nFROM python AS other\n")
    assert parsed.parent(parsed.stages[0]) is None
    assert parsed.parent(parsed.stages[1]) is parsed.stages[0]


def test_continued_lines_skip_comments_and_blank_lines_and_keep_their_places() -> None:
    parsed = dockerfile('FROM a\nENV A=1 \\\n  # why\n\n    B="two words" \\\n    C=3\nUSER x\n')
    env, user = parsed.stages[0].instructions
    assert [(pair.name.text, pair.value and pair.value.text) for pair in env.pairs] == [
        ("A", "1"),
        ("B", '"two words"'),
        ("C", "3"),
    ]
    assert env.pairs[1].value is not None
    assert env.pairs[1].value.span.text == '"two words"'
    assert env.pairs[1].name.span.line == 5
    assert user.words[0].span.text == "x"
    assert user.span.line == 7


def test_the_exec_form_gives_decoded_words_with_their_places() -> None:
    parsed = dockerfile('FROM a\nCMD ["gunicorn", "-b", "0.0.0.0:8000"]\nENTRYPOINT /start.sh --now\n')
    command, entrypoint = parsed.stages[0].instructions
    assert command.exec_form
    assert [word.text for word in command.words] == ["gunicorn", "-b", "0.0.0.0:8000"]
    assert command.words[2].span.text == "0.0.0.0:8000"
    assert not entrypoint.exec_form
    assert entrypoint.text == "/start.sh --now"


def test_single_quotes_are_no_json_so_the_shell_form_runs() -> None:
    command = dockerfile("FROM a\nCMD ['gunicorn']\n").stages[0].instructions[0]
    assert not command.exec_form
    assert command.text == "['gunicorn']"


def test_copy_tells_sources_destination_and_stage() -> None:
    copy = dockerfile("FROM a\nCOPY --from=build --chown=app:app /a /b ./dest/\n").stages[0].instructions[0]
    assert [word.text for word in copy.sources] == ["/a", "/b"]
    assert copy.destination is not None
    assert copy.destination.text == "./dest/"
    flag = copy.flag("from")
    assert flag is not None
    assert flag.value == "build"


def test_heredocs_are_bodies_and_not_instructions() -> None:
    parsed = dockerfile("FROM a\nRUN <<EOF\nFROM here\nEOF\nCOPY <<-'X' /etc/x\n\ta=$b\n\tX\nUSER u\n")
    run, copy, user = parsed.stages[0].instructions
    assert run.heredocs[0].body.text == "FROM here\n"
    assert copy.heredocs[0].body.text == "\ta=$b\n"
    assert not copy.heredocs[0].expand
    assert user.name == "USER"
    assert len(parsed.stages) == 1


def test_an_unterminated_heredoc_is_a_problem() -> None:
    parsed = dockerfile("FROM a\nRUN <<EOF\necho\n")
    assert [problem.message for problem in parsed.problems] == ["has an unterminated heredoc EOF"]


def test_directives_count_only_at_the_top() -> None:
    parsed = dockerfile("# syntax=docker/dockerfile:1\n# escape=`\n\nFROM a\nRUN dir `\n  c:\\\nUSER x\n")
    assert parsed.directives["syntax"].text == "docker/dockerfile:1"
    assert parsed.escape == "`"
    assert [one.name for one in parsed.stages[0].instructions] == ["RUN", "USER"]
    assert dockerfile("# just a comment\n# escape=`\nFROM a\n").escape == "\\"


def test_the_old_form_of_env_takes_the_rest_of_the_line() -> None:
    env = dockerfile("FROM a\nENV MESSAGE hello  there\n").stages[0].instructions[0]
    assert [(pair.name.text, pair.value and pair.value.text) for pair in env.pairs] == [
        ("MESSAGE", "hello  there")
    ]


def test_bad_lines_are_problems_and_the_rest_is_understood() -> None:
    parsed = dockerfile("RUN early\nFROM a\nFRM b\nFROM\nFROM x y z w\nEXPOSE 80\n")
    assert [problem.message for problem in parsed.problems] == [
        "has RUN before the first FROM",
        "has an unknown instruction FRM",
        "has a FROM without an image",
        "has a FROM that is not `FROM image [AS name]`",
    ]
    assert parsed.stages[-1].instructions[0].words[0].text == "80"


def test_an_empty_file_builds_nothing() -> None:
    assert [problem.message for problem in dockerfile("# nothing\n").problems] == [
        "has no FROM, so it builds nothing"
    ]


def test_onbuild_and_healthcheck_are_told_apart() -> None:
    parsed = dockerfile(
        'FROM a\nONBUILD COPY . /app\nHEALTHCHECK --interval=5s CMD ["curl", "-f", "http://x"]\n'
    )
    copy, check = parsed.stages[0].instructions
    assert (copy.name, copy.on_build) == ("COPY", True)
    assert [word.text for word in check.words] == ["curl", "-f", "http://x"]
    assert check.exec_form


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "FROM a",
                "RUN x",
                "ENV A=",
                "ENV",
                "COPY",
                "\\",
                "\n",
                " ",
                "<<EOF",
                '["a"',
                "]",
                '"',
                "'",
                "#",
                "=",
                "`",
                "\0",
                "é",
            ]
        )
    ).map("".join)
)
def test_any_text_is_parsed_with_spans_inside_of_it(text: str) -> None:
    parsed = dockerfile(text)
    for one in parsed.instructions:
        assert 0 <= one.span.start <= one.span.end <= len(text)
        for word in one.words:
            assert one.span.start <= word.span.start <= word.span.end <= one.span.end
