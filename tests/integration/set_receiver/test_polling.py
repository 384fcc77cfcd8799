"""The poll client against a real HTTP server (RFC 8936 section 2)."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from support.eventually import eventually
from support.receiver_service import Receiver, push_stream

from heliograph.ssf.v1 import stream_pb2
from secevent.token import SecurityEventToken

CREDENTIALS = "Bearer credentials-at-the-transmitter"


def poll_stream(receiver: Receiver, **members: Any) -> stream_pb2.Stream:
    options = {
        "stream_id": "pollstreamaa",
        "delivery_method": stream_pb2.DELIVERY_METHOD_POLL,
        "endpoint_url": f"{receiver.remote.origin}/poll?key=a%2Fb",
        "authorization_header": CREDENTIALS,
        **members,
    }
    return push_stream(receiver.remote, **options)


@pytest.fixture
def polling(receiver: Receiver) -> Receiver:
    receiver.streams.put(poll_stream(receiver))
    return receiver


def offered(receiver: Receiver, *tokens: SecurityEventToken) -> dict[str, str]:
    return {token.jti: receiver.issuer.sign(token) for token in tokens}


async def test_what_is_fetched_is_acknowledged_and_takes_effect(polling: Receiver) -> None:
    tokens = [polling.deleted(f"/Users/user-{number}") for number in range(250)]
    polling.remote.offer(offered(polling, *tokens))

    await eventually(lambda: polling.remote.acked == {token.jti for token in tokens})

    await eventually(lambda: len(polling.store.applied) == 250)
    assert sorted(polling.store.ids()) == sorted(f"user-{number}" for number in range(250))


async def test_a_poll_says_all_that_it_should(polling: Receiver) -> None:
    await eventually(lambda: bool(polling.remote.polls))

    request, body = polling.remote.polls[0]
    assert body == {"maxEvents": 100, "returnImmediately": False}
    assert request.raw_path == "/poll?key=a%2Fb"
    assert request.headers["Authorization"] == CREDENTIALS
    assert request.headers["Content-Type"] == "application/json"


async def test_nothing_is_acknowledged_before_its_receipt_is_kept(polling: Receiver) -> None:
    token = polling.deleted()
    polling.remote.offer(offered(polling, token))

    await eventually(lambda: token.jti in polling.remote.acked)

    assert [receipt["jti"] for receipt in await polling.receipts()] == [token.jti]


async def test_a_bad_set_is_reported_and_does_not_hold_the_others_up(polling: Receiver) -> None:
    good = polling.deleted("/Users/ben")
    stranger = replace(polling.deleted(), aud=("https://other.example",))
    misnamed = {"another-name": polling.issuer.sign(polling.deleted())}
    polling.remote.offer({**offered(polling, stranger, good), **misnamed, "garbage": "garbage"})

    await eventually(lambda: len(polling.remote.set_errs) == 3)

    errs = {jti: report["err"] for jti, report in polling.remote.set_errs.items()}
    assert errs == {
        stranger.jti: "invalid_audience",
        "another-name": "invalid_request",
        "garbage": "invalid_request",
    }
    assert polling.remote.acked == {good.jti}
    reporting = [request for request, body in polling.remote.polls if "setErrs" in body]
    assert [request.headers["Content-Language"] for request in reporting] == ["en"]


async def test_while_keys_cannot_be_had_nothing_is_acknowledged(polling: Receiver) -> None:
    polling.remote.jwks_status = 500
    token = polling.deleted()
    polling.remote.offer(offered(polling, token))
    await eventually(lambda: polling.remote.jwks_fetches > 0)
    assert (polling.remote.acked, polling.remote.set_errs) == (set(), {})

    polling.remote.jwks_status = 200

    await eventually(lambda: polling.remote.acked == {token.jti})


@pytest.mark.parametrize("status", [404, 401, 302, 500])
async def test_an_error_is_told_of_and_heals_without_help(polling: Receiver, status: int) -> None:
    polling.remote.poll_status = status
    polling.remote.news.publish()

    async def is_told() -> bool:
        rows = (await polling.admin("/receive-streams"))["streams"]
        return any(f"answered {status}" in row["last_error"] for row in rows)

    await eventually(is_told)
    polling.remote.poll_status = 200
    token = polling.deleted()
    polling.remote.offer(offered(polling, token))

    await eventually(lambda: token.jti in polling.remote.acked)


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:{port}/poll", "nonsense://transmitter.example/poll"]
)
async def test_a_trouble_does_not_tell_the_query_of_an_endpoint(
    receiver: Receiver, endpoint: str
) -> None:
    async def answer_nonsense(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"this is no HTTP\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer_nonsense, "127.0.0.1", 0)
    url = endpoint.format(port=server.sockets[0].getsockname()[1]) + "?token=a-secret"
    receiver.streams.put(poll_stream(receiver, endpoint_url=url))

    async def trouble() -> str:
        rows = (await receiver.admin("/receive-streams"))["streams"]
        return " ".join(row["last_error"] for row in rows)

    assert "a-secret" not in await eventually(trouble)
    server.close()


async def test_a_server_without_long_polling_is_asked_again_and_again(polling: Receiver) -> None:
    polling.remote.has_long_poll = False
    polling.remote.news.publish()
    await eventually(lambda: len(polling.remote.polls) >= 3)
    token = polling.deleted()
    polling.remote.offer(offered(polling, token))

    await eventually(lambda: token.jti in polling.remote.acked)


@pytest.mark.parametrize(
    "status", [stream_pb2.STREAM_STATUS_PAUSED, stream_pb2.STREAM_STATUS_DISABLED]
)
async def test_a_stream_that_is_not_enabled_is_not_polled(polling: Receiver, status: int) -> None:
    await eventually(lambda: bool(polling.remote.polls))
    polling.streams.change("pollstreamaa", status=status)
    await eventually(lambda: polling.remote.polls[-1][0].transport is None)
    token = polling.deleted()
    polling.remote.offer(offered(polling, token))
    polls = len(polling.remote.polls)

    polling.streams.change("pollstreamaa", status=stream_pb2.STREAM_STATUS_ENABLED)

    await eventually(lambda: token.jti in polling.remote.acked)
    assert polls == 1


async def test_a_deleted_stream_is_no_longer_polled(polling: Receiver) -> None:
    await eventually(lambda: bool(polling.remote.polls))

    polling.streams.delete("pollstreamaa")

    await eventually(lambda: polling.remote.polls[-1][0].transport is None)


async def test_new_credentials_are_used_from_the_next_poll(polling: Receiver) -> None:
    await eventually(lambda: bool(polling.remote.polls))

    polling.streams.change("pollstreamaa", authorization_header="Bearer new")

    await eventually(lambda: polling.remote.polls[-1][0].headers["Authorization"] == "Bearer new")


async def test_two_streams_of_one_issuer_are_polled_beside_each_other(polling: Receiver) -> None:
    polling.streams.put(
        poll_stream(
            polling,
            stream_id="otherstreama",
            endpoint_url=f"{polling.remote.origin}/poll?other",
        )
    )

    await eventually(lambda: {r.query_string for r, _ in polling.remote.polls} >= {"other"})
