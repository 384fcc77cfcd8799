"""Two processes of ssf-registrar on one MongoDB database, from the very first start."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr
from support.eventually import eventually
from support.registrar_processes import RegistrarProcess, registrar_process
from support.registrar_storage import MASTER_KEY
from support.running_registrar import running, settings_of

OTHER_KEY = "A" * 42 + "E"


def start_at_once(
    stack: ExitStack, folder: Path, url: str, *, master_keys: Sequence[str]
) -> list[RegistrarProcess]:
    return [
        stack.enter_context(
            registrar_process(folder / str(number), HELIOGRAPH_STORE=url, HELIOGRAPH_MASTER_KEY=key)
        )
        for number, key in enumerate(master_keys)
    ]


def test_two_first_starts_at_once_make_one_set_of_keys_and_one_admin_token(
    tmp_path: Path, mongo_url: str
) -> None:
    with ExitStack() as stack:
        processes = start_at_once(stack, tmp_path, mongo_url, master_keys=[MASTER_KEY] * 2)
        started = [process.until_started() for process in processes]

        keys = [process.get("/jwks.json")["keys"] for process in processes]
        streams = [process.get("/ssf/streams") for process in processes]

    assert None not in started
    assert len(keys[0]) == 4
    assert keys[0] == keys[1]
    assert streams == [[], []]


def test_of_two_first_starts_with_different_master_keys_one_is_refused(
    tmp_path: Path, mongo_url: str
) -> None:
    with ExitStack() as stack:
        processes = start_at_once(stack, tmp_path, mongo_url, master_keys=[MASTER_KEY, OTHER_KEY])
        started = [bool(process.until_started()) for process in processes]
        (winner,) = (process for process, is_up in zip(processes, started, strict=True) if is_up)
        (loser,) = (process for process in processes if process is not winner)
        loser.process.wait(timeout=60)

        keys = winner.get("/jwks.json")["keys"]

    assert loser.process.returncode == 2
    assert len(keys) == 4


@pytest.mark.parametrize(
    ("master_key", "what"),
    [
        pytest.param({}, "HELIOGRAPH_MASTER_KEY is not set, and with MongoDB no", id="missing"),
        pytest.param(
            {"HELIOGRAPH_MASTER_KEY": OTHER_KEY}, "HELIOGRAPH_MASTER_KEY is not the", id="another"
        ),
    ],
)
async def test_a_later_start_without_the_master_key_is_one_line_and_exit_code_2(
    tmp_path: Path, mongo_url: str, master_key: dict[str, str], what: str
) -> None:
    async with running(settings_of(tmp_path, store=mongo_url, master_key=MASTER_KEY)):
        pass

    with registrar_process(tmp_path, HELIOGRAPH_STORE=mongo_url, **master_key) as process:
        refusal = process.refusal()

    assert refusal.startswith(f"ssf-registrar: {what}")
    assert not (tmp_path / "secrets").exists()


async def test_a_token_that_one_replica_changed_is_refused_by_the_others(
    tmp_path: Path, mongo_url: str
) -> None:
    store = {"store": mongo_url, "master_key": MASTER_KEY}
    async with running(settings_of(tmp_path / "first", **store)) as first:
        known = await first.request("GET", "/ssf/streams")
        changed = settings_of(tmp_path / "second", **store).model_copy(
            update={"admin_token": SecretStr("another-admin-token")}
        )
        async with running(changed):

            async def is_refused() -> bool:
                return (await first.request("GET", "/ssf/streams")).status == 401

            assert known.status == 200
            assert await eventually(is_refused)
