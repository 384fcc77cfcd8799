"""Writes of the one active replica, in groups that share a transaction."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from servicekit.coalescing import Coalescer
from servicekit.failures import StorageError
from servicekit.leases import Held
from servicekit.mongo import MongoDatabase, Session
from servicekit.mongo_leases import MongoLeases

T = TypeVar("T")
Operation = Callable[[Session], Awaitable[T]]


class FencedWrites:
    """Writes only while a lease is held: each transaction looks at its fence.

    That is a write to the lease, so two transactions at a time would undo each other: writes that
    come while one is under way gather, and share the next.
    """

    def __init__(self, database: MongoDatabase, leases: MongoLeases, held: Held) -> None:
        self._database = database
        self._leases = leases
        self._held = held
        self._together: Coalescer[Operation[Any], Any] = Coalescer(self._commit, in_flight=1)

    async def __call__(self, operation: Operation[T]) -> T:
        """Run an operation in a transaction, and return its value once it is durable.

        The operation may be run more than once. Raises `FencedError` when the lease is another's,
        and `StorageError`; then nothing is known to have happened.
        """
        outcome = await self._together(operation)
        if isinstance(outcome, StorageError):
            raise outcome
        value: T = outcome
        return value

    async def _commit(self, operations: Sequence[Operation[Any]]) -> Sequence[Any]:
        try:
            return await self._transaction(operations)
        except StorageError as error:
            if len(operations) == 1:
                return [error]
        # one that cannot be done must not take the others with it
        return [(await self._commit([operation]))[0] for operation in operations]

    async def _transaction(self, operations: Sequence[Operation[Any]]) -> Sequence[Any]:
        async def run(session: Session) -> list[Any]:
            await self._leases.check_fence(session, self._held.lease)
            return [await operation(session) for operation in operations]

        return await self._database.transaction(run)
