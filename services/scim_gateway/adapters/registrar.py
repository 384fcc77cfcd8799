"""The registrar behind gRPC: what tokens may do, and the journal of what changes there."""

from collections.abc import Mapping, Sequence
from typing import Final

import grpc

from heliograph.ssf.v1 import stream_service_pb2, token_service_pb2
from heliograph.ssf.v1.stream_service_pb2_grpc import StreamServiceStub
from heliograph.ssf.v1.token_service_pb2_grpc import TokenServiceStub
from scim_gateway.ports.journal import JournalEntry, TenantChanged, TokenChanged
from servicekit.bearer import Grant
from servicekit.channels import call, call_until
from servicekit.failures import CursorLostError, RemoteError

_WAIT_SECONDS: Final = 20.0
_GRACE_SECONDS: Final = 5.0
_ENTRIES: Final = 1000
_CURSOR_LOST: Final = frozenset({"INVALID_CURSOR", "EPOCH_CHANGED"})


class GrpcTokens:
    """Looks tokens up, and tells of their use."""

    def __init__(self, channel: grpc.aio.Channel, *, patience: float) -> None:
        self._patience = patience
        self._stub = TokenServiceStub(channel)

    async def look_up(self, token_hash: bytes) -> Grant | None:
        """Return the grant of a token by its SHA-256; None when it is good for nothing."""
        request = token_service_pb2.LookUpTokenRequest(token_hash=token_hash)
        try:
            found = await call_until(self._stub.LookUpToken, request, deadline=self._patience)
        except RemoteError as error:
            if error.reason == "TOKEN_NOT_FOUND":
                return None
            raise
        return Grant(
            tenant=found.tenant,
            subject=found.subject,
            scopes=frozenset(found.scopes),
            expires=found.expires,
            user_id=found.user_id,
        )

    async def record_uses(self, uses: Mapping[bytes, int]) -> None:
        """Tell when tokens were used last, in seconds since 1970, by their hashes."""
        request = token_service_pb2.RecordTokenUsesRequest(
            uses=[
                token_service_pb2.TokenUse(token_hash=hashed, used=used)
                for hashed, used in uses.items()
            ]
        )
        await call(self._stub.RecordTokenUses, request, deadline=_GRACE_SECONDS)


class GrpcJournal:
    """Implements `Journal`."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = StreamServiceStub(channel)

    async def read(self, cursor: str) -> tuple[Sequence[JournalEntry], str]:
        """As the port says; raises `CursorLostError`."""
        request = stream_service_pb2.ReadJournalRequest(
            cursor=cursor, limit=_ENTRIES, wait_milliseconds=int(_WAIT_SECONDS * 1000)
        )
        try:
            read = await call(
                self._stub.ReadJournal, request, deadline=_WAIT_SECONDS + _GRACE_SECONDS
            )
        except RemoteError as error:
            if error.reason in _CURSOR_LOST:
                raise CursorLostError from None
            raise
        entries = map(_journal_entry, read.entries)
        return [entry for entry in entries if entry is not None], read.next_cursor


def _journal_entry(entry: stream_service_pb2.JournalEntry) -> JournalEntry | None:
    match entry.kind:
        case stream_service_pb2.JOURNAL_KIND_TOKEN_CHANGED:
            return TokenChanged(entry.token_hash)
        case stream_service_pb2.JOURNAL_KIND_TENANT_CHANGED:
            return TenantChanged(entry.tenant)
    return None
