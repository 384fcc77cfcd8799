"""RFC 8935 sections 2.2 to 2.4: what the recipient answers, row by row."""

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from support.compact_jws import base64url, compact_jws, json_segment, public_jwk_of
from support.push_recipient import Answer, Recipient
from support.received_sets import IAT, STREAM, TOKEN, Issuer

from secevent.encryption import EncryptionKey, generate_encryption_jwk
from secevent.signing import public_jwk
from secevent.token import claims
from set_receiver.domain.streams import Status

CREATE_FULL = "urn:ietf:params:scim:event:prov:create:full"
DELETE = "urn:ietf:params:scim:event:prov:delete"
KEY = generate_ec_key(SECP256R1())
HEADER = {"typ": "secevent+jwt", "alg": "ES256", "kid": "k"}
NO_EVENTS: list[object] = [{}, [], None, "x", {DELETE: None}, {DELETE: []}, {"": {}}]


@pytest.fixture
def recipient() -> Recipient:
    issuer = Issuer()
    issuer.jwks = {"keys": [*issuer.jwks["keys"], public_jwk_of(KEY, kid="k")]}
    return Recipient(issuer)


def signed(header: dict[str, Any] | None = None, **changes: object) -> str:
    """Return a SET whose claims and header are changed; a claim that is None is left out."""
    changed = {**claims(TOKEN), **changes}
    present = {name: value for name, value in changed.items() if value is not None}
    return compact_jws({**HEADER, **(header or {})}, json.dumps(present), KEY)


def is_refusal(answer: Answer, err: str) -> bool:
    """Tell whether an answer is a 400 as section 2.3 has it."""
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-language"] == "en"
    assert sorted(answer.json) == ["description", "err"]
    assert answer.json["description"]
    return answer.status == 400 and answer.json["err"] == err


async def test_a_set_is_accepted_with_202_and_no_body(recipient: Recipient) -> None:
    answer = await recipient.push(signed())

    assert (answer.status, answer.body) == (202, b"")
    assert await recipient.kept() == [TOKEN.jti]


async def test_a_set_that_comes_again_is_answered_as_the_first_time(recipient: Recipient) -> None:
    answers = [await recipient.push(body) for body in (signed(), signed(), f" {signed()}\n")]

    assert [(each.status, each.body) for each in answers] == [(202, b"")] * 3
    assert await recipient.kept() == [TOKEN.jti]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"nbf": IAT}, id="nbf"),
        pytest.param({"toe": 1.5}, id="toe"),
        pytest.param({"txn": None}, id="no txn"),
        pytest.param({"unknown": {"a": 1}}, id="a claim that nobody knows"),
        pytest.param({"aud": [*TOKEN.aud, "https://other.example"]}, id="several audiences"),
        pytest.param({"header": {"typ": "application/SecEvent+JWT"}}, id="a long typ"),
        pytest.param({"header": {"x": "unknown"}}, id="a header that nobody knows"),
        pytest.param({"events": {"https://a.example/e": {}}}, id="an event that nobody knows"),
        pytest.param({"events": {DELETE: {}, "https://a.example/e": {}}}, id="two event types"),
    ],
)
async def test_a_set_may_have(recipient: Recipient, changes: dict[str, Any]) -> None:
    assert (await recipient.push(signed(**changes))).status == 202


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param("garbage", id="no JWS"),
        pytest.param("a.b", id="two parts"),
        pytest.param("a.b.c.d", id="four parts"),
        pytest.param("!.!.!", id="no base64url"),
        pytest.param("\xff.\xff.\xff", id="no ASCII"),
        pytest.param(f"{base64url(b'[]')}.e30.c2ln", id="a header that is no object"),
        pytest.param(f"{json_segment(HEADER)}.{base64url(b'[1]')}.c2ln", id="no claims set"),
        pytest.param(f"{json_segment(HEADER)}.{base64url(b'nothing')}.c2ln", id="no JSON"),
        pytest.param(
            compact_jws(HEADER, '{"iss":"a","iss":"b"}', KEY), id="two members of one name"
        ),
        pytest.param(
            compact_jws(HEADER, json.dumps(claims(TOKEN))[:-1] + ',"events":{}}', KEY),
            id="events twice",
        ),
        pytest.param(f"{json_segment({**HEADER, 'alg': 'none'})}.e30.", id="alg none"),
        pytest.param(f"{json_segment({**HEADER, 'alg': 'HS256'})}.e30.c2ln", id="a shared secret"),
        pytest.param(signed({"typ": "JWT"}), id="another typ"),
        pytest.param(signed({"typ": None}), id="no typ"),
        pytest.param(signed({"crit": ["x"], "x": 1}), id="an extension"),
        pytest.param(signed(exp=IAT + 60), id="exp"),
        pytest.param(signed(sub="ann"), id="sub"),
        pytest.param(signed(sub_id=None), id="no sub_id"),
        pytest.param(signed(sub_id={"format": "email"}), id="a subject without its member"),
        pytest.param(signed(sub_id={"format": "scim", "uri": "Users/1"}), id="a bad SCIM subject"),
        pytest.param(signed(iss=None), id="no iss"),
        pytest.param(signed(jti=None), id="no jti"),
        pytest.param(signed(iat=None), id="no iat"),
        pytest.param(signed(iat=IAT + 301), id="an iat ahead"),
        pytest.param(signed(iat="now"), id="an iat that is no number"),
        pytest.param(signed(events={CREATE_FULL: {}}), id="a payload against its definition"),
        *(pytest.param(signed(events=events), id=f"events {events}") for events in NO_EVENTS),
    ],
)
async def test_what_is_no_such_set_is_an_invalid_request(recipient: Recipient, body: str) -> None:
    answer = await recipient.push(body.encode("latin-1"))

    assert is_refusal(answer, "invalid_request")
    assert await recipient.kept() == []


@pytest.mark.parametrize(
    ("body", "err"),
    [
        pytest.param(signed(iss="https://other.example"), "invalid_issuer", id="issuer"),
        pytest.param(signed(aud="https://other.example"), "invalid_audience", id="audience"),
        pytest.param(signed(aud=None), "invalid_audience", id="no audience"),
        pytest.param(signed({"kid": "unknown"}), "invalid_key", id="unknown kid"),
        pytest.param(signed({"kid": None}), "invalid_request", id="a kid that is no string"),
        pytest.param(signed()[:-4] + "AAAA", "authentication_failed", id="signature"),
    ],
)
async def test_a_set_is_refused_with_the_code_of_its_fault(
    recipient: Recipient, body: str, err: str
) -> None:
    answer = await recipient.push(body)

    assert is_refusal(answer, err)
    assert await recipient.kept() == []


async def test_a_key_that_the_header_brings_is_not_used(recipient: Recipient) -> None:
    stranger = generate_ec_key(SECP256R1())
    header = {**HEADER, "kid": "strange", "jwk": public_jwk_of(stranger, kid="strange")}

    answer = await recipient.push(compact_jws(header, json.dumps(claims(TOKEN)), stranger))

    assert is_refusal(answer, "invalid_key")


async def test_what_is_encrypted_to_this_tenant_is_accepted(recipient: Recipient) -> None:
    private = generate_encryption_jwk("ECDH-ES")
    recipient.private_jwks.append(private)
    key = EncryptionKey.from_jwks({"keys": [public_jwk(private)]})
    assert key is not None

    assert (await recipient.push(key.encrypt(signed()))).status == 202
    assert is_refusal(await recipient.push(key.encrypt("garbage")), "invalid_request")


async def test_what_is_encrypted_to_another_key_is_an_invalid_key(recipient: Recipient) -> None:
    key = EncryptionKey.from_jwks({"keys": [public_jwk(generate_encryption_jwk("ECDH-ES"))]})
    assert key is not None

    assert is_refusal(await recipient.push(key.encrypt(signed())), "invalid_key")


@pytest.mark.parametrize("authorization", [None, "", "Bearer wrong", "bearer \xe9"])
async def test_wrong_credentials_are_asked_for_and_told_of(
    recipient: Recipient, authorization: str | None
) -> None:
    answer = await recipient.push(signed(), headers={"authorization": authorization})

    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-language"] == "en"
    assert answer.json["err"] == "authentication_failed"
    assert await recipient.kept() == []


async def test_credentials_come_before_all_else_that_is_wrong(recipient: Recipient) -> None:
    headers = {"authorization": "Bearer wrong", "content-type": "text/plain", "accept": "text/html"}

    assert (await recipient.push("garbage", headers=headers)).status == 401


async def test_another_stream_is_not_found(recipient: Recipient) -> None:
    assert (await recipient.push(signed(), stream_id="another")).status == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_post_is_the_only_method(recipient: Recipient, method: str) -> None:
    answer = await recipient.push(signed(), method=method)

    assert (answer.status, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (None, 202),
        ("", 202),
        ("*/*", 202),
        ("text/html, application/json;q=0.5", 202),
        ("Application/*", 202),
        ("text/html", 406),
        ("application/json;q=0", 406),
        ("application/json; q=0.000, text/*", 406),
    ],
)
async def test_an_answer_in_json_must_be_acceptable(
    recipient: Recipient, accept: str | None, status: int
) -> None:
    assert (await recipient.push(signed(), headers={"accept": accept})).status == status


@pytest.mark.parametrize(
    ("headers", "answered"),
    [
        ({"content-type": None}, {"accept": "application/secevent+jwt"}),
        ({"content-type": "application/json"}, {"accept": "application/secevent+jwt"}),
        ({"content-encoding": "gzip"}, {"accept-encoding": "identity"}),
    ],
)
async def test_another_media_type_or_encoding_is_unsupported(
    recipient: Recipient, headers: dict[str, str | None], answered: dict[str, str]
) -> None:
    answer = await recipient.push(signed(), headers=headers)

    assert answer.status == 415
    assert answer.headers.items() >= answered.items()
    assert answer.json["err"] == "invalid_request"


async def test_a_set_has_a_mebibyte_at_most(recipient: Recipient) -> None:
    large = signed(padding="x" * 700_000)
    larger = signed(padding="x" * 800_000)
    much_larger = "x" * (2 * 1024 * 1024)

    answers = [await recipient.push(body) for body in (large, larger, much_larger)]

    assert [answer.status for answer in answers] == [202, 413, 413]


async def test_above_as_many_as_can_be_under_way_the_transmitter_is_to_come_again() -> None:
    answer = await Recipient(most_at_once=0).push(signed())

    assert (answer.status, answer.headers["retry-after"]) == (429, "1")


async def test_without_the_issuers_keys_nothing_is_decided(recipient: Recipient) -> None:
    recipient.has_keys = False

    answer = await recipient.push(signed())

    assert (answer.status, answer.headers["retry-after"]) == (503, "3")
    assert await recipient.kept() == []


async def test_a_paused_stream_takes_nothing_in_for_now(recipient: Recipient) -> None:
    recipient.directory.put(STREAM.stream_id, replace(STREAM, status=Status.PAUSED))

    answer = await recipient.push(signed())

    assert (answer.status, answer.headers["retry-after"]) == (503, "1")


async def test_a_disabled_stream_denies_access(recipient: Recipient) -> None:
    recipient.directory.put(STREAM.stream_id, replace(STREAM, status=Status.DISABLED))

    assert is_refusal(await recipient.push(signed()), "access_denied")
