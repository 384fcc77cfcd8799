"""Signing completions for whoever sent the request (RFC 9967 section 2.5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from set_transmitter.domain.completions import Completion, completion_token
from set_transmitter.ports.signing import TenantSigning


@dataclass(frozen=True, slots=True)
class SignCompletions:
    """Keeps nothing: what is signed again has the same jti and claims."""

    signing: TenantSigning

    async def __call__(
        self, completions: Sequence[Completion], *, tenant: str, aud: str, iat: int
    ) -> list[str]:
        """Return each as a compact JWS; raises `SigningUnavailableError`."""
        return await self.signing.sign(
            tenant,
            lambda issuer: [
                completion_token(each, iss=issuer, aud=(aud,), jti=each.jti, iat=iat)
                for each in completions
            ],
        )
