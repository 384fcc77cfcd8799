"""A stream as ssf-registrar knows it, to be varied."""

from dataclasses import replace
from typing import Any

from ssf_registrar.domain.streams import Push, Stream

_STREAM = Stream(
    tenant="default",
    stream_id="s1",
    owner="bob",
    iss="https://a.example",
    aud=("https://b.example", "https://c.example"),
    events_requested=("urn:ietf:params:scim:event:prov:delete",),
    delivery=Push("https://b.example/events", "Bearer remote-secret"),
    description="first",
    signing_algorithm="RS256",
    jwks_uri=None,
    created=1_000,
)


def a_stream(**changes: Any) -> Stream:
    """Return a transmit push stream with a secret, but for the changes."""
    return replace(_STREAM, **changes)
