"""Hashes for the passwords in a body, made before the write is decided."""

from collections.abc import Mapping
from dataclasses import dataclass

from resource_store.domain.passwords import passwords_in, prepared
from resource_store.domain.resources import Ref
from resource_store.ports.passwords import Passwords
from resource_store.ports.resources import Resources


@dataclass(frozen=True, slots=True)
class PasswordHashes:
    """Gives each password in a body a hash: the present one where it is the present password.

    So a PUT that says the same password again changes nothing.
    """

    resources: Resources
    passwords: Passwords

    async def __call__(self, tenant: str, ref: Ref, body: object) -> Mapping[str, str]:
        """Return the hashes by password.

        Raises `InvalidValueError` where one is empty.
        """
        candidates = passwords_in(body)
        if not candidates:
            return {}
        stored = await self.resources.read_stored(tenant, ref)
        current = stored.password_hash if stored else None
        return {password: await self._hash(password, current) for password in candidates}

    async def _hash(self, password: str, current: str | None) -> str:
        ready = prepared(password)
        if current is not None and await self.passwords.matches(ready, current):
            return current
        return await self.passwords.hashed(ready)
