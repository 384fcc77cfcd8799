"""What `helio events publish` makes of what is written."""

import orjson
import pytest
import typer

from helio.event_publishing import event_type_of, object_of, subject_of
from secevent.caep_events import SESSION_REVOKED
from secevent.risc_events import ACCOUNT_DISABLED


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("session-revoked", SESSION_REVOKED),
        ("account-disabled", ACCOUNT_DISABLED),
        ("urn:example:own", "urn:example:own"),
    ],
)
def test_a_type_may_be_written_by_its_name(text: str, uri: str) -> None:
    assert event_type_of(text) == uri


def test_another_name_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(typer.BadParameter, match="not one of session-revoked, token-claims"):
        event_type_of("session-revokd")


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("ann@example.com", {"format": "email", "email": "ann@example.com"}),
        ("/Users/2b2f", {"format": "scim", "uri": "/Users/2b2f"}),
        ('{"format": "opaque", "id": "a@b"}', {"format": "opaque", "id": "a@b"}),
    ],
)
def test_a_subject_may_be_written_shorter(text: str, subject: dict[str, str]) -> None:
    assert orjson.loads(subject_of(text)) == subject


@pytest.mark.parametrize("text", ["ann", "[]", "{"])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="must be a JSON object"):
        object_of(text)
