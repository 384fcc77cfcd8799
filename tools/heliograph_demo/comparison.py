"""Comparing what two clusters hold, attribute by attribute."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from helio.api import Api
from heliograph_demo.scim_client import ScimClient

ENDPOINTS = ("/Users", "/Groups")
# A version names the cluster that gave it, and a location is the cluster's own URL.
_OWN_META = frozenset({"version", "location"})
_SETS = frozenset({"members", "groups"})

Snapshot = Mapping[str, Mapping[str, Any]]


async def snapshot(api: Api) -> Snapshot:
    """Return all resources of a cluster by their path, in a form that can be compared."""
    client = ScimClient(api)
    base = api.url("scim-gateway", "/scim/v2/")
    return {
        f"{endpoint}/{resource['id']}": _comparable(resource, base)
        for endpoint in ENDPOINTS
        async for resource in client.resources(endpoint)
    }


def _comparable(resource: Mapping[str, Any], base: str) -> Mapping[str, Any]:
    meta = {name: value for name, value in resource["meta"].items() if name not in _OWN_META}
    return {name: _plain(name, value, base) for name, value in resource.items()} | {"meta": meta}


def _plain(name: str, value: Any, base: str) -> Any:  # noqa: ANN401  JSON
    match value:
        case dict():
            return {inner: _plain(inner, held, base) for inner, held in value.items()}
        case list():
            elements = [_plain(name, element, base) for element in value]
            return sorted(elements, key=_canonical) if name in _SETS else elements
        case str() if name == "$ref":
            return value.removeprefix(base)
        case _:
            return value


def _canonical(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def differences(left: Snapshot, right: Snapshot) -> list[str]:
    """Return a line for each attribute that is not the same on both sides."""
    return [
        f"{path}: {difference}"
        for path in sorted(left.keys() | right.keys())
        for difference in _of_resource(left.get(path), right.get(path))
    ]


def _of_resource(left: Mapping[str, Any] | None, right: Mapping[str, Any] | None) -> Iterator[str]:
    if left is None or right is None:
        yield f"only in {'B' if left is None else 'A'}"
        return
    for name in sorted(left.keys() | right.keys()):
        if left.get(name) != right.get(name):
            yield f"{name}: A has {_shown(left.get(name))}, B has {_shown(right.get(name))}"


def _shown(value: object) -> str:
    text = "nothing" if value is None else _canonical(value).decode()
    return text if len(text) <= 300 else text[:300] + "…"


def deviations(meant: Mapping[str, Any], held: Mapping[str, Any] | None) -> list[str]:
    """Return a line for each attribute that was asked for and is not held so."""
    if held is None:
        return ["is missing"]
    return [
        f"{name}: asked for {_shown(value)}, A has {_shown(held.get(name))}"
        for name, value in meant.items()
        if not _contains(held.get(name), value)
    ]


def _contains(held: object, meant: object) -> bool:
    """Say whether all that was meant is held; a server may add to it, e.g. a member's $ref."""
    match meant:
        case dict():
            return isinstance(held, dict) and all(
                _contains(held.get(name), value) for name, value in meant.items()
            )
        case list():
            if not meant:
                return not held
            return (
                isinstance(held, list)
                and len(held) == len(meant)
                and all(any(_contains(element, value) for element in held) for value in meant)
            )
        case _:
            return held == meant
