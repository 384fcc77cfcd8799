"""Made-up PATCH operations on Specimens (RFC 7644 section 3.5.2)."""

from typing import Any, Final

from hypothesis import strategies as st
from support.filter_texts import Draw, chosen, value_filter
from support.specimens import EXTRA_SCHEMA, SPECIMEN, single_values, values

from scim.schema import Attribute, AttributeType, Mutability

_OWN: Final = SPECIMEN.schema.attributes
_EXTRA: Final = SPECIMEN.extensions[0].schema.attributes
_PLURAL: Final = tuple(each for each in (*_OWN, *_EXTRA) if each.multi_valued)
_SETTABLE: Final = [each for each in _OWN if each.mutability is not Mutability.READ_ONLY]
_VALUED: Final = ("add", "replace")


@st.composite
def operations(draw: Draw, *, depth: int = 1) -> dict[str, Any]:
    """Give an operation with a value that fits where it leads; mostly one on several values."""
    match draw(st.integers(0, 9)):
        case 0:
            return _on_resource(draw)
        case 1:
            return _on_extension(draw)
        case 2 | 3 | 4:
            attribute = chosen(draw, (*_OWN, *_EXTRA))
        case _:
            attribute = chosen(draw, _PLURAL)
    path, value = _target(draw, attribute, depth)
    match draw(st.integers(0, 8)):
        case 0 | 1 | 2:
            return {"op": "remove", "path": path}
        case 3 if "[" not in path:
            return {"op": "replace", "path": path, "value": None}
        case _:
            return {"op": chosen(draw, _VALUED), "path": path, "value": value}


def _on_resource(draw: Draw) -> dict[str, Any]:
    several = [chosen(draw, _SETTABLE) for _ in range(draw(st.integers(1, 3)))]
    members = {each.name: draw(values(each)) for each in several}
    if draw(st.booleans()):
        members[EXTRA_SCHEMA] = _extra_members(draw)
    return {"op": chosen(draw, _VALUED), "value": members}


def _on_extension(draw: Draw) -> dict[str, Any]:
    if draw(st.booleans()):
        return {"op": "remove", "path": EXTRA_SCHEMA}
    return {"op": chosen(draw, _VALUED), "path": EXTRA_SCHEMA, "value": _extra_members(draw)}


def _extra_members(draw: Draw) -> dict[str, Any]:
    return {each.name: draw(values(each)) for each in _EXTRA if draw(st.booleans())}


def _target(draw: Draw, attribute: Attribute, depth: int) -> tuple[str, Any]:
    """Draw a path that begins with the attribute, and a value for it."""
    path = attribute.path
    if attribute.multi_valued and draw(st.booleans()):
        path += f"[{value_filter(draw, attribute, depth=draw(st.integers(0, depth)))}]"
    if attribute.type is AttributeType.COMPLEX and draw(st.booleans()):
        sub = chosen(draw, attribute.sub_attributes)
        return f"{path}.{sub.name}", draw(single_values(sub))
    return path, draw(single_values(attribute) if "[" in path else values(attribute))
