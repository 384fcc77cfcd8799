"""From a BulkRequest message to its operations (RFC 7644 section 3.7)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

import orjson

from scim.errors import InvalidSyntaxError, InvalidValueError
from scim.messages import BULK_REQUEST, PATCH_OP
from scim.registry import Registry
from scim.resource_type import ResourceType
from scim_gateway.domain.bulk_operations import (
    BulkRequest,
    Given,
    Malformed,
    Method,
    Operation,
    Refusal,
)
from scim_gateway.domain.bulk_references import is_usable, refers_to
from scim_gateway.domain.errors import NotFoundError, TooManyOperationsError
from scim_gateway.domain.service_provider_config import BulkLimits

_CLAUSE: Final = "RFC 7644 section 3.7"
_METHODS: Final = frozenset(Method)
_NEVER_IN_BULK: Final = frozenset({"Bulk", ".search"})
_MEMBERS: Final = "members"


@dataclass(frozen=True, slots=True)
class BulkRequests:
    """Reads messages, within the limits that the ServiceProviderConfig tells."""

    registry: Registry
    limits: BulkLimits

    def parse(self, message: Mapping[str, Any]) -> BulkRequest:
        """Return the request; an operation that is wrong in itself spoils no other.

        Raises `ScimError` or `TooManyOperationsError` when the request as a whole is wrong.
        """
        given = _without_nulls(message)
        _check_schemas(given.get("schemas"))
        operations = self._operations(given.get("operations"))
        _refuse_shared_bulk_ids(operations)
        return BulkRequest(
            operations=tuple(map(self._operation, operations)),
            fail_on_errors=_fail_on_errors(given.get("failonerrors")),
        )

    def _operations(self, value: object) -> Sequence[Mapping[str, Any]]:
        if not isinstance(value, list) or not value:
            raise _syntax_error("must be an array of one operation at least", "Operations")
        if len(value) > self.limits.max_operations:
            raise TooManyOperationsError(
                f"the request has {len(value)} operations, which is above maxOperations"
                f" ({self.limits.max_operations}): send several",
                clause="RFC 7644 section 3.7.4",
            )
        if not all(isinstance(each, dict) and isinstance(_method(each), str) for each in value):
            raise _syntax_error("each must be an object with a method", "Operations")
        return [_without_nulls(each) for each in value]

    def _operation(self, given: Mapping[str, Any]) -> Given:
        try:
            return self._checked(given)
        except (InvalidSyntaxError, InvalidValueError, NotFoundError) as error:
            return _malformed(given, error)

    def _checked(self, given: Mapping[str, Any]) -> Operation:
        method = _known_method(given["method"])
        resource_type, target = self._place(method, given.get("path"))
        data, body = _data(method, given.get("data"))
        bulk_id = _bulk_id(method, given.get("bulkid"))
        if bulk_id is not None and resource_type.attribute(_MEMBERS) is not None:
            _refuse_own_membership(bulk_id, data)
        return Operation(
            method=method,
            bulk_id=bulk_id,
            resource_type=resource_type,
            target=target,
            data=data,
            body=body,
            if_match=_if_match(given.get("version")),
        )

    def _place(self, method: Method, path: object) -> tuple[ResourceType, str | None]:
        if not isinstance(path, str) or not path:
            raise _value_error("is required: the resource's path below the base URI", "path")
        endpoint, *rest = path.partition("?")[0].strip("/").split("/")
        if endpoint in _NEVER_IN_BULK:
            raise _value_error("is of an endpoint that bulk requests cannot reach", "path")
        resource_type = self.registry.by_endpoint(f"/{endpoint}")
        if resource_type is None or len(rest) > 1:
            raise NotFoundError("there is no such endpoint: see /ResourceTypes", clause=_CLAUSE)
        if (method is Method.POST) == bool(rest):
            wanted = "without an id" if rest else "with an id"
            raise _value_error(f"must be {wanted} for a {method}", "path")
        return resource_type, unquote(rest[0]) if rest else None


def _method(operation: Mapping[str, Any]) -> object:
    return _without_nulls(operation).get("method")


def _without_nulls(given: Mapping[str, Any]) -> dict[str, Any]:
    """Take names in any case, and null for absence (RFC 7643 sections 2.1 and 2.5)."""
    return {name.lower(): value for name, value in given.items() if value is not None}


def _check_schemas(value: object) -> None:
    if not isinstance(value, list) or BULK_REQUEST not in value:
        raise _syntax_error(f'must be ["{BULK_REQUEST}"]', "schemas")


def _fail_on_errors(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _value_error("must be an integer of 1 at least", "failOnErrors")
    return value


def _refuse_shared_bulk_ids(operations: Sequence[Mapping[str, Any]]) -> None:
    """Refuse the whole request: what refers to a bulkId of two would be anybody's guess."""
    bulk_ids = (operation.get("bulkid") for operation in operations)
    counted = Counter(bulk_id for bulk_id in bulk_ids if isinstance(bulk_id, str))
    shared = sum(count > 1 for count in counted.values())
    if shared:
        raise _syntax_error(f"{shared} of them are of several operations", "bulkId")


def _known_method(value: str) -> Method:
    if value.upper() not in _METHODS:
        raise _value_error("must be POST, PUT, PATCH or DELETE", "method")
    return Method(value.upper())


def _bulk_id(method: Method, value: object) -> str | None:
    if value is None and method is not Method.POST:
        return None
    if not isinstance(value, str) or not is_usable(value):
        raise _value_error(
            "is required for a POST, a string without quotes, backslashes and controls", "bulkId"
        )
    return value


def _data(method: Method, value: object) -> tuple[dict[str, Any], bytes]:
    """Return the data, and the same as JSON again."""
    if method is Method.DELETE:
        return {}, b""
    data = _object(method, value)
    return data, orjson.dumps(data)


def _object(method: Method, value: object) -> dict[str, Any]:
    if method is Method.PATCH and isinstance(value, list):
        # As in the example of section 3.7.3 (erratum 5050): the operations alone.
        return {"schemas": [PATCH_OP], "Operations": value}
    if value is None:
        raise _value_error(f"is required for a {method}", "data")
    if not isinstance(value, dict):
        raise _syntax_error("must be an object", "data")
    return value


def _refuse_own_membership(bulk_id: str, data: Mapping[str, Any]) -> None:
    """Refuse at once what the store would, but only when the group is there, and has an event."""
    members = (value for name, value in data.items() if name.lower() == _MEMBERS)
    if any(refers_to(value, bulk_id) for value in members):
        raise InvalidValueError(
            "a group cannot be a member of itself",
            attribute_path="members.value",
            clause="RFC 7643 section 4.2",
        )


def _if_match(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise _value_error("must be a string: an entity-tag", "version")
    return value


def _malformed(given: Mapping[str, Any], error: Refusal) -> Malformed:
    bulk_id = given.get("bulkid")
    return Malformed(given["method"], bulk_id if isinstance(bulk_id, str) else None, error)


def _syntax_error(detail: str, attribute_path: str) -> InvalidSyntaxError:
    return InvalidSyntaxError(detail, attribute_path=attribute_path, clause=_CLAUSE)


def _value_error(detail: str, attribute_path: str) -> InvalidValueError:
    return InvalidValueError(detail, attribute_path=attribute_path, clause=_CLAUSE)
