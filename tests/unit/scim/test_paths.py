import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scim_resources import USER

from scim.attributes import AttributePath
from scim.errors import InvalidPathError
from scim.messages import ENTERPRISE_USER_SCHEMA, USER_SCHEMA
from scim.paths import parse_attribute_path
from scim.profile import STRICT


@pytest.mark.parametrize(
    ("text", "path"),
    [
        pytest.param("USERNAME", AttributePath(None, "userName", None), id="a name"),
        pytest.param("emails.$REF", None, id="a sub-attribute that emails lack"),
        pytest.param("groups.$REF", AttributePath(None, "groups", "$ref"), id="a sub-attribute"),
        pytest.param("meta.created", AttributePath(None, "meta", "created"), id="a common one"),
        pytest.param(
            f"{USER_SCHEMA}:name.givenName", AttributePath(None, "name", "givenName"), id="base URN"
        ),
        pytest.param(
            f"{ENTERPRISE_USER_SCHEMA.upper()}:manager.value",
            AttributePath(ENTERPRISE_USER_SCHEMA, "manager", "value"),
            id="an extension's URN",
        ),
        pytest.param(f"{USER_SCHEMA}:manager", None, id="the URN of another schema"),
        pytest.param("manager", None, id="no URN"),
        pytest.param("urn:x:userName", None, id="an unknown URN"),
        pytest.param(ENTERPRISE_USER_SCHEMA, None, id="a URN alone"),
        pytest.param("", None, id="nothing"),
        pytest.param("name..givenName", None, id="two dots"),
        pytest.param("user name", None, id="a space"),
    ],
)
def test_a_path_leads_to_an_attribute_or_is_refused(text: str, path: AttributePath | None) -> None:
    if path is not None:
        assert parse_attribute_path(text, USER, profile=STRICT) == path
        return
    with pytest.raises(InvalidPathError):
        parse_attribute_path(text, USER, profile=STRICT)


@given(st.sampled_from(sorted(USER.paths)))
def test_a_path_that_is_written_out_reads_the_same(text: str) -> None:
    path = parse_attribute_path(text, USER)

    assert parse_attribute_path(str(path), USER, profile=STRICT) == path
    assert USER.attribute(path) is USER.attribute(text)
