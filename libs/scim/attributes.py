"""Attributes and their characteristics (RFC 7643 sections 2 and 7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class AttributeType(StrEnum):
    """RFC 7643 section 2.3; erratum 5606 adds `binary` to the keywords."""

    STRING = "string"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DATE_TIME = "dateTime"
    BINARY = "binary"
    REFERENCE = "reference"
    COMPLEX = "complex"


class Mutability(StrEnum):
    """Who may set a value, and when."""

    READ_ONLY = "readOnly"
    READ_WRITE = "readWrite"
    IMMUTABLE = "immutable"
    WRITE_ONLY = "writeOnly"


class Returned(StrEnum):
    """When a representation holds the attribute."""

    ALWAYS = "always"
    NEVER = "never"
    DEFAULT = "default"
    REQUEST = "request"


class Uniqueness(StrEnum):
    """How far a value must be unique."""

    NONE = "none"
    SERVER = "server"
    GLOBAL = "global"


@dataclass(frozen=True, slots=True)
class AttributePath:
    """The place of an attribute in a resource (RFC 7644 section 3.10), in canonical names.

    `schema` is None for the resource type's own schema and for common attributes.
    """

    schema: str | None
    attribute: str
    sub_attribute: str | None

    def __str__(self) -> str:
        prefix = f"{self.schema}:" if self.schema else ""
        suffix = f".{self.sub_attribute}" if self.sub_attribute else ""
        return f"{prefix}{self.attribute}{suffix}"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Attribute:
    """An attribute definition. The defaults are those of RFC 7643 section 2.2.

    `path` is what errors call it: with the names of what it stands in. An extension counts as an
    attribute too, named by its URN, as that is how a resource holds it (RFC 7643 section 3.3).
    """

    name: str
    type: AttributeType = AttributeType.STRING
    multi_valued: bool = False
    required: bool = False
    canonical_values: tuple[str, ...] = ()
    case_exact: bool = False
    mutability: Mutability = Mutability.READ_WRITE
    returned: Returned = Returned.DEFAULT
    uniqueness: Uniqueness = Uniqueness.NONE
    reference_types: tuple[str, ...] = ()
    sub_attributes: tuple["Attribute", ...] = ()
    description: str = ""
    path: str = ""
    is_extension: bool = False
    members: Mapping[str, "Attribute"] = field(init=False)
    is_text: bool = field(init=False)
    identified_by_value: bool = field(init=False)
    returned_as_stored: bool = field(init=False)
    required_sub_attributes: tuple["Attribute", ...] = field(init=False)
    is_public: bool = field(init=False)
    """Whether a client can both set and see it."""
    holds_secrets: bool = field(init=False)
    """Whether it, or a sub-attribute, is what no representation and no event may tell."""
    hidden_names: frozenset[str] = field(init=False)
    """The sub-attributes that are not public."""

    def __post_init__(self) -> None:
        setting = object.__setattr__
        setting(self, "path", self.path or self.name)
        setting(self, "members", by_name(self.sub_attributes))
        setting(self, "is_text", self.type is AttributeType.STRING and not self.multi_valued)
        setting(self, "identified_by_value", self._elements_have_fixed_values())
        setting(self, "returned_as_stored", self._is_returned_as_stored())
        setting(
            self, "required_sub_attributes", tuple(s for s in self.sub_attributes if s.required)
        )
        settable = self.mutability in (Mutability.READ_WRITE, Mutability.IMMUTABLE)
        setting(self, "is_public", settable and self.returned is not Returned.NEVER)
        setting(self, "holds_secrets", self.is_secret or _any_secret(self.sub_attributes))
        hidden = frozenset(s.name for s in self.sub_attributes if not s.is_public)
        setting(self, "hidden_names", hidden)

    @property
    def is_secret(self) -> bool:
        """Whether a client can set it, at most, and nobody can see it."""
        return self.mutability is Mutability.WRITE_ONLY or self.returned is Returned.NEVER

    def __repr__(self) -> str:
        return f"Attribute({self.path})"

    def sub_attribute(self, name: str) -> "Attribute | None":
        """Return the sub-attribute of this name in any case (RFC 7643 section 2.1)."""
        return self.members.get(name) or self.members.get(name.lower())

    def _elements_have_fixed_values(self) -> bool:
        value = self.sub_attribute("value")
        fixed = (Mutability.IMMUTABLE, Mutability.READ_ONLY)
        return self.multi_valued and value is not None and value.mutability in fixed

    def _is_returned_as_stored(self) -> bool:
        shown = (Returned.ALWAYS, Returned.DEFAULT)
        return self.returned in shown and all(s.returned_as_stored for s in self.sub_attributes)


def _any_secret(attributes: tuple[Attribute, ...]) -> bool:
    return any(attribute.holds_secrets for attribute in attributes)


def by_name(attributes: tuple[Attribute, ...]) -> Mapping[str, Attribute]:
    """Return the attributes by their canonical and by their lower-case names.

    The canonical names are there so that the usual spelling is found without folding it.
    """
    folded = {attribute.name.lower(): attribute for attribute in attributes}
    return folded | {attribute.name: attribute for attribute in attributes}
