"""The registrar's KeyService: the keys to decrypt by."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import grpc
import orjson

from heliograph.ssf.v1 import key_service_pb2 as pb
from heliograph.ssf.v1.key_service_pb2_grpc import KeyServiceStub
from secevent.encryption import DecryptionKeys
from servicekit.channels import call
from servicekit.failures import RemoteError
from set_receiver.domain.errors import KeysUnavailableError

_DEADLINE_SECONDS: Final = 5.0
# whoever sends one made-up kid after the other must not make us ask each time
_REFRESH_SECONDS: Final = 10.0
_RETRY_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class _Known:
    keys: DecryptionKeys
    fetched: float


class GrpcTenantKeys:
    """Implements `TenantKeys`; keeps keys in memory, and asks again for a kid that it lacks."""

    def __init__(self, channel: grpc.aio.Channel, *, clock: Callable[[], float]) -> None:
        self._stub = KeyServiceStub(channel)
        self._clock = clock
        self._known: dict[str, _Known] = {}

    async def of(self, tenant: str, *, kid: str | None) -> DecryptionKeys:
        """As the port says."""
        known = self._known.get(tenant)
        if known is None or self._is_stale(known, kid):
            known = _Known(await self._fetched(tenant), self._clock())
            self._known[tenant] = known
        return known.keys

    def _is_stale(self, known: _Known, kid: str | None) -> bool:
        has_it = any(kid in {None, key.kid} for key in known.keys.keys)
        return not has_it and self._clock() - known.fetched > _REFRESH_SECONDS

    async def _fetched(self, tenant: str) -> DecryptionKeys:
        request = pb.ListDecryptionKeysRequest(tenant=tenant)
        try:
            found = await call(self._stub.ListDecryptionKeys, request, deadline=_DEADLINE_SECONDS)
        except RemoteError as error:
            if error.reason == "KEY_NOT_FOUND":
                return DecryptionKeys()
            raise KeysUnavailableError(
                f"the keys to decrypt by cannot be read from the registrar: {error.reason}",
                retry_after=_RETRY_SECONDS,
            ) from None
        return DecryptionKeys.from_private_jwks([orjson.loads(jwk) for jwk in found.private_jwks])
