from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scim_resources import GROUP, USER, enterprise, group, patch_message, user, users

from scim.errors import InvalidSyntaxError, InvalidValueError, MutabilityError, ScimError
from scim.messages import ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA
from scim.patch import parse_patch
from scim.profile import STRICT, TOLERANT
from scim.registry import common_attributes
from scim.schema import Attribute, AttributeType, Mutability, ResourceType, Schema, SchemaExtension
from scim.validation import created, replaced


def _body(**attributes: Any) -> dict[str, Any]:
    return {"schemas": [USER_SCHEMA], "userName": "bjensen"} | attributes


def _device_type(*attributes: Attribute, required: bool = False) -> ResourceType:
    """Return a type with one required attribute, and the given ones in an extension."""
    name = Attribute("serial", required=True, mutability=Mutability.IMMUTABLE)
    extension = Schema("urn:x:extension:Lock", "Lock", "", attributes)
    return ResourceType(
        name="Device",
        endpoint="/Devices",
        description="",
        schema=Schema("urn:x:Device", "Device", "", (name, *attributes)),
        extensions=(SchemaExtension(extension, required),),
        common=common_attributes(),
    )


def test_names_become_canonical() -> None:
    body = {"SCHEMAS": [USER_SCHEMA.upper()], "USERNAME": "a", "name": {"GIVENname": "G"}}

    assert created(USER, body, profile=STRICT) == {
        "schemas": [USER_SCHEMA],
        "userName": "a",
        "name": {"givenName": "G"},
    }


@pytest.mark.parametrize(
    "unassigned",
    [
        pytest.param({"title": None}, id="null"),
        pytest.param({"emails": []}, id="an empty array"),
        pytest.param({"name": {}}, id="an empty object"),
        pytest.param({"name": {"givenName": None}}, id="an object of nulls"),
        pytest.param({ENTERPRISE_USER_SCHEMA: {"manager": {"$ref": None}}}, id="nulls deep inside"),
    ],
)
def test_what_is_unassigned_is_left_out(unassigned: dict[str, Any]) -> None:
    assert created(USER, _body(**unassigned), profile=STRICT) == _body()


def test_what_a_client_cannot_set_is_dropped() -> None:
    body = _body(
        id="1",
        meta={"version": "x"},
        groups=[{"value": "g"}],
        **enterprise(manager={"value": "1", "displayName": "John"}),
    )

    assert created(USER, body, profile=STRICT) == _body(**enterprise(manager={"value": "1"}))


def test_an_extension_with_data_is_listed_in_schemas() -> None:
    body = _body(**{ENTERPRISE_USER_SCHEMA.upper(): {"division": "V"}})

    result = created(USER, body, profile=TOLERANT)

    assert result == _body(**enterprise(division="V"))


def test_an_extension_without_data_is_not() -> None:
    body = _body(schemas=[USER_SCHEMA, ENTERPRISE_USER_SCHEMA])

    assert created(USER, body, profile=STRICT) == _body()


def test_an_element_given_twice_is_held_once() -> None:
    body = {
        "schemas": [GROUP_SCHEMA],
        "displayName": "G",
        "members": [{"value": "1", "type": "User"}, {"value": "2"}, {"value": "1"}],
    }

    members = created(GROUP, body, profile=STRICT)["members"]

    assert sorted(member["value"] for member in members) == ["1", "2"]


@pytest.mark.parametrize(
    ("attributes", "path"),
    [
        pytest.param({"userName": None}, "userName", id="a required attribute by null"),
        pytest.param({"userName": ""}, "userName", id="a required attribute by nothing"),
        pytest.param({"title": 1}, "title", id="a number for a string"),
        pytest.param({"title": {"a": 1}}, "title", id="an object for a string"),
        pytest.param({"title": ["A", "B"]}, "title", id="two values for one"),
        pytest.param({"title": "a\0b"}, "title", id="NUL"),
        pytest.param({"title": "\ud800"}, "title", id="half a surrogate pair"),
        pytest.param({"title": "a" + "\u0301" * 31}, "title", id="31 accents on one letter"),
        pytest.param({"active": "yes"}, "active", id="a word for a boolean"),
        pytest.param({"active": 1}, "active", id="a number for a boolean"),
        pytest.param({"name": 1}, "name", id="a number for an object"),
        pytest.param({"name": {"givenName": 1}}, "name.givenName", id="a number in an object"),
        pytest.param({"emails": [1]}, "emails", id="a number for an element"),
        pytest.param({"emails": [{"value": []}, {"value": [[]]}]}, "emails.value", id="arrays"),
        pytest.param(
            {"emails": [{"value": "a", "primary": True}, {"value": "b", "primary": True}]},
            "emails.primary",
            id="two primary elements",
        ),
        pytest.param(
            {"x509Certificates": [{"value": "no base64!"}]}, "x509Certificates.value", id="binary"
        ),
        pytest.param(
            {ENTERPRISE_USER_SCHEMA: {"manager": {"value": 1}}},
            f"{ENTERPRISE_USER_SCHEMA}:manager.value",
            id="a number in an extension",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_named(attributes: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        created(USER, _body(**attributes), profile=TOLERANT)

    assert refused.value.attribute_path == path
    assert refused.value.clause.startswith("RFC 7643 section 2")


@pytest.mark.parametrize("text", ["", "YQ==", "YQ", "YWI=", "YWI", "YWJj", "+/+/", "-_-_"])
def test_base64_may_be_in_either_alphabet_and_without_padding(text: str) -> None:
    given = {"x509Certificates": [{"value": text}]}

    assert created(USER, _body(**given), profile=STRICT)["x509Certificates"] == [{"value": text}]


@pytest.mark.parametrize(
    "text", ["Y", "YQ=", "YQ===", "YWI==", "YWJj=", "YWJjZ", "+/-_", "YQ==YQ=="]
)
def test_what_no_bytes_have_as_their_base64_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError):
        created(USER, _body(x509Certificates=[{"value": text}]), profile=TOLERANT)


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({"active": "true"}, id="a boolean in quotes"),
        pytest.param({"title": ["A"]}, id="an array of one"),
        pytest.param({"emails": {"value": "a"}}, id="an element without its array"),
        pytest.param({"emails": ["a@x"]}, id="a string for an object"),
        pytest.param({"emails": [None]}, id="an element of null"),
        pytest.param({"profileUrl": "not a URI"}, id="a reference that is none"),
        pytest.param({"shoeSize": 44}, id="an unknown attribute"),
        pytest.param({"name": {"nick": "B"}}, id="an unknown sub-attribute"),
        pytest.param({"schemas": [USER_SCHEMA, "urn:x"]}, id="an unknown schema"),
    ],
)
def test_what_is_tolerated_is_refused_to_the_letter(attributes: dict[str, Any]) -> None:
    assert created(USER, _body(**attributes), profile=TOLERANT)
    with pytest.raises(ScimError):
        created(USER, _body(**attributes), profile=STRICT)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(None, id="null"),
        pytest.param([], id="an array"),
        pytest.param({"userName": "a"}, id="no schemas"),
        pytest.param({"userName": "a", "schemas": []}, id="empty schemas"),
        pytest.param({"userName": "a", "schemas": USER_SCHEMA}, id="schemas as a string"),
        pytest.param({"userName": "a", "schemas": [1]}, id="schemas of numbers"),
        pytest.param({"userName": "a", "schemas": [ENTERPRISE_USER_SCHEMA]}, id="no base schema"),
        pytest.param(_body(username="b"), id="one name in two cases"),
        pytest.param(_body(Title=None, TITLE="b"), id="neither of them canonical"),
        pytest.param(_body(name={"givenName": "a", "GivenName": "b"}), id="the same inside"),
    ],
)
def test_a_body_is_malformed(body: object) -> None:
    with pytest.raises(InvalidSyntaxError):
        created(USER, body, profile=TOLERANT)


def test_a_member_must_have_a_value() -> None:
    body = {"schemas": [GROUP_SCHEMA], "displayName": "G", "members": [{"type": "User"}]}

    with pytest.raises(InvalidValueError) as refused:
        created(GROUP, body, profile=TOLERANT)

    assert refused.value.attribute_path == "members.value"


@pytest.mark.parametrize(
    "value", [[{}], [None], "", {}, [{"value": None}], [{"display": "x"}], [{"value": "1"}, {}]]
)
@pytest.mark.parametrize("op", ["add", "remove", "replace"])
def test_a_patch_of_members_that_are_none_is_refused(op: str, value: object) -> None:
    operation = {"op": op, "path": "members", "value": value}

    with pytest.raises(InvalidValueError) as refused:
        parse_patch(patch_message(operation), GROUP, profile=TOLERANT)

    assert refused.value.attribute_path == "members.value"


@pytest.mark.parametrize("name", ["title", "name", "emails", ENTERPRISE_USER_SCHEMA])
def test_deep_nesting_is_refused_where_it_begins(name: str) -> None:
    nested: Any = "x"
    for _ in range(100_000):
        nested = [nested]

    with pytest.raises(InvalidValueError):
        created(USER, _body(**{name: nested}), profile=TOLERANT)


def test_no_error_tells_a_value() -> None:
    with pytest.raises(InvalidValueError) as refused:
        created(USER, _body(password=["s3cret", "s3cret"]), profile=TOLERANT)

    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "value", "is_valid"),
    [
        pytest.param(AttributeType.INTEGER, 2**63 - 1, True, id="a large integer"),
        pytest.param(AttributeType.INTEGER, 2**63, False, id="an integer of 65 bits"),
        pytest.param(AttributeType.INTEGER, 1.5, False, id="a fraction for an integer"),
        pytest.param(AttributeType.INTEGER, True, False, id="a boolean for an integer"),
        pytest.param(AttributeType.DECIMAL, 1.5, True, id="a decimal"),
        pytest.param(AttributeType.DECIMAL, float("nan"), False, id="no number"),
        pytest.param(AttributeType.DECIMAL, float("inf"), False, id="infinity"),
        pytest.param(AttributeType.DECIMAL, "1", False, id="a string for a decimal"),
        pytest.param(AttributeType.DATE_TIME, "2008-01-23T04:56:22Z", True, id="a date"),
        pytest.param(AttributeType.DATE_TIME, "2008-01-23", False, id="a date without time"),
        pytest.param(AttributeType.DATE_TIME, "2008-02-30T04:56:22Z", False, id="30 February"),
        pytest.param(AttributeType.BINARY, "Zm9vYg==", True, id="base64"),
        pytest.param(AttributeType.BINARY, "_-8", True, id="base64url without padding"),
        pytest.param(AttributeType.BINARY, "+_", False, id="both alphabets"),
        pytest.param(AttributeType.REFERENCE, "../Users/1?a=%20#b", True, id="a reference"),
    ],
)
def test_each_type_takes_its_values(kind: AttributeType, value: object, *, is_valid: bool) -> None:
    device = _device_type(Attribute("x", type=kind))
    body = {"schemas": ["urn:x:Device"], "serial": "1", "x": value}

    if is_valid:
        assert created(device, body, profile=STRICT)["x"] == value
    else:
        with pytest.raises(InvalidValueError):
            created(device, body, profile=STRICT)


def test_a_required_extension_must_be_there() -> None:
    device = _device_type(Attribute("x"), required=True)

    with pytest.raises(InvalidValueError) as refused:
        created(device, {"schemas": ["urn:x:Device"], "serial": "1"}, profile=STRICT)

    assert refused.value.attribute_path == "urn:x:extension:Lock"


def test_a_present_extension_must_be_whole() -> None:
    device = _device_type(Attribute("x"), Attribute("y", required=True))
    body = {
        "schemas": ["urn:x:Device"],
        "serial": "1",
        "y": "1",
        "urn:x:extension:Lock": {"x": "1"},
    }

    with pytest.raises(InvalidValueError) as refused:
        created(device, body, profile=STRICT)

    assert refused.value.attribute_path == "y"


def test_a_replacement_clears_what_it_leaves_out() -> None:
    current = user(title="A", emails=[{"value": "a"}], **enterprise(division="V"))

    assert replaced(USER, current, _body(nickName="B"), profile=STRICT) == user(nickName="B")


def test_a_replacement_keeps_what_a_client_cannot_send() -> None:
    current = user(password="p", groups=[{"value": "g"}])

    result = replaced(USER, current, _body(id="other", groups=[]), profile=STRICT)

    assert result == current


def test_a_replacement_sets_a_password() -> None:
    result = replaced(USER, user(password="old"), _body(password="new"), profile=STRICT)

    assert result == user(password="new")


def test_a_manager_that_stays_keeps_its_name_and_a_new_one_does_not() -> None:
    current = user(**enterprise(manager={"value": "1", "displayName": "John"}))

    same = replaced(USER, current, _body(**enterprise(manager={"value": "1"})), profile=STRICT)
    other = replaced(USER, current, _body(**enterprise(manager={"value": "2"})), profile=STRICT)

    assert same == current
    assert other == user(**enterprise(manager={"value": "2"}))


def test_an_immutable_value_stays_what_it_is() -> None:
    device = _device_type()
    current = {"schemas": ["urn:x:Device"], "id": "1", "serial": "A1"}

    same = replaced(device, current, {"schemas": ["urn:x:Device"], "serial": "a1"}, profile=STRICT)
    absent = replaced(device, current, {"schemas": ["urn:x:Device"]}, profile=STRICT)

    assert same == absent == current
    with pytest.raises(MutabilityError):
        replaced(device, current, {"schemas": ["urn:x:Device"], "serial": "B2"}, profile=STRICT)


def test_members_are_replaced_as_a_whole() -> None:
    body = {"schemas": [GROUP_SCHEMA], "displayName": "Tour Guides", "members": [{"value": "2"}]}

    result = replaced(GROUP, group({"value": "1"}, {"value": "3"}), body, profile=STRICT)

    assert result == group({"value": "2"})


@given(users)
def test_a_created_resource_creates_itself(resource: dict[str, Any]) -> None:
    for profile in (STRICT, TOLERANT):
        assert created(USER, resource, profile=profile) == resource


@given(users, users)
def test_a_replacement_done_twice_is_the_same_as_once(
    current: dict[str, Any], body: dict[str, Any]
) -> None:
    once = replaced(USER, current, body, profile=TOLERANT)

    assert replaced(USER, once, body, profile=TOLERANT) == once


_names = st.sampled_from(["userName", "USERNAME", "emails", "value", "primary", "name", "x", "id"])
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(_names, _json))
def test_any_object_is_a_resource_or_has_a_scim_error(body: dict[str, Any]) -> None:
    for profile in (STRICT, TOLERANT):
        try:
            result = created(USER, body | {"schemas": [USER_SCHEMA]}, profile=profile)
        except ScimError as error:
            assert error.detail  # noqa: PT017 either outcome is right
        else:
            assert created(USER, result, profile=profile) == result
