"""Schemas and resource types (RFC 7643 sections 6 and 7)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scim.attributes import Attribute, AttributePath, AttributeType, by_name


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """A named set of attribute definitions; `id` is its URN."""

    id: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]
    members: Mapping[str, Attribute] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "members", by_name(self.attributes))

    def attribute(self, name: str) -> Attribute | None:
        """Return the attribute of this name in any case (RFC 7643 section 2.1)."""
        return self.members.get(name) or self.members.get(name.lower())


@dataclass(frozen=True, slots=True, eq=False)
class SchemaExtension:
    """A schema that adds to a resource type under a member named by its URN.

    `container` is that member, seen as a complex attribute.
    """

    schema: Schema
    required: bool
    container: Attribute = field(init=False, repr=False)

    def __post_init__(self) -> None:
        container = Attribute(
            name=self.schema.id,
            type=AttributeType.COMPLEX,
            required=self.required,
            is_extension=True,
            sub_attributes=self.schema.attributes,
        )
        object.__setattr__(self, "container", container)


@dataclass(frozen=True, slots=True, eq=False)
class ResolvedPath:
    """A path, the attribute at its end, and the top-level attribute that it goes through."""

    path: AttributePath
    attribute: Attribute
    top: Attribute


@dataclass(frozen=True, slots=True, eq=False)
class ResourceType:
    """What an endpoint's resources are made of.

    All lookups are built here, once: requests are checked against them by the thousand. `members`
    are the top-level names, those of extensions among them. `paths` are all attribute paths, in
    lower case; `abbreviated_paths` also those of extensions without their URN: Entra ID sends
    `manager`.
    """

    name: str
    endpoint: str
    description: str
    schema: Schema
    extensions: tuple[SchemaExtension, ...]
    common: tuple[Attribute, ...]
    endpoints: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Where the resources of each type are that there is, by its name: references lead there."""
    indexed: frozenset[str] = frozenset()
    """Paths that clients look for often, beside those that they usually do."""
    members: Mapping[str, Attribute] = field(init=False, repr=False)
    paths: Mapping[str, ResolvedPath] = field(init=False, repr=False)
    abbreviated_paths: Mapping[str, ResolvedPath] = field(init=False, repr=False)
    required: tuple[Attribute, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        setting = object.__setattr__
        containers = tuple(extension.container for extension in self.extensions)
        own = self.schema.attributes + containers
        setting(self, "members", by_name(self.common + own))
        setting(self, "paths", dict(_spellings(self)))
        setting(self, "abbreviated_paths", {**dict(_abbreviations(self)), **self.paths})
        setting(self, "required", tuple(attribute for attribute in own if attribute.required))

    def attribute(self, path: str | AttributePath) -> Attribute | None:
        """Return the attribute or sub-attribute that the path leads to (RFC 7644 section 3.10)."""
        resolved = self.paths.get(str(path).lower())
        return resolved.attribute if resolved else None

    def extension(self, urn: str) -> SchemaExtension | None:
        """Return the extension with this URN in any case."""
        return next((e for e in self.extensions if e.schema.id.lower() == urn.lower()), None)


def _spellings(resource_type: ResourceType) -> Iterator[tuple[str, ResolvedPath]]:
    """Yield each path in lower case; the base schema's also with their URN, which is optional."""
    own = resource_type.common + resource_type.schema.attributes
    for path, resolved in spellings(own, schema=None):
        yield path, resolved
        yield f"{resource_type.schema.id.lower()}:{path}", resolved
    for extension in resource_type.extensions:
        yield from spellings(extension.schema.attributes, schema=extension.schema.id)


def _abbreviations(resource_type: ResourceType) -> Iterator[tuple[str, ResolvedPath]]:
    for extension in resource_type.extensions:
        urn = extension.schema.id
        for path, resolved in spellings(extension.schema.attributes, schema=urn):
            yield path.removeprefix(f"{urn.lower()}:"), resolved


def spellings(
    attributes: tuple[Attribute, ...], *, schema: str | None
) -> Iterator[tuple[str, ResolvedPath]]:
    """Yield each path to an attribute or a sub-attribute, and the same in lower case before it."""
    for top in attributes:
        path = AttributePath(schema, top.name, None)
        yield str(path).lower(), ResolvedPath(path, top, top)
        for sub in top.sub_attributes:
            path = AttributePath(schema, top.name, sub.name)
            yield str(path).lower(), ResolvedPath(path, sub, top)
