"""Markdown: the table of the job summary, as a file or a comment."""

from __future__ import annotations

from confguard.reporters.job_summary import job_summary
from confguard.reporters.result import Report
from confguard.reporters.terminal import Options


def render(report: Report, options: Options) -> str:
    """Return the findings as a Markdown table, the most severe first."""
    return job_summary(report, options)
