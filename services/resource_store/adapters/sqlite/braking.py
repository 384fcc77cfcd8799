"""Counting or holding a change, in the transaction that it belongs to."""

import sqlite3
from typing import Any, Final

from resource_store.domain.brakes import (
    Brake,
    BrakeState,
    Counts,
    Ruling,
    number_in_the_way,
    ruled,
)
from resource_store.domain.decisions import Decision, Effect, Transition, Unchanged
from resource_store.domain.held_operations import HeldOperation, held_operation, risky_change

_STATE: Final = "SELECT counted, on_since, pass_until, pass_left FROM brakes WHERE tenant = ?"
_PUT_STATE: Final = """
    INSERT OR REPLACE INTO brakes (tenant, counted, on_since, pass_until, pass_left)
    VALUES (?, ?, ?, ?, ?)
"""
_MADE_OF_RESOURCE: Final = "SELECT made FROM brake_counts WHERE tenant = ? AND id = ?"
_MADE_OF_NUMBER: Final = "SELECT made FROM brake_counts WHERE tenant = ? AND number = ?"
# Replaces what was counted of the same resource, long ago.
_COUNT: Final = """
    INSERT OR REPLACE INTO brake_counts (tenant, number, id, made) VALUES (?, ?, ?, ?)
"""
_PRUNE: Final = "DELETE FROM brake_counts WHERE tenant = ? AND number < ?"
_HOLD: Final = """
    INSERT INTO held_operations (tenant, id, resource_type, risk, asked_by, txn, version,
        first_asked, last_asked, attempts)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (tenant, id) DO UPDATE SET risk = excluded.risk, asked_by = excluded.asked_by,
        txn = excluded.txn, version = excluded.version, last_asked = excluded.last_asked,
        attempts = attempts + 1
"""
_LET_THROUGH: Final = "DELETE FROM held_operations WHERE tenant = ? AND id = ?"


def braked(
    connection: sqlite3.Connection, transition: Transition, decision: Decision, *, now: int
) -> Decision:
    """Return what the brake makes of a decision: the same, or that it is held."""
    brake = transition.brake
    risky = None if brake is None else risky_change(transition.resource_type, decision)
    if brake is None or risky is None:
        return decision
    tenant, resource_id = transition.tenant, risky.change.ref.id
    state = read_state(connection, tenant)
    before = Counts(
        same=_made(connection, _MADE_OF_RESOURCE, tenant, resource_id),
        oldest=_made(connection, _MADE_OF_NUMBER, tenant, number_in_the_way(state, brake)),
    )
    ruling, after = ruled(state, brake, before, now=now)
    if after != state:
        write_state(connection, tenant, after)
    if ruling is Ruling.HELD:
        _hold(connection, tenant, held_operation(risky, asked_by=brake.asked_by, now=now))
        return Unchanged(Effect.HELD)
    if ruling is Ruling.COUNTED:
        _count(connection, tenant, brake, after, resource_id, now=now)
    connection.execute(_LET_THROUGH, (tenant, resource_id))
    return decision


def read_state(connection: sqlite3.Connection, tenant: str) -> BrakeState:
    """Return where a tenant's brake stands."""
    row = connection.execute(_STATE, (tenant,)).fetchone()
    return BrakeState(*row) if row else BrakeState()


def write_state(connection: sqlite3.Connection, tenant: str, state: BrakeState) -> None:
    """Keep where a tenant's brake stands."""
    kept = (state.counted, state.on_since, state.pass_until, state.pass_left)
    connection.execute(_PUT_STATE, (tenant, *kept))


def _made(connection: sqlite3.Connection, statement: str, *key: Any) -> int | None:  # noqa: ANN401
    row = connection.execute(statement, key).fetchone()
    return row[0] if row else None


def _count(
    connection: sqlite3.Connection,
    tenant: str,
    brake: Brake,
    state: BrakeState,
    resource_id: str,
    *,
    now: int,
) -> None:
    connection.execute(_COUNT, (tenant, state.counted, resource_id, now))
    connection.execute(_PRUNE, (tenant, number_in_the_way(state, brake)))


def _hold(connection: sqlite3.Connection, tenant: str, held: HeldOperation) -> None:
    connection.execute(
        _HOLD,
        (
            tenant,
            held.ref.id,
            held.ref.resource_type,
            held.risk.value,
            held.asked_by,
            held.txn,
            held.version,
            held.first_asked,
            held.last_asked,
            held.attempts,
        ),
    )
