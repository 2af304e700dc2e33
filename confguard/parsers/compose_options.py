"""Which options of the subcommands of ``docker compose`` take a value, and which words are left then.

From the flag sets of ``cmd/compose/*.go`` of docker/compose v5.5.0, hidden and deprecated flags among them
(``exec -t`` and ``run -i`` are boolean, ``down -t`` is not), and of docker-compose 1.29 where it had more.
Options are written as pflag reads them: ``--name value``, ``--name=value``, ``-n value``, ``-nvalue``, and
several short ones in one word, of which only the last may take a value (``-Tu root``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_STOPPING = frozenset(["-t", "--timeout"])
_CREATING = frozenset(["--pull", "--scale", "--timeout", "-t"])
_EXECUTING = frozenset(["--index", "-e", "--env", "-u", "--user", "-w", "--workdir"])
_SINCE = frozenset(["--since", "--until"])
_VALUED: dict[str, frozenset[str]] = {
    "attach": frozenset(["--index", "--detach-keys"]),
    "build": frozenset([
        "--build-arg", "--ssh", "--builder", "--provenance", "--sbom", "-m", "--memory", "--progress",
    ]),
    "commit": frozenset(["--index", "-m", "--message", "-a", "--author", "-c", "--change"]),
    "config": frozenset(["--format", "--hash", "-o", "--output"]),
    "convert": frozenset(["--format", "--hash", "-o", "--output"]),
    "cp": frozenset(["--index"]),
    "create": _CREATING,
    "down": _STOPPING | {"--rmi"},
    "events": _SINCE,
    "exec": _EXECUTING,
    "export": frozenset(["--index", "-o", "--output"]),
    "images": frozenset(["--format"]),
    "kill": frozenset(["-s", "--signal"]),
    "logs": _SINCE | {"--index", "--tail", "-n"},
    "ls": frozenset(["--format", "--filter"]),
    "port": frozenset(["--protocol", "--index"]),
    "ps": frozenset(["--format", "--filter", "--status"]),
    "publish": frozenset(["--oci-version"]),
    "pull": frozenset(["--policy"]),
    "restart": _STOPPING,
    "run": frozenset([
        "-e", "--env", "--env-from-file", "-l", "--label", "--labels", "--name", "-u", "--user", "-w",
        "--workdir", "--entrypoint", "--cap-add", "--cap-drop", "-v", "--volume", "--volumes", "-p",
        "--publish", "--pull",
    ]),
    "scale": _STOPPING,
    "stack deploy": frozenset(["-c", "--compose-file", "--resolve-image", "--orchestrator", "--namespace"]),
    "start": frozenset(["--wait-timeout"]),
    "stats": frozenset(["--format"]),
    "stop": _STOPPING,
    "up": _CREATING | {"--exit-code-from", "--attach", "--no-attach", "--wait-timeout"},
    "version": frozenset(["-f", "--format"]),
    "volumes": frozenset(["--format"]),
}  # fmt: skip
_ENDS_AT_FIRST = frozenset(["run", "exec"])
"""Behind the first plain word of these nothing is an option of theirs (``SetInterspersed(false)``)."""


def plain_words(subcommand: str, words: Sequence[str]) -> Iterator[int]:
    """Yield the places of the words that are neither options nor their values.

    ``words`` are those behind the subcommand. For ``run`` and ``exec`` the first is the service, and all
    behind it are the command and its own options.
    """
    valued = _VALUED.get(subcommand, frozenset())
    index = 0
    while index < len(words):
        word = words[index]
        if word == "--":
            yield from range(index + 1, len(words))
            return
        if not word.startswith("-") or word == "-":
            if subcommand in _ENDS_AT_FIRST:
                yield from range(index, len(words))
                return
            yield index
        index += 1 + _takes_next(word, valued)


def _takes_next(word: str, valued: frozenset[str]) -> bool:
    """Say whether the word behind an option is its value."""
    if word.startswith("--"):
        return word in valued
    if not word.startswith("-"):
        return False
    first = next((place for place, letter in enumerate(word[1:], 1) if f"-{letter}" in valued), 0)
    return first == len(word) - 1 and first > 0
