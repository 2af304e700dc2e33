"""The import contract of ARCHITECTURE.md, read from syntax trees: one direction, few doors to the outside."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "confguard"

PIPELINE = ("words", "source", "finding", "discover", "parsers", "model", "fixes", "checks")
"""Each imports only those before it; what stands beside the pipeline is in BESIDE."""

BESIDE = {
    "__init__": set(),
    "__main__": {"cli"},
    "cards": {"source", "finding"},
    "config": {"source", "finding", "discover", "cards"},
    "suppress": {"source", "finding", "discover", "parsers", "model", "cards", "config", "reporters"},
    "baseline": {"source", "finding", "cards", "config", "reporters"},
    "reporters": {"__init__", "source", "finding"},
    "show": {"source", "finding", "discover", "model", "reporters"},
    "readiness": {"source", "finding", "discover", "parsers", "model", "cards", "reporters", "show"},
    "dev": {"__init__", "cards", "config"},
}
"""Room: what it may import beside itself and ``words``. ``run``, ``server`` and ``cli`` are last."""

NETWORK = {
    "asyncio",
    "ftplib",
    "http",
    "requests",
    "smtplib",
    "socket",
    "socketserver",
    "ssl",
    "urllib",
    "xmlrpc",
}
LATE = (
    "cards",
    "suppress/adding",
    "model/django/__init__",
    "model/repo",
    "readiness/plan",
    "reporters/__init__",
)
RUNNERS = {"multiprocessing", "pty", "runpy", "subprocess"}
PARSING_LIBRARIES = {"crossplane", "dotenv", "libcst", "pathspec", "yaml"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def checks() -> list[Path]:
    return sorted((PACKAGE / "checks").rglob("*.py"))


def of_every(paths: Callable[[], list[Path]]) -> Callable[[Callable[[Path], None]], Callable[[], None]]:
    """Make one test of a sentence about each module: thousands of tests would cost more than they say."""

    def made(test: Callable[[Path], None]) -> Callable[[], None]:
        def run() -> None:
            wrong = []
            for path in paths():
                try:
                    test(path)
                except AssertionError as error:
                    wrong.append(f"{name(path)}: {error}")
            assert not wrong, "\n".join(wrong)

        return run

    return made


def name(path: Path) -> str:
    return str(path.relative_to(PACKAGE.parent))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@dataclass(frozen=True)
class Facts:
    """What is asked of a module: its imports and calls wherever they stand, and what importing it imports."""

    imports: tuple[tuple[str, int], ...]
    calls: frozenset[str]
    at_once: tuple[tuple[str, int], ...]


@cache
def facts(path: Path) -> Facts:
    """Read a module once for all tests, and forget its tree: walks through all trees are what takes long."""
    return facts_of(ast.parse(path.read_text(encoding="utf-8"), str(path)))


def facts_of(tree: ast.Module) -> Facts:
    imports, calls = [], set()
    for node in nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports += imported(node)
        elif isinstance(node, ast.Call):
            calls.add(dotted_call(node.func))
    return Facts(tuple(imports), frozenset(calls), tuple(imported_at_module_level(tree)))


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every node, twice as fast as ``ast.walk``."""
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        for value in vars(node).values():
            if isinstance(value, ast.AST):
                pending.append(value)
            elif isinstance(value, list):
                pending += [one for one in value if isinstance(one, ast.AST)]


def dotted_call(function: ast.expr) -> str:
    """Return what is called as it is written, ``a.b`` for ``a.b()``; empty where it has no such name."""
    if isinstance(function, ast.Name):
        return function.id
    if isinstance(function, ast.Attribute):
        return f"{dotted_call(function.value)}.{function.attr}"
    return ""


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, int]]:
    """Yield (dotted name, line) of what a statement imports; ``from a import b`` gives ``a.b``."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, node.lineno) for alias in node.names)
        return
    assert node.level == 0, f"a relative import on line {node.lineno} hides which room it comes from"
    yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def imported_at_module_level(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield what importing the module imports: not what its functions do, nor what is there for types."""
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imported(node)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending += node.orelse
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.ClassDef):
            blocks = [node, *getattr(node, "handlers", ())]
            pending += [
                child for one in blocks for child in ast.iter_child_nodes(one) if isinstance(child, ast.stmt)
            ]


def dotted_name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def loads(path: Path, known: set[str]) -> set[str]:
    """Return what must be loaded before a module: what it imports, and the packages around that."""
    own, found = dotted_name(path), set()
    for dotted, _ in facts(path).at_once:
        target = dotted if dotted in known else dotted.rpartition(".")[0]
        parts = target.split(".")
        around = {".".join(parts[:length]) for length in range(1, len(parts))}
        found |= {target, *(package for package in around if not f"{own}.".startswith(f"{package}."))}
    return (found & known) - {own}


def circles(needed: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return the modules that need each other, with what they need: those above and below are taken away."""
    left = needed
    while True:
        wanted = set().union(*left.values()) if left else set()
        kept = {module: needs & left.keys() for module, needs in left.items() if module in wanted}
        kept = {module: needs for module, needs in kept.items() if needs}
        if kept == left:
            return left
        left = kept


def rooms_imported(path: Path) -> Iterator[tuple[str, int]]:
    for dotted, line in facts(path).imports:
        parts = dotted.split(".")
        if parts[0] == "confguard":
            yield ("__init__" if parts[1:] == ["__version__"] else parts[1]), line


def allowed_rooms(own: str) -> set[str]:
    if own in PIPELINE:
        return set(PIPELINE[: PIPELINE.index(own) + 1])
    if own in BESIDE:
        return {own, "words", *BESIDE[own]}
    everything = {*PIPELINE, *BESIDE} - {"__main__", "dev"}
    last = ("run", "server", "cli")
    return everything | set(last[: last.index(own) + 1])


@of_every(modules)
def test_a_module_imports_only_what_stands_before_it(path):
    own = room(path)
    assert own in {*PIPELINE, *BESIDE, "run", "server", "cli"}, f"say in this test where {own} stands"
    allowed = allowed_rooms(own)
    wrong = [f"line {line}: {other}" for other, line in rooms_imported(path) if other not in allowed]
    assert not wrong, f"{name(path)} may not import {wrong}"


@of_every(checks)
def test_a_check_sees_the_model_and_never_how_it_was_made(path):
    ours = {(other, line) for other, line in rooms_imported(path)}
    allowed = {"words", "source", "finding", "model", "fixes", "checks"}
    assert not [entry for entry in ours if entry[0] not in allowed]
    outside = {dotted.split(".")[0] for dotted, _ in facts(path).imports} - {"confguard"}
    assert outside <= sys.stdlib_module_names - {"os", "pathlib", "io", "shutil", "tempfile"}


@of_every(modules)
def test_no_module_can_reach_the_network(path):
    wrong = [(dotted, line) for dotted, line in facts(path).imports if dotted.split(".")[0] in NETWORK]
    assert not [entry for entry in wrong if not entry[0].startswith("urllib.parse")]


@of_every(modules)
def test_only_git_is_run(path):
    runs = [(dotted, line) for dotted, line in facts(path).imports if dotted.split(".")[0] in RUNNERS]
    if name(path) == "confguard/discover/git.py":
        assert runs, "this exception is needed no more"
    else:
        assert not runs
    assert not facts(path).calls & {
        "exec",
        "eval",
        "compile",
        "__import__",
        "os.system",
        "os.popen",
        "os.execv",
        "os.fork",
    }


@of_every(modules)
def test_only_checks_parsers_reporters_and_probes_are_imported_by_name(path):
    """Late imports keep starts quick; every name in them is put together from our own tables."""
    uses = [dotted for dotted, _ in facts(path).imports if dotted.split(".")[0] in {"importlib", "pkgutil"}]
    if name(path) not in {f"confguard/{own}.py" for own in LATE}:
        harmless = ("importlib.metadata", "importlib.resources")
        assert not [dotted for dotted in uses if not dotted.startswith(harmless)]


@of_every(modules)
def test_only_the_command_line_imports_click(path):
    clicks = [line for dotted, line in facts(path).imports if dotted.split(".")[0] == "click"]
    assert not clicks or room(path) == "cli"


@of_every(modules)
def test_only_the_python_parser_and_the_django_model_import_libcst(path):
    uses = [line for dotted, line in facts(path).imports if dotted.split(".")[0] == "libcst"]
    allowed = name(path).startswith(("confguard/parsers/python", "confguard/model/django/"))
    assert not uses or allowed


@of_every(modules)
def test_parsing_libraries_are_loaded_late_outside_of_the_parsers(path):
    if room(path) == "parsers" or name(path).startswith("confguard/model/django/"):
        return
    eager = [(d, line) for d, line in facts(path).at_once if d.split(".")[0] in PARSING_LIBRARIES]
    assert not eager


def named_paths() -> Iterator[Path]:
    """Yield the paths of the table in ARCHITECTURE.md; a short one lies beside the one before it."""
    text = (PACKAGE.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for row in re.findall(r"^\| (?!to find).*$", text, re.MULTILINE):
        folder = PACKAGE.parent
        for word in re.findall(r"`([\w./-]+(?:\.py|/))`", row):
            path = (
                PACKAGE.parent / word if "/" in word and (PACKAGE.parent / word).exists() else folder / word
            )
            yield path
            folder = path if word.endswith("/") else path.parent


def test_the_map_names_only_what_there_is():
    assert not [name(path) for path in named_paths() if not path.exists()]


def test_the_map_names_every_room_and_every_module_of_the_model():
    named = {str(path) for path in named_paths()}
    rooms = [*PACKAGE.iterdir(), *(PACKAGE / "model").iterdir()]
    wanted = [path for path in rooms if path.suffix == ".py" or (path / "__init__.py").exists()]
    assert not [
        name(path)
        for path in wanted
        if not path.name.startswith("__") and not any(f"{one}/".startswith(f"{path}/") for one in named)
    ]


def test_every_module_can_be_the_first_that_is_imported():
    """In a circle of imports it depends on where one begins whether the names are there already."""
    paths = {dotted_name(path): path for path in modules()}
    assert not circles({module: loads(path, set(paths)) for module, path in paths.items()})


def test_circles_of_imports_are_noticed():
    needed = {"above": {"one"}, "one": {"other"}, "other": {"one", "below"}, "below": set()}
    assert circles(needed) == {"one": {"other"}, "other": {"one"}}
    assert not circles({"above": {"middle", "below"}, "middle": {"below"}, "below": set()})


def test_importing_the_model_loads_no_parsing_library():
    code = "import sys, confguard.model, confguard.discover.project; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not PARSING_LIBRARIES & set(done.stdout.split())


def test_the_contract_notices_a_breach(tmp_path):
    tree = ast.parse("import click\ndef f():\n    from confguard.parsers import compose\n")
    breach = facts_of(tree)
    assert {dotted for dotted, _ in breach.imports} == {"click", "confguard.parsers.compose"}
    assert [dotted for dotted, _ in breach.at_once] == ["click"]
    hidden = facts_of(ast.parse("import os\ndef f():\n    return [exec('a', {}), os.system('b'), f()()]\n"))
    assert hidden.calls == {"exec", "os.system", "f", ""}
    assert "parsers" not in allowed_rooms("discover")
    assert "run" not in allowed_rooms("checks")
    assert "cli" not in allowed_rooms("run")
