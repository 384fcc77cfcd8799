"""Sort parameters (RFC 7644 section 3.4.2.3)."""

from dataclasses import dataclass
from typing import Final

from scim.errors import InvalidValueError

_CLAUSE: Final = "RFC 7644 section 3.4.2.3"
_ORDERS: Final = {"ascending": False, "descending": True}


@dataclass(frozen=True, slots=True)
class Sort:
    """The attribute to sort by, as the client named it."""

    sort_by: str
    is_descending: bool


def parse_sort(*, sort_by: object, sort_order: object) -> Sort | None:
    """Return the order that is asked for; None where an attribute to sort by is not."""
    order = "ascending" if sort_order is None else sort_order
    if not isinstance(order, str) or order.lower() not in _ORDERS:
        raise InvalidValueError(
            "must be ascending or descending", attribute_path="sortOrder", clause=_CLAUSE
        )
    if sort_by is None:
        return None
    if not isinstance(sort_by, str) or not sort_by:
        raise InvalidValueError(
            "must be an attribute path", attribute_path="sortBy", clause=_CLAUSE
        )
    return Sort(sort_by, _ORDERS[order.lower()])
