"""RFC 9967 section 2.3: SCIM feed events, which are received without effect."""

from typing import Any

import pytest

from secevent.scim_events import parse_provisioning_event
from secevent.token import claims, parse_claims

FIGURE_2: dict[str, Any] = {
    "jti": "6164f3bbf6ff41a88dc94f18cb0620e8",
    "txn": "b7b953f11cc6489bbfb87834747cc4c1",
    "sub_id": {
        "format": "scim",
        "uri": "/Users/2b2f880af6674ac284bae9381673d462",
        "externalId": "jdoe",
    },
    "events": {"urn:ietf:params:scim:event:feed:add": {}},
    "iat": 1458505044,
    "iss": "https://scim.example.com",
    "aud": ["https://scim.example.com/Feeds/98d52461fa5bbc879593b7754"],
}
FIGURE_3 = {**FIGURE_2, "events": {"urn:ietf:params:scim:event:feed:remove": {}}}


@pytest.mark.parametrize("figure", [FIGURE_2, FIGURE_3], ids=["figure 2", "figure 3"])
def test_a_feed_event_is_a_valid_token(figure: dict[str, Any]) -> None:
    token = parse_claims(figure)

    assert {**claims(token), "aud": list(token.aud)} == figure


@pytest.mark.parametrize("figure", [FIGURE_2, FIGURE_3], ids=["figure 2", "figure 3"])
def test_a_feed_event_changes_no_resource(figure: dict[str, Any]) -> None:
    [(uri, payload)] = parse_claims(figure).events.items()

    assert parse_provisioning_event(uri, payload) is None
