"""One operation of a PATCH, and where it applies (RFC 7644 section 3.5.2)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scim.attributes import Attribute, AttributePath
from scim.filters import Filter


class Op(StrEnum):
    """RFC 7644 section 3.5.2."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class PatchPath:
    """`attribute`, `attribute.sub`, `attribute[filter]` or `attribute[filter].sub`.

    `schema` is the URN of an extension, or None.
    """

    schema: str | None
    attribute: Attribute
    filter: Filter | None
    sub_attribute: Attribute | None

    @property
    def attribute_path(self) -> AttributePath:
        """The path without its filter."""
        sub = self.sub_attribute.name if self.sub_attribute else None
        return AttributePath(self.schema, self.attribute.name, sub)


@dataclass(frozen=True, slots=True)
class PatchOperation:
    """An operation with its path made explicit and its value in canonical form.

    `value` is None where the target becomes unassigned; so is a sub-attribute in a complex value.
    For `remove` it is None, or the list of the elements to remove.
    """

    op: Op
    path: PatchPath
    value: Any
    of_whole: bool = False
    """Whether it is part of the removal of an extension, after which that requires nothing."""
