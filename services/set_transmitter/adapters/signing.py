"""Signing with the registrar's keys, on threads of its own."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import grpc
import orjson

from heliograph.ssf.v1 import key_service_pb2 as pb
from heliograph.ssf.v1.key_service_pb2_grpc import KeyServiceStub
from secevent.signing import Signer
from secevent.token import SecurityEventToken
from servicekit.channels import call
from servicekit.failures import RemoteError
from set_transmitter.domain.streams import Stream
from set_transmitter.ports.signing import SigningUnavailableError

_DEADLINE_SECONDS: Final = 5.0
_THREADS: Final = 2
_DEFAULT_ALGORITHM: Final = "RS256"
# To sign so takes less than to hand over to a thread, which then competes for the interpreter.
_QUICK: Final = frozenset({"ES256"})
_AT_A_TIME: Final = 8
"""They take half a millisecond."""


class RegistrarSigning:
    """Keeps keys in memory until they are rotated."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = KeyServiceStub(channel)
        self._signers: dict[tuple[str, str], Signer] = {}
        self._turns: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._rotations = 0
        self._threads = ThreadPoolExecutor(_THREADS, "signing")

    async def sign(self, stream: Stream, tokens: Sequence[SecurityEventToken]) -> list[str]:
        """Return each token as a compact JWS."""
        signer = await self._signer(stream.tenant, stream.signing_algorithm)
        if signer.algorithm in _QUICK:
            return await _sign_in_turns(signer, tokens)
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, _sign_all, signer, tokens
        )

    def forget(self, tenant: str) -> None:
        """Fetch the tenant's keys again when they are needed next."""
        self._rotations += 1
        for key in [key for key in self._signers if key[0] == tenant]:
            del self._signers[key]

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    async def _signer(self, tenant: str, algorithm: str) -> Signer:
        key = (tenant, algorithm)
        if (known := self._signers.get(key)) is not None:
            return known
        # To import a key takes longer than many signatures: a thousand polls that one event wakes
        # are not to do it each.
        async with self._turns[key]:
            return self._signers.get(key) or await self._fetch(tenant, algorithm)

    async def _fetch(self, tenant: str, algorithm: str) -> Signer:
        rotations = self._rotations
        found = await _signing_key(self._stub, tenant, algorithm)
        signer = Signer(orjson.loads(found.private_jwk))
        if rotations == self._rotations:
            self._signers[tenant, algorithm] = signer
        return signer


class RegistrarTenantSigning:
    """Asks for the key each time, since completions are fetched now and then."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = KeyServiceStub(channel)

    async def sign(
        self, tenant: str, make: Callable[[str], Sequence[SecurityEventToken]]
    ) -> list[str]:
        """Return each token as a compact JWS."""
        found = await _signing_key(self._stub, tenant, _DEFAULT_ALGORITHM)
        signer = Signer(orjson.loads(found.private_jwk))
        return await asyncio.to_thread(_sign_all, signer, make(found.issuer))


async def _signing_key(
    stub: KeyServiceStub, tenant: str, algorithm: str
) -> pb.GetSigningKeyResponse:
    request = pb.GetSigningKeyRequest(tenant=tenant, algorithm=algorithm)
    try:
        return await call(stub.GetSigningKey, request, deadline=_DEADLINE_SECONDS)
    except RemoteError as error:
        raise SigningUnavailableError(
            f"the key for {algorithm} cannot be read from the registrar: {error.reason}"
        ) from None


async def _sign_in_turns(signer: Signer, tokens: Sequence[SecurityEventToken]) -> list[str]:
    """Sign on the event loop, and let others have it now and then."""
    signed: list[str] = []
    for first in range(0, len(tokens), _AT_A_TIME):
        if first:
            await asyncio.sleep(0)
        signed += _sign_all(signer, tokens[first : first + _AT_A_TIME])
    return signed


def _sign_all(signer: Signer, tokens: Sequence[SecurityEventToken]) -> list[str]:
    return [signer.sign(token) for token in tokens]
