"""What GitHub's runner makes of a step's output, as the source of actions/runner says.

``read_line`` is ``TryParseV2``, then ``TryParse`` of src/Runner.Common/ActionCommand.cs (at 079cdb1d); lines
and columns are judged as by ``ValidateLinesAndColumns`` of src/Runner.Worker/ActionCommandManager.cs, which
also registers the commands (at 02523b9a).
"""

from __future__ import annotations

from dataclasses import dataclass, field

REGISTERED = frozenset(
    {"stop-commands", "set-env", "set-output", "save-state", "add-mask", "add-path", "add-matcher"}
    | {"remove-matcher", "debug", "warning", "error", "notice", "group", "endgroup", "echo"}
)


@dataclass
class Command:
    name: str
    properties: dict[str, str] = field(default_factory=dict)
    data: str = ""


def read_log(text: str) -> list[Command]:
    r"""Return the commands of an output; .NET ends a line at ``\n``, ``\r`` and ``\r\n``."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [command for line in lines if (command := read_line(line)) is not None]


def read_line(line: str) -> Command | None:
    return _new_form(line) or _old_form(line)


def _new_form(line: str) -> Command | None:
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    return _command(line[2:end], ",", "\r\n:,%", line[end + 2 :], "\r\n%", strip=True)


def _old_form(line: str) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    return _command(line[start + 3 : end], ";", ";\r\n]%", line[end + 1 :], ";\r\n]%", strip=False)


def _command(info: str, separator: str, in_properties: str, data: str, in_data: str, *, strip: bool):
    name, space, listed = info.partition(" ")
    if name.lower() not in REGISTERED:
        return None
    properties = {}
    for pair in (listed.strip() if strip else listed).split(separator) if space and name else ():
        key, _, value = pair.lstrip("=").partition("=")  # RemoveEmptyEntries
        value = value.lstrip("=")
        if key and value:
            properties[key.lower()] = _unescape(value, in_properties)
    return Command(name.lower(), properties, _unescape(data, in_data))


def _unescape(text: str, characters: str) -> str:
    for char in characters:  # one after the other, the percent sign last
        text = text.replace(f"%{ord(char):02X}", char)
    return text


def refused(command: Command) -> list[str]:
    """Return why the runner would drop lines or columns of an annotation."""
    numbers = {name: int(command.properties[name]) for name in ("line", "endline", "col", "endcolumn")
               if name in command.properties}  # fmt: skip
    line, end_line = numbers.get("line"), numbers.get("endline")
    column, end_column = numbers.get("col"), numbers.get("endcolumn")
    said = []
    if line is None and numbers:
        said.append("the others need a line")
    if line is not None and end_line is not None and end_line < line:
        said.append("it ends before it begins")
    if end_line not in (None, line) and (column or end_column):
        said.append("columns on different lines")
    if end_column is not None and (column is None or end_column < column):
        said.append("columns end before they begin")
    return said
