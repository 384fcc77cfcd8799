"""Bodies that are no JSON, no SCIM, or too much of it."""

from support.hostile_requests import (
    MEDIA_TYPE,
    SYNTAX,
    TOO_LARGE,
    Hostile,
    group,
    post,
    user,
)

from scim.messages import ENTERPRISE_USER_SCHEMA, USER_SCHEMA

_HEAD = f'{{"schemas":["{USER_SCHEMA}"],'.encode()
_EVE = _HEAD + b'"userName":"eve"'


def _with(member: bytes) -> bytes:
    return _EVE + b"," + member + b"}"


def _sent_as(content_type: bytes) -> Hostile:
    name = f"sent as {content_type!r}"
    headers = {"Content-Type": content_type}
    return Hostile(name, MEDIA_TYPE, "POST", "/Users", _EVE + b"}", headers)


NO_JSON = (
    post("nothing", b""),
    post("blanks", b" \r\n\t"),
    post("no JSON", b"userName=eve"),
    post("cut off", _EVE),
    post("cut off in a string", _HEAD + b'"userName":"ev'),
    post("more than one value", _EVE + b"}{}"),
    post("a trailing comma", _EVE + b",}"),
    post("a comment", _EVE + b"/* */}"),
    post("single quotes", b"{'userName':'eve'}"),
    post("a byte order mark", b"\xef\xbb\xbf" + _EVE + b"}"),
    post("UTF-16", (_EVE + b"}").decode().encode("utf-16")),
    post("no UTF-8", _with(b'"title":"\xff\xfe"')),
    post("overlong UTF-8", _with(b'"title":"\xc0\x80"')),
    post("UTF-8 cut off", _with(b'"title":"\xe2\x82"')),
    post("half a surrogate pair, escaped", _with(b'"title":"\\ud800"')),
    post("half a surrogate pair, as bytes", _with(b'"title":"\xed\xa0\x80"')),
    post("NUL as it is", _with(b'"title":"a\x00b"')),
    post("NaN", _with(b'"title":NaN')),
    post("Infinity", _with(b'"title":Infinity')),
    post("minus Infinity", _with(b'"title":-Infinity')),
    post("1e400", _with(b'"title":1e400')),
    post("10^5000", _with(b'"title":1' + b"0" * 5000)),
    post("minus 10^5000", _with(b'"title":-1' + b"0" * 5000)),
    post("an octal number", _with(b'"title":0777')),
)

NO_OBJECT = (
    post("an array", b"[" + _EVE + b"}]"),
    post("a string", b'"eve"'),
    post("a number", b"1"),
    post("null", b"null"),
    post("true", b"true"),
)

TOO_DEEP_OR_LONG = (
    post("arrays 100 deep", _with(b'"x":' + b"[" * 100 + b"]" * 100)),
    post("arrays 100,000 deep", _with(b'"x":' + b"[" * 100_000 + b"]" * 100_000)),
    post("objects 64 deep in the body", _with(b'"x":' + b'{"x":' * 64 + b"1" + b"}" * 64)),
    post("objects 100,000 deep", b'{"x":' * 100_000 + b"1" + b"}" * 100_000),
    post("brackets that never close", b"[" * 1_000_000),
    post("a name of 1 MB", _with(b'"' + b"x" * 1_000_000 + b'":1')),
    post("a body of 11 MB", _with(b'"title":"' + b"x" * 11_000_000 + b'"'), TOO_LARGE),
    user("10,001 emails", TOO_LARGE, emails=[{"value": f"{n}@x"} for n in range(10_001)]),
    group("10,001 members", TOO_LARGE, members=[{"value": f"{n}"} for n in range(10_001)]),
)

TWICE = (
    post("userName twice", _with(b'"userName":"adam"')),
    post("userName twice, once escaped", _with(b'"user\\u004eame":"adam"')),
    post("userName twice, with blanks", _with(b'"userName" : "adam"')),
    post("userName twice, in other case", _with(b'"USERNAME":"adam"')),
    post("schemas twice", _with(b'"schemas":[]')),
    post("a sub-attribute twice", _with(b'"name":{"givenName":"a","givenName":"b"}')),
    post("twice in an element", _with(b'"emails":[{"value":"a@x","value":"b@x"}]')),
    post("twice in what is unknown", _with(b'"x":[[{"y":1,"y":2}]]')),
    post("twice, behind what looks like it", _with(b'"title":"\\":\\":","x":1,"x":1')),
)

_ENTERPRISE = [USER_SCHEMA, ENTERPRISE_USER_SCHEMA]
WRONG_TYPES = (
    user("no schemas", SYNTAX, schemas=None),
    user("schemas that are text", SYNTAX, schemas=USER_SCHEMA),
    user("schemas that are a number", SYNTAX, schemas=1),
    user("schemas that are an object", SYNTAX, schemas={USER_SCHEMA: True}),
    user("schemas of numbers", SYNTAX, schemas=[1]),
    user("schemas of nulls", SYNTAX, schemas=[None]),
    user("schemas of arrays", SYNTAX, schemas=[[USER_SCHEMA]]),
    user("schemas of something else", SYNTAX, schemas=["urn:other"]),
    user("userName null", userName=None),
    user("userName empty", userName=""),
    user("userName a number", userName=1),
    user("userName true", userName=True),
    user("userName an object", userName={"value": "eve"}),
    user("userName two", userName=["eve", "adam"]),
    user("userName with NUL", userName="e\0ve"),
    user("a megabyte of accents on one letter", userName="a" + "\u0301\u0316" * 250_000),
    user("31 accents on one letter", displayName="a" + "\u0301" * 31),
    user("externalId with NUL", externalId="\0"),
    user("displayName an array of arrays", displayName=[["Eve"]]),
    user("name a number", name=7),
    user("name an array of two", name=[{}, {}]),
    user("name with a number in it", name={"givenName": 7}),
    user("name with NUL in it", name={"givenName": "\0"}),
    user("emails a number", emails=7),
    user("emails of numbers", emails=[7]),
    user("emails of arrays", emails=[["a@x", "b@x"]]),
    user("an email that is an object", emails=[{"value": {"value": "a@x"}}]),
    user("two emails that are primary", emails=[{"value": c, "primary": True} for c in "ab"]),
    user("primary neither true nor false", emails=[{"value": "a@x", "primary": 2}]),
    user("active neither true nor false", active="perhaps"),
    user("active a number", active=1),
    user("active an object", active={}),
    user("password a number", password=1234),
    user("password an array of two", password=["a", "b"]),
    user("a certificate that is no base64", x509Certificates=[{"value": "<!>"}]),
    user("an extension that is text", schemas=_ENTERPRISE, **{ENTERPRISE_USER_SCHEMA: "x"}),
    user("an extension that is two", schemas=_ENTERPRISE, **{ENTERPRISE_USER_SCHEMA: [{}, {}]}),
    user(
        "a manager that is a number",
        schemas=_ENTERPRISE,
        **{ENTERPRISE_USER_SCHEMA: {"manager": 1}},
    ),
    group("displayName a number", displayName=1),
    group("members null in an array", members=[None]),
    group("members empty", members=[{}]),
    group("members numbers", members=[1]),
    group("a member whose id is a number", members=[{"value": 1}]),
    group("a member that there is not", members=[{"value": "nobody"}]),
    group("a member whose id has NUL", members=[{"value": "a\0b"}]),
    group("a member whose id has 10,000 characters", members=[{"value": "a" * 10_000}]),
)

MEDIA_TYPES = tuple(
    map(
        _sent_as,
        (
            b"text/plain",
            b"application/xml",
            b"application/x-www-form-urlencoded",
            b"multipart/form-data; boundary=x",
            b"application/json; charset=utf-16",
            b"application/scim+json, text/plain",
            b";",
            b"\xff\xfe",
        ),
    )
)

BODIES = (*NO_JSON, *NO_OBJECT, *TOO_DEEP_OR_LONG, *TWICE, *WRONG_TYPES, *MEDIA_TYPES)
