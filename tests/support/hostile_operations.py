"""PATCH and bulk requests that lead nowhere, or out of the service."""

from typing import Any

from support.hostile_requests import (
    ABSENT,
    ANN,
    FILTER,
    MUTABILITY,
    NO_TARGET,
    OTHER_VERSION,
    PATH,
    SYNTAX,
    TEAM,
    TOO_LARGE,
    VALUE,
    Hostile,
    bulk,
    in_bulk,
    patch,
    patch_path,
)

from scim.messages import GROUP_SCHEMA, PATCH_OP, USER_SCHEMA

_WORK = 'emails[type eq "work"]'
_TITLE = {"op": "add", "path": "title", "value": "Dr"}


def _to_team(name: str, expected: tuple[int, str | None], *operations: Any) -> Hostile:
    same = patch(name, expected, *operations)
    return Hostile(name, expected, "PATCH", f"/Groups/{TEAM}", same.body)


def _raw_patch(name: str, operations: bytes) -> Hostile:
    body = f'{{"schemas":["{PATCH_OP}"],"Operations":'.encode() + operations + b"}"
    return Hostile(name, SYNTAX, "PATCH", f"/Users/{ANN}", body)


PATCHES = (
    patch("no operations", SYNTAX),
    _raw_patch("operations that are an object", b"{}"),
    _raw_patch("operations that are null", b"null"),
    _raw_patch("op twice", b'[{"op":"add","op":"remove","path":"title","value":"x"}]'),
    _raw_patch("op twice in other case", b'[{"op":"add","OP":"remove","path":"title","value":1}]'),
    patch("an operation that is a number", SYNTAX, 1),
    patch("an operation that is an array", SYNTAX, [_TITLE]),
    patch("an operation without op", SYNTAX, {"path": "title", "value": "x"}),
    patch("an op that is a number", SYNTAX, {"op": 1, "path": "title", "value": "x"}),
    patch("an op that there is not", SYNTAX, {"op": "move", "path": "title", "value": "x"}),
    patch("no value", VALUE, {"op": "add", "path": "title"}),
    patch("a value without a path that is a number", VALUE, {"op": "add", "value": 1}),
    patch("a value of another type", VALUE, {"op": "add", "path": "active", "value": "perhaps"}),
    patch("a value with NUL", VALUE, {"op": "add", "path": "title", "value": "\0"}),
    patch(
        "a required value that is null", VALUE, {"op": "replace", "path": "userName", "value": None}
    ),
    patch("remove without a path", NO_TARGET, {"op": "remove"}),
    patch("remove of what is required", MUTABILITY, {"op": "remove", "path": "userName"}),
    patch("another id", MUTABILITY, {"op": "replace", "path": "id", "value": "x"}),
    patch("another version", MUTABILITY, {"op": "replace", "path": "meta.version", "value": "x"}),
    patch("groups from the wrong side", MUTABILITY, {"op": "add", "path": "groups", "value": []}),
    patch("a good operation before a bad one", PATH, _TITLE, {**_TITLE, "path": "a..b"}),
    patch("10,001 operations", TOO_LARGE, *([_TITLE] * 10_001)),
    _to_team(
        "a team in itself", VALUE, {"op": "add", "path": "members", "value": [{"value": TEAM}]}
    ),
    _to_team("a member without an id", VALUE, {"op": "remove", "path": "members", "value": [{}]}),
)

PATHS = (
    patch_path("a path that is a number", 1, SYNTAX),
    patch_path("a path that is an object", {}, SYNTAX),
    patch_path("dots", ".."),
    patch_path("a blank", " "),
    patch_path("two dots in it", "name..givenName"),
    patch_path("too deep", "name.givenName.first"),
    patch_path("a bracket", "["),
    patch_path("the other bracket", "]"),
    patch_path("1 MB of brackets", "[" * 1_000_000),
    patch_path("1 MB of both brackets", "[]" * 500_000),
    patch_path("1 MB of colons", "a:" * 500_000),
    patch_path("1 MB of blanks", "a" + " " * 1_000_000),
    patch_path("a name of 1 MB", "a" * 1_000_000),
    patch_path("a bracket that is not closed", "emails[type pr"),
    patch_path("more after the bracket", f"{_WORK}x"),
    patch_path("a dot after the bracket", f"{_WORK}."),
    patch_path("too deep after the bracket", f"{_WORK}.value.more"),
    patch_path("a filter of what has one value", 'userName[value eq "ann"]'),
    patch_path("NUL", "title\0"),
    patch_path("a prototype", "__proto__"),
    patch_path("a URN without an attribute", f"{USER_SCHEMA}:"),
    patch_path("a URN that there is not", "urn:x:y:User:title"),
    patch_path("a JSON pointer", "/emails/0/value"),
    patch_path("no filter in brackets", "emails[]", FILTER),
    patch_path("a filter that is cut off", "emails[type eq ]", FILTER),
    patch_path("a string that is not closed", 'emails[type eq "work]', FILTER),
    patch_path("brackets in brackets", "emails[emails[type pr]]", FILTER),
    patch_path("an attribute that elements have not", "emails[passport pr]", FILTER),
    patch_path("a filter 100 deep", "emails[" + "(" * 100 + "type pr" + ")" * 100 + "]", FILTER),
    patch_path("a filter of 9 KiB", 'emails[type eq "' + "a" * 9 * 1024 + '"]', FILTER),
)


def _group(*members: str, bulk_id: Any = "crew", **more: Any) -> dict[str, Any]:
    elements = [{"value": member} for member in members]
    data = {"schemas": [GROUP_SCHEMA], "displayName": "Crew", "members": elements}
    return {"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": data, **more}


def _change(path: Any, **more: Any) -> dict[str, Any]:
    data = {"schemas": [PATCH_OP], "Operations": [_TITLE]}
    return {"method": "PATCH", "path": path, "data": data, **more}


BULKS = (
    bulk("no operations", SYNTAX, []),
    bulk("operations that are an object", SYNTAX, {"0": _group()}),
    bulk("operations that are numbers", SYNTAX, [1]),
    bulk("operations without a method", SYNTAX, [{"path": "/Users"}]),
    bulk("a method that is a number", SYNTAX, [_group(method=1)]),
    bulk("other schemas", SYNTAX, [_group()], schemas=[PATCH_OP]),
    bulk("a bulkId twice", SYNTAX, [_group(), _group()]),
    bulk("1,001 operations", TOO_LARGE, [_group(bulk_id=str(n)) for n in range(1001)]),
    bulk("failOnErrors that is text", VALUE, [_group()], failOnErrors="1"),
    bulk("failOnErrors 0", VALUE, [_group()], failOnErrors=0),
    bulk("failOnErrors below 0", VALUE, [_group()], failOnErrors=-1),
    bulk("failOnErrors 1e300", VALUE, [_group()], failOnErrors=1e300),
)

OUT_OF_THE_SERVICE = tuple(
    in_bulk(f"a path in bulk: {path!a}", expected, _change(path))
    for path, expected in (
        ("", VALUE),
        (1, VALUE),
        (None, VALUE),
        ("/Users", VALUE),
        ("/Bulk", VALUE),
        ("/.search", VALUE),
        ("/Users/.search", ABSENT),
        ("/Users/1/2", ABSENT),
        ("/Users/../Groups/1", ABSENT),
        ("/../admin/v1/streams", ABSENT),
        ("../../etc/passwd", ABSENT),
        ("/Users/%2e%2e%2fadmin", ABSENT),
        ("/Users/%00", ABSENT),
        ("/Users/a\0b", ABSENT),
        ("/Users/%FF", ABSENT),
        ("//evil.example/Users/1", ABSENT),
        ("http://evil.example/Users/1", ABSENT),
        ("/Schemas/urn:x", ABSENT),
        ("/Users/" + "a" * 10_000, ABSENT),
        ("/Users/bulkId:", VALUE),
        ("/Users/bulkId:nobody", VALUE),
    )
)

OPERATIONS = (
    in_bulk("a method that there is not", VALUE, _group(method="BREW")),
    in_bulk("a GET", VALUE, {"method": "GET", "path": f"/Users/{ANN}"}),
    in_bulk("no bulkId", VALUE, _group(bulk_id=None)),
    in_bulk("a bulkId that is a number", VALUE, _group(bulk_id=1)),
    in_bulk("a bulkId with a quote", VALUE, _group(bulk_id='a"b')),
    in_bulk("a bulkId with NUL", VALUE, _group(bulk_id="a\0b")),
    in_bulk("no data", VALUE, _group(data=None)),
    in_bulk("data that is text", SYNTAX, _group(data="x")),
    in_bulk("data that is an array", SYNTAX, _group(data=[])),
    in_bulk("a group in itself", VALUE, _group("bulkId:crew")),
    in_bulk("a group in itself and in nobody", VALUE, _group("bulkId:crew", "bulkId:nobody")),
    in_bulk("a group of nobody", VALUE, _group("bulkId:nobody")),
    in_bulk("a group of an empty reference", VALUE, _group("bulkId:")),
    in_bulk("a version that is a number", VALUE, _change(f"/Users/{ANN}", version=1)),
    in_bulk("a version that is garbage", OTHER_VERSION, _change(f"/Users/{ANN}", version="\0")),
    in_bulk(
        "a version of 1 MB", OTHER_VERSION, _change(f"/Users/{ANN}", version="a" * 10**6 + '"')
    ),
    in_bulk("a DELETE of nobody", ABSENT, {"method": "DELETE", "path": "/Users/nobody"}),
    in_bulk(
        "10,001 operations in one", TOO_LARGE, _change(f"/Users/{ANN}", data=[_TITLE] * 10_001)
    ),
)

CHANGES = (*PATCHES, *PATHS, *BULKS, *OUT_OF_THE_SERVICE, *OPERATIONS)
