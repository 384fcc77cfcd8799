"""The minimal User."""

from support.scim_resources import USER

from scim.messages import USER_SCHEMA
from scim.profile import STRICT
from scim.validation import created

_MINIMAL = {
    "schemas": [USER_SCHEMA],
    "id": "2819c223-7f76-453a-919d-413861904646",
    "userName": "bjensen@example.com",
    "meta": {
        "resourceType": "User",
        "created": "2010-01-23T04:56:22Z",
        "lastModified": "2011-05-13T04:42:34Z",
        "version": 'W/"3694e05e9dff590"',
        "location": "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646",
    },
}


def test_the_minimal_user_can_be_created_but_for_what_only_the_service_provider_sets() -> None:
    assert created(USER, _MINIMAL, profile=STRICT) == {
        "schemas": [USER_SCHEMA],
        "userName": "bjensen@example.com",
    }
