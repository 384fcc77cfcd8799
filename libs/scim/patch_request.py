"""The members of a PATCH message, before they mean anything (RFC 7644 section 3.5.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scim.errors import InvalidSyntaxError, InvalidValueError
from scim.messages import PATCH_OP
from scim.patch_operation import Op
from scim.profile import Profile
from scim.quirks import Quirk
from scim.schema_uris import given_schemas
from scim.simple_values import json_type

_CLAUSE = "RFC 7644 section 3.5.2"
_MEMBERS = ("op", "path", "value")


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """An operation as it was sent; a `value` of null counts as none where none is needed."""

    op: Op
    path: str | None
    value: Any


def operation_requests(body: object, profile: Profile) -> list[OperationRequest]:
    """Return the operations of a message, whose names may be in any case."""
    message = _members(body, ("schemas", "operations"), "The body")
    if PATCH_OP.lower() not in [uri.lower() for uri in given_schemas(message)]:
        raise _malformed(f"schemas must name {PATCH_OP}")
    operations = message.get("operations")
    if not isinstance(operations, list) or not operations:
        raise _malformed("Operations must be an array of one operation or more")
    return [_operation_request(operation, profile) for operation in operations]


def _operation_request(operation: object, profile: Profile) -> OperationRequest:
    members = _members(operation, _MEMBERS, "An operation")
    op = _op(members.get("op"), profile)
    path = members.get("path")
    if not isinstance(path, str | None):
        raise _malformed(f"path must be a string, not {json_type(path)}")
    if op is not Op.REMOVE and "value" not in members:
        raise InvalidValueError(
            f"{op} must have a value", attribute_path=(path or "")[:100], clause=_CLAUSE
        )
    return OperationRequest(op, path or None, members.get("value"))


def _op(op: object, profile: Profile) -> Op:
    """Return the operation; Entra ID capitalises it."""
    name = op.lower() if isinstance(op, str) and profile.has(Quirk.OP_ANY_CASE) else op
    if not isinstance(name, str) or name not in tuple(Op):
        raise _malformed("op must be add, remove or replace")
    return Op(name)


def _members(value: object, names: tuple[str, ...], what: str) -> Mapping[str, Any]:
    """Return the members of these names, which must not differ in case only."""
    if not isinstance(value, dict):
        raise _malformed(f"{what} must be a JSON object, not {json_type(value)}")
    known = [name for name in value if name.lower() in names]
    if len({name.lower() for name in known}) < len(known):
        raise _malformed(f"{what} has the same member twice, in different upper and lower case")
    return {name.lower(): value[name] for name in known}


def _malformed(detail: str) -> InvalidSyntaxError:
    return InvalidSyntaxError(detail, clause=_CLAUSE)
