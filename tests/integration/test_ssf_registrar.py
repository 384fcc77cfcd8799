"""ssf-registrar's HTTP face over real sockets (SSF 1.0 sections 7 and 8)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from support.running_registrar import Registrar, give_token, running, settings_of

BOB, EVE, READER = "token-of-bob", "token-of-eve", "token-of-a-reader"
DELETE = "urn:ietf:params:scim:event:prov:delete"
PUSH = {
    "method": "urn:ietf:rfc:8935",
    "endpoint_url": "http://127.0.0.1:9/events",
    "authorization_header": "pushToken",
}


@pytest.fixture
async def registrar(tmp_path: Path, store_settings: dict[str, str]) -> AsyncIterator[Registrar]:
    settings = settings_of(tmp_path, **store_settings)
    await give_token(settings, BOB, subject="bob", scopes="ssf.manage")
    await give_token(settings, EVE, subject="eve", scopes="ssf.manage ssf.read")
    await give_token(settings, READER, subject="carol", scopes="ssf.read")
    async with running(settings) as running_registrar:
        yield running_registrar


async def test_metadata_lists_the_endpoints_that_exist(registrar: Registrar) -> None:
    answer = await registrar.request("GET", "/.well-known/ssf-configuration", token=None)

    assert answer.status == 200
    assert answer.json == {
        "spec_version": "1_0",
        "issuer": registrar.origin,
        "jwks_uri": f"{registrar.origin}/jwks.json",
        "delivery_methods_supported": ["urn:ietf:rfc:8935", "urn:ietf:rfc:8936"],
        "configuration_endpoint": f"{registrar.origin}/ssf/streams",
        "status_endpoint": f"{registrar.origin}/ssf/status",
        "verification_endpoint": f"{registrar.origin}/ssf/verify",
        "authorization_schemes": [{"spec_urn": "urn:ietf:rfc:6749"}],
        "default_subjects": "ALL",
    }


async def test_the_key_set_holds_public_keys_only(registrar: Registrar) -> None:
    answer = await registrar.request("GET", "/jwks.json", token=None)

    keys = answer.json["keys"]
    assert [(key["alg"], key["use"]) for key in keys] == [
        ("RS256", "sig"),
        ("ES256", "sig"),
        ("RSA-OAEP-256", "enc"),
        ("ECDH-ES", "enc"),
    ]
    for key in keys:
        members = {"n", "e"} if key["kty"] == "RSA" else {"crv", "x", "y"}
        assert set(key) == {"kty", "kid", "alg", "use"} | members


async def test_a_poll_stream_is_made_read_and_deleted(registrar: Registrar) -> None:
    created = await registrar.request(
        "POST", "/ssf/streams", token=BOB, json={"events_requested": [DELETE, "urn:x"]}
    )
    stream_id = created.json["stream_id"]
    path = f"/ssf/streams?stream_id={stream_id}"
    transmitter = registrar.settings.origin_of("set-transmitter")

    assert created.status == 201
    assert created.json["iss"] == registrar.origin
    assert created.json["aud"] == [f"{registrar.origin}/receivers/bob"]
    assert created.json["events_requested"] == [DELETE, "urn:x"]
    assert created.json["events_delivered"] == [DELETE, "urn:x"]
    assert created.json["delivery"] == {
        "method": "urn:ietf:rfc:8936",
        "endpoint_url": f"{transmitter}/ssf/poll/{stream_id}",
    }
    assert (await registrar.request("GET", path, token=BOB)).json == created.json
    assert (await registrar.request("GET", "/ssf/streams", token=BOB)).json == [created.json]
    deleted = await registrar.request("DELETE", path, token=BOB)
    assert (deleted.status, deleted.json) == (204, None)
    assert (await registrar.request("GET", "/ssf/streams", token=BOB)).json == []


async def test_a_body_is_not_needed_to_create_a_stream(registrar: Registrar) -> None:
    answer = await registrar.request("POST", "/ssf/streams", data=b"")

    assert answer.status == 201
    assert answer.json["delivery"]["method"] == "urn:ietf:rfc:8936"


async def test_a_receive_push_stream_gets_an_endpoint_and_a_secret(registrar: Registrar) -> None:
    stream = await registrar.create(
        iss="https://b.example",
        aud="https://b.example/us",
        issuerJWKSUrl="http://127.0.0.1:9/jwks.json",
        delivery={"method": "urn:ietf:rfc:8935:receive"},
    )

    receiver = registrar.settings.origin_of("set-receiver")
    assert stream["delivery"]["endpoint_url"] == f"{receiver}/events/{stream['stream_id']}"
    assert stream["delivery"]["authorization_header"].startswith("Bearer ")


async def test_patch_and_put_answer_with_the_whole_configuration(registrar: Registrar) -> None:
    stream = await registrar.create(BOB, delivery=PUSH, description="first")

    patched = await registrar.request(
        "PATCH",
        "/ssf/streams",
        token=BOB,
        json={"stream_id": stream["stream_id"], "description": "second"},
    )
    put = await registrar.request(
        "PUT",
        "/ssf/streams",
        token=BOB,
        json={"stream_id": stream["stream_id"], "delivery": PUSH},
    )

    without_description = {name: value for name, value in stream.items() if name != "description"}
    assert (patched.status, patched.json) == (200, {**stream, "description": "second"})
    assert (put.status, put.json) == (200, without_description)


async def test_a_status_is_set_and_read(registrar: Registrar) -> None:
    stream_id = (await registrar.create(BOB))["stream_id"]
    path = f"/ssf/status?stream_id={stream_id}"

    before = await registrar.request("GET", path, token=BOB)
    paused = {"stream_id": stream_id, "status": "paused", "reason": "upgrade"}
    answer = await registrar.request("POST", "/ssf/status", token=BOB, json=paused)
    after = await registrar.request("GET", path, token=BOB)

    assert before.json == {"stream_id": stream_id, "status": "enabled"}
    assert (answer.status, answer.json) == (200, paused)
    assert after.json == paused


def every_call(stream_id: str) -> list[tuple[str, str, Any]]:
    query = f"?stream_id={stream_id}"
    return [
        ("GET", f"/ssf/streams{query}", None),
        ("PATCH", "/ssf/streams", {"stream_id": stream_id, "description": "mine now"}),
        ("PUT", "/ssf/streams", {"stream_id": stream_id}),
        ("DELETE", f"/ssf/streams{query}", None),
        ("GET", f"/ssf/status{query}", None),
        ("POST", "/ssf/status", {"stream_id": stream_id, "status": "disabled"}),
    ]


async def test_the_stream_of_someone_else_is_not_there(registrar: Registrar) -> None:
    stream = await registrar.create(BOB, delivery=PUSH)

    answers = [
        await registrar.request(method, path, token=EVE, json=body)
        for method, path, body in every_call(stream["stream_id"])
    ]

    assert {answer.status for answer in answers} == {404}
    assert {answer.json["err"] for answer in answers} == {"not_found"}
    assert (await registrar.request("GET", "/ssf/streams", token=EVE)).json == []
    assert (await registrar.request("GET", "/ssf/streams")).json == [stream]


async def test_a_deleted_stream_is_not_there(registrar: Registrar) -> None:
    stream_id = (await registrar.create())["stream_id"]
    await registrar.request("DELETE", f"/ssf/streams?stream_id={stream_id}")

    answers = [
        await registrar.request(method, path, json=body)
        for method, path, body in every_call(stream_id)
    ]

    assert {answer.status for answer in answers} == {404}


async def test_without_a_known_bearer_token_every_call_is_refused(registrar: Registrar) -> None:
    calls = [*every_call("s1"), ("POST", "/ssf/streams", {}), ("GET", "/ssf/streams", None)]

    missing = [
        await registrar.request(method, path, token=None, json=body) for method, path, body in calls
    ]
    unknown = [
        await registrar.request(method, path, token="unknown", json=body)
        for method, path, body in calls
    ]

    assert {(a.status, a.headers["www-authenticate"]) for a in missing} == {
        (401, 'Bearer realm="heliograph"')
    }
    assert {(a.status, a.headers["www-authenticate"]) for a in unknown} == {
        (401, 'Bearer realm="heliograph", error="invalid_token"')
    }


async def test_a_bearer_token_in_the_query_is_none(registrar: Registrar) -> None:
    answer = await registrar.request("GET", f"/ssf/streams?access_token={BOB}", token=None)

    assert answer.status == 401


async def test_a_reader_reads_and_does_no_more(registrar: Registrar) -> None:
    read = await registrar.request("GET", "/ssf/streams", token=READER)
    write = await registrar.request("POST", "/ssf/streams", token=READER, json={})

    assert (read.status, read.json) == (200, [])
    assert (write.status, write.json["err"]) == (403, "insufficient_scope")
    assert write.headers["www-authenticate"] == (
        'Bearer realm="heliograph", error="insufficient_scope", scope="ssf.manage"'
    )


async def test_a_receive_stream_takes_the_admin_scope(registrar: Registrar) -> None:
    delivery = {"method": "urn:ietf:rfc:8935:receive"}

    answer = await registrar.request("POST", "/ssf/streams", token=BOB, json={"delivery": delivery})

    assert answer.status == 403
    assert answer.headers["www-authenticate"].endswith('scope="admin"')


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
@pytest.mark.parametrize(
    ("body", "what"),
    [
        pytest.param(b";{ broken", "the body is not JSON in UTF-8: ", id="broken JSON"),
        pytest.param(b'{"a": "\xff"}', "the body is not JSON in UTF-8: ", id="not UTF-8"),
        pytest.param(b"[]", "the body must be a JSON object", id="an array"),
    ],
)
async def test_a_broken_body_is_a_bad_request(
    registrar: Registrar, method: str, body: bytes, what: str
) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}

    answer = await registrar.request(method, "/ssf/streams", data=body, headers=headers)

    assert answer.status == 400
    assert answer.json["err"] == "invalid_request"
    assert answer.json["description"].startswith(what)


@pytest.mark.parametrize(
    ("method", "path", "body", "what"),
    [
        ("DELETE", "/ssf/streams", None, "stream_id is missing"),
        ("GET", "/ssf/status", None, "stream_id is missing"),
        ("PATCH", "/ssf/streams", {}, "stream_id is missing"),
        ("PUT", "/ssf/streams", {"stream_id": 7}, "stream_id must be a string"),
        ("POST", "/ssf/status", {"status": "paused"}, "stream_id is missing"),
        (
            "POST",
            "/ssf/streams",
            {"delivery": {**PUSH, "endpoint_url": "http://10.0.0.1/"}},
            "delivery.endpoint_url must not be a private",
        ),
        (
            "POST",
            "/ssf/streams",
            {"delivery": {**PUSH, "endpoint_url": "https://no-such-host.invalid/"}},
            "delivery.endpoint_url names a host that does not resolve",
        ),
    ],
)
async def test_a_wrong_request_is_told_what_is_wrong(
    registrar: Registrar, method: str, path: str, body: Any, what: str
) -> None:
    answer = await registrar.request(method, path, json=body)

    assert (answer.status, answer.json["err"]) == (400, "invalid_request")
    assert answer.json["description"].startswith(what)


async def test_a_name_that_resolves_to_loopback_is_loopback(registrar: Registrar) -> None:
    delivery = {**PUSH, "endpoint_url": "http://localhost:9/events"}

    stream = await registrar.create(delivery=delivery)

    assert stream["delivery"] == delivery


async def test_another_content_type_is_refused_with_the_right_one(registrar: Registrar) -> None:
    answer = await registrar.request("POST", "/ssf/streams", data={"a": "form"})

    assert answer.status == 415
    assert answer.json["description"] == "send the body with Content-Type: application/json"


async def test_a_body_without_content_type_is_json(registrar: Registrar) -> None:
    async with registrar.session.post(
        f"{registrar.origin}/ssf/streams",
        data=b'{"description": "plain"}',
        headers={"Authorization": f"Bearer {BOB}"},
        skip_auto_headers=["Content-Type"],
    ) as answer:
        assert answer.status == 201
        assert (await answer.json())["description"] == "plain"


async def test_a_body_beyond_reason_is_refused(registrar: Registrar) -> None:
    body = b" " * (256 * 1024 + 1)

    answer = await registrar.request("POST", "/ssf/streams", data=body)

    assert answer.status == 413


async def test_no_cache_keeps_an_answer_of_the_management_api(registrar: Registrar) -> None:
    stream_id = (await registrar.create(BOB))["stream_id"]

    answers = [
        await registrar.request("GET", "/ssf/streams", token=BOB),
        await registrar.request("GET", "/ssf/streams?stream_id=other", token=BOB),
        await registrar.request("POST", "/ssf/streams", token=None),
        await registrar.request("POST", "/ssf/status", data=b"{", token=BOB),
        await registrar.request("DELETE", f"/ssf/streams?stream_id={stream_id}", token=BOB),
    ]

    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


async def test_another_method_is_answered_with_the_allowed_ones(registrar: Registrar) -> None:
    answer = await registrar.request("PUT", "/ssf/status", json={})

    assert answer.status == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
