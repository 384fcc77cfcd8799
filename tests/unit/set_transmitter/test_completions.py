"""What became of an asynchronous request, as it is told (RFC 9967 section 2.5)."""

import json
from collections.abc import Callable, Sequence

from support.transmitter_events import a_stream, an_event, logged

from secevent.scim_events import ASYNC_RESPONSE, CREATE_FULL
from secevent.token import SecurityEventToken, claims, parse_claims
from set_transmitter.commands.sign_completions import SignCompletions
from set_transmitter.domain.completions import Completion
from set_transmitter.domain.events import Event
from set_transmitter.domain.snapshots import Boundary, Reach, Snapshot
from set_transmitter.domain.streams import OF_STREAMS
from set_transmitter.domain.tokens import event_type, security_event_token

RESPONSE = {"method": "POST", "status": "201", "version": 'W/"1"'}
LISTENING = a_stream(events_delivered=frozenset({ASYNC_RESPONSE}))


def completion(**changes: object) -> Event:
    """Return the completion of a POST of a user."""
    told = {"kind": "completion", "data": json.dumps(RESPONSE).encode(), "external_id": ""}
    return an_event(**told, **changes)


def test_it_is_told_as_the_operation_of_a_bulk_response() -> None:
    token = security_event_token(completion(), LISTENING, jti="jti-1", iat=7)

    assert event_type(completion(), LISTENING) == ASYNC_RESPONSE
    assert token.events == {ASYNC_RESPONSE: RESPONSE}
    assert (token.txn, token.aud, token.provenance) == (
        "txn-1",
        ("https://receiver.example",),
        None,
    )
    assert parse_claims(claims(token)) == token


def test_only_a_stream_that_lists_it_hears_of_it() -> None:
    changes_alone = a_stream(events_delivered=frozenset({CREATE_FULL}))

    assert LISTENING.topics == {"completion"} | OF_STREAMS
    assert "completion" not in changes_alone.topics


def test_a_snapshot_keeps_no_completion_back() -> None:
    passed_groups = Boundary(5, "key", 1, Reach(("Group",)))
    snapshot = Snapshot(started=4, boundaries=(passed_groups,))

    told = [
        snapshot.tells_of(logged(position, kind=kind))
        for position, kind in (
            (6, "create"),
            (6, "completion"),
            (5, "completion"),
        )
    ]

    assert told == [False, True, True]


class PlainSigning:
    """Implements the port `TenantSigning` by the claims themselves."""

    async def sign(
        self, tenant: str, make: Callable[[str], Sequence[SecurityEventToken]]
    ) -> list[str]:
        return [json.dumps(claims(token)) for token in make(f"https://issuer.example/{tenant}")]


async def test_what_is_fetched_again_says_the_same_under_the_same_jti() -> None:
    sign = SignCompletions(PlainSigning())
    completions = [
        Completion(f"txn-1:{index}", "/Users", b'{"method":"POST","status":"409"}')
        for index in range(2)
    ]

    first = await sign(completions, tenant="acme", aud="client", iat=7)
    second = await sign(completions, tenant="acme", aud="client", iat=7)

    told = json.loads(first[1])
    assert first == second
    assert json.loads(first[0])["jti"] != told["jti"]
    assert told == {
        "iss": "https://issuer.example/acme",
        "iat": 7,
        "jti": completions[1].jti,
        "aud": "client",
        "sub_id": {"format": "scim", "uri": "/Users"},
        "events": {ASYNC_RESPONSE: {"method": "POST", "status": "409"}},
        "txn": "txn-1:1",
    }
