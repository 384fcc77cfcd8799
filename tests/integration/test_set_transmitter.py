"""set-transmitter pushes over real sockets, with the real store and registrar (RFC 8935)."""

from typing import Any

import orjson
import pytest
import pytest_asyncio
from aiohttp import web
from support.compact_jws import decoded, opened
from support.eventually import eventually
from support.scripted_receiver import ENDPOINT_TOKEN, Receiver
from support.transmitter_cluster import (
    Cluster,
    creation,
    deletion,
    patch,
)

from secevent.scim_events import CREATE_FULL, PATCH_NOTICE

REFUSAL = {"err": "invalid_request", "description": "what is that?"}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def stream(cluster: Cluster, receiver: Receiver) -> str:
    created = await cluster.fresh_stream(receiver.delivery(), signing_algorithm="ES256")
    return str(created["stream_id"])


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_a_change_arrives_as_a_set_that_the_issuers_key_set_verifies(
    algorithm: str, cluster: Cluster, receiver: Receiver
) -> None:
    created = await cluster.fresh_stream(receiver.delivery(), signing_algorithm=algorithm)
    user_id = await cluster.add_user(f"signed-{algorithm}", externalId="e-7")

    (pushed,) = await receiver.has_accepted(1)

    _, jwks = await cluster.request("GET", f"{cluster.origin('ssf-registrar')}/jwks.json")
    (jwk,) = [key for key in jwks["keys"] if key["alg"] == algorithm]
    header, claims = opened(pushed.jwt, jwk)
    assert header == {"typ": "secevent+jwt", "alg": algorithm, "kid": jwk["kid"]}
    assert (claims["iss"], claims["aud"]) == (created["iss"], created["aud"][0])
    assert claims["sub_id"] == {"format": "scim", "uri": f"/Users/{user_id}", "externalId": "e-7"}
    assert claims["jti"].endswith(created["stream_id"])


async def test_a_push_is_what_rfc_8935_asks_for(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    await cluster.add_user("headers")

    (pushed,) = await receiver.has_accepted(1)

    assert stream
    assert pushed.headers["Content-Type"] == "application/secevent+jwt"
    assert pushed.headers["Accept"] == "application/json"
    assert pushed.headers["Authorization"] == ENDPOINT_TOKEN


async def test_the_life_of_a_user_arrives_in_order(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    user_id = await cluster.add_user("life", active=True)
    await cluster.write(patch(user_id, active=False))
    await cluster.write(patch(user_id, password="Never-in-an-event-1"))
    await cluster.write(deletion(user_id))

    pushed = await receiver.has_accepted(4)

    assert [one.event for one in pushed] == ["create:full", "patch:full", "deactivate", "delete"]
    _, changed, deactivated, _ = (one.claims for one in pushed)
    assert changed["txn"] == deactivated["txn"]
    await eventually(lambda: cluster.state_is(stream, pending=0, acknowledged=4))


async def test_a_changed_password_is_named_to_those_who_ask_for_notices(
    cluster: Cluster, receiver: Receiver
) -> None:
    await cluster.fresh_stream(receiver.delivery(), events_requested=[CREATE_FULL, PATCH_NOTICE])
    user_id = await cluster.add_user("secretive")
    await cluster.write(patch(user_id, password="Never-in-an-event-1"))

    pushed = await receiver.has_accepted(2)

    assert [one.event for one in pushed] == ["create:full", "patch:notice"]
    (notice,) = pushed[1].claims["events"].values()
    assert notice["attributes"] == ["password"]
    assert not any("Never-in-an-event" in str(one.claims) for one in pushed)


async def test_a_failed_push_is_repeated_with_the_same_bytes(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    receiver.script.extend([web.Response(status=503), web.Response(status=500)])

    await cluster.add_user("repeated")

    first, second, third = await receiver.has_answered(3)
    assert (first.status, second.status, third.status) == (503, 500, 202)
    assert first.jwt == second.jwt == third.jwt
    await eventually(lambda: cluster.state_is(stream, last_error="", acknowledged=1))


async def test_a_refused_set_becomes_a_dead_letter_and_the_stream_goes_on(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    refusal = {"err": "invalid_request", "description": "what is that?"}
    receiver.script.append(web.json_response(refusal, status=400))
    refused = await cluster.add_user("refused")
    await receiver.has_answered(1)

    await cluster.write(patch(refused, title="Dr."))

    (went_on,) = await receiver.has_accepted(1)
    (letter,) = await eventually(lambda: cluster.dead_letters(stream))
    assert went_on.event == "patch:full"
    assert receiver.pushed[0].claims["jti"] == letter["jti"]
    assert (letter["err"], letter["description"]) == ("invalid_request", "what is that?")
    assert letter["subject_uri"] == f"/Users/{refused}"
    assert letter["event_type"] == "urn:ietf:params:scim:event:prov:create:full"


async def test_a_dead_letter_is_shown_decoded_and_told_again_as_it_was(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    receiver.script.append(web.json_response(REFUSAL, status=400))
    user_id = await cluster.add_user("told-again")
    await receiver.has_answered(1)
    (letter,) = await eventually(lambda: cluster.dead_letters(stream))
    url = f"{cluster.origin('set-transmitter')}/admin/v1/dead-letters/{letter['id']}"

    _, shown = await cluster.request("GET", url)
    status, replayed = await cluster.request("POST", f"{url}/replay")

    (again,) = await receiver.has_accepted(1)
    refused = receiver.pushed[0].claims
    assert {**shown["set"], "iat": 0} == {**refused, "iat": 0}
    assert (status, replayed) == (200, {"original": 1, "state": 0, "left": 0})
    assert (again.subject, again.event) == (f"/Users/{user_id}", "create:full")
    assert (again.claims["txn"], again.claims["events"]) == (refused["txn"], refused["events"])
    assert again.claims["jti"] != refused["jti"]
    assert (await cluster.request("GET", url))[0] == 404
    assert await cluster.state_is(stream, dead_letters=0)


async def test_a_dead_letter_that_was_overtaken_is_told_by_the_present_state(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    receiver.script.append(web.json_response(REFUSAL, status=400))
    user_id = await cluster.add_user("overtaken")
    await cluster.write(patch(user_id, title="Dr."))
    await receiver.has_accepted(1)
    await cluster.write(patch(user_id, title="Prof."))
    await receiver.has_accepted(2)
    url = f"{cluster.origin('set-transmitter')}/admin/v1/dead-letters/replay"

    answer = await cluster.request("POST", url, json={"stream_id": stream})

    told = (await receiver.has_accepted(3))[-1]
    (payload,) = told.claims["events"].values()
    assert answer == (200, {"original": 0, "state": 1, "left": 0})
    assert (told.subject, told.event) == (f"/Users/{user_id}", "create:full")
    assert payload["data"]["title"] == "Prof."


async def test_a_dead_letter_is_dropped(cluster: Cluster, receiver: Receiver, stream: str) -> None:
    receiver.script.extend(web.json_response(REFUSAL, status=400) for _ in range(2))
    await cluster.write(creation("dropped-1"), creation("dropped-2"))
    await eventually(lambda: cluster.state_is(stream, dead_letters=2))
    letter, _ = await cluster.dead_letters(stream)
    url = f"{cluster.origin('set-transmitter')}/admin/v1/dead-letters"

    assert await cluster.request("DELETE", f"{url}/{letter['id']}") == (204, None)
    assert (await cluster.request("DELETE", f"{url}/{letter['id']}"))[0] == 404
    assert await cluster.request("DELETE", f"{url}?stream_id={stream}") == (200, {"dropped": 1})
    assert await cluster.state_is(stream, dead_letters=0)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "?after=nonsense", 400),
        ("GET", "?limit=0", 422),
        ("GET", "/nonsense", 404),
        ("POST", "/nonsense/replay", 404),
        ("DELETE", "", 422),
    ],
)
async def test_a_dead_letter_that_is_not_there_is_refused(
    method: str, path: str, status: int, cluster: Cluster
) -> None:
    url = f"{cluster.origin('set-transmitter')}/admin/v1/dead-letters{path}"

    assert (await cluster.request(method, url))[0] == status


async def test_a_stream_whose_receiver_knows_no_such_issuer_is_held(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    refusal = {"err": "invalid_issuer", "description": "not ours"}
    receiver.script.extend(web.json_response(refusal, status=400) for _ in range(3))
    for number in range(3):
        await cluster.add_user(f"misdirected-{number}")
        await receiver.has_answered(number + 1)
    status = await eventually(lambda: _paused(cluster, stream))
    await cluster.add_user("kept-meanwhile")
    await eventually(lambda: cluster.state_is(stream, dead_letters=3))

    await cluster.set_status(stream, "enabled")

    told = {each.event for each in await receiver.has_accepted(2)}
    assert "create:full" in told
    assert status["reason"] == (
        "held by the transmitter: The receiver has refused 3 SETs in a row, the last with"
        " invalid_issuer: not ours"
    )


async def test_keys_are_rotated_under_load_without_a_refusal(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    registrar = cluster.origin("ssf-registrar")
    for number in range(3):
        await cluster.write(*(creation(f"rotated-{number}-{each}") for each in range(20)))
        body = {"algorithm": "ES256", "use_after_seconds": number % 2}
        status, _ = await cluster.request("POST", f"{registrar}/admin/v1/keys/rotate", json=body)
        assert status == 200
    (_, jwks), pushed = (
        await cluster.request("GET", f"{registrar}/jwks.json"),
        await receiver.has_accepted(60),
    )
    before = {one.jwt for one in pushed}
    await eventually(lambda: _signs_with(cluster, receiver, jwks["keys"][-1]["kid"]))

    keys = {key["kid"]: key for key in jwks["keys"]}
    for one in pushed:
        opened(one.jwt, keys[_kid(one.jwt)])
    assert len(before) == 60
    assert await cluster.dead_letters(stream) == []


async def test_a_redirect_is_not_followed(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    elsewhere = {"Location": f"{receiver.origin}/elsewhere"}
    receiver.script.extend([web.Response(status=307, headers=elsewhere)])

    await cluster.add_user("redirected")

    await receiver.has_accepted(1)
    assert stream
    assert [(one.path, one.status) for one in receiver.pushed] == [
        ("/events", 307),
        ("/events", 202),
    ]


async def test_a_new_credential_is_used_at_once(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    # a Retry-After far away: only the change of the stream can end the wait in time
    asked = {"Retry-After": "3000"}
    receiver.script.append(web.Response(status=503, headers=asked))
    await cluster.add_user("credential")
    await receiver.has_answered(1)

    await cluster.change(stream, delivery=receiver.delivery(authorization_header="Bearer new"))

    first, again = await receiver.has_answered(2)
    assert (again.headers["Authorization"], again.jwt) == ("Bearer new", first.jwt)


async def test_a_new_endpoint_is_used_at_once(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    receiver.script.append(web.Response(status=503, headers={"Retry-After": "3000"}))
    await cluster.add_user("endpoint")
    await receiver.has_answered(1)
    await eventually(lambda: _is_waiting(cluster, stream))

    await cluster.change(stream, delivery=receiver.delivery("/moved"))

    first, again = await receiver.has_answered(2)
    assert (again.path, again.jwt) == ("/moved", first.jwt)


async def test_wrong_credentials_lose_nothing(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    receiver.script.extend(web.Response(status=401) for _ in range(2))

    await cluster.add_user("unauthorized")

    await receiver.has_accepted(1)
    assert [one.status for one in receiver.pushed] == [401, 401, 202]
    assert await cluster.dead_letters(stream) == []


async def test_subjects_go_side_by_side_and_each_in_order(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    receiver.door.clear()
    created = await cluster.write(*(creation(f"side-{number}") for number in range(8)))
    ids = [user.ref.id for user in created]
    for title in ("Dr.", "Prof."):
        await cluster.write(*(patch(user_id, title=title) for user_id in ids))
    await eventually(lambda: cluster.state_is(stream, pending=24))
    await eventually(lambda: len(receiver.held) == 8)
    under_way = [one.subject for one in receiver.held]

    receiver.door.set()

    pushed = await receiver.has_accepted(24)
    assert sorted(under_way) == sorted(f"/Users/{user_id}" for user_id in ids)
    for user_id in ids:
        events = [one for one in pushed if one.subject == f"/Users/{user_id}"]
        assert [_told(one.claims) for one in events] == [None, "Dr.", "Prof."]


async def test_a_set_that_its_receiver_fails_on_does_not_stop_the_others(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    bad = await cluster.add_user("bad")
    await receiver.has_accepted(1)
    receiver.failing.add(f"/Users/{bad}")
    await cluster.write(patch(bad, title="Dr."))
    await receiver.has_answered(2)

    await cluster.write(*(creation(f"good-{number}") for number in range(20)))

    await receiver.has_accepted(21)
    receiver.failing.clear()
    await receiver.has_accepted(22)
    assert await cluster.dead_letters(stream) == []


async def test_a_paused_stream_holds_its_events(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    await cluster.add_user("before-the-pause")
    await receiver.has_accepted(1)
    await cluster.set_status(stream, "paused")
    user_id = await cluster.add_user("held")
    await eventually(lambda: cluster.state_is(stream, pending=1))
    assert len(receiver.pushed) == 1

    await cluster.set_status(stream, "enabled")

    _, held = await receiver.has_accepted(2)
    assert held.subject == f"/Users/{user_id}"


async def test_a_disabled_stream_drops_its_events(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    await cluster.set_status(stream, "paused")
    await cluster.add_user("dropped-since-it-was-there")
    await eventually(lambda: cluster.state_is(stream, pending=1))
    await cluster.set_status(stream, "disabled")
    await eventually(lambda: cluster.state_is(stream, pending=0))
    witness = await cluster.fresh_stream()
    await cluster.add_user("dropped-since-it-came")
    await eventually(lambda: cluster.state_is(witness["stream_id"], pending=1))
    await eventually(lambda: cluster.state_is(stream, pending=0))

    await cluster.set_status(stream, "enabled")
    user_id = await cluster.add_user("after")

    (only,) = await receiver.has_accepted(1)
    assert only.subject == f"/Users/{user_id}"


async def test_a_deleted_stream_gets_nothing_more(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    await cluster.delete_streams()
    await eventually(lambda: _is_unknown(cluster, stream))
    witness = await cluster.fresh_stream(receiver.delivery("/witness"))

    await cluster.add_user("after-the-deletion")

    (only,) = await receiver.has_accepted(1)
    assert (only.path, only.claims["jti"].endswith(witness["stream_id"])) == ("/witness", True)


async def test_metrics_tell_of_lag_outcomes_and_dead_letters(
    cluster: Cluster, receiver: Receiver, stream: str
) -> None:
    await cluster.add_user("measured")
    await receiver.has_accepted(1)
    await eventually(lambda: cluster.state_is(stream, pending=0, acknowledged=1))

    async with cluster.http.get(f"{cluster.origin('set-transmitter')}/metrics") as answer:
        lines = (await answer.text()).splitlines()

    label = f'stream_id="{stream}"'
    assert f"heliograph_stream_lag_events{{{label}}} 0.0" in lines
    assert f"heliograph_stream_lag_seconds{{{label}}} 0.0" in lines
    assert f"heliograph_dead_letters{{{label}}} 0.0" in lines
    assert f'heliograph_deliveries_total{{outcome="Accepted",{label}}} 1.0' in lines


async def _paused(cluster: Cluster, stream_id: str) -> Any:
    url = f"{cluster.origin('ssf-registrar')}/ssf/status?stream_id={stream_id}"
    _, status = await cluster.request("GET", url)
    return status if status["status"] == "paused" else None


async def _signs_with(cluster: Cluster, receiver: Receiver, kid: str) -> bool:
    count = len(receiver.accepted)
    await cluster.add_user(f"signed-after-rotation-{count}")
    return _kid((await receiver.has_accepted(count + 1))[-1].jwt) == kid


def _kid(jwt: str) -> str:
    return str(orjson.loads(decoded(jwt.split(".", maxsplit=1)[0]))["kid"])


def _told(claims: dict[str, Any]) -> Any:
    (payload,) = claims["events"].values()
    operations = payload["data"].get("Operations", [])
    return operations[0]["value"] if operations else None


async def _is_waiting(cluster: Cluster, stream_id: str) -> bool:
    return bool((await cluster.state(stream_id)).get("last_error"))


async def _is_unknown(cluster: Cluster, stream_id: str) -> bool:
    return await cluster.state(stream_id) == {}
