"""TokenService: what an opaque bearer token may do."""

from collections.abc import Callable

from heliograph.ssf.v1 import token_service_pb2 as pb
from heliograph.ssf.v1.token_service_pb2_grpc import TokenServiceServicer
from ssf_registrar.domain.errors import TokenNotFoundError
from ssf_registrar.ports.tokens import Tokens


class TokenServicer(TokenServiceServicer):
    """Speaks to the port straight; `clock` gives the seconds since 1970."""

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
            user_id=token.user_id,
        )

    async def RecordTokenUses(  # noqa: N802
        self, request: pb.RecordTokenUsesRequest, context: object
    ) -> pb.RecordTokenUsesResponse:
        """Note when tokens were last used: never later than now, whatever a caller's clock says."""
        del context
        now = int(self._clock())
        uses: dict[bytes, int] = {}
        for use in request.uses:
            uses[use.token_hash] = max(min(use.used, now), uses.get(use.token_hash, 0))
        await self._tokens.record_uses(uses)
        return pb.RecordTokenUsesResponse()
