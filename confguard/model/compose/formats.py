"""Values that docker compose cannot read into its types: sizes, durations, commands, hosts, resources.

compose-go 2.9: ``types/*.go`` (``DecodeMapstructure``), ``validation/``, ``transform/``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from confguard.model.compose.convert import to_integer
from confguard.model.compose.interpolation import Marks
from confguard.model.compose.merge import to_sequence
from confguard.model.compose.shell_words import split_words
from confguard.model.compose.short_forms import is_ip
from confguard.model.compose.tree import (
    Leaf,
    Map,
    Seq,
    State,
    Tree,
    advance,
    as_map,
    may_change,
    patterns,
    place,
    plain,
    sprint,
    text_of,
)
from confguard.model.compose.units import parse_duration, parse_size
from confguard.source import Span

Fault = tuple[Span | None, str, bool]
"""A place, what is wrong there, and whether an operator may deliver something that is right."""

Check = Callable[[Tree], Iterator[tuple[Tree, str]]]


def faults(root: Map, marks: Marks) -> Iterator[Fault]:
    """Yield what cannot be read into its type; what is not known is passed over."""
    for node, message in _walk(root, _CHECKS, marks):
        yield place(node), message, may_change(node.trail)


def _walk(node: Tree, state: State[Check] | None, marks: Marks) -> Iterator[tuple[Tree, str]]:
    if state is None:
        return
    check = state.value
    if check is not None and not _is_unknown(node, marks):
        yield from check(node)
    if isinstance(node, Map):
        for name, value in node.entries.items():
            following = state.exact.get(name, state.other)
            if following is not None:
                yield from _walk(value, following, marks)
    elif isinstance(node, Seq):
        following = advance(state, "[]")
        for item in node.items if following else ():
            yield from _walk(item, following, marks)


def _is_unknown(node: Tree, marks: Marks) -> bool:
    return isinstance(node, Leaf) and isinstance(node.value, str) and marks.unknown_in(node.value) is not None


def _size(node: Tree) -> Iterator[tuple[Tree, str]]:
    text = text_of(node)
    if text is not None and parse_size(text) is None:
        yield node, f"has {text!r} where a size is needed (as 512m or 1g)"


def _duration(node: Tree) -> Iterator[tuple[Tree, str]]:
    text = sprint(node.value) if isinstance(node, Leaf) and node.value is not None else "0"
    if parse_duration(text) is None:
        yield node, f"has {text!r} where a duration is needed (as 30s or 1m30s)"


def _command(node: Tree) -> Iterator[tuple[Tree, str]]:
    text = text_of(node)
    if text is not None and split_words(text) is None:
        yield node, "has a command that cannot be split into words: a quote or bracket does not end"


def _variables(node: Tree) -> Iterator[tuple[Tree, str]]:
    for item in node.items if isinstance(node, Seq) else ():
        name = (text_of(item) or "").partition("=")[0]
        if name[-1:].isspace():
            yield item, f"has the variable {name.rstrip()} with a space behind its name"


def _hosts(node: Tree) -> Iterator[tuple[Tree, str]]:
    for item in to_sequence(node):
        text = sprint(item.value) if isinstance(item, Leaf) else ""
        separator = "=" if "=" in text else ":"
        host, found, _ = text.partition(separator)
        if not found:
            yield item, f"has the extra host {text!r} without an address"
        elif not host or ":" in host:
            yield item, f"has the bad host name {host!r} in extra_hosts"


def _port(node: Tree) -> Iterator[tuple[Tree, str]]:
    address = as_map(node).get("host_ip")
    text = text_of(address)
    if address is not None and text is not None and not is_ip(text) and Marks.shown(text) == text:
        yield address, f"has {text!r} for host_ip, which is no IP address"


def _bind(node: Tree) -> Iterator[tuple[Tree, str]]:
    fields = as_map(node)
    if plain(fields.get("type")) == "bind" and fields.get("source") is None:
        yield node, "has a bind mount without its source"


def _format(node: Tree) -> Iterator[tuple[Tree, str]]:
    text = text_of(node)
    if text not in (None, "", ".env", "raw"):
        yield node, f"has the env_file format {text!r}, which docker compose does not know"


def _device_request(node: Tree) -> Iterator[tuple[Tree, str]]:
    fields = as_map(node)
    count = fields.get("count")
    if count is None:
        return
    if fields.get("device_ids") is not None:
        yield count, "has both count and device_ids, which exclude each other"
    text = text_of(count)
    if text is not None and text.lower() != "all" and to_integer(text) is None and Marks.shown(text) == text:
        yield count, f"has {text!r} for a number of devices: a number or all is needed"


def _build(node: Tree) -> Iterator[tuple[Tree, str]]:
    fields = as_map(node)
    inline = fields.get("dockerfile_inline")
    if inline is not None and plain(fields.get("dockerfile")):
        yield inline, "has both dockerfile and dockerfile_inline"


def _volume(node: Tree) -> Iterator[tuple[Tree, str]]:
    fields = as_map(node)
    if plain(fields.get("external")) is not True:
        return
    for name, value in fields.entries.items():
        if name not in ("name", "external") and not name.startswith("x-"):
            yield value, f"has an external volume with {name}, which docker compose refuses together"


def _file_object(*sources: str) -> Check:
    def check(node: Tree) -> Iterator[tuple[Tree, str]]:
        fields = as_map(node)
        given = [name for name in sources if name in fields.entries]
        if len(given) > 1:
            yield fields.entries[given[1]], f"has both {given[0]} and {given[1]}: only one may be given"
        elif not given and "driver" not in fields.entries and "external" not in fields.entries:
            yield node, f"has neither of {', '.join(sources)}"

    return check


def _service(node: Tree) -> Iterator[tuple[Tree, str]]:
    fields = as_map(node)
    deploy = as_map(fields.get("deploy"))
    limits = as_map(as_map(deploy.get("resources")).get("limits"))
    reserved = as_map(as_map(deploy.get("resources")).get("reservations"))
    for name, section, other in (
        ("cpus", limits, "cpus"),
        ("mem_limit", limits, "memory"),
        ("mem_reservation", reserved, "memory"),
        ("pids_limit", limits, "pids"),
    ):
        mine = fields.get(name)
        exists = "limits" if section is limits else "reservations"
        if mine is None or exists not in as_map(deploy.get("resources")).entries or not _number(mine):
            continue
        if _number(mine) != _number(section.get(other)):
            yield mine, f"has {name} and deploy.resources.{exists}.{other}, and they differ"
    scale, replicas = fields.get("scale"), deploy.get("replicas")
    if scale is not None and replicas is not None and plain(scale) != plain(replicas):
        yield scale, "has scale and deploy.replicas, and they differ"
    for count in (scale, replicas):
        number = plain(count)
        if count is None or not isinstance(number, int):
            continue
        if number < 0:
            yield count, "has a negative number of containers"
        elif number > 1 and plain(fields.get("container_name")):
            yield fields.entries["container_name"], "has a container_name for more than one container"
            break


def _number(node: Tree | None) -> float:
    value = plain(node)
    if isinstance(value, str):
        size = parse_size(value)
        return float(size) if size is not None and not value.replace(".", "").isdigit() else float(value or 0)
    return float(value) if isinstance(value, int | float) else 0.0


_SERVICE_SIZES = ("mem_limit", "mem_reservation", "memswap_limit", "mem_swappiness", "shm_size")
_CHECKS: State[Check] = patterns(
    {
        **{f"services.*.{name}": _size for name in (*_SERVICE_SIZES, "build.shm_size")},
        "services.*.deploy.resources.limits.memory": _size,
        "services.*.deploy.resources.reservations.memory": _size,
        "services.*.volumes.[].tmpfs.size": _size,
        **{
            f"services.*.{name}": _duration
            for name in (
                "stop_grace_period",
                *(
                    f"healthcheck.{name}"
                    for name in ("interval", "timeout", "start_period", "start_interval")
                ),
                *(
                    f"deploy.{kind}.{name}"
                    for kind in ("update_config", "rollback_config")
                    for name in ("delay", "monitor")
                ),
                "deploy.restart_policy.delay",
                "deploy.restart_policy.window",
            )
        },
        "services.*.command": _command,
        "services.*.entrypoint": _command,
        "services.*.environment": _variables,
        "services.*.build.args": _variables,
        "services.*.extra_hosts": _hosts,
        "services.*.build.extra_hosts": _hosts,
        "services.*.ports.[]": _port,
        "services.*.volumes.[]": _bind,
        "services.*.env_file.[].format": _format,
        "services.*.deploy.resources.reservations.devices.[]": _device_request,
        "services.*.gpus.[]": _device_request,
        "services.*.build": _build,
        "services.*": _service,
        "volumes.*": _volume,
        "secrets.*": _file_object("file", "environment"),
        "configs.*": _file_object("file", "environment", "content"),
    }
)
