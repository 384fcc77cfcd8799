"""Queries, from URI parameters and SearchRequest messages (RFC 7644 sections 3.4.2 and 3.4.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scim.errors import InvalidSyntaxError, InvalidValueError
from scim.messages import SEARCH_REQUEST
from scim.projection import Projection, parse_projection
from scim_gateway.domain.paging import PageSizes, Paging, UriText, parse_paging
from scim_gateway.domain.sorting import Sort, parse_sort

_EVERYTHING = Projection(attributes=None, excluded_attributes=None)
_STANDARD_SIZES = PageSizes()
_SEARCH_CLAUSE = "RFC 7644 section 3.4.3"


@dataclass(frozen=True, slots=True)
class Query:
    """What to find, in which order, which page of it, and how much of each resource to show."""

    filter: str | None
    sort: Sort | None
    paging: Paging
    projection: Projection | None


def parse_query(
    parameters: Sequence[tuple[str, str]], *, sizes: PageSizes = _STANDARD_SIZES
) -> Query:
    """Return the query of a URI's parameters; those of other names are ignored."""
    given = dict(reversed(parameters))
    return Query(
        filter=given.get("filter"),
        sort=parse_sort(sort_by=given.get("sortBy"), sort_order=given.get("sortOrder")),
        paging=parse_paging(
            start_index=_uri_text(given.get("startIndex")),
            count=_uri_text(given.get("count")),
            cursor=given.get("cursor"),
            sizes=sizes,
        ),
        projection=parse_shown(parameters),
    )


def parse_shown(parameters: Sequence[tuple[str, str]]) -> Projection | None:
    """Return the projection of a URI's parameters; None means that everything is shown."""
    return _projection(_values(parameters, "attributes"), _values(parameters, "excludedAttributes"))


def parse_search_request(
    message: Mapping[str, Any], *, sizes: PageSizes = _STANDARD_SIZES
) -> Query:
    """Return the query of a SearchRequest message; its member names are taken in any case."""
    given = {name.lower(): value for name, value in message.items() if value is not None}
    _check_schemas(given.get("schemas"))
    return Query(
        filter=_filter(given.get("filter")),
        sort=parse_sort(sort_by=given.get("sortby"), sort_order=given.get("sortorder")),
        paging=parse_paging(
            start_index=given.get("startindex"),
            count=given.get("count"),
            cursor=given.get("cursor"),
            sizes=sizes,
        ),
        projection=_projection(
            _name_list("attributes", given.get("attributes")),
            _name_list("excludedAttributes", given.get("excludedattributes")),
        ),
    )


def _projection(attributes: Sequence[str], excluded: Sequence[str]) -> Projection | None:
    if not attributes and not excluded:
        return None
    projection = parse_projection(attributes, excluded)
    return None if projection == _EVERYTHING else projection


def _values(parameters: Sequence[tuple[str, str]], parameter: str) -> list[str]:
    return [value for name, value in parameters if name == parameter]


def _uri_text(value: str | None) -> UriText | None:
    return None if value is None else UriText(value)


def _filter(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise InvalidValueError("must be a string", attribute_path="filter", clause=_SEARCH_CLAUSE)
    return value


def _name_list(name: str, value: object) -> list[str]:
    """Take a string too: clients send the parameter's comma-separated form."""
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return value
    raise InvalidValueError(
        "must be an array of attribute names", attribute_path=name, clause=_SEARCH_CLAUSE
    )


def _check_schemas(value: object) -> None:
    if not isinstance(value, list) or SEARCH_REQUEST not in value:
        raise InvalidSyntaxError(
            f'must be ["{SEARCH_REQUEST}"]', attribute_path="schemas", clause=_SEARCH_CLAUSE
        )
