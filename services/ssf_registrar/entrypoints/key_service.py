"""KeyService: tenants' private keys, for the service that signs and the one that decrypts."""

import orjson

from heliograph.ssf.v1 import key_service_pb2 as pb
from heliograph.ssf.v1.key_service_pb2_grpc import KeyServiceServicer
from secevent.encryption import ENCRYPTION_ALGORITHMS
from ssf_registrar.domain.errors import KeyNotFoundError
from ssf_registrar.domain.streams import SIGNING_ALGORITHMS
from ssf_registrar.domain.tenants import issuer_of
from ssf_registrar.ports.keys import Keys


class KeyServicer(KeyServiceServicer):
    """Reads come straight from the port; `issuer` is the default tenant's."""

    def __init__(self, keys: Keys, issuer: str) -> None:
        self._keys = keys
        self._issuer = issuer

    async def GetSigningKey(  # noqa: N802  the contract's name
        self, request: pb.GetSigningKeyRequest, context: object
    ) -> pb.GetSigningKeyResponse:
        """Read the private key that a tenant signs with now."""
        del context
        # a key to decrypt by is for the receiver alone
        if request.algorithm not in SIGNING_ALGORITHMS:
            raise KeyNotFoundError(request.tenant, request.algorithm)
        jwk = await self._keys.current_key(request.tenant, request.algorithm)
        if jwk is None:
            raise KeyNotFoundError(request.tenant, request.algorithm)
        issuer = issuer_of(request.tenant, public_issuer=self._issuer)
        return pb.GetSigningKeyResponse(private_jwk=orjson.dumps(jwk), issuer=issuer)

    async def ListDecryptionKeys(  # noqa: N802
        self, request: pb.ListDecryptionKeysRequest, context: object
    ) -> pb.ListDecryptionKeysResponse:
        """Read the private keys that SETs for a tenant are encrypted to."""
        del context
        found = [
            await self._keys.current_key(request.tenant, algorithm)
            for algorithm in ENCRYPTION_ALGORITHMS
        ]
        jwks = [orjson.dumps(jwk) for jwk in found if jwk is not None]
        if not jwks:
            raise KeyNotFoundError(request.tenant, " or ".join(ENCRYPTION_ALGORITHMS))
        return pb.ListDecryptionKeysResponse(private_jwks=jwks)
