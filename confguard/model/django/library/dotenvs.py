"""python-dotenv: env files, read into ``os.environ`` or a dict."""

from __future__ import annotations

import posixpath
import re

from confguard.model.django.library import registry
from confguard.model.django.library.env_sources import EnvFile, env_file, may_be_set, search
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


def load_file(run: Run, file: EnvFile, span: Span, override: bool) -> None:
    """Set the variables that an env file gives."""
    source = file.source
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
            trail = (Step(f"loaded from {file.path}", span), file.step(name, line))
            run.journal.touch(run.environ)
            run.environ.changed[name] = Known(value, trail)


def _load_dotenv(run: Run, call: Call) -> V:
    from confguard.model.django import paths

    given = call.get(0, "dotenv_path")
    override_value = call.keywords.get("override") or (call.args[3] if len(call.args) > 3 else Known(False))
    override = isinstance(override_value, Known) and bool(override_value.value)
    if given is not None and not (isinstance(given, Known) and given.value in (None, "")):
        path = paths.inside(run, given)
        if path is None:
            return Unknown("depends on a file that is not in the project", call.trail)
        found = env_file(run, path)
    else:
        found = search(run, posixpath.dirname(call.span.path), (".env",))
    if isinstance(found, Unknown):
        return may_be_set(run, found, call.span)
    if found is not None:
        load_file(run, found, call.span, override)
    return Known(found is not None, call.trail)


def _dotenv_values(run: Run, call: Call) -> V:
    from confguard.model.django import paths

    given = call.get(0, "dotenv_path")
    path = paths.inside(run, given) if given is not None else None
    file = env_file(run, path) if path else Unknown("is read from a file that is not in the project")
    if isinstance(file, Unknown):
        return Unknown(file.reason, call.trail)
    if file is None:
        return Known(run.new_dict(), call.trail)
    return run.wrap(parse_env_file(run, file.source.text, True), call.trail)


def _find_dotenv(run: Run, call: Call) -> V:
    return Known("", call.trail)


FUNCTIONS: dict[str, registry.Function] = {
    "dotenv.load_dotenv": _load_dotenv,
    "dotenv.main.load_dotenv": _load_dotenv,
    "dotenv.read_dotenv": _load_dotenv,
    "dotenv.dotenv_values": _dotenv_values,
    "dotenv.find_dotenv": _find_dotenv,
}
