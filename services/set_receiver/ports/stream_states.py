"""Where it is kept what transmitters were asked, and what they tell, of their streams."""

from collections.abc import Mapping
from typing import Protocol

from set_receiver.domain.stream_states import RemoteStatus


class StreamStates(Protocol):
    """Keeps states asked for, and statuses told. Each method raises `StorageError`."""

    async def ask(self, tenant: str, stream_id: str, state: str) -> None:
        """Remember a state that a verification event is going to have; durable on return.

        Of each stream the last `MOST_ASKED` are kept. They are not used up, since a SET may come
        again.
        """
        ...

    async def asked(self, tenant: str, stream_id: str) -> frozenset[str]:
        """Return the states that are remembered."""
        ...

    async def note_status(self, tenant: str, stream_id: str, status: RemoteStatus) -> None:
        """Keep a status, unless a later one is kept, or the tenant is closed."""
        ...

    async def statuses(self, tenant: str) -> Mapping[str, RemoteStatus]:
        """Return the last statuses that were told, by the ids of the streams."""
        ...
