"""Reads the path of a PATCH operation (RFC 7644 section 3.5.2, figure 7)."""

import re

from scim.attributes import Attribute
from scim.errors import InvalidPathError
from scim.filters import parse_value_filter
from scim.patch_operation import PatchPath
from scim.paths import resolve
from scim.profile import Profile
from scim.quirks import Quirk
from scim.resource_type import ResolvedPath, ResourceType

_BARE_FILTER = re.compile(r"([^\s\[\]]+) +(eq +.+)", re.IGNORECASE | re.DOTALL)


def parse_patch_path(text: str, resource_type: ResourceType, profile: Profile) -> PatchPath:
    """Return what the path selects; an extension as a whole is no path of this kind."""
    if "[" not in text and profile.has(Quirk.BARE_PATH_FILTERS):
        text = _with_brackets(text)
    if "[" in text:
        return _value_path(text, resource_type, profile)
    resolved = resolve(text, resource_type, profile)
    sub = None if resolved.attribute is resolved.top else resolved.attribute
    return PatchPath(resolved.path.schema, resolved.top, None, sub)


def _with_brackets(text: str) -> str:
    """Return `attr[value eq "x"]` for `attr eq "x"` (erratum 7122)."""
    bare = _BARE_FILTER.fullmatch(text)
    return f"{bare[1]}[value {bare[2]}]" if bare else text


def _value_path(text: str, resource_type: ResourceType, profile: Profile) -> PatchPath:
    name, _, rest = text.partition("[")
    inner, closing, suffix = rest.rpartition("]")
    if not closing or (suffix and not suffix.startswith(".")):
        raise _wrong("After attribute[filter] only .subAttribute may follow", name)
    target = resolve(name, resource_type, profile)
    _require_elements(target)
    return PatchPath(
        schema=target.path.schema,
        attribute=target.attribute,
        filter=parse_value_filter(inner, target.attribute, profile=profile),
        sub_attribute=_sub_attribute(f"{name}{suffix}", resource_type, profile) if suffix else None,
    )


def _sub_attribute(text: str, resource_type: ResourceType, profile: Profile) -> Attribute:
    return resolve(text, resource_type, profile).attribute


def _require_elements(target: ResolvedPath) -> None:
    if target.attribute is not target.top or not target.attribute.multi_valued:
        raise _wrong("Only an attribute with several values can have a filter", str(target.path))


def _wrong(detail: str, name: str) -> InvalidPathError:
    return InvalidPathError(detail, attribute_path=name[:100], clause="RFC 7644 section 3.5.2")
