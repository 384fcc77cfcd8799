"""Queries that look like an attack, and have a meaning all the same."""

from support.hostile_requests import FOUND, find, query, search

ODD_QUERIES = (
    query("a count of 30 digits", FOUND, count="9" * 30),
    query("a count below 0", FOUND, count="-" + "9" * 30),
    query("an index of 30 digits", FOUND, startIndex="9" * 30),
    query("an index below 0", FOUND, startIndex="-" + "9" * 30),
    query("parameters that there are not", FOUND, **{"$where": "1", "\0": "\0", "__proto__": "x"}),
    query("attributes that there are not", FOUND, attributes="\0,a..b,[],urn:,\u00e4"),
    query("1,000 attributes", FOUND, attributes=",".join(f"a{n}" for n in range(1000))),
    search("an index of the largest integer", FOUND, startIndex=2**63 - 1, count=2**63 - 1),
    find("700 terms", " or ".join(["id pr"] * 700), FOUND),
    find("700 terms that all hold", " and ".join(["id pr"] * 700), FOUND),
    find("300 names", " or ".join(f'userName eq "u{n}"' for n in range(300)), FOUND),
    find("300 names and not one", " and ".join(f'userName ne "{n}"' for n in range(300)), FOUND),
    find("parentheses 50 deep", "(" * 50 + "userName pr" + ")" * 50, FOUND),
    find("not 50 deep", "not (" * 50 + "userName pr" + ")" * 50, FOUND),
    find("the wildcards of databases", 'userName co "%_*?[.*($^\\\\" or title sw "$"', FOUND),
    find(
        "an operator of databases", 'userName eq "$ne" or userName eq "{\\"$gt\\": \\"\\"}"', FOUND
    ),
    find(
        "the last character there is", 'userName sw "\U0010ffff" or userName ge "\U0010ffff"', FOUND
    ),
    find("the last one before surrogates", 'userName sw "\ud7ff"', FOUND),
    find("the first day there is", 'meta.created gt "0001-01-01T00:00:00+14:00"', FOUND),
    find("the last day there is", 'meta.created gt "9999-12-31T23:59:59-14:00"', FOUND),
    find("the largest number", 'title eq 9223372036854775807 or title eq "1e400"', FOUND),
)
