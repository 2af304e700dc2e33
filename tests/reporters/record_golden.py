"""Writes the expected output of every format again: ``python -m tests.reporters.record_golden``."""

from __future__ import annotations

from pathlib import Path

from confguard.reporters import FORMATS, render
from confguard.reporters.job_summary import job_summary
from confguard.reporters.terminal import Options
from tests.reporters.reporter_samples import REPORT

GOLDEN = Path(__file__).parent / "golden"
OPTIONS = Options(width=70)


def outputs() -> dict[str, str]:
    """Return the name of each golden file with what it must hold."""
    texts = {f"{name}.txt": render(name, REPORT, OPTIONS) for name in FORMATS}
    texts["full-color.txt"] = render("full", REPORT, Options(color=True, links=True, width=70))
    texts["github-prefix.txt"] = render("github", REPORT, Options(prefix="services/shop/"))
    texts["job_summary.md"] = job_summary(REPORT)
    return texts


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, text in outputs().items():
        (GOLDEN / name).write_text(text, encoding="utf-8", newline="\n")
