"""API tokens at ssf-registrar: made, rotated and revoked by HTTP, looked up by gRPC."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.running_registrar import ADMIN, Registrar, running, settings_of

from heliograph.ssf.v1 import token_service_pb2 as pb
from heliograph.ssf.v1.token_service_pb2_grpc import TokenServiceStub
from servicekit.bearer import token_hash
from servicekit.channels import call
from servicekit.failures import RemoteError

TOKENS = "/admin/v1/tenants/default/tokens"
CONFIGURED = "HELIOGRAPH_ADMIN_TOKEN"
DAY = 24 * 60 * 60


@pytest.fixture
async def registrar(tmp_path: Path, store_settings: dict[str, str]) -> AsyncIterator[Registrar]:
    async with running(settings_of(tmp_path, **store_settings)) as running_registrar:
        yield running_registrar


async def created(registrar: Registrar, **members: Any) -> Any:
    answer = await registrar.request("POST", TOKENS, json={"name": "okta", **members})
    assert answer.status == 201, answer
    return answer.json


async def grant(registrar: Registrar, token: str) -> pb.LookUpTokenResponse | None:
    request = pb.LookUpTokenRequest(token_hash=token_hash(token))
    try:
        return await call(TokenServiceStub(registrar.channel).LookUpToken, request, deadline=10)
    except RemoteError as error:
        if error.reason != "TOKEN_NOT_FOUND":
            raise
        return None


async def rows(registrar: Registrar) -> list[dict[str, Any]]:
    listed = (await registrar.request("GET", TOKENS)).json["tokens"]
    return [row for row in listed if row["name"] != CONFIGURED]


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


async def test_a_token_is_shown_once_and_works(registrar: Registrar) -> None:
    made = await created(registrar, expires="2099-01-01T01:00:00+01:00", user_id="u-1")

    secret = made.pop("token")
    found = await grant(registrar, secret)

    row = {
        "name": "okta",
        "subject": "okta",
        "scopes": ["scim"],
        "user_id": "u-1",
        "created": made["created"],
        "expires": "2099-01-01T00:00:00Z",
        "last_used": None,
        "is_former": False,
    }
    assert secret.startswith("heliograph_")
    assert made == {**row, "former_expires": None}
    assert await rows(registrar) == [row]
    assert found == pb.LookUpTokenResponse(
        tenant="default",
        subject="okta",
        scopes=["scim"],
        expires=int(datetime(2099, 1, 1, tzinfo=UTC).timestamp()),
        user_id="u-1",
    )


async def test_both_secrets_work_while_a_rotation_overlaps(registrar: Registrar) -> None:
    first = await created(registrar, scopes=["scim", "ssf.read"])
    answer = await registrar.request("POST", f"{TOKENS}/okta/rotate", data=b"")
    second = answer.json

    former, now = await grant(registrar, first["token"]), await grant(registrar, second["token"])
    current_row, former_row = await rows(registrar)

    assert answer.status == 200
    assert former is not None
    assert abs(former.expires - time.time() - DAY) < 300
    assert seconds(second["former_expires"]) == former.expires
    assert now == pb.LookUpTokenResponse(
        tenant="default", subject="okta", scopes=["scim", "ssf.read"]
    )
    assert (current_row["is_former"], current_row["expires"]) == (False, None)
    assert (former_row["is_former"], former_row["expires"]) == (True, second["former_expires"])


async def test_a_rotation_without_overlap_ends_the_former_secret_at_once(
    registrar: Registrar,
) -> None:
    first = await created(registrar, scopes=["ssf.manage"])
    before = await registrar.request("GET", "/ssf/streams", token=first["token"])

    body = {"overlap_seconds": 0, "expires": "2099-01-01T00:00:00Z"}
    second = (await registrar.request("POST", f"{TOKENS}/okta/rotate", json=body)).json

    assert before.status == 200
    assert await grant(registrar, first["token"]) is None
    assert second["former_expires"] is None
    assert [row["expires"] for row in await rows(registrar)] == ["2099-01-01T00:00:00Z"]
    assert (await registrar.request("GET", "/ssf/streams", token=second["token"])).status == 200


async def test_revoking_ends_every_secret_of_a_name_and_frees_the_name(
    registrar: Registrar,
) -> None:
    first = (await created(registrar))["token"]
    second = (await registrar.request("POST", f"{TOKENS}/okta/rotate")).json["token"]
    other = (await created(registrar, name="entra"))["token"]

    revoked = await registrar.request("DELETE", f"{TOKENS}/okta")
    again = await registrar.request("DELETE", f"{TOKENS}/okta")

    assert (revoked.status, again.status) == (204, 404)
    assert [await grant(registrar, token) for token in (first, second)] == [None, None]
    assert await grant(registrar, other) is not None
    assert (await created(registrar))["name"] == "okta"


async def test_the_last_use_is_kept_and_never_goes_back(registrar: Registrar) -> None:
    token = (await created(registrar))["token"]
    stub = TokenServiceStub(registrar.channel)
    now = int(time.time())

    async def used(*moments: int) -> str | None:
        uses = [pb.TokenUse(token_hash=token_hash(token), used=moment) for moment in moments]
        stranger = pb.TokenUse(token_hash=b"unknown", used=now)
        request = pb.RecordTokenUsesRequest(uses=[*uses, stranger])
        await call(stub.RecordTokenUses, request, deadline=10)
        (row,) = await rows(registrar)
        last: str | None = row["last_used"]
        return last

    first = await used(now - 100, now - 200)
    assert first is not None
    assert seconds(first) == now - 100
    assert await used(now - 300) == first
    ahead = await used(2**63)
    assert ahead is not None
    assert 0 <= seconds(ahead) - now < 300


async def test_an_empty_report_of_uses_is_fine(registrar: Registrar) -> None:
    stub = TokenServiceStub(registrar.channel)

    assert await call(stub.RecordTokenUses, pb.RecordTokenUsesRequest(), deadline=10) == (
        pb.RecordTokenUsesResponse()
    )


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("", {}, 400, "name is missing"),
        ("", {"name": "a b"}, 400, "name must be"),
        ("", {"name": "Admin"}, 400, "the admin token's"),
        ("", {"name": "x", "scopes": ["root"]}, 400, "'root', which is none"),
        ("", {"name": "x", "scopes": []}, 400, "scopes must not be empty"),
        ("", {"name": "x", "scopes": "scim"}, 400, "array of strings"),
        ("", {"name": "x", "expires": "2001-01-01T00:00:00Z"}, 400, "in the past"),
        ("", {"name": "x", "expires": "tomorrow"}, 400, "RFC 3339"),
        ("", {"name": "x", "expires": 5}, 400, "expires must be a string"),
        ("", {"name": "x", "user_id": "a\nb"}, 400, "control character"),
        ("", {"name": "x", "secret": "mine"}, 400, "secret is no member"),
        ("", {"name": "okta"}, 409, "rotate it, revoke it"),
        ("/okta/rotate", {"overlap_seconds": -1}, 400, "whole number"),
        ("/okta/rotate", {"overlap_seconds": True}, 400, "whole number"),
        ("/okta/rotate", {"name": "x"}, 400, "name is no member"),
        ("/nobody/rotate", {}, 404, "no token 'nobody'"),
        (f"/{CONFIGURED}/rotate", {}, 409, CONFIGURED),
    ],
)
async def test_what_cannot_be_is_refused_with_the_reason(
    registrar: Registrar, path: str, body: dict[str, Any], status: int, words: str
) -> None:
    await created(registrar)
    before = await rows(registrar)

    answer = await registrar.request("POST", f"{TOKENS}{path}", json=body)

    assert answer.status == status
    assert words in answer.json["description"]
    assert await rows(registrar) == before


async def test_the_admin_token_is_listed_and_only_the_environment_changes_it(
    registrar: Registrar,
) -> None:
    answer = await registrar.request("DELETE", f"{TOKENS}/{CONFIGURED}")
    (row,) = (await registrar.request("GET", TOKENS)).json["tokens"]

    assert answer.status == 409
    assert (row["name"], row["subject"], row["expires"]) == (CONFIGURED, "admin", None)
    assert await grant(registrar, ADMIN) is not None


async def test_a_use_at_the_registrar_itself_is_kept_when_it_ends(
    tmp_path: Path, store_settings: dict[str, str]
) -> None:
    settings = settings_of(tmp_path, **store_settings)
    async with running(settings) as registrar:
        first = (await registrar.request("GET", TOKENS)).json["tokens"]
    async with running(settings) as registrar:
        second = (await registrar.request("GET", TOKENS)).json["tokens"]

    assert [row["last_used"] for row in first] == [None]
    assert 0 <= time.time() - seconds(second[0]["last_used"]) < 300


async def test_no_secret_is_in_a_log_or_in_the_store(
    tmp_path: Path, store_settings: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    settings = settings_of(tmp_path, **store_settings)
    async with running(settings) as registrar:
        secrets = [(await created(registrar))["token"]]
        secrets.append((await registrar.request("POST", f"{TOKENS}/okta/rotate")).json["token"])
        listed = str(await rows(registrar))
        await registrar.request("DELETE", f"{TOKENS}/okta")
    said = "".join(capfd.readouterr())

    assert "token.created" in said
    for secret in secrets:
        assert secret not in said + listed
        assert token_hash(secret).hex() not in said + listed
