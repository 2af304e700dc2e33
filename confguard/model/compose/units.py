"""Sizes and durations as docker compose reads and prints them."""

from __future__ import annotations

import re
import struct

_SIZE = re.compile(r"(.*[0-9. ])([a-z]{0,3})", re.IGNORECASE | re.DOTALL)
_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_DURATION = re.compile(r"(\d*\.?\d+|\d+\.)(ns|us|µs|μs|ms|s|m|h|d|w)")
_NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
    "w": 604_800_000_000_000,
}


def parse_size(text: str) -> int | None:
    """Return a size in bytes (go-units ``RAMInBytes``: 1k is 1024), or None if it is none."""
    match = _SIZE.fullmatch(text)
    if match is None:
        return None
    number, suffix = match.group(1).removesuffix(" "), match.group(2).lower()
    try:
        size = float(number)
    except ValueError:
        return None
    if size < 0 or number != number.strip():
        return None
    if suffix in ("", "b"):
        return int(size)
    power = _POWERS.get(suffix[0])
    if power is None or suffix[1:] not in ("", "b", "ib"):
        return None
    return int(size * 1024**power)


def parse_duration(text: str) -> int | None:
    """Return a duration in nanoseconds (go-str2duration: also days and weeks), or None if it is none."""
    if text in ("0", "+0", "-0"):
        return 0
    sign, body = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    total, position = 0, 0
    while position < len(body):
        match = _DURATION.match(body, position)
        if match is None:
            return None
        whole, _, fraction = match.group(1).partition(".")
        unit = _NANOSECONDS[match.group(2)]
        total += int(whole or "0") * unit
        if fraction:
            total += int(fraction) * unit // 10 ** len(fraction)
        position = match.end()
    return sign * total if body else None


def show_duration(nanoseconds: int) -> str:
    """Return a duration as Go prints it (``1h0m0s``, ``1.5s``, ``500ms``)."""
    if nanoseconds == 0:
        return "0s"
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if rest < 1_000_000_000:
        for unit, size in (("ms", 1_000_000), ("µs", 1_000), ("ns", 1)):
            if rest >= size:
                return f"{sign}{_decimal(rest, size)}{unit}"
    minutes, seconds = divmod(rest, 60_000_000_000)
    hours, minutes = divmod(minutes, 60)
    text = f"{_decimal(seconds, 1_000_000_000)}s"
    if hours:
        return f"{sign}{hours}h{minutes}m{text}"
    return f"{sign}{minutes}m{text}" if minutes else f"{sign}{text}"


def _decimal(number: int, size: int) -> str:
    whole, part = divmod(number, size)
    if not part:
        return str(whole)
    digits = str(part).zfill(len(str(size)) - 1).rstrip("0")
    return f"{whole}.{digits}"


def float32(number: float) -> float:
    """Return the shortest decimal that stands for a number in 32 bits."""
    try:
        wanted = struct.pack("f", number)
    except OverflowError:
        return number
    for digits in range(1, 10):
        short = float(f"{number:.{digits}g}")
        if struct.pack("f", short) == wanted:
            return short
    return number
