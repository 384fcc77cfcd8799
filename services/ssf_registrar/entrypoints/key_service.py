"""KeyService: the keys that this cluster signs with, for the service that signs."""

import orjson

from heliograph.ssf.v1 import key_service_pb2 as pb
from heliograph.ssf.v1.key_service_pb2_grpc import KeyServiceServicer
from ssf_registrar.domain.errors import KeyNotFoundError
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
        jwk = await self._keys.signing_key(request.tenant, request.algorithm)
        if jwk is None:
            raise KeyNotFoundError(request.tenant, request.algorithm)
        issuer = issuer_of(request.tenant, public_issuer=self._issuer)
        return pb.GetSigningKeyResponse(private_jwk=orjson.dumps(jwk), issuer=issuer)
