"""A log that the release before wrote opens with all that was in it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from pymongo import AsyncMongoClient
from support.routed_sets import a_received_set
from support.transmitter_events import NOW, a_stream, an_event, created_at

from secevent.caep_events import SESSION_REVOKED
from servicekit.leases import always_held
from servicekit.sqlite import Database
from set_transmitter.adapters.mongo.schema import EVENTS
from set_transmitter.adapters.sqlite.schema import MIGRATIONS
from set_transmitter.adapters.sqlite.storage import open_sqlite
from set_transmitter.adapters.storage import Logbook
from set_transmitter.domain.events import Event
from set_transmitter.domain.publications import Fresh, parse_publication
from set_transmitter.domain.received_sets import events_to_log
from set_transmitter.domain.routed import routed_members
from set_transmitter.domain.streams import Stream

BEFORE_VALUES = 3
BEFORE_SIGNALS = 7
STREAM = a_stream()
ROW = f"""
    INSERT INTO event VALUES (1, 'default', 'delete', {NOW}, 'User', '/Users/ann', 'e-1', 'txn-1',
        {NOW}, 'aaaaaaaa', '["aaaaaaaa"]', '', 'W/"1-aaaaaaaa"', '[]', '', NULL, '')
"""  # noqa: S608  constants
DELETION = an_event(kind="delete", data=None, attributes=())


REVOKING = a_stream(events_delivered=frozenset({SESSION_REVOKED}), created=created_at(NOW))
ANN = {"format": "email", "email": "ann@example.com"}
(SIGNAL,) = events_to_log(a_received_set(sub_id=ANN, events=((SESSION_REVOKED, {}),)), now=NOW)


def members_of_before() -> dict[str, object]:
    """Return what was kept of a signal's SET when only what had been received was one."""
    assert SIGNAL.routed is not None
    return routed_members(replace(SIGNAL.routed, sub_id=SIGNAL.subject or b""))


async def events(logbook: Logbook, stream: Stream = STREAM) -> list[Event]:
    await logbook.deliveries.open(stream)
    page = await logbook.deliveries.read(stream, after=0, limit=10)
    return [each.logged.event for each in page.pending]


async def test_a_file_of_before_there_were_values_of_before_and_after(tmp_path: Path) -> None:
    path = tmp_path / "set-transmitter.sqlite3"
    older = Database(path, MIGRATIONS[:BEFORE_VALUES])
    await older.write(lambda connection: connection.execute(ROW))
    await older.write(lambda connection: connection.execute("INSERT INTO log VALUES ('e', '', 1)"))
    await older.close()

    async with open_sqlite(path, restore_id="") as storage:
        logbook = await storage.open_log(always_held("transmitter"), epoch="another")
        assert await events(logbook) == [DELETION]


@pytest.mark.parametrize("logbook", ["mongodb"], indirect=True)
async def test_a_document_of_before_there_were_any(logbook: Logbook, mongo_url: str) -> None:
    await logbook.log.append([DELETION], feed_cursor="1")
    async with AsyncMongoClient[dict[str, Any]](mongo_url) as client:
        for name in await client.list_database_names():
            unset = {"$unset": {"state": "", "replaced": ""}}
            if name not in {"admin", "config", "local"}:
                await client[name][EVENTS].update_many({}, unset)

    assert await events(logbook) == [DELETION]


async def check_signal(logbook: Logbook) -> None:
    (found,) = await events(logbook, REVOKING)
    published = {"sub_id": ANN, "events": {SESSION_REVOKED: {}}, "txn": "t"}
    publication = parse_publication("default", published, Fresh(NOW, "fresh"))
    await logbook.log.publish([publication], at=NOW)

    assert found.routed is not None
    assert (found.event_type, found.subject) == (SIGNAL.event_type, SIGNAL.subject)
    assert REVOKING.tells_of(found)
    assert await events(logbook, REVOKING) == [found, publication.event]
    assert (await logbook.deliveries.open(REVOKING)).pending == 2


async def test_a_file_whose_signals_were_received_ones_alone(tmp_path: Path) -> None:
    path = tmp_path / "set-transmitter.sqlite3"
    older = Database(path, MIGRATIONS[:BEFORE_SIGNALS])
    row = f"""
        INSERT INTO event VALUES (1, 'default', 'signal', {NOW}, '', '{SIGNAL.subject_uri}', '',
            'txn-1', {NOW}, 'origin', '["origin","hub"]', '', '', '[]', '', '{{}}', '', NULL, NULL,
            'a-key', ?)
    """  # noqa: S608  constants
    members = orjson.dumps(members_of_before()).decode()
    await older.write(lambda c: c.execute(row.replace("'{}'", "CAST('{}' AS BLOB)"), (members,)))
    await older.write(lambda c: c.execute("INSERT INTO log VALUES ('e', '', 1, '')"))
    await older.close()

    async with open_sqlite(path, restore_id="") as storage:
        await check_signal(await storage.open_log(always_held("transmitter"), epoch="e"))


@pytest.mark.parametrize("logbook", ["mongodb"], indirect=True)
async def test_a_document_of_when_signals_were_received_ones(
    logbook: Logbook, mongo_url: str
) -> None:
    await logbook.log.add_routed([SIGNAL])
    async with AsyncMongoClient[dict[str, Any]](mongo_url) as client:
        for name in await client.list_database_names():
            before = {"kind": "signal", "routed": members_of_before()}
            change = {"$set": before, "$unset": {"subject": ""}}
            if name not in {"admin", "config", "local"}:
                await client[name][EVENTS].update_many({}, change)

    await check_signal(logbook)
