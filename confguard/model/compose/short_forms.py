"""Short forms of ports, volumes and devices taken apart as docker compose does (texts in, fields out)."""

from __future__ import annotations

import ipaddress
import posixpath
import re
from dataclasses import dataclass

_PROPAGATION = ("rprivate", "private", "rshared", "shared", "rslave", "slave")
_UNKNOWN = re.compile("[\U000f0000-\U000ffffd]")


class ShortFormError(Exception):
    """A short form that docker compose refuses; the message says why."""


@dataclass(frozen=True, slots=True)
class PortParts:
    """One port of a short form. ``target`` and ``published`` are texts; ``published`` may be a range."""

    host_ip: str
    published: str
    target: str
    protocol: str


def parse_port(text: str) -> list[PortParts]:
    """Return the ports of a short form (go-connections ``nat.ParsePortSpec``). Raises ShortFormError."""
    parts = text.split(":")
    container = parts[-1]
    host = parts[-2] if len(parts) > 1 else ""
    address = ":".join(parts[:-2])
    container, _, protocol = container.partition("/")
    protocol = (protocol or "tcp").lower()
    if address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    if address and not _UNKNOWN.search(address) and not is_ip(address):
        raise ShortFormError(f"{address} is no IP address")
    if not container:
        raise ShortFormError("no container port is given")
    if protocol not in ("tcp", "udp", "sctp") and not _UNKNOWN.search(protocol):
        raise ShortFormError(f"{protocol} is no protocol")
    if _UNKNOWN.search(container) or _UNKNOWN.search(host):
        return [PortParts(address, host, container, protocol)]
    first, last = _range(container, "container port")
    if not host:
        return _by_text([PortParts(address, "", str(port), protocol) for port in range(first, last + 1)])
    host_first, host_last = _range(host, "host port")
    if last - first != host_last - host_first:
        if last != first:
            raise ShortFormError("the ranges of host and container ports differ in length")
        return [PortParts(address, f"{host_first}-{host_last}", str(first), protocol)]
    shift = host_first - first
    return _by_text(
        [PortParts(address, str(port + shift), str(port), protocol) for port in range(first, last + 1)]
    )


def _by_text(ports: list[PortParts]) -> list[PortParts]:
    return sorted(ports, key=lambda port: f"{port.target}/{port.protocol}")


def _range(text: str, what: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    try:
        low = _port(first)
        high = _port(last) if dash else low
    except ValueError:
        raise ShortFormError(f"{text} is no {what}") from None
    if high < low:
        raise ShortFormError(f"{text} is no {what}: the range runs backwards")
    return low, high


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ValueError(text)
    return int(text)


def is_ip(text: str) -> bool:
    """Say whether Go's ``net.ParseIP`` takes a text."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


@dataclass(frozen=True, slots=True)
class VolumeParts:
    """A short form of a service's volume."""

    type: str
    source: str
    target: str
    read_only: bool = False
    nocopy: bool = False
    propagation: str = ""
    selinux: str = ""


def parse_volume(text: str) -> VolumeParts:
    """Return the fields of a short form (compose-go ``format.ParseVolume``). Raises ShortFormError."""
    if not text:
        raise ShortFormError("the volume is empty")
    if len(text.encode()) <= 2:
        return VolumeParts("volume", "", text)
    sections = _sections(text)
    if any(not section for section in sections):
        raise ShortFormError("a section between colons is empty")
    if len(sections) > 3:
        raise ShortFormError("it has too many colons")
    if len(sections) == 1:
        return VolumeParts("volume", "", sections[0])
    source, target = sections[0], sections[1]
    read_only, nocopy, propagation, selinux = False, False, "", ""
    for option in sections[2].split(",") if len(sections) == 3 else ():
        if option in ("ro", "rw"):
            read_only = option == "ro"
        elif option == "nocopy":
            nocopy = True
        elif option in _PROPAGATION:
            propagation = option
        elif option in ("z", "Z"):
            selinux = option
    kind = "bind" if is_file_path(source) else "volume"
    return VolumeParts(kind, source, target, read_only, nocopy, propagation, selinux)


def _sections(text: str) -> list[str]:
    sections: list[str] = []
    buffer = ""
    nested = 0
    for index, character in enumerate(text):
        if character == "$" and text[index + 1 : index + 2] == "{":
            nested += 1
        elif character == "}" and nested:
            nested -= 1
        elif character == ":" and not nested and not (len(buffer) == 1 and buffer.isalpha()):
            sections.append(buffer)
            buffer = ""
            continue
        buffer += character
    return [*sections, buffer]


def volume_target(text: str) -> str:
    """Return the mount target of a short form, the text itself where it is none."""
    try:
        return parse_volume(text).target
    except ShortFormError:
        return text


def is_file_path(source: str) -> bool:
    """Say whether a volume's source is a path on the host, not the name of a volume."""
    if source[:1] in (".", "/", "~") or source.startswith("\\\\"):
        return True
    return len(source) > 1 and source[0].isalpha() and source[1] == ":"


def clean_target(path: str) -> str:
    """Return a path as Go's ``path.Clean`` gives it."""
    if not path:
        return path
    cleaned = posixpath.normpath(path)
    return f"/{cleaned.lstrip('/')}" if cleaned.startswith("//") else cleaned
