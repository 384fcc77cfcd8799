"""PATCHes that cannot be done, and messages that are none (RFC 7644 section 3.5.2)."""

from typing import Any

import pytest
from support.scim_resources import (
    USER,
    after_patch,
    user,
)

from scim.errors import (
    InvalidFilterError,
    InvalidPathError,
    InvalidSyntaxError,
    InvalidValueError,
    MutabilityError,
    NoTargetError,
    ScimError,
)
from scim.messages import ENTERPRISE_USER_SCHEMA, PATCH_OP, USER_SCHEMA
from scim.patch import parse_patch
from scim.profile import STRICT, TOLERANT

_WORK = {"value": "w@x", "type": "work"}
_HOME = {"value": "h@x", "type": "home"}


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        pytest.param({"op": "move", "path": "title"}, InvalidSyntaxError, id="an unknown op"),
        pytest.param({"path": "title", "value": "A"}, InvalidSyntaxError, id="no op"),
        pytest.param({"op": 1}, InvalidSyntaxError, id="an op that is no string"),
        pytest.param({"op": "add", "path": 1, "value": "A"}, InvalidSyntaxError, id="path 1"),
        pytest.param(
            {"op": "add", "OP": "remove", "path": "title"}, InvalidSyntaxError, id="two ops"
        ),
        pytest.param({"op": "add", "path": "title"}, InvalidValueError, id="no value"),
        pytest.param({"op": "add", "value": "A"}, InvalidValueError, id="neither path nor object"),
        pytest.param(
            {"op": "add", "value": {"title": "A", "Title": "B"}}, InvalidSyntaxError, id="twice"
        ),
        pytest.param({"op": "add", "path": "title", "value": 1}, InvalidValueError, id="a number"),
        pytest.param(
            {"op": "add", "path": "title", "value": ["A", "B"]}, InvalidValueError, id="two values"
        ),
        pytest.param({"op": "remove"}, NoTargetError, id="remove without path"),
        pytest.param({"op": "remove", "path": "userName"}, MutabilityError, id="a required one"),
        pytest.param(
            {"op": "replace", "path": "userName", "value": None},
            InvalidValueError,
            id="a required one by null",
        ),
        pytest.param(
            {"op": "replace", "value": {"userName": ""}}, InvalidValueError, id="and by nothing"
        ),
        pytest.param({"op": "add", "path": "id", "value": "1"}, MutabilityError, id="the id"),
        pytest.param({"op": "remove", "path": "groups"}, MutabilityError, id="groups"),
        pytest.param(
            {"op": "add", "path": f"{ENTERPRISE_USER_SCHEMA}:manager.displayName", "value": "J"},
            MutabilityError,
            id="a readOnly sub",
        ),
        pytest.param({"op": "remove", "path": "shoeSize"}, InvalidPathError, id="an unknown path"),
        pytest.param({"op": "remove", "path": "name."}, InvalidPathError, id="a path half there"),
        pytest.param({"op": "remove", "path": "emails[type pr"}, InvalidPathError, id="open"),
        pytest.param({"op": "remove", "path": "emails[type pr]x"}, InvalidPathError, id="a tail"),
        pytest.param({"op": "remove", "path": "name[givenName pr]"}, InvalidPathError, id="name[]"),
        pytest.param({"op": "remove", "path": "emails[type pr].x"}, InvalidPathError, id="no sub"),
        pytest.param({"op": "remove", "path": "emails[size pr]"}, InvalidFilterError, id="no size"),
        pytest.param({"op": "remove", "path": "emails[type eq 1]"}, InvalidFilterError, id="eq 1"),
        pytest.param(
            {"op": "replace", "path": 'emails[type eq "x"]', "value": _WORK},
            NoTargetError,
            id="no element to replace",
        ),
        pytest.param(
            {
                "op": "add",
                "path": "emails",
                "value": [_WORK | {"primary": True}, _HOME | {"primary": True}],
            },
            InvalidValueError,
            id="two primary elements",
        ),
        pytest.param(
            {"op": "add", "path": "emails.primary", "value": True},
            InvalidValueError,
            id="all elements primary",
        ),
    ],
)
def test_an_operation_that_cannot_be_done_is_refused(
    operation: dict[str, Any], error: type[ScimError]
) -> None:
    with pytest.raises(error) as refused:
        after_patch(USER, user(emails=[_WORK, _HOME]), operation, profile=STRICT)

    assert refused.value.detail


@pytest.mark.parametrize(
    "body",
    [
        pytest.param([], id="an array"),
        pytest.param({"Operations": [{"op": "remove", "path": "title"}]}, id="without schemas"),
        pytest.param({"schemas": [USER_SCHEMA], "Operations": [{}]}, id="of another schema"),
        pytest.param({"schemas": [PATCH_OP]}, id="without Operations"),
        pytest.param({"schemas": [PATCH_OP], "Operations": []}, id="with no operation"),
        pytest.param({"schemas": [PATCH_OP], "Operations": {}}, id="with an object of operations"),
        pytest.param({"schemas": [PATCH_OP], "Operations": ["x"]}, id="with a string for one"),
    ],
)
def test_a_message_is_malformed(body: object) -> None:
    with pytest.raises(InvalidSyntaxError):
        parse_patch(body, USER, profile=TOLERANT)
