"""Opening what was delivered: decrypting what is encrypted (RFC 8935 section 2; RFC 7516)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from secevent.encryption import DecryptionKeys, is_encrypted, unverified_encryption_kid
from secevent.errors import SetError
from set_receiver.domain.acceptance import Delivered, Refused, Undecided
from set_receiver.domain.errors import KeysUnavailableError
from set_receiver.ports.decryption_keys import TenantKeys

Opened = Delivered | Refused | Undecided
"""A SET that is signed; or why it could not be opened."""


@dataclass(frozen=True, slots=True)
class OpenSets:
    """Decrypts by the keys of the tenant that a stream is of."""

    keys: TenantKeys

    async def __call__(self, tenant: str, deliveries: Sequence[Delivered]) -> Sequence[Opened]:
        """Return each as it is when it is not encrypted, in their order."""
        encrypted = {each for each in deliveries if is_encrypted(each.compact)}
        if not encrypted:
            return deliveries
        opened = {each: await self._open(tenant, each) for each in encrypted}
        return [opened.get(each, each) for each in deliveries]

    async def _open(self, tenant: str, delivered: Delivered) -> Opened:
        kid = unverified_encryption_kid(delivered.compact)
        try:
            keys = await self.keys.of(tenant, kid=kid)
        except KeysUnavailableError as error:
            return Undecided(str(error), error.retry_after)
        # to decrypt by RSA takes a good part of a millisecond
        return await asyncio.to_thread(_decrypted, keys, delivered)


def _decrypted(keys: DecryptionKeys, delivered: Delivered) -> Opened:
    try:
        return replace(delivered, compact=keys.decrypt(delivered.compact))
    except SetError as error:
        return Refused(error)
