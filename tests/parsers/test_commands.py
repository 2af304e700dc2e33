from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confguard.parsers.command_lines import Form
from confguard.parsers.commands import Commands, Invocation, parse
from confguard.source import SourceFile


def read(text: str, form: Form = Form.SCRIPT, path: str = "file") -> Commands:
    return parse(SourceFile(path, text), form)


def only(text: str, form: Form = Form.SCRIPT, path: str = "file") -> Invocation:
    (found,) = read(text, form, path).invocations
    return found


def files(one: Invocation) -> list[str | None]:
    return [argument.text for argument in one.files]


def test_options_of_compose_and_the_subcommand_with_its_services_are_told_apart() -> None:
    one = only(
        "sudo docker --context prod compose -f a.yml --file=b.yml -fc.yml --profile p --env-file .e "
        "-p name --project-directory d up -d --scale web=2 --build web db # why\n"
    )
    assert files(one) == ["a.yml", "b.yml", "c.yml"]
    assert [one.profiles[0].text, one.env_files[0].text] == ["p", ".e"]
    assert one.project_name is not None
    assert one.project_name.text == "name"
    assert one.project_directory is not None
    assert one.project_directory.text == "d"
    assert (one.subcommand, one.services, one.uncertain) == ("up", ("web", "db"), False)
    assert one.files[1].span.text == "--file=b.yml"
    assert one.span.text.startswith("docker --context")
    assert one.span.text.endswith("web db")


@pytest.mark.parametrize(
    ("words", "services"),
    [
        ("exec -t postgres pg_dump shop", ("postgres",)),
        ("exec -it db psql -U shop", ("db",)),
        ("exec -i -T db sh", ("db",)),
        ("exec -e PGPASSWORD=x -u postgres db psql", ("db",)),
        ("exec -Tu postgres db psql", ("db",)),
        ("exec -upostgres db psql", ("db",)),
        ("exec --user=postgres --index 2 db psql", ("db",)),
        ("exec --privileged db -- psql", ("db",)),
        ("run --rm -t web python manage.py migrate", ("web",)),
        ("run -P -p 80:80 --cap-drop ALL web sh", ("web",)),
        ("up -t 5 --pull always -V web", ("web",)),
        ("up --abort-on-container-exit --exit-code-from tests web tests", ("web", "tests")),
        ("build --pull web", ("web",)),
        ("build --sbom true --build-arg A=1 web", ("web",)),
        ("pull --policy missing web", ("web",)),
        ("logs -t -f --tail 20 web", ("web",)),
        ("restart -t 3 web", ("web",)),
        ("down -t 3 web", ()),
        ("exec", ()),
    ],
)
def test_options_of_subcommands_take_the_values_that_they_take_in_compose(
    words: str, services: tuple[str, ...]
) -> None:
    assert only(f"docker compose -f a.yml {words}\n").services == services


def test_continued_lines_keep_their_places() -> None:
    one = only("docker compose \\\n  -f a.yml \\\n  -f b.yml \\\n  up -d\n")
    assert files(one) == ["a.yml", "b.yml"]
    assert [argument.span.text for argument in one.files] == ["a.yml", "b.yml"]
    assert one.files[1].span.line == 3


def test_variables_and_arrays_of_scripts_are_put_in() -> None:
    script = 'FILES=(-f a.yml -f "b c.yml")\nFILES+=(-f d.yml)\nDC="docker compose"\n$DC "${FILES[@]}" up\n'
    assert files(only(script)) == ["a.yml", "b c.yml", "d.yml"]


def test_a_condition_leaves_both_values_possible() -> None:
    script = 'ARGS=""\nif [ "$1" = dev ]; then\n  ARGS="-f a.yml -f dev.yml"\nfi\ndocker compose $ARGS up\n'
    assert [files(one) for one in read(script).invocations] == [[], ["a.yml", "dev.yml"]]


@pytest.mark.parametrize(
    "script",
    [
        "docker compose -f $FILE up\n",
        'docker compose -f "$1" up\n',
        "docker compose -f $(pick) up\n",
        "docker compose -f <environment>.yml up\n",
        "docker compose -f ${{ matrix.file }} up\n",
    ],
)
def test_what_cannot_be_resolved_is_unknown(script: str) -> None:
    assert files(only(script)) == [None]


def test_unknown_words_that_may_be_options_make_it_uncertain() -> None:
    assert only("docker compose $ARGS up\n").uncertain
    assert only('docker compose -f a.yml "$@"\n').uncertain


def test_makefile_variables_targets_and_exports() -> None:
    makefile = (
        "export COMPOSE_PROJECT_NAME = shop\nDC := $(shell which docker-compose || echo docker compose)\n"
        "BASE = $(DC) -f a.yml\nBASE += -f b.yml\nup-prod: build ## start\n\t@$(BASE) up -d $$SERVICES\n"
    )
    one = only(makefile, Form.MAKEFILE)
    assert (files(one), one.context) == (["a.yml", "b.yml"], "up-prod")
    assert one.environment["COMPOSE_PROJECT_NAME"].text == "shop"


def test_each_line_of_a_recipe_has_a_shell_of_its_own() -> None:
    first, second = read("up:\n\tcd a && docker compose up\n\tdocker compose ps\n", Form.MAKEFILE).invocations
    assert first.folder is not None
    assert first.folder.text == "a"
    assert second.folder is None


def test_variables_in_front_and_exported_ones_reach_compose() -> None:
    one = only("COMPOSE_PROFILES=a,b docker compose up\n")
    assert one.environment["COMPOSE_PROFILES"].text == "a,b"
    two = only("export COMPOSE_FILE=x.yml\ndocker compose up\n")
    assert two.environment["COMPOSE_FILE"].text == "x.yml"


def test_workflows_give_job_step_and_folder() -> None:
    text = (
        "jobs:\n  deploy:\n    steps:\n    - name: Go\n      run: |\n        docker compose \\\n"
        "          -f a.yml up\n      working-directory: ./docker\n    - run: docker compose build\n"
    )
    first, second = read(text, Form.WORKFLOW).invocations
    assert (files(first), first.context) == (["a.yml"], "deploy / Go")
    assert first.folder is not None
    assert first.folder.text == "./docker"
    assert second.folder is None


def test_lists_of_commands_are_read() -> None:
    text = "deploy:\n  script:\n    - cd x\n    - 'docker compose up'\n  only: [main]\n"
    assert only(text, Form.WORKFLOW).subcommand == "up"
    text = "version: '3'\ntasks:\n  up:\n    cmds:\n      - docker compose -f a.yml up\n"
    assert files(only(text, Form.TASKS, "Taskfile.yml")) == ["a.yml"]


def test_justfiles_and_package_scripts_are_read() -> None:
    just = "dc := 'docker compose -f a.yml'\n\nup service='web':\n    {{dc}} up {{service}}\n"
    one = only(just, Form.TASKS, "justfile")
    assert (files(one), one.context) == (["a.yml"], "up")
    package = '{"scripts": {"start": "docker compose -f a.yml up"}}'
    two = only(package, Form.PACKAGE_JSON, "package.json")
    assert (files(two), two.context, two.files[0].span.text) == (["a.yml"], "start", "a.yml")


def test_documents_give_fences_indented_lines_and_inline_code_with_their_headings() -> None:
    text = (
        "# App\n\n## Deploy\n\n```bash\n$ docker compose -f a.yml up\n```\n\n"
        "```yaml\nx: docker compose up\n```\n\n"
        "### Later\n\n    docker compose pull\n\nRun `docker compose restart`, or docker compose in words.\n"
    )
    found = read(text, Form.DOCUMENT, "README.md").invocations
    assert [(one.subcommand, one.context) for one in found] == [
        ("up", "App / Deploy"),
        ("pull", "App / Deploy / Later"),
        ("restart", "App / Deploy / Later"),
    ]


def test_restructured_text_has_headings_too() -> None:
    text = "Install\n=======\n\nProduction\n----------\n\n::\n\n    $ docker compose up -d\n"
    assert only(text, Form.DOCUMENT, "x.rst").context == "Install / Production"


def test_quoted_command_lines_and_hints_are_found() -> None:
    assert files(only('ssh host "cd /srv && docker compose -f a.yml up -d"\n')) == ["a.yml"]
    hint = only('echo "now run: docker compose -f a.yml up -d"\n')
    assert hint.spoken
    assert only("# Run with `docker compose -f a.yml up`\n", Form.COMMENTS, "a.yml").spoken


def test_other_uses_of_the_words_are_no_invocations() -> None:
    text = (
        "which docker-compose\ndocker-compose\n# the docker compose file is here\nfind docker-compose.yml\n"
    )
    assert read(text).invocations == ()


def test_docker_stack_deploy_is_a_use_of_compose_files() -> None:
    one = only("docker stack deploy -c a.yml --compose-file b.yml shop\n")
    assert (files(one), one.subcommand) == (["a.yml", "b.yml"], "stack deploy")


def test_copies_of_env_files_are_found_in_commands_and_sentences() -> None:
    script = read("cd app\ncp -n .env.example .env\ncp a.txt b.txt\n")
    assert [(copy.source, copy.target, copy.folder and copy.folder.text) for copy in script.copies] == [
        (".env.example", ".env", "app")
    ]
    text = "Copy `.env.sample` to `.env`.\nRename *.env.prod-sample* to *.env.prod*.\nThe env is kept.\n"
    document = read(text, Form.DOCUMENT, "x.md")
    assert [(copy.source, copy.target) for copy in document.copies] == [
        (".env.sample", ".env"),
        (".env.prod-sample", ".env.prod"),
    ]
    assert read("# Copy .env.example to .env\n", Form.COMMENTS).copies[0].target == ".env"


def test_a_value_that_doubles_itself_ends() -> None:
    text = "X=a\n" + "X=$X$X\n" * 60 + "docker compose -f $X up\n"
    assert files(only(text)) == [None]


PIECES = ["docker compose ", "-f a ", "up", "$X", "${X", "$(", "`", '"', "'", "\\", "\n", "#", "X=", "(", ")"]
PIECES += ["{", "}", "<", ">", "&&", ";", "\t", "```\n", "run: ", "- ", "if ", "fi\n", "a:\n", "|"]


JUNK = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
CALLS = st.sampled_from(
    ["", "\ndocker compose -f a up\n", "\n```\ndocker compose -f a up\n```\n", "\n\tdocker compose -f a up "]
)


def test_any_text_is_read_with_spans_inside_of_it() -> None:
    found = 0

    @settings(max_examples=150, deadline=None)
    @given(JUNK, CALLS, JUNK, st.sampled_from(Form))
    def look(before: str, call: str, after: str, form: Form) -> None:
        nonlocal found
        text = before + call + after
        for one in read(text, form).invocations:
            assert 0 <= one.span.start <= one.span.end <= len(text)
            for argument in one.files:
                found += 1
                assert 0 <= argument.span.start <= argument.span.end <= len(text)

    look()
    assert found > 5, "hardly any text held a command"


def test_lists_that_a_script_builds_in_loops_are_followed_as_far_as_no_option_is_given() -> None:
    script = (
        'declare -A path=(["base"]="base.yml" ["db"]="db.yml")\nfiles=("${path["base"]}")\n'
        'if ! [ "${options["external"]}" ]; then\n  files+=("${path["db"]}")\nfi\n'
        'if [ "$extra" ]; then\n  files+=("${path["$extra"]}")\nfi\n'
        'for file in "${files[@]}"; do\n  run+=("-f" "$file")\ndone\n'
        'docker compose "${run[@]}" "$@"\n'
    )
    one = only(script)
    assert files(one) == ["base.yml", "db.yml"]
    assert one.uncertain
