"""What a container's health check runs, and which answers it takes for healthy.

curl(1) ``-f`` fails from status 400 on and follows redirects with ``-L`` only; wget(1) and busybox's fail on
errors and follow redirects; ``urllib.request.urlopen`` raises ``HTTPError`` and follows; ``requests`` follows
and raises only when it is asked to.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from confguard.model.value import Known
from confguard.parsers.shell import commands
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.process import Process

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[^\]]+\]|[\w.-]+)(?::(?P<port>\d+))?(?P<path>/[^\s'\"`)]*)?"
)
_CMD = re.compile(r"\s*CMD\s+(?P<rest>.*)\Z", re.DOTALL | re.IGNORECASE)
_RAISES = re.compile(r"raise_for_status|status_code|\.ok\b|\.status\b")
_IGNORED = re.compile(r"\|\|\s*(?:true|:|exit\s+0)\b")
_CURL_VALUES = frozenset("HoAduXmewbcTYyUxErD")
_LOOKING = frozenset({"--include", "--head", "--verbose", "--write-out", "--dump-header", "--trace-ascii"})


@dataclass(frozen=True, slots=True)
class Request:
    """The HTTP request of a health check; ``headers`` are by lower-case name."""

    scheme: str
    host: str
    port: int
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    fails_on_error: bool = True
    """A status of 400 and above makes it unhealthy."""
    follows: bool = True
    """It follows redirects."""
    looks: bool = False
    """It shows the status or the headers of the answer."""

    @property
    def is_local(self) -> bool:
        """Whether it asks its own container."""
        return self.host in ("localhost", "[::1]") or re.match(r"127\.|0\.0\.0\.0\Z", self.host) is not None


@dataclass(frozen=True, slots=True)
class Probe:
    """A health check: its tool (the first program), its request if it is one, and where it is written.

    ``inherited`` says that the image's Dockerfile has it, and not the Compose file. ``text`` is all of it.
    """

    tool: str
    request: Request | None
    text: str
    span: Span
    inherited: bool
    shell: bool
    needs_shell: bool = False
    """It is for a shell and runs without: its program's name has blanks, or ``||`` is an argument."""


def probe_of(process: Process) -> Probe | None:
    """Return the health check of a service's container; None without one, or where it is not known."""
    own = process.service.healthcheck
    if own is not None and own.disabled:
        return None
    if own is not None and own.test is not None:
        if not isinstance(own.test, Known) or own.test.span is None:
            return None
        kind, *words = own.test.value or ("NONE",)
        return _probe(kind, words, own.test.span, inherited=False)
    image = process.image
    if image is None or image.healthcheck is None:
        return None
    check = image.healthcheck
    if check.exec_form:
        return _probe("CMD", [word.text for word in check.words], check.span, inherited=True)
    match = _CMD.match(check.text)
    return _probe("CMD-SHELL", [match["rest"]], check.span, inherited=True) if match else None


def text_of_check(process: Process) -> tuple[str, Span] | None:
    """Return the text that a service's health check of the Compose file runs, None where it is not known."""
    own = process.service.healthcheck
    if own is None or own.disabled or not isinstance(own.test, Known) or own.test.span is None:
        return None
    kind, *words = own.test.value or ("NONE",)
    if kind == "NONE" or not words:
        return None
    if kind == "CMD-SHELL":
        return words[0], own.test.span
    if posixpath.basename(words[0]) in ("sh", "bash", "ash") and words[1:2] == ["-c"]:
        return " ".join(words[2:3]), own.test.span
    return shlex.join(words), own.test.span


def probe_of_words(words: Sequence[str], span: Span) -> Probe | None:
    """Return what a command that somebody runs would see, as if it were a health check."""
    return _probe("CMD", words, span, inherited=False)


def _probe(kind: str, words: Sequence[str], span: Span, *, inherited: bool) -> Probe | None:
    if kind == "NONE" or not words:
        return None
    shell = kind == "CMD-SHELL"
    if not shell and posixpath.basename(words[0]) in ("sh", "bash", "ash") and words[1:2] == ["-c"]:
        words, shell = words[2:3], True
    text = " ".join(words)
    if not shell and _is_for_a_shell(words):
        return Probe(posixpath.basename(words[0].split()[0]), None, text, span, inherited, shell, True)
    if _IGNORED.search(text):
        return None
    simple = [list(words)]
    if shell:
        simple = [[word.text for word in one] for one in commands(text, {})]
        simple = [
            one for one in simple if one[0] not in ("exit", "test", "[", "grep", "true", "false", "echo")
        ]
    if not simple and text.strip() in ("exit 0", "true", "/bin/true"):
        return Probe(text.split()[0], None, text, span, inherited, shell)
    if len(simple) != 1 or not simple[0]:
        return None  # one of several may be enough
    tool = posixpath.basename(simple[0][0])
    return Probe(tool, _request(tool, simple[0]), text, span, inherited, shell)


def _is_for_a_shell(words: Sequence[str]) -> bool:
    """Say whether words that run without a shell surely fail: nothing splits them, nothing knows operators.

    curl and wget take operators for addresses, pg_isready for arguments that it does not know.
    """
    name = words[0].strip()
    if re.search(r"\s", name) and "/" not in name.split()[0]:
        return True
    strict = posixpath.basename(name) in ("curl", "wget", "pg_isready")
    return strict and any(word in ("||", "&&") for word in words[1:])


def _request(tool: str, words: list[str]) -> Request | None:
    if tool == "curl":
        return _curl(words[1:])
    if tool == "wget":
        return _wget(words[1:])
    if re.fullmatch(r"python[\d.]*", tool) and "-c" in words[:-1]:
        return _python(words[words.index("-c") + 1])
    if tool == "node":
        return _made(" ".join(words), {}, False, False)
    return None


def _curl(words: list[str]) -> Request | None:
    headers: dict[str, str] = {}
    fails = follows = looks = False
    url = ""
    index = 0
    while index < len(words):
        word = words[index]
        following = words[index + 1] if index + 1 < len(words) else ""
        if word.startswith("--"):
            name, _, value = word.partition("=")
            fails = fails or name in ("--fail", "--fail-with-body")
            follows = follows or name == "--location"
            looks = looks or name in _LOOKING
            if name == "--header":
                _header(headers, value or following)
            valued = ("--header", "--output", "--max-time", "--connect-timeout", "--user-agent", "--user",
                      "--request", "--retry", "--retry-delay", "--retry-max-time", "--data", "--data-raw",
                      "--json", "--write-out", "--dump-header", "--cookie", "--resolve",
                      "--connect-to")  # fmt: skip
            if name == "--url":
                url = value or following
            index += name in (*valued, "--url") and not value
        elif word.startswith("-") and len(word) > 1:
            last = next((char for char in word[1:] if char in _CURL_VALUES), "")
            inline = word[word.index(last) + 1 :] if last else ""
            flags = word.removesuffix(inline)
            fails, follows = fails or "f" in flags, follows or "L" in flags
            looks = looks or any(char in flags for char in "IivwD")
            if last == "H":
                _header(headers, inline or following)
            index += bool(last) and not inline
        else:
            url = url or word
        index += 1
    return _made(url if "://" in url else f"http://{url}", headers, fails, follows, looks)


def _wget(words: list[str]) -> Request | None:
    headers: dict[str, str] = {}
    url = ""
    index = 0
    while index < len(words):
        word = words[index]
        if word.startswith("--header"):
            _header(headers, word.partition("=")[2] or " ".join(words[index + 1 : index + 2]))
            index += "=" not in word
        elif word in ("-O", "-T", "-t", "-o", "-Y", "-U", "-P", "--timeout", "--tries", "--output-document"):
            index += 1
        elif not word.startswith("-"):
            url = url or word
        index += 1
    return _made(url if "://" in url else f"http://{url}", headers, True, True)


def _python(code: str) -> Request | None:
    if "headers" in code or "Request(" in code or "except" in code:
        return None
    if "urlopen" in code:
        return _made(code, {}, True, True)
    if "requests." in code:
        if _RAISES.search(code.replace("raise_for_status", "")):
            return None
        return _made(code, {}, "raise_for_status" in code, True)
    return None


def _header(headers: dict[str, str], text: str) -> None:
    name, _, value = text.partition(":")
    headers[name.strip().lower()] = value.strip()


def _made(
    text: str, headers: Mapping[str, str], fails: bool, follows: bool, looks: bool = False
) -> Request | None:
    match = _URL.search(text)
    if match is None or "\ue000" in text:
        return None
    port = int(match["port"]) if match["port"] else 443 if match["scheme"] == "https" else 80
    return Request(match["scheme"], match["host"], port, match["path"] or "/", headers, fails, follows, looks)
