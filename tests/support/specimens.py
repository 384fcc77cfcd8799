"""Made-up resources of a type that has an attribute of every kind (RFC 7643 sections 2 and 7)."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from hypothesis import strategies as st
from support.custom_schemas import attribute, registry_with, resource_type, schema

from scim.profile import STRICT
from scim.registry import Registry
from scim.schema import Attribute, AttributeType, Mutability, ResourceType
from scim.validation import created

SPECIMEN_SCHEMA: Final = "urn:example:schemas:2.0:Specimen"
EXTRA_SCHEMA: Final = "urn:example:schemas:extension:extra:2.0:Specimen"

_ELEMENT: Final = (
    attribute("value"),
    attribute("type", canonicalValues=["work", "home"]),
    attribute("primary", "boolean"),
    attribute("count", "integer"),
    attribute("seen", "dateTime"),
)
_SPECIMEN: Final = schema(
    SPECIMEN_SCHEMA,
    attribute("word", required=True),
    attribute("code", caseExact=True),
    attribute("serial", mutability="immutable", caseExact=True),
    attribute("origin", mutability="readOnly"),
    attribute("count", "integer"),
    attribute("size", "decimal"),
    attribute("flag", "boolean"),
    attribute("seen", "dateTime"),
    attribute("blob", "binary"),
    attribute("link", "reference", referenceTypes=["external"]),
    attribute("tags", multiValued=True),
    attribute("codes", multiValued=True, caseExact=True),
    attribute("counts", "integer", multiValued=True),
    attribute(
        "home",
        "complex",
        subAttributes=[
            attribute("street"),
            attribute("code", caseExact=True),
            attribute("count", "integer"),
            attribute("flag", "boolean"),
        ],
    ),
    attribute("parts", "complex", multiValued=True, subAttributes=list(_ELEMENT)),
    attribute(
        "peers",
        "complex",
        multiValued=True,
        subAttributes=[
            attribute("value", mutability="immutable", caseExact=True),
            attribute("type", mutability="immutable", caseExact=True),
        ],
    ),
)
_EXTRA: Final = schema(
    EXTRA_SCHEMA,
    attribute("note"),
    attribute("count", "integer"),
    attribute("labels", "complex", multiValued=True, subAttributes=list(_ELEMENT)),
)


def _registry() -> Registry:
    with TemporaryDirectory() as folder:
        kind = resource_type("Specimen", SPECIMEN_SCHEMA, EXTRA_SCHEMA)
        return registry_with(Path(folder), _SPECIMEN, _EXTRA, kind)


REGISTRY: Final = _registry()


def _specimen() -> ResourceType:
    found = REGISTRY.resource_type("Specimen")
    assert found is not None
    return found


SPECIMEN: Final = _specimen()

# Few and alike, so that values meet: in other case, composition, zone and notation.
VALUES: Final[dict[AttributeType, list[Any]]] = {
    AttributeType.STRING: [
        *("a", "A", "b") * 3,
        *("ab", "x y", "", "work", "\u00e9", "\u00c9", "e\u0301"),
        *("\u00df", "SS", 'q"]', "back\\slash"),
    ],
    AttributeType.REFERENCE: ["https://example.com/a", "https://example.com/A"],
    AttributeType.BINARY: ["YQ==", "YWI=", "QQ=="],
    AttributeType.BOOLEAN: [True, False],
    AttributeType.INTEGER: [0, 1, 2, -1, 10],
    AttributeType.DECIMAL: [0, 1, 1.0, 1.5, -2.25, 10],
    AttributeType.DATE_TIME: [
        *("2011-05-13T04:42:34Z", "2011-05-13T06:42:34+02:00"),
        *("2011-05-13T04:42:34.5Z", "2012-01-01T00:00:00Z"),
    ],
}


@cache
def single_values(kind: Attribute) -> st.SearchStrategy[Any]:
    """Give values of the attribute, or elements where it has several."""
    if kind.type is not AttributeType.COMPLEX:
        needs_text = kind.required or kind.identified_by_value
        return st.sampled_from([v for v in VALUES[kind.type] if v != "" or not needs_text])
    subs = {sub.name: single_values(sub) for sub in kind.sub_attributes}
    needed = {"value"} if kind.identified_by_value else {kind.sub_attributes[0].name}
    return st.fixed_dictionaries(
        {name: each for name, each in subs.items() if name in needed},
        optional={name: each for name, each in subs.items() if name not in needed},
    )


@cache
def values(kind: Attribute) -> st.SearchStrategy[Any]:
    """Give all that an attribute can have as its value."""
    if not kind.multi_valued:
        return single_values(kind)
    elements = st.lists(single_values(kind), min_size=1, max_size=3, unique_by=_identity(kind))
    return elements.map(_one_primary)


def _identity(kind: Attribute) -> Callable[[Any], str]:
    """Return what no two elements of an attribute have in common."""
    if kind.identified_by_value:
        return lambda element: str(element["value"])
    return lambda element: json.dumps(element, sort_keys=True)


def _one_primary(elements: list[Any]) -> list[Any]:
    first = next((n for n, e in enumerate(elements) if isinstance(e, dict) and e.get("primary")), 0)
    return [
        {**each, "primary": False} if n != first and _is_primary(each) else each
        for n, each in enumerate(elements)
    ]


def _is_primary(element: Any) -> bool:
    return isinstance(element, dict) and element.get("primary") is True


def _members(attributes: tuple[Attribute, ...]) -> dict[str, st.SearchStrategy[Any]]:
    settable = (each for each in attributes if each.mutability is not Mutability.READ_ONLY)
    return {each.name: values(each) for each in settable if not each.required}


_META: Final = st.fixed_dictionaries(
    {
        "resourceType": st.just("Specimen"),
        "created": st.just("2011-05-13T04:42:34Z"),
        "lastModified": st.sampled_from(VALUES[AttributeType.DATE_TIME]),
        "version": st.sampled_from(['W/"a"', 'W/"A"']),
    }
)
_WORD: Final = {"word": single_values(SPECIMEN.schema.attributes[0])}
_OTHERS: Final = {
    **_members(SPECIMEN.schema.attributes),
    "externalId": st.sampled_from(["a", "A"]),
    EXTRA_SCHEMA: st.fixed_dictionaries(
        {}, optional=_members(SPECIMEN.extensions[0].schema.attributes)
    ),
}
_BODIES: Final = st.fixed_dictionaries(_WORD, optional=_OTHERS) | st.fixed_dictionaries(
    {**_WORD, **_OTHERS}
)


def _stored(body: dict[str, Any], meta: dict[str, Any], origin: str | None) -> dict[str, Any]:
    attributes = created(SPECIMEN, {"schemas": [SPECIMEN_SCHEMA], **body}, profile=STRICT)
    shown = {} if origin is None else {"origin": origin}
    return {**attributes, **shown, "id": "s-1", "meta": meta}


specimens: Final = st.builds(_stored, _BODIES, _META, st.sampled_from([None, "a", "A"]))
"""Stored resources."""
