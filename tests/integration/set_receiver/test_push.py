"""The push endpoint over real sockets (RFC 8935 section 2)."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from support.eventually import eventually
from support.in_process import free_port, serving
from support.received_sets import Issuer
from support.receiver_service import Receiver, push_stream

from heliograph.ssf.v1 import stream_pb2
from secevent.scim_events import CREATE_FULL
from set_receiver.app import SERVICE, build
from set_receiver.settings import Settings


async def test_a_set_that_comes_again_is_accepted_again_and_kept_once(receiver: Receiver) -> None:
    compact = receiver.issuer.sign(receiver.deleted())

    statuses = [(await receiver.push(compact)).status for _ in range(3)]

    assert statuses == [202, 202, 202]
    await receiver.eventually_states("applied")
    assert receiver.store.ids() == ["ann"]


@pytest.mark.parametrize(
    ("options", "status"),
    [
        pytest.param({"headers": {"Authorization": "Bearer wrong"}}, 401, id="wrong credentials"),
        pytest.param({"headers": {"Authorization": "Bearer wr\xf6ng"}}, 401, id="strange ones"),
        pytest.param({"headers": {"Content-Type": "application/jwt"}}, 415, id="a content type"),
        pytest.param({"stream_id": "unknown"}, 404, id="an unknown stream"),
    ],
)
async def test_a_request_is_refused_for(
    receiver: Receiver, options: dict[str, Any], status: int
) -> None:
    response = await receiver.push(receiver.issuer.sign(receiver.deleted()), **options)

    body = await response.json()
    assert (response.status, sorted(body)) == (status, ["description", "err"])
    assert await receiver.states() == []


async def test_missing_credentials_are_asked_for(receiver: Receiver) -> None:
    url = f"{receiver.origin}/events/pushstreamaa"

    async with receiver.session.post(url, data="") as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        assert (await response.json())["err"] == "authentication_failed"


async def test_a_content_type_may_have_parameters_and_capitals(receiver: Receiver) -> None:
    compact = receiver.issuer.sign(receiver.deleted())
    headers = {"Content-Type": "Application/SecEvent+JWT; charset=us-ascii"}

    assert (await receiver.push(compact, headers=headers)).status == 202


@pytest.mark.parametrize("is_chunked", [False, True], ids=["declared", "chunked"])
async def test_a_set_of_more_than_a_mebibyte_is_too_large(
    receiver: Receiver, is_chunked: bool
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b"x" * 65536

    response = await receiver.push(chunks() if is_chunked else io.BytesIO(b"x" * (1024 * 1024 + 1)))

    assert response.status == 413


async def test_only_post_is_allowed(receiver: Receiver) -> None:
    async with receiver.session.get(f"{receiver.origin}/events/pushstreamaa") as response:
        assert (response.status, response.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("changes", "err"),
    [
        pytest.param({"iss": "https://other.example"}, "invalid_issuer", id="another issuer"),
        pytest.param({"aud": ("https://other.example",)}, "invalid_audience", id="others"),
        pytest.param({"events": {CREATE_FULL: {}}}, "invalid_request", id="a bad payload"),
    ],
)
async def test_a_set_is_refused_that_is_of_or_for(
    receiver: Receiver, changes: dict[str, Any], err: str
) -> None:
    token = replace(receiver.deleted(), **changes)

    response = await receiver.push(receiver.issuer.sign(token))

    assert (response.status, (await response.json())["err"]) == (400, err)
    assert response.headers["Content-Language"] == "en"
    assert response.headers["Content-Type"] == "application/json"
    assert await receiver.states() == []


@pytest.mark.parametrize("body", ["garbage", "é.è.ü", ""], ids=["no JWS", "no ASCII", "empty"])
async def test_what_is_no_set_is_an_invalid_request(receiver: Receiver, body: str) -> None:
    response = await receiver.push(body)

    assert (response.status, (await response.json())["err"]) == (400, "invalid_request")


async def test_a_forged_set_is_refused(receiver: Receiver) -> None:
    response = await receiver.push(receiver.issuer.forge(receiver.deleted()))

    assert (response.status, (await response.json())["err"]) == (400, "authentication_failed")


async def test_while_the_issuers_keys_cannot_be_had_nothing_passes(receiver: Receiver) -> None:
    receiver.remote.jwks_status = 500

    response = await receiver.push(receiver.issuer.sign(receiver.deleted()))

    assert response.status == 503
    assert int(response.headers["Retry-After"]) >= 1
    assert await receiver.states() == []


async def test_a_rotated_key_is_fetched_by_its_kid(receiver: Receiver) -> None:
    await receiver.push_token(receiver.deleted())
    receiver.issuer.rotate()

    assert await receiver.push_token(receiver.deleted()) == 202
    assert receiver.remote.jwks_fetches == 2


async def test_a_key_that_the_issuer_does_not_show_is_invalid(receiver: Receiver) -> None:
    token = receiver.deleted()
    await receiver.push_token(receiver.deleted())
    stranger = Issuer()

    responses = [await receiver.push(stranger.sign(token)) for _ in range(3)]

    assert [response.status for response in responses] == [400, 400, 400]
    assert (await responses[0].json())["err"] == "invalid_key"
    assert receiver.remote.jwks_fetches == 2


async def test_a_paused_stream_is_to_be_tried_again_later(receiver: Receiver) -> None:
    receiver.streams.change("pushstreamaa", status=stream_pb2.STREAM_STATUS_PAUSED)

    async def is_paused() -> bool:
        response = await receiver.push(receiver.issuer.sign(receiver.deleted()))
        return response.status == 503 and "Retry-After" in response.headers

    await eventually(is_paused)


async def test_a_disabled_stream_denies_access(receiver: Receiver) -> None:
    receiver.streams.change("pushstreamaa", status=stream_pb2.STREAM_STATUS_DISABLED)

    async def is_denied() -> bool:
        response = await receiver.push(receiver.issuer.sign(receiver.deleted()))
        return response.status == 400 and (await response.json())["err"] == "access_denied"

    await eventually(is_denied)


async def test_a_deleted_stream_is_gone(receiver: Receiver) -> None:
    receiver.streams.delete("pushstreamaa")

    async def is_gone() -> bool:
        return await receiver.push_token(receiver.deleted()) == 404

    await eventually(is_gone)


async def test_new_credentials_of_a_stream_replace_the_old(receiver: Receiver) -> None:
    receiver.streams.change("pushstreamaa", authorization_header="Bearer another-secret")

    async def is_replaced() -> bool:
        return await receiver.push_token(receiver.deleted()) == 401

    await eventually(is_replaced)


async def test_a_stream_without_credentials_lets_nobody_in(receiver: Receiver) -> None:
    stream = push_stream(receiver.remote, stream_id="openstreamaa")
    stream.authorization_header = ""
    receiver.streams.put(stream)
    headers = {"Authorization": ""}

    response = await receiver.push("", stream_id="openstreamaa", headers=headers)

    assert response.status == 401


async def test_a_stream_works_from_the_moment_that_it_exists(receiver: Receiver) -> None:
    stream = push_stream(receiver.remote, stream_id="freshstreama")
    receiver.streams.streams[stream.stream_id] = stream

    compact = receiver.issuer.sign(receiver.deleted())

    assert (await receiver.push(compact, stream_id="freshstreama")).status == 202


async def test_without_the_registrar_an_unknown_stream_is_not_refused(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, port=free_port() - 3)

    async with serving(SERVICE, settings, build) as origin, aiohttp.ClientSession() as session:
        async with session.post(f"{origin}/events/pushstreamaa", data="") as response:
            assert (response.status, "Retry-After" in response.headers) == (503, True)
        async with session.get(f"{origin}/readyz") as response:
            assert (await response.json())["checks"] == {"store": True, "ssf-registrar": False}
