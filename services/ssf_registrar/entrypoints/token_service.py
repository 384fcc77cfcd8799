"""TokenService: what an opaque bearer token may do."""

from collections.abc import Callable

from heliograph.ssf.v1 import token_service_pb2 as pb
from heliograph.ssf.v1.token_service_pb2_grpc import TokenServiceServicer
from ssf_registrar.domain.errors import TokenNotFoundError
from ssf_registrar.ports.tokens import Tokens


class TokenServicer(TokenServiceServicer):
    """Reads come straight from the port; `clock` gives the seconds since 1970."""

    def __init__(self, tokens: Tokens, clock: Callable[[], float]) -> None:
        self._tokens = tokens
        self._clock = clock

    async def LookUpToken(  # noqa: N802  the contract's name
        self, request: pb.LookUpTokenRequest, context: object
    ) -> pb.LookUpTokenResponse:
        """Look a token up by its hash."""
        del context
        token = await self._tokens.look_up(request.token_hash)
        if token is None or not token.works_at(self._clock()):
            raise TokenNotFoundError
        return pb.LookUpTokenResponse(
            tenant=token.tenant,
            subject=token.subject,
            scopes=sorted(token.scopes),
            expires=token.expires,
        )
