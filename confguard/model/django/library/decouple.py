"""python-decouple 3.8: ``config``, ``Config``, ``AutoConfig``, ``Csv`` and ``Choices``."""

from __future__ import annotations

import posixpath
import string
from shlex import shlex

from confguard.model.django import equality, paths
from confguard.model.django.library import core, osenviron, registry
from confguard.model.django.library.env_sources import EnvFile, env_file, search
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, External, ListObject, Native, NativeObject, TupleObject, V
from confguard.model.django.operations import NotPlain, plain
from confguard.model.value import Known, Unknown
from confguard.source import Span


def _strtobool(text: str) -> bool:
    lowered = str(text).lower()
    if lowered == "":
        return False
    if lowered in ("y", "yes", "t", "true", "on", "1"):
        return True
    if lowered in ("n", "no", "f", "false", "off", "0"):
        return False
    raise ValueError(f"Invalid truth value: {lowered}")


class Config(NativeObject):
    """A reader of the environment and, behind it, of a committed ``.env`` or ``settings.ini``."""

    __slots__ = ("source",)

    def __init__(self, source: str | None = None) -> None:
        self.source = source
        """A file's path in the project; None: it is searched from the caller's folder upwards."""

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name in ("get", "__call__"):
            return Known(Native(name, self.call))
        return Unknown("is a part of decouple's config, which is not followed")

    def call(self, run: Run, call: Call) -> V:
        """Return what calling it gives."""
        key = call.get(0, "option")
        if key is None:
            raise IndexError
        default, cast = _given(call.get(1, "default")), _given(call.get(2, "cast"))
        name = osenviron.key_name(key)
        found, record = osenviron.read(run, key, call.span, "decouple", default, default is None, _name(cast))
        if found is None:
            found = self._from_file(run, name, call)
        if found is None:
            if default is None:
                message = f"{name} not found. Declare it as envvar or define a default value."
                raise osenviron.missing(run, "decouple.UndefinedValueError", message, name, call.span)
            found = osenviron.defaulted(run, name, default, call.span)
        if isinstance(found, Unknown):
            run.may_raise("decouple.UndefinedValueError", call.span, default is None, found.trail)
        value = _cast(run, found, cast, call.span)
        if record is not None:
            record.result = value
        return value

    def _from_file(self, run: Run, name: str, call: Call) -> V | None:
        file = _file(run, self.source, call)
        if isinstance(file, Unknown):
            return Unknown(f"{name} may be set: {file.reason}", call.trail)
        if file is None:
            return None
        source = file.source
        if source.path.endswith(".ini"):
            return Unknown("is read from settings.ini, which is not followed", call.trail)
        for number in range(1, source.line_count + 1):
            line = source.line_text(number).strip()
            if not line or line.startswith("#") or "=" not in line:
                continue
            key, text = (part.strip() for part in line.split("=", 1))
            if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
                text = text[1:-1]
            if key == name:
                return Known(text, (call.step(f"read from {file.path}"), file.step(name, number)))
        return None


class Undefined(NativeObject):
    """``decouple.undefined``: what stands for a default or a cast that is not given."""

    __slots__ = ()
    single = True


UNDEFINED = Undefined()


def _given(argument: V | None) -> V | None:
    return None if isinstance(argument, Known) and argument.value is UNDEFINED else argument


def _file(run: Run, path: str | None, call: Call) -> EnvFile | Unknown | None:
    if path is not None:
        return env_file(run, path) if path else None
    if run.project.packages is not None and run.project.packages.holds(call.span.path):
        return None  # it is searched from there, where nobody puts one
    return search(run, posixpath.dirname(call.span.path), ("settings.ini", ".env"))


def _name(cast: V | None) -> str:
    if isinstance(cast, Known) and isinstance(cast.value, External):
        return cast.value.path.removeprefix("builtins.")
    return "list" if isinstance(cast, Known) and isinstance(cast.value, Csv) else ""


def _cast(run: Run, value: V, cast: V | None, span: Span) -> V:
    if cast is None:
        return value
    if isinstance(cast, Known) and cast.value == External("builtins.bool"):
        if isinstance(value, Known) and not isinstance(value.value, str | bool | int | float | type(None)):
            return Unknown("is cast in a way that is not followed", value.trail)
        return core.pure(lambda raw: _strtobool(str(raw)), "bool")(run, Call([value], {}, span))
    return registry.call_known(run, cast, [value], span)


class Csv(NativeObject):
    """``Csv(...)``: a text with separators becomes a list."""

    __slots__ = ("options",)

    def __init__(self, call: Call) -> None:
        self.options = call

    def call(self, run: Run, call: Call) -> V:
        """Return what calling it gives."""
        value = call.args[0]
        trail = run.trail(call.step("read as CSV"), value)
        post = self.options.get(3, "post_process") or Known(External("builtins.list"))
        try:
            text = plain(value)
            delimiter = plain(self.options.get(1, "delimiter", Known(",")) or Known(","))
            strip = plain(self.options.get(2, "strip", Known(string.whitespace)) or Known(string.whitespace))
        except NotPlain as error:
            run.may_raise("ValueError", call.span, run.is_from_environment([value]), value.trail)
            return Unknown(error.unknown.reason, trail)
        if text is None:
            return registry.call_known(run, post, [], call.span)
        if not isinstance(text, str):
            return Unknown("is read as CSV although it is no text", trail)
        splitter = shlex(text, posix=True)
        splitter.whitespace, splitter.whitespace_split = delimiter, True
        cast = self.options.get(0, "cast") or Known(External("builtins.str"))
        try:
            parts = list(splitter)
        except ValueError as error:
            raise run.throw("ValueError", str(error), call.span, trail) from None
        items = [
            registry.call_known(run, cast, [Known(part.strip(strip), trail)], call.span) for part in parts
        ]
        return registry.call_known(run, post, [Known(run.new_list(items), trail)], call.span)


class Choices(NativeObject):
    """``Choices(...)``: only some values are accepted."""

    __slots__ = ("options",)

    def __init__(self, call: Call) -> None:
        self.options = call

    def call(self, run: Run, call: Call) -> V:
        """Return what calling it gives."""
        cast = self.options.get(1, "cast") or Known(External("builtins.str"))
        value = registry.call_known(run, cast, call.args, call.span)
        valid: list[V] = []
        flat, pairs = self.options.get(0, "flat"), self.options.get(2, "choices")
        if isinstance(flat, Known) and isinstance(flat.value, ListObject | TupleObject):
            valid.extend(flat.value.items)
        if isinstance(pairs, Known) and isinstance(pairs.value, ListObject | TupleObject):
            valid.extend(
                pair.value.items[0]
                for pair in pairs.value.items
                if isinstance(pair, Known) and isinstance(pair.value, TupleObject | ListObject)
            )
        verdicts = [equality.equal(value, item) for item in valid]
        if True in verdicts:
            return value
        if None in verdicts:
            run.may_raise("ValueError", call.span, run.is_from_environment([value]), value.trail)
            return value
        raise run.throw("ValueError", "Value not in list", call.span, value.trail)


def _config(run: Run, call: Call) -> V:
    return Config().call(run, call)


def _make(run: Run, call: Call) -> V:
    repository = call.get(0, "repository")
    if isinstance(repository, Known) and isinstance(repository.value, Repository):
        return Known(Config(repository.value.path), call.trail)
    return Known(Config(""), call.trail)


class Repository(NativeObject):
    """``RepositoryEnv(path)``: the file that a Config reads."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path


def _repository(run: Run, call: Call) -> V:
    given = call.get(0, "source")
    path = paths.inside(run, given) if given is not None else None
    if path is not None and env_file(run, path) is None:
        raise run.throw("FileNotFoundError", f"[Errno 2] No such file or directory: '{path}'", call.span)
    return Known(Repository(path or ""), call.trail)


def _auto(run: Run, call: Call) -> V:
    given = call.get(0, "search_path")
    folder = paths.inside(run, given) if given is not None else None
    if folder is None:
        return Known(Config(), call.trail)
    found = search(run, folder, (".env",))
    return Known(Config(found.path if isinstance(found, EnvFile) else None if found else ""), call.trail)


FUNCTIONS: dict[str, registry.Function] = {
    "decouple.config": _config,
    "decouple.config.get": _config,
    "decouple.Config": _make,
    "decouple.AutoConfig": _auto,
    "decouple.RepositoryEnv": _repository,
    "decouple.RepositoryEmpty": lambda run, call: Known(Repository(""), call.trail),
    "decouple.Csv": lambda run, call: Known(Csv(call), call.trail),
    "decouple.Choices": lambda run, call: Known(Choices(call), call.trail),
    "decouple.strtobool": core.pure(
        lambda raw: raw if isinstance(raw, bool) else _strtobool(raw), "strtobool"
    ),
}
