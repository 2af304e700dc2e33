"""Findings in, string out: one module per format, each imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import cast

from confguard.reporters.result import Report
from confguard.reporters.terminal import Options

FORMATS: Mapping[str, str] = {
    "full": "confguard.reporters.full",
    "concise": "confguard.reporters.concise",
    "json": "confguard.reporters.json_v1",
    "github": "confguard.reporters.github",
    "sarif": "confguard.reporters.sarif",
    "gitlab": "confguard.reporters.gitlab",
    "junit": "confguard.reporters.junit",
    "rdjson": "confguard.reporters.rdjson",
    "markdown": "confguard.reporters.markdown",
}
"""The formats by the name that users give, and the module whose ``render`` makes each."""


def render(format_name: str, report: Report, options: Options) -> str:
    """Return the report in a format, with a newline at its end; KeyError for a format that does not exist."""
    module = import_module(FORMATS[format_name])
    return cast("Callable[[Report, Options], str]", module.render)(report, options)
