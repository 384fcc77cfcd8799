"""Starting ssf-registrar, again and again, on the same data and on damaged data."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from support.registrar_processes import registrar_process
from support.running_registrar import ADMIN, Registrar, running, settings_of

from heliograph.ssf.v1 import stream_pb2
from heliograph.ssf.v1 import stream_service_pb2 as pb
from heliograph.ssf.v1.stream_service_pb2_grpc import StreamServiceStub
from servicekit.bearer import token_hash
from servicekit.failures import StartError

PUSH = {
    "method": "urn:ietf:rfc:8935",
    "endpoint_url": "http://127.0.0.1:9/events",
    "authorization_header": "conspicuous-push-secret",
}
OTHER_KEY = "A" * 43


async def journal(registrar: Registrar) -> Any:
    request = pb.ReadJournalRequest(limit=100)
    return await StreamServiceStub(registrar.channel).ReadJournal(request)


async def test_a_second_start_finds_everything_again(
    tmp_path: Path, store_settings: dict[str, str]
) -> None:
    settings = settings_of(tmp_path, **store_settings)
    async with running(settings) as first:
        stream = await first.create(delivery=PUSH, description="kept")
        keys = (await first.request("GET", "/jwks.json")).json
        told = await journal(first)

    async with running(settings) as second:
        found = await second.request("GET", "/ssf/streams")
        found_keys = (await second.request("GET", "/jwks.json")).json
        found_told = await journal(second)

    assert found.json == [stream]
    assert found_keys == keys
    assert found_told == told


async def test_a_changed_admin_token_takes_the_place_of_the_former(
    tmp_path: Path, store_settings: dict[str, str]
) -> None:
    settings = settings_of(tmp_path, **store_settings)
    async with running(settings) as first:
        cursor = (await journal(first)).next_cursor

    changed = settings.model_copy(update={"admin_token": SecretStr("another-admin-token")})
    async with running(changed) as second:
        former = await second.request("GET", "/ssf/streams")
        present = await second.request("GET", "/ssf/streams", token="another-admin-token")
        stub = StreamServiceStub(second.channel)
        page = await stub.ReadJournal(pb.ReadJournalRequest(cursor=cursor, limit=10))

    assert (former.status, present.status) == (401, 200)
    assert [entry.token_hash for entry in page.entries] == [
        token_hash(ADMIN),
        token_hash("another-admin-token"),
    ]


async def test_a_given_master_key_needs_no_file(tmp_path: Path) -> None:
    async with running(settings_of(tmp_path, master_key=OTHER_KEY)) as registrar:
        await registrar.create(delivery=PUSH)
        stub = StreamServiceStub(registrar.channel)
        request = pb.ListStreamsRequest(direction=stream_pb2.DIRECTION_TRANSMIT)
        (stream,) = (await stub.ListStreams(request)).streams

    assert stream.authorization_header == "conspicuous-push-secret"
    assert not (tmp_path / "secrets").exists()


@pytest.mark.parametrize(
    ("damage", "settings", "what"),
    [
        pytest.param(lambda key: key.unlink(), {}, "is missing, and the database", id="missing"),
        pytest.param(
            lambda key: key.write_text(OTHER_KEY), {}, "is not the master key that", id="another"
        ),
        pytest.param(lambda key: key.write_text("x"), {}, "must hold 32 bytes", id="malformed"),
        pytest.param(
            lambda _key: None,
            {"master_key": OTHER_KEY},
            "HELIOGRAPH_MASTER_KEY is not the master key that",
            id="another one given",
        ),
    ],
)
async def test_a_missing_or_wrong_master_key_is_a_start_error(
    tmp_path: Path, damage: Any, settings: dict[str, str], what: str
) -> None:
    async with running(settings_of(tmp_path)):
        pass
    damage(tmp_path / "secrets" / "master-key")

    with pytest.raises(StartError, match=what):
        async with running(settings_of(tmp_path, **settings)):
            pass


def test_a_start_error_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    with registrar_process(tmp_path / "data", HELIOGRAPH_ADMIN_TOKEN="short") as registrar:
        refusal = registrar.refusal()

    assert refusal.startswith("ssf-registrar: HELIOGRAPH_ADMIN_TOKEN: must be at least 16")


async def test_a_lost_master_key_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    async with running(settings_of(tmp_path)):
        pass
    key = tmp_path / "secrets" / "master-key"
    key.unlink()

    with registrar_process(tmp_path) as registrar:
        refusal = registrar.refusal()

    assert refusal.startswith(f"ssf-registrar: {key} is missing, and the database holds")
    assert not key.exists()


def test_the_program_starts_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    with registrar_process(tmp_path / "data") as registrar:
        started = registrar.until_started()
        registrar.process.terminate()
        _, rest = registrar.process.communicate(timeout=60)

    assert started is not None
    assert registrar.process.returncode == 0
    assert ADMIN not in started + rest
