"""RFC 9967 section 2.5: the completion of an asynchronous request, received without effect."""

from secevent.json_members import parse_json_object
from secevent.scim_events import ASYNC_RESPONSE, parse_provisioning_event
from secevent.token import parse_claims

FIGURE_14 = rb"""
{
  "jti": "6164f3bbf6ff41a88dc94f18cb0620e8",
  "sub_id": {"format": "scim", "uri": "/Users/2819c223-7f76-453a-919d-413861904646"},
  "txn": "734f0614e3274f288f93ac74119dcf78",
  "events": {
    "urn:ietf:params:scim:event:misc:asyncresp": {
      "method": "PUT", "version": "W\/\"huJj29dMNgu3WXPD\"", "status": "200"
    }
  },
  "iat": 1458505044,
  "iss": "https://scim.example.com",
  "aud": ["https://scim.example.com/Feeds/98d52461fa5bbc879593b7754"]
}
"""


def test_figure_14_is_a_valid_token() -> None:
    token = parse_claims(parse_json_object(FIGURE_14))

    assert token.txn == "734f0614e3274f288f93ac74119dcf78"
    assert token.events == {
        ASYNC_RESPONSE: {"method": "PUT", "version": 'W/"huJj29dMNgu3WXPD"', "status": "200"}
    }


def test_a_completion_is_no_provisioning_event() -> None:
    assert parse_provisioning_event(ASYNC_RESPONSE, {"method": "PUT", "status": "200"}) is None
