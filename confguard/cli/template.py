"""The text of a first configuration: few lines in force, the rest as comments to begin with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from confguard.config.schema import URL
from confguard.discover.kinds import aside

if TYPE_CHECKING:
    from confguard.discover.kinds import ProjectFile
    from confguard.model.stacks import Stack

_MOST = 6
"""Stacks that are proposed."""


def template(stacks: Sequence[Stack], files: Iterable[ProjectFile], prefix: str = "") -> str:
    """Return a valid configuration; ``prefix`` is the table that it stands in (``tool.confguard``)."""
    lines = [] if prefix else [f"#:schema {URL}"]
    lines += ["# What confguard judges here, and how strictly. `confguard config` shows what is in force."]
    lines += [f"[{prefix}]"] if prefix else [""]
    lines += [
        "# The check fails for findings this bad or worse: error, warning or info.",
        'fail-on = "warning"',
        "",
        "# Files that have no part in any deployment, as in a .gitignore.",
        *_exclude(files, stacks),
        "",
        "# A file with the findings that are known (`confguard baseline create` writes it).",
        '# baseline = "confguard-baseline.json"',
        "",
        "# How severe a rule is here; `confguard rules` lists them.",
        f"# [{_inside(prefix, 'severity')}]",
        '# unpinned-image = "info"',
        "",
        *_stacks(stacks, prefix),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _inside(prefix: str, key: str) -> str:
    return f"{prefix}.{key}" if prefix else key


def _exclude(files: Iterable[ProjectFile], stacks: Sequence[Stack]) -> list[str]:
    """Propose the folders of tests and examples that nothing of production comes from."""
    used = {path for one in stacks if one.deployed for path in (*one.files, *one.stand_ins.values())}
    folders = {_aside_folder(file.path) for file in files if file.aside in ("tests", "examples")}
    free = sorted(one for one in folders if not any(path.startswith(one) for path in used))
    shown = [f"/{one}" for one in free[:_MOST]] or ["/examples/"]
    return [f"# exclude = {json.dumps(shown, ensure_ascii=False)}"]


def _aside_folder(path: str) -> str:
    """Return the topmost folder around a file that is set aside, with a slash behind it."""
    parts = path.split("/")[:-1]
    prefixes = ("/".join(parts[: length + 1]) + "/" for length in range(len(parts)))
    return next((prefix for prefix in prefixes if aside(prefix)), path)


def _stacks(stacks: Sequence[Stack], prefix: str) -> Iterator[str]:
    judged = [one for one in stacks if one.deployed][:_MOST]
    if not judged:
        return
    if any(one.note for one in judged):
        yield "# Nothing says which stack production runs. This one is taken for it, with milder findings:"
        yield "# take the number signs away to say that it is, or name the files of another."
    else:
        yield "# What is judged as production was found by itself. With tables of this kind, only they count."
    for one in judged:
        yield "#"
        yield f"# [[{_inside(prefix, 'stacks')}]]"
        yield f"# name = {_text(one.name)}"
        yield f"# files = [{', '.join(map(_text, one.files))}]"
        if one.profiles:
            yield f"# profiles = [{', '.join(map(_text, one.profiles))}]"
        if one.stand_ins:
            pairs = ", ".join(f"{_text(path)} = {_text(by)}" for path, by in sorted(one.stand_ins.items()))
            yield f"# env-templates = {{ {pairs} }}"
        yield '# role = "production"'


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
