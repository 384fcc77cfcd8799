"""BulkRequest messages (RFC 7644 section 3.7)."""

from typing import Any

import orjson
import pytest

from scim.errors import InvalidSyntaxError, InvalidValueError, ScimError
from scim.messages import BULK_REQUEST, PATCH_OP
from scim.registry import standard_registry
from scim_gateway.domain.bulk_operations import BulkRequest, Malformed, Method, Operation
from scim_gateway.domain.bulk_requests import BulkRequests
from scim_gateway.domain.errors import NotFoundError, TooManyOperationsError
from scim_gateway.domain.service_provider_config import BulkLimits

REGISTRY = standard_registry()
USER, GROUP = REGISTRY.resource_types
LIMITS = BulkLimits(max_operations=5, max_payload_size=10_000)
POST: dict[str, Any] = {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"x": 1}}
PUT: dict[str, Any] = {"method": "PUT", "path": "/Users/1", "data": {"x": 1}}


def parse(*operations: Any, **members: Any) -> BulkRequest:
    message = {"schemas": [BULK_REQUEST], "Operations": list(operations), **members}
    return BulkRequests(REGISTRY, LIMITS).parse(message)


def parsed(operation: Any) -> object:
    (found,) = parse(operation).operations
    return found


def test_an_operation_of_each_method_is_understood() -> None:
    delete = {"method": "DELETE", "path": "/Groups/bulkId:g", "version": 'W/"1"', "data": {"x": 1}}
    patch = {"method": "patch", "path": "Users/a%20b", "bulkId": None, "data": {"y": 2}}

    request = parse(POST, PUT, patch, delete, failOnErrors=3)

    assert request == BulkRequest(
        (
            Operation(Method.POST, "a", USER, None, {"x": 1}, b'{"x":1}', None),
            Operation(Method.PUT, None, USER, "1", {"x": 1}, b'{"x":1}', None),
            Operation(Method.PATCH, None, USER, "a b", {"y": 2}, b'{"y":2}', None),
            Operation(Method.DELETE, None, GROUP, "bulkId:g", {}, b"", 'W/"1"'),
        ),
        fail_on_errors=3,
    )


def test_names_are_taken_in_any_case() -> None:
    message = {"SCHEMAS": [BULK_REQUEST], "operations": [{**PUT, "Method": "PUT"}]}
    del message["operations"][0]["method"]  # type: ignore[attr-defined]

    assert BulkRequests(REGISTRY, LIMITS).parse(message) == parse(PUT)


def test_the_operations_of_a_patch_may_stand_alone() -> None:
    operations = [{"op": "remove", "path": "nickName"}]

    found = parsed({"method": "PATCH", "path": "/Users/1", "data": operations})

    assert isinstance(found, Operation)
    assert orjson.loads(found.body) == {"schemas": [PATCH_OP], "Operations": operations}


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        pytest.param({"Operations": [POST]}, InvalidSyntaxError, id="no schemas"),
        pytest.param(
            {"schemas": [PATCH_OP], "Operations": [POST]}, InvalidSyntaxError, id="other schemas"
        ),
        pytest.param({"schemas": [BULK_REQUEST]}, InvalidSyntaxError, id="no operations"),
        pytest.param(
            {"schemas": [BULK_REQUEST], "Operations": []}, InvalidSyntaxError, id="no operation"
        ),
        pytest.param(
            {"schemas": [BULK_REQUEST], "Operations": POST}, InvalidSyntaxError, id="no array"
        ),
        pytest.param(
            {"schemas": [BULK_REQUEST], "Operations": [POST, 7]}, InvalidSyntaxError, id="a number"
        ),
        pytest.param(
            {"schemas": [BULK_REQUEST], "Operations": [{"path": "/Users"}]},
            InvalidSyntaxError,
            id="no method",
        ),
        pytest.param(
            {"schemas": [BULK_REQUEST], "Operations": [POST, POST]},
            InvalidSyntaxError,
            id="one bulkId twice",
        ),
        *(
            pytest.param(
                {"schemas": [BULK_REQUEST], "Operations": [POST], "failOnErrors": value},
                InvalidValueError,
                id=f"failOnErrors {value}",
            )
            for value in (0, -1, True, "1", 1.5)
        ),
    ],
)
def test_a_request_that_is_wrong_as_a_whole_is_refused(
    message: dict[str, Any], kind: type[ScimError]
) -> None:
    with pytest.raises(kind):
        BulkRequests(REGISTRY, LIMITS).parse(message)


def test_a_request_of_too_many_operations_is_told_how_many_it_may_have() -> None:
    with pytest.raises(TooManyOperationsError, match=r"maxOperations \(5\)"):
        parse(*[PUT] * 6)


@pytest.mark.parametrize(
    ("changes", "kind", "complaint"),
    [
        ({"method": "GET"}, InvalidValueError, "POST, PUT, PATCH or DELETE"),
        ({"path": None}, InvalidValueError, "is required"),
        ({"path": 7}, InvalidValueError, "is required"),
        ({"path": "/Devices"}, NotFoundError, "no such endpoint"),
        ({"path": "/Me"}, NotFoundError, "no such endpoint"),
        ({"path": "/Bulk"}, InvalidValueError, "cannot reach"),
        ({"path": "/.search"}, InvalidValueError, "cannot reach"),
        ({"path": "/Users/1"}, InvalidValueError, "without an id"),
        ({"path": "/Users/1/emails"}, NotFoundError, "no such endpoint"),
        ({"method": "PUT"}, InvalidValueError, "with an id"),
        ({"bulkId": None}, InvalidValueError, "required for a POST"),
        ({"bulkId": ""}, InvalidValueError, "required for a POST"),
        ({"bulkId": 7}, InvalidValueError, "required for a POST"),
        ({"bulkId": 'a"b'}, InvalidValueError, "without quotes"),
        ({"data": None}, InvalidValueError, "required for a POST"),
        ({"data": [1]}, InvalidSyntaxError, "must be an object"),
        ({"data": "x"}, InvalidSyntaxError, "must be an object"),
        ({"version": 7}, InvalidValueError, "entity-tag"),
    ],
)
def test_an_operation_that_is_wrong_in_itself_spoils_no_other(
    changes: dict[str, Any], kind: type[Exception], complaint: str
) -> None:
    wrong, right = parse({**POST, **changes}, PUT).operations

    assert isinstance(wrong, Malformed)
    assert isinstance(wrong.error, kind)
    assert complaint in str(wrong.error)
    assert right == parsed(PUT)


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"members": [{"value": "bulkId:crew"}]}, id="as an element"),
        pytest.param({"Members": ["bulkId:x", "bulkId:crew"]}, id="as a text, in other case"),
    ],
)
def test_a_group_that_would_be_in_itself_is_refused_before_it_is_created(
    members: dict[str, Any],
) -> None:
    wrong = parsed({**POST, "path": "/Groups", "bulkId": "crew", "data": members})

    assert isinstance(wrong, Malformed)
    assert isinstance(wrong.error, InvalidValueError)
    assert wrong.error.attribute_path == "members.value"


def test_what_is_no_member_may_refer_to_what_it_stands_in() -> None:
    data = {"externalId": "bulkId:crew", "members": [{"value": "bulkId:other"}]}

    right = parsed({**POST, "path": "/Groups", "bulkId": "crew", "data": data})

    assert isinstance(right, Operation)
