"""The command line: turns options into settings, and a run into output and an exit code."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from confguard import __version__

if TYPE_CHECKING:
    from confguard.cards import Card
    from confguard.run import Run

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("full", "concise", "json", "github", "sarif")
SEVERITIES = ("error", "warning", "info")

EXIT_CLEAN, EXIT_FINDINGS, EXIT_ERROR = 0, 1, 2


class _Commands(click.Group):
    """Ends what nobody expected in one line and exit code 2, which CI tells from findings."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            import traceback

            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(frame.filename).stem}:{frame.lineno}"
            _fail(f"{type(error).__name__} at {where}: {error}\nplease report this", "internal error: ")


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 clean, 1 findings, 2 wrong usage, an internal error or nothing to check.",
)
@click.version_option(__version__, "-V", "--version", message="confguard %(version)s")
def main() -> None:
    """Say what a Compose + nginx + Django deployment would really do, and where the files disagree."""


def _names(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Split comma-separated names; the option may also be given several times."""
    return tuple(name.strip() for text in value for name in text.split(",") if name.strip())


def _selector(flag: str, text: str) -> Callable[[F], F]:
    return click.option(
        flag, multiple=True, metavar="NAME[,NAME...]", callback=_names, help=f"{text} May be repeated."
    )


@main.command()
@click.argument("path", type=click.Path(path_type=Path), default=".", required=False)
@click.option(
    "--output-format",
    type=click.Choice(FORMATS),
    envvar="CONFGUARD_OUTPUT_FORMAT",
    default="full",
    show_default=True,
    help="How findings are written.",
)
@click.option(
    "--output-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file, not to stdout.",
)
@_selector("--select", "Run only these rules or families.")
@_selector("--ignore", "Do not run these rules or families.")
@_selector("--extend-select", "Run these rules or families too.")
@click.option("--severity", type=click.Choice(SEVERITIES), help="Show only findings this bad or worse.")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="Exit with 1 for findings this bad or worse.  [default: warning]",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option("--no-suppressions", is_flag=True, help="Ignore the suppression comments of the project.")
@click.option("--show-files", is_flag=True, help="List each file with its kind and why, and check nothing.")
@click.option(
    "--annotations/--no-annotations",
    default=None,
    help="Write GitHub annotations beside the text.  [default: under GitHub Actions]",
)
@click.option("--color/--no-color", default=None, help="Colour the text.  [default: on a terminal]")
@click.option("--hook", is_flag=True, help="Run as a pre-commit hook: nothing to check is no error.")
def check(path: Path, **options: Any) -> None:
    """Check the project that PATH (a file or a folder) belongs to."""
    from confguard import run

    try:
        settings = _settings(path, options)
        if options["show_files"]:
            _emit(_file_list(path, settings.exclude), options["output_file"])
            return
        done = run.check(path, settings)
    except _usage_errors() as error:
        _fail(str(error))
    if done.nothing_to_check:
        _nothing_to_check(done, hook=options["hook"])
    _write(done, options)
    sys.exit(_exit_code(done, exit_zero=options["exit_zero"]))


def _usage_errors() -> tuple[type[Exception], ...]:
    from confguard.cards import CardError
    from confguard.config import ConfigError

    return ConfigError, CardError, FileNotFoundError, PermissionError


def _settings(path: Path, options: Mapping[str, Any]) -> Any:
    """Put the command line over the project's configuration; raises ConfigError for unknown names."""
    from confguard.cards import load_cards
    from confguard.config import check_selectors
    from confguard.finding import Severity
    from confguard.run import settings_for

    settings = settings_for(path)
    cards = load_cards()
    for flag in ("select", "ignore", "extend_select"):
        check_selectors(options[flag], cards, f"--{flag.replace('_', '-')}")
    if options["select"]:  # a selection by hand replaces the configured one, ignores included
        settings = replace(settings, select=options["select"], extend_select=(), ignore=())
    return replace(
        settings,
        ignore=(*settings.ignore, *options["ignore"]),
        extend_select=(*settings.extend_select, *options["extend_select"]),
        minimum=Severity.parse(options["severity"]) if options["severity"] else settings.minimum,
        fail_on=Severity.parse(options["fail_on"]) if options["fail_on"] else settings.fail_on,
        suppressions=settings.suppressions and not options["no_suppressions"],
    )


def _exit_code(done: Run, *, exit_zero: bool) -> int:
    if done.crashed:
        return EXIT_ERROR
    if exit_zero:
        return EXIT_CLEAN
    worst = max((finding.severity or 0 for finding in done.report.findings), default=0)
    return EXIT_FINDINGS if worst >= done.settings.fail_on else EXIT_CLEAN


def _nothing_to_check(done: Run, *, hook: bool) -> NoReturn:
    text = f"nothing to check: no Compose, nginx, env or Django settings file in {done.report.root}"
    text = "\n".join((text, *(f"note: {note}" for note in done.report.notes)))
    if hook:
        click.echo(text)
        sys.exit(EXIT_CLEAN)
    _fail(f"{text}\nhint: `confguard check --show-files` lists what was looked at", prefix="")


def _fail(message: str, prefix: str = "error: ") -> NoReturn:
    from confguard.reporters.text import visible

    click.echo(prefix + "\n".join(visible(line) for line in message.split("\n")), err=True)
    sys.exit(EXIT_ERROR)


def _write(done: Run, options: Mapping[str, Any]) -> None:
    """Write the report, and under GitHub Actions the annotations and the job summary too."""
    from confguard.reporters import render
    from confguard.reporters.github import checkout_prefix
    from confguard.reporters.terminal import terminal_options

    form, target, environment = options["output_format"], options["output_file"], os.environ
    # GitHub finds a file by its path from the checkout's root, which may lie above the project's.
    prefix = checkout_prefix(environment, done.report.root)
    is_tty = target is None and sys.stdout.isatty()
    look = terminal_options(
        environment,
        is_tty=is_tty,
        columns=shutil.get_terminal_size().columns if is_tty else None,
        color={None: "auto", True: "always", False: "never"}[options["color"]],
        prefix=prefix if form in ("github", "sarif") else "",
    )
    _emit(render(form, done.report, look), target)
    in_actions = environment.get("GITHUB_ACTIONS") == "true"
    annotate = in_actions if options["annotations"] is None else options["annotations"]
    # Annotations go beside text that people read, never into output that a program reads.
    if annotate and form != "github" and (form in ("full", "concise") or target is not None):
        _emit(render("github", done.report, terminal_options({}, is_tty=False, prefix=prefix)), None)
    summary = environment.get("GITHUB_STEP_SUMMARY")
    if in_actions and summary:
        from confguard.reporters.job_summary import job_summary

        with Path(summary).open("a", encoding="utf-8") as handle:
            handle.write(job_summary(done.report, terminal_options({}, is_tty=False, prefix=prefix)))


def _emit(text: str, target: Path | None) -> None:
    if target is not None:
        try:
            target.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")
        except OSError as error:
            _fail(f"cannot write {target}: {error.strerror}")
        return
    if not text:
        return
    data = (text if text.endswith("\n") else text + "\n").encode("utf-8", "backslashreplace")
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _file_list(path: Path, exclude: tuple[str, ...]) -> str:
    from confguard.discover.kinds import classify
    from confguard.discover.project import open_project
    from confguard.reporters.text import visible

    project = open_project(path, exclude)
    files = classify(project)
    width = max((len(file.kind.value) for file in files), default=0)
    longest = min(max((len(file.path) for file in files), default=0), 60)
    lines = [
        f"{file.kind.value:<{width}}  {visible(file.path):<{longest}}  {visible(file.why)}" for file in files
    ]
    lines.append(f"{len(files)} of {len(project.paths)} files have a part in the deployment.")
    return "\n".join(lines)


@main.command()
@click.argument("name")
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", show_default=True)
def rule(name: str, output_format: str) -> None:
    """Show the card of the rule NAME: why it matters, how to fix it, bad and good examples."""
    from confguard.cards import load_cards
    from confguard.config import suggestion

    cards = load_cards()
    if name not in cards:
        _fail(f"there is no rule {name!r}{suggestion(name, cards)}")
    card = cards[name]
    if output_format == "json":
        import json

        click.echo(json.dumps(_card_facts(card) | {"body": card.body}, indent=2, ensure_ascii=False))
        return
    default = "on" if card.default else "off (select it by name)"
    facts = [
        f"{card.family}/{card.name}",
        f"severity: {card.severity.label}   confidence: {card.confidence.label}   by default: {default}",
        f"reads: {', '.join(card.reads)}   since: {card.since}   fix: {card.fix}",
    ]
    click.echo("\n".join(facts) + "\n\n" + card.body.rstrip("\n"))


@main.command()
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", show_default=True)
def rules(output_format: str) -> None:
    """List all rules."""
    from confguard.cards import load_cards

    cards = load_cards().values()
    if output_format == "json":
        import json

        click.echo(json.dumps([_card_facts(card) for card in cards], indent=2, ensure_ascii=False))
        return
    name_width = max(len(card.name) for card in cards)
    for card in cards:
        off = "" if card.default else "  (off by default)"
        click.echo(
            f"{card.family:<10}  {card.name:<{name_width}}  {card.severity.label:<7}  {card.title}{off}"
        )


def _card_facts(card: Card) -> dict[str, Any]:
    return {
        "name": card.name,
        "family": card.family,
        "title": card.title,
        "severity": card.severity.label,
        "confidence": card.confidence.label,
        "default": card.default,
        "reads": list(card.reads),
        "since": card.since,
        "plan": list(card.plan),
        "peers": list(card.peers),
        "tags": list(card.tags),
        "fix": card.fix,
        "options": {
            option.name: {
                "type": option.type,
                "default": option.default,
                "description": option.description,
                "choices": list(option.choices),
            }
            for option in card.options.values()
        },
    }


@main.group()
def show() -> None:
    """Show what the models make of the project."""


_PROJECT = click.option(
    "--project", type=click.Path(path_type=Path), default=".", help="A file or folder of the project."
)
_STACK = click.option("--stack", default="", metavar="NAME", help="Take this stack, not production's.")
_SERVICE = click.option("--service", default="", metavar="NAME", help="Take the nginx of this service.")
_CONF = click.option("--conf", default="", metavar="FILE", help="Take this file for the whole configuration.")
_FORMAT = click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True
)


@show.command("nginx")
@_PROJECT
@_STACK
@_SERVICE
@_CONF
@_FORMAT
def show_nginx(project: Path, stack: str, service: str, conf: str, form: str) -> None:
    """Show the servers and locations of the stack's nginx, with the values in effect."""
    from confguard.show import nginx
    from confguard.show.page import Style

    found = _proxies(project, stack, service, conf)
    if form == "json":
        _emit_json([nginx.facts(one) for one in found])
        return
    _emit("\n".join(nginx.page(one, Style(_colored())) for one in found), None)


@show.command("compose")
@_PROJECT
@_STACK
@click.option("-f", "--file", "files", multiple=True, metavar="FILE", help="A Compose file.  [repeatable]")
@click.option("--profile", "profiles", multiple=True, metavar="NAME", help="An active profile.  [repeatable]")
@click.option("--env-file", "env_files", multiple=True, metavar="FILE", help="Read instead of .env.")
@click.option("--format", "form", type=click.Choice(("json", "yaml")), default="json", show_default=True)
@click.option("--trail", is_flag=True, help="Say where each value comes from (x-trail).")
@click.option("--reveal", is_flag=True, help="Show secret values, which are masked otherwise.")
def show_compose(project: Path, stack: str, form: str, trail: bool, reveal: bool, **named: Any) -> None:
    """Show the merged Compose model as `docker compose config` does; exits with 1 where it is refused."""
    from confguard import run
    from confguard.reporters.text import clean
    from confguard.show import compose
    from confguard.show.choose import ChoiceError

    try:
        repo = run.repo(project, run.settings_for(project))
        root = repo.project.root
        given = {name: _from_root(root, named[name]) for name in ("files", "env_files")}
        model = compose.model_of(repo, profiles=named["profiles"], stack=stack, **given)
    except ChoiceError as error:
        _fail(str(error))
    except _usage_errors() as error:
        _fail(str(error))
    for line in compose.refused(model):
        click.echo(clean(line), err=True)
    _emit(compose.text(model, form=form, trail=trail, reveal=reveal), None)
    sys.exit(EXIT_FINDINGS if model.problems else EXIT_CLEAN)


def _from_root(root: Path, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return paths as a shell completes them, relative to the project's root where they lie in it."""
    real = [Path(os.path.realpath(path)) for path in paths]
    return tuple(
        one.relative_to(root).as_posix() if one.is_relative_to(root) else path
        for one, path in zip(real, paths, strict=True)
    )


@main.command()
@click.argument("url")
@click.option("-X", "--method", default="", help="The method.  [default: GET, or POST with a body]")
@click.option("-H", "--header", "headers", multiple=True, metavar="NAME:VALUE", help="May be repeated.")
@click.option("--body-size", type=click.IntRange(min=0), metavar="BYTES", help="The size of the body.")
@_PROJECT
@_STACK
@_SERVICE
@_CONF
@_FORMAT
def route(
    url: str,
    method: str,
    headers: tuple[str, ...],
    body_size: int | None,
    project: Path,
    stack: str,
    service: str,
    conf: str,
    form: str,
) -> None:
    """Follow a request to URL through nginx: who takes it, where it goes, what nginx adds and drops."""
    from confguard.show.choose import listening
    from confguard.show.page import Style
    from confguard.show.route import RequestError, facts, page, request_of, way_of

    try:
        request = request_of(url, method, headers, body_size)
    except RequestError as error:
        _fail(str(error))
    way = way_of(listening(_proxies(project, stack, service, conf), request.port), url, request)
    if form == "json":
        _emit_json(facts(way))
        return
    _emit(page(way, Style(_colored())), None)


_SET = click.option("--set", "sets", multiple=True, metavar="K=V", help="Set a variable. May be repeated.")
_ENV_FILE = click.option(
    "--env-file", "env_files", multiple=True, type=click.Path(path_type=Path), help="May be repeated."
)
_MODULE = click.option("--module", default="", metavar="NAME", help="Take this settings module alone.")
_DJANGO_SERVICE = click.option("--service", default="", metavar="NAME", help="Take what this service runs.")
_REVEAL = click.option("--reveal", is_flag=True, help="Print secrets as they are.")


@show.command("settings")
@_PROJECT
@_STACK
@_DJANGO_SERVICE
@_MODULE
@_ENV_FILE
@_SET
@_REVEAL
@_FORMAT
def show_settings(project: Path, form: str, reveal: bool, **chosen: Any) -> None:
    """Show the effective Django settings, whether the module starts, and the variables it reads."""
    from confguard.show import settings
    from confguard.show.page import Style

    _, found = _applications(project, **chosen)
    if form == "json":
        _emit_json([settings.facts(one, reveal) for one in found])
        return
    _emit("\n".join(settings.page(one, Style(_colored()), reveal) for one in found), None)


@main.command()
@click.argument("name")
@_PROJECT
@_STACK
@_DJANGO_SERVICE
@_MODULE
@_ENV_FILE
@_SET
@_REVEAL
@_FORMAT
def trace(name: str, project: Path, form: str, reveal: bool, **chosen: Any) -> None:
    """Say why the setting, variable or header NAME is what it is, step by step."""
    from confguard.show import trace as traces
    from confguard.show.page import Style

    repo, apps = _applications(project, needed=False, **chosen)
    stack = chosen["stack"]
    deployments = tuple(one for one in repo.deployments if one.name == stack) if stack else repo.production
    found = traces.traces(name, apps, () if chosen["module"] else deployments)
    if not found:
        _fail(f"{name!r} is no setting, variable or header that is known here")
    if form == "json":
        _emit_json([traces.facts(one, reveal) for one in found])
        return
    _emit(traces.page(found, Style(_colored()), reveal), None)


def _applications(
    project: Path,
    stack: str,
    service: str,
    module: str,
    env_files: tuple[Path, ...],
    sets: tuple[str, ...],
    needed: bool = True,
) -> Any:
    """Return the repository and its Django applications; ends with a message where there is none."""
    from confguard import run
    from confguard.show.applications import applications, given_variables
    from confguard.show.choose import ChoiceError

    try:
        repo = run.repo(project, run.settings_for(project))
        given = given_variables(env_files, sets)
        return repo, applications(repo, stack=stack, service=service, module=module, more=given)
    except ChoiceError as error:
        if not needed and not (module or service):
            return repo, ()
        _fail(str(error))
    except _usage_errors() as error:
        _fail(str(error))


def _proxies(project: Path, stack: str, service: str, conf: str) -> Any:
    """Return the nginx that was asked for; ends with a message where there is none."""
    from confguard import run
    from confguard.show.choose import ChoiceError, proxies

    try:
        repo = run.repo(project, run.settings_for(project))
        if conf:  # as a shell completes it: from here, not from the project's root
            here = Path(os.path.realpath(conf))
            if here.is_relative_to(repo.project.root):
                conf = here.relative_to(repo.project.root).as_posix()
        return proxies(repo, stack=stack, service=service, conf=conf)
    except ChoiceError as error:
        _fail(str(error))
    except _usage_errors() as error:
        _fail(str(error))


def _colored() -> bool:
    from confguard.reporters.terminal import wants_color

    return wants_color(os.environ, is_tty=sys.stdout.isatty())


def _emit_json(facts: Any) -> None:
    import json

    _emit(json.dumps(facts, indent=2, ensure_ascii=False), None)
