"""How output may look: colour, links, width, paths. Decided from arguments, without asking the system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_WIDTH = 120
"""Columns where there is no terminal to ask: logs and pipes."""

_WIDTHS = range(40, 401)


@dataclass(frozen=True, slots=True)
class Options:
    """What a reporter needs besides the report.

    ``color`` allows ANSI colours, ``links`` OSC 8 hyperlinks, ``width`` is in terminal cells. ``prefix`` is
    put before every path, with ``/`` at its end: from the place that readers know to the project's root.
    """

    color: bool = False
    links: bool = False
    width: int = DEFAULT_WIDTH
    prefix: str = ""


def terminal_options(
    environ: Mapping[str, str],
    *,
    is_tty: bool,
    columns: int | None = None,
    color: str = "auto",
    prefix: str = "",
) -> Options:
    """Return the options for a stream.

    ``columns`` is the terminal's width where it is known, ``color`` the user's word: auto, always or never.
    """
    colored = wants_color(environ, is_tty=is_tty, color=color)
    links = colored and is_tty and environ.get("TERM") not in ("dumb", "linux")
    return Options(colored, links, _width(environ, is_tty=is_tty, columns=columns), prefix)


def wants_color(environ: Mapping[str, str], *, is_tty: bool, color: str = "auto") -> bool:
    """Return whether to colour; the first that speaks decides.

    The user's option, NO_COLOR (no-color.org: any value but an empty one), FORCE_COLOR and CLICOLOR_FORCE
    (any value but an empty one and 0), TERM=dumb, CLICOLOR=0, then whether the stream is a terminal.
    """
    if color != "auto":
        return color == "always"
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "") not in ("", "0", "false") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return is_tty and environ.get("TERM") != "dumb" and environ.get("CLICOLOR") != "0"


def _width(environ: Mapping[str, str], *, is_tty: bool, columns: int | None) -> int:
    wanted = environ.get("COLUMNS", "")
    if wanted.isascii() and wanted.isdigit() and int(wanted[:6]) > 0:
        found = int(wanted[:6])
    else:
        found = (columns or DEFAULT_WIDTH) if is_tty else DEFAULT_WIDTH
    return min(max(found, _WIDTHS.start), _WIDTHS.stop - 1)
