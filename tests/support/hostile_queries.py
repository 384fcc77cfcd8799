"""URIs, filters and searches that are none."""

from support.hostile_requests import (
    ABSENT,
    ANN,
    FILTER,
    OTHER_VERSION,
    SYNTAX,
    URI_TOO_LONG,
    VALUE,
    Hostile,
    find,
    get,
    query,
    search,
)

_CURSOR = (400, "invalidCursor")
_COUNT = (400, "invalidCount")
_FORBIDDEN = (403, None)
_UNKNOWN_TOKEN = (401, None)
_WRONG_METHOD = (405, None)
_LONG = "9" * 5000

IDS = (
    get("an id with NUL", "/Users/%00"),
    get("an id with NUL in it", f"/Users/{ANN}%00"),
    get("an id with a slash", "/Users/a%2Fb"),
    get("an id that goes up", "/Users/..%2f..%2fadmin"),
    get("an id that goes up by dots", f"/Groups/../Users/{ANN}/.."),
    get("an id of 10,000 characters", "/Users/" + "a" * 10_000),
    get("an id that is no UTF-8", "/Users/%FF%FE"),
    get("an id that is half a surrogate pair", "/Users/%ED%A0%80"),
    get("an id that is badly encoded", "/Users/%ZZ"),
    get("an id that is encoded half", "/Users/%4"),
    get("an id that is a blank", "/Users/%20"),
    get("an id with a line break", "/Users/a%0D%0AX-Evil:1"),
    get("an id that is a reference", "/Users/bulkId:ann"),
    get("no id", "/Users/"),
    get("no id, twice", "/Users//"),
    get("an id and more", f"/Users/{ANN}/emails"),
    get("a schema with NUL", "/Schemas/%00"),
    get("a resource type of 10,000 characters", "/ResourceTypes/" + "a" * 10_000),
    get("a path of 40,000 characters", "/Users/" + "a" * 40_000, URI_TOO_LONG),
    get("a query of 40,000 characters", "/Users?x=" + "a" * 40_000, URI_TOO_LONG),
    Hostile("DELETE of an id with NUL", ABSENT, "DELETE", "/Users/%00"),
    Hostile("DELETE of all", _WRONG_METHOD, "DELETE", "/Users"),
    Hostile("POST to a resource", _WRONG_METHOD, "POST", f"/Users/{ANN}", b"{}"),
    Hostile("a filter on schemas", _FORBIDDEN, "GET", "/Schemas?filter=id%20pr"),
)

ENCODINGS = (
    get("a filter badly encoded", "/Users?filter=%ZZ", VALUE),
    get("a filter encoded half", "/Users?filter=userName%20eq%20%22a%22%2", VALUE),
    get("a filter that is no UTF-8", "/Users?filter=userName%20eq%20%22%FF%22", VALUE),
    get("a filter cut off in a character", "/Users?filter=title%20eq%20%22%E2%82%22", VALUE),
    get("a parameter's name that is no UTF-8", "/Users?%FF=1", VALUE),
    get("attributes that are no UTF-8", f"/Users/{ANN}?attributes=%C0%80", VALUE),
)

FILTERS = (
    find("no filter", ""),
    find("a filter of blanks", "   "),
    find("a string that is not closed", 'userName eq "ann'),
    find("a string that ends in a backslash", 'userName eq "ann\\'),
    find("a parenthesis that is not closed", "(userName pr"),
    find("a parenthesis that is not opened", "userName pr)"),
    find("a bracket that is not closed", "emails[type pr"),
    find("brackets with nothing in them", "emails[]"),
    find("brackets in brackets", "emails[emails[type pr]]"),
    find("parentheses 100 deep", "(" * 100 + "userName pr" + ")" * 100),
    find("not 100 deep", "not (" * 100 + "userName pr" + ")" * 100),
    find("parentheses that never close", "(" * 5000),
    find("a filter of 9 KiB", 'userName eq "' + "a" * 9 * 1024 + '"'),
    find("no value", "userName eq"),
    find("no attribute", 'eq "ann"'),
    find("no end", "userName pr and"),
    find("no operator", '"ann"'),
    find("an operator that there is not", 'userName is "ann"'),
    find("an operator twice", 'userName eq eq "ann"'),
    find("not of nothing", "not"),
    find("an attribute that there is not", 'passport eq "1"'),
    find("an attribute that is too deep", 'name.givenName.first eq "1"'),
    find("a name of 8,000 characters", "a" * 8000 + ' eq "1"'),
    find("a URN that there is not", 'urn:x:y:User:userName eq "ann"'),
    find("NUL", 'userName eq "a\0b"'),
    find("NUL, escaped", 'userName eq "a\\u0000b"'),
    find("half a surrogate pair", 'userName eq "\\ud800"'),
    find("a line break", 'userName\neq\n"ann"'),
    find("an order of booleans", "active gt true"),
    find("a part of a boolean", 'active co "t"'),
    find("a time that is none", 'meta.created gt "yesterday"'),
    find("SQL", "userName eq 'a' OR 1=1 --"),
    find("a filter that is JSON", '{"$where": "1"}'),
    find("a filter by password", 'password eq "secret"', (403, "sensitive")),
)

PAGES = (
    query("count in words", VALUE, count="ten"),
    query("count with an exponent", VALUE, count="1e3"),
    query("count of nothing", VALUE, count=""),
    query("count with NUL", VALUE, count="\0"),
    query("count of 5,000 digits", VALUE, count=_LONG),
    query("startIndex of 5,000 digits", VALUE, startIndex=_LONG),
    query("startIndex a fraction", VALUE, startIndex="1.5"),
    query("startIndex NaN", VALUE, startIndex="NaN"),
    query("startIndex in other digits", VALUE, startIndex="\u0661"),
    query("a cursor that is none", _CURSOR, cursor="garbage"),
    query("a cursor of 10,000 characters", _CURSOR, cursor="A" * 10_000),
    query("a cursor with NUL", _CURSOR, cursor="\0"),
    query("a cursor that is no ASCII", _CURSOR, cursor="\u00e4\u00f6"),
    query("a cursor and an index", VALUE, cursor="", startIndex="1"),
    query("a walk of a count in words", _COUNT, cursor="", count="ten"),
    query("an order by nothing", VALUE, sortBy=""),
    query("an order by garbage", VALUE, sortBy="a..b["),
    query("an order by 8,000 characters", VALUE, sortBy="a" * 8000),
    query("an order by NUL", VALUE, sortBy="userName\0"),
    query("an order sideways", VALUE, sortBy="userName", sortOrder="sideways"),
    query("attributes and excludedAttributes", VALUE, attributes="id", excludedAttributes="id"),
    query("1,001 attributes", VALUE, attributes=",".join(f"a{n}" for n in range(1001))),
)

SEARCHES = (
    search("a search without schemas", SYNTAX, schemas=None),
    search("a search of other schemas", SYNTAX, schemas=["urn:other"]),
    search("a filter that is a number", VALUE, filter=1),
    search("a filter that is an array", VALUE, filter=["userName pr"]),
    search("a filter of 1 MB", FILTER, filter="a" * 1_000_000),
    search("a filter with NUL", FILTER, filter="userName pr\0"),
    search("a count that is text", VALUE, count="10"),
    search("a count that is true", VALUE, count=True),
    search("a count of 1e300", VALUE, count=1e300),
    search("an index beyond 64 bits", VALUE, startIndex=2**80),
    search("an order by an array", VALUE, sortBy=[]),
    search("an order by 1 MB", VALUE, sortBy="a" * 1_000_000),
    search("attributes that are an object", VALUE, attributes={}),
    search("attributes that are numbers", VALUE, attributes=[1]),
    search("5,000 attributes", VALUE, attributes=[f"a{n}" for n in range(5000)]),
    search("5,000 excluded attributes", VALUE, excludedAttributes=[f"a{n}" for n in range(5000)]),
    search("a cursor that is a number", _CURSOR, cursor=1),
    search("a cursor of 1 MB", _CURSOR, cursor="A" * 1_000_000),
)


def _with_token(name: str, authorization: bytes) -> Hostile:
    headers = {"Authorization": authorization}
    return Hostile(name, _UNKNOWN_TOKEN, "GET", "/Users", headers=headers)


def _if_match(name: str, value: bytes) -> Hostile:
    headers = {"If-Match": value}
    return Hostile(name, OTHER_VERSION, "DELETE", f"/Users/{ANN}", headers=headers)


HEADERS = (
    _with_token("a token that is no ASCII", b"Bearer \xff\xfe"),
    _with_token("a token of 30,000 characters", b"Bearer " + b"a" * 30_000),
    _with_token("no token", b"Bearer"),
    _with_token("a password", b"Basic YTpi"),
    _if_match("If-Match that is a quote", b'"'),
    _if_match("If-Match that is weak and nothing", b"W/"),
    _if_match("If-Match of commas", b",,,,"),
    _if_match("If-Match of nothing", b""),
    _if_match("If-Match that is no ASCII", b'"\xff\xfe"'),
    _if_match("If-Match of 30,000 characters", b'"' + b"a" * 30_000 + b'"'),
    _if_match("If-Match that is never closed", b"a" * 60_000 + b'"'),
    _if_match("If-Match of 60,000 blanks", b'"a" ' + b" " * 60_000 + b'"'),
    _if_match("If-Match of 5,000 versions", b'"a",' * 5000),
    _if_match("If-Match of another version", b'W/"1"'),
)

QUERIES = (*IDS, *ENCODINGS, *FILTERS, *PAGES, *SEARCHES, *HEADERS)
