"""python-dotenv: env files of the project, read into ``os.environ`` or a dict."""

from __future__ import annotations

import re

from confguard.model.django.library import registry
from confguard.model.django.library.osenviron import current
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, V
from confguard.model.value import Known, Step, Unknown
from confguard.source import Span

_VARIABLE = re.compile(r"\$\{(?P<name>[^}:]*)(?::-(?P<default>[^}]*))?\}")


def parse_env_file(run: Run, text: str, override: bool) -> dict[str, str | None]:
    """Return the bindings of an env file as python-dotenv reads it, with its interpolation."""
    import io

    from dotenv.parser import parse_stream

    out: dict[str, str | None] = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.key is None:
            continue
        value = binding.value
        if value is not None and "${" in value:

            def replaced(match: re.Match[str]) -> str:
                known = current(run, match["name"])
                given = known.value if isinstance(known, Known) and isinstance(known.value, str) else None
                local = out.get(match["name"])
                chosen = (
                    (local if local is not None else given)
                    if override
                    else (given if given is not None else local)
                )
                return chosen if chosen is not None else match["default"] or ""

            value = _VARIABLE.sub(replaced, value)
        out[binding.key] = value
    return out


def load_file(run: Run, path: str, span: Span, override: bool) -> bool:
    """Set the variables that a committed env file gives; False if there is no such file."""
    source = run.project.read(path)
    if source is None:
        return False
    for name, value in parse_env_file(run, source.text, override).items():
        if value is None:
            continue
        before = current(run, name)
        if before is None or override:
            line = next(
                (
                    n
                    for n in range(1, source.line_count + 1)
                    if re.match(rf"\s*(export\s+)?{re.escape(name)}\s*=", source.line_text(n))
                ),
                1,
            )
            trail = (Step(f"loaded from {path}", span), Step(f"{name} in {path}", source.line_span(line)))
            run.journal.touch(run.environ)
            run.environ.changed[name] = Known(value, trail)
    return True


def _load_dotenv(run: Run, call: Call) -> V:
    from confguard.model.django import paths

    given = call.get(0, "dotenv_path")
    override_value = call.keywords.get("override") or (call.args[3] if len(call.args) > 3 else Known(False))
    override = isinstance(override_value, Known) and bool(override_value.value)
    if given is not None and not (isinstance(given, Known) and given.value in (None, "")):
        path = paths.inside(run, given)
        found = path is not None and load_file(run, path, call.span, override)
        return (
            Known(found, call.trail)
            if path is not None
            else Unknown("depends on a file that is not in the project", call.trail)
        )
    folder = call.span.path.rpartition("/")[0]
    while True:
        candidate = f"{folder}/.env" if folder else ".env"
        if run.project.exists(candidate):
            return Known(load_file(run, candidate, call.span, override), call.trail)
        if not folder:
            return Known(False, call.trail)
        folder = folder.rpartition("/")[0]


def _dotenv_values(run: Run, call: Call) -> V:
    from confguard.model.django import paths

    given = call.get(0, "dotenv_path")
    path = paths.inside(run, given) if given is not None else None
    source = run.project.read(path) if path else None
    if path is not None and source is None:
        return Known(run.new_dict(), call.trail)
    if source is None:
        return Unknown("is read from a file that is not in the project", call.trail)
    return run.wrap(parse_env_file(run, source.text, True), call.trail)


def _find_dotenv(run: Run, call: Call) -> V:
    return Known("", call.trail)


FUNCTIONS: dict[str, registry.Function] = {
    "dotenv.load_dotenv": _load_dotenv,
    "dotenv.main.load_dotenv": _load_dotenv,
    "dotenv.read_dotenv": _load_dotenv,
    "dotenv.dotenv_values": _dotenv_values,
    "dotenv.find_dotenv": _find_dotenv,
}
