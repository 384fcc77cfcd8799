"""What a migration must know of resource types and their attributes (RFC 7643 sections 6 and 7).

Read from what a service provider publishes, be it ever so incomplete; of the standard's schemas
what it does not say is as RFC 7643 has it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from scim.attributes import Attribute
from scim.messages import ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA
from scim.registry import standard_registry


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """An attribute, as far as it matters when its value goes to another service provider."""

    name: str
    path: str
    """As in a PATCH: with the URN before it where an extension defines it."""
    multi_valued: bool = False
    read_only: bool = False
    is_unique: bool = False
    case_exact: bool = False
    refers_to: tuple[str, ...] = ()
    """The names of the resource types that its value leads to."""
    is_uri: bool = False
    """Whether the value itself is a URI; else it is complex, and `value` is an id."""
    sub_attributes: Mapping[str, "AttributeRule"] | None = None
    """By their names in lower case; None where they are not known."""


Rules = Mapping[str, AttributeRule]


@dataclass(frozen=True, slots=True, eq=False)
class TypeRules:
    """A resource type of a service provider. Names are in lower case where they are keys."""

    name: str
    endpoint: str
    """With a slash before it."""
    schema: str
    attributes: Rules | None
    """Those of the base schema; None where they are not known."""
    extensions: Mapping[str, tuple[str, Rules | None]]
    """The URN as it is written, and its attributes, by the URN in lower case."""

    def unique_attributes(self) -> tuple[AttributeRule, ...]:
        """Return the single text attributes of the base schema that no two may share."""
        rules = (self.attributes or {}).values()
        return tuple(r for r in rules if r.is_unique and not r.multi_valued and not r.read_only)


def rules_of(
    types: Iterable[Mapping[str, Any]], schemas: Iterable[Mapping[str, Any]]
) -> tuple[TypeRules, ...]:
    """Return the rules of the resource types; groups come last, as they refer to all others."""
    documents = [each for each in types if _is_type(each)]
    published = {
        str(each["id"]).lower(): each for each in schemas if isinstance(each.get("id"), str)
    }
    names = tuple(each["name"] for each in documents)
    rules = [_type_rules(each, published, names) for each in documents]
    return tuple(sorted(rules, key=lambda rule: rule.schema.lower() == GROUP_SCHEMA.lower()))


def standard_types() -> tuple[Mapping[str, Any], ...]:
    """Return the resource types of a service provider that publishes none."""
    return (
        {
            "name": "User",
            "endpoint": "/Users",
            "schema": USER_SCHEMA,
            "schemaExtensions": [{"schema": ENTERPRISE_USER_SCHEMA, "required": False}],
        },
        {"name": "Group", "endpoint": "/Groups", "schema": GROUP_SCHEMA},
    )


def _is_type(document: object) -> bool:
    wanted = ("name", "endpoint", "schema")
    return isinstance(document, dict) and all(isinstance(document.get(n), str) for n in wanted)


def _type_rules(
    document: Mapping[str, Any],
    published: Mapping[str, Mapping[str, Any]],
    names: Sequence[str],
) -> TypeRules:
    extensions = document.get("schemaExtensions")
    urns = [each["schema"] for each in extensions or () if isinstance(each.get("schema"), str)]
    return TypeRules(
        name=document["name"],
        endpoint="/" + document["endpoint"].rstrip("/").rpartition("/")[2],
        schema=document["schema"],
        attributes=_schema_rules(document["schema"], published, names, prefix=""),
        extensions={
            urn.lower(): (urn, _schema_rules(urn, published, names, prefix=f"{urn}:"))
            for urn in urns
        },
    )


def _schema_rules(
    urn: str, published: Mapping[str, Mapping[str, Any]], names: Sequence[str], *, prefix: str
) -> Rules | None:
    standard = _standard_attributes().get(urn.lower(), ())
    document = published.get(urn.lower(), {}).get("attributes")
    found = _published_rules(document, standard, names, prefix)
    # A server that calls a standard attribute something it is not still means the standard's.
    return {**_standard_rules(standard, names, prefix), **found} if found or standard else None


def _published_rules(
    definitions: object, standard: Sequence[Attribute], names: Sequence[str], prefix: str
) -> Rules:
    known = {each.name.lower(): each for each in standard}
    rules: dict[str, AttributeRule] = {}
    for each in definitions if isinstance(definitions, list) else ():
        if isinstance(each, dict) and isinstance(name := each.get("name"), str):
            rules[name.lower()] = _published_rule(each, known.get(name.lower()), names, prefix)
    return rules


def _published_rule(
    document: Mapping[str, Any], standard: Attribute | None, names: Sequence[str], prefix: str
) -> AttributeRule:
    path = prefix + document["name"]
    own = _standard_rules((standard,) if standard else (), names, prefix)
    meant = next(iter(own.values()), None)
    subs = document.get("subAttributes")
    sub_rules = _published_rules(
        subs, standard.sub_attributes if standard else (), names, f"{path}."
    )
    refers_to, is_uri = _published_reference(document, names)
    return AttributeRule(
        name=document["name"],
        path=path,
        multi_valued=document.get("multiValued") is True,
        read_only=document.get("mutability") == "readOnly" or bool(meant and meant.read_only),
        is_unique=document.get("uniqueness") in {"server", "global"}
        and document.get("type", "string") == "string",
        case_exact=document.get("caseExact") is True,
        refers_to=refers_to or (meant.refers_to if meant else ()),
        is_uri=is_uri,
        sub_attributes=sub_rules or (meant.sub_attributes if meant else None),
    )


def _published_reference(
    document: Mapping[str, Any], names: Sequence[str]
) -> tuple[tuple[str, ...], bool]:
    """Return to which types an attribute refers, and whether it does so by a URI of its own."""
    if document.get("type") == "reference":
        return _types(document.get("referenceTypes"), names), True
    subs = document.get("subAttributes")
    for sub in subs if isinstance(subs, list) else ():
        if isinstance(sub, dict) and sub.get("name") == "$ref":
            return _types(sub.get("referenceTypes"), names), False
    return (), False


def _types(given: object, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in given if name in names) if isinstance(given, list) else ()


def _standard_rules(attributes: Sequence[Attribute], names: Sequence[str], prefix: str) -> Rules:
    return {each.name.lower(): _standard_rule(each, names, prefix) for each in attributes}


def _standard_rule(attribute: Attribute, names: Sequence[str], prefix: str) -> AttributeRule:
    path = prefix + attribute.name
    reference = attribute.sub_attribute("$ref") if attribute.sub_attributes else attribute
    given = list(reference.reference_types) if reference else []
    return AttributeRule(
        name=attribute.name,
        path=path,
        multi_valued=attribute.multi_valued,
        read_only=attribute.mutability == "readOnly",
        is_unique=attribute.uniqueness != "none" and attribute.is_text,
        case_exact=attribute.case_exact,
        refers_to=_types(given, names),
        is_uri=not attribute.sub_attributes and attribute.type == "reference",
        sub_attributes=_standard_rules(attribute.sub_attributes, names, f"{path}.") or None,
    )


@cache
def _standard_attributes() -> Mapping[str, Sequence[Attribute]]:
    return {each.id.lower(): each.attributes for each in standard_registry().schemas}
