"""The conformance cases of the Compose model: their folders and how docker compose was called for them."""

import json
from dataclasses import dataclass, field
from pathlib import Path

CASES = Path(__file__).parent.parent / "fixtures" / "conformance" / "compose"


@dataclass(frozen=True)
class Case:
    """One case: ``case.json`` may set everything but the folder; it is absent where the defaults do."""

    folder: Path
    files: tuple[str, ...] = ("compose.yaml",)
    profiles: tuple[str, ...] = ()
    env_files: tuple[str, ...] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    project_directory: str | None = None
    compose_go: bool = False
    """What docker compose refuses until 2.40, and compose-go takes from 2.10 on: said by the library."""


def case_names() -> list[str]:
    return sorted(path.name for path in CASES.iterdir() if path.is_dir())


def read_case(name: str) -> Case:
    folder = CASES / name
    options = folder / "case.json"
    values = json.loads(options.read_text()) if options.exists() else {}
    for key in ("files", "profiles", "env_files"):
        if key in values:
            values[key] = tuple(values[key])
    return Case(folder, **values)
