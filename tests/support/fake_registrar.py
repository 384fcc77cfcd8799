"""A registrar with everything but its rules: in memory, for real gRPC."""

import asyncio
from dataclasses import dataclass, field

from support.refusing_peers import CutOffError, NotHereError

from heliograph.ssf.v1 import (
    stream_service_pb2,
    stream_service_pb2_grpc,
    tenant_service_pb2,
    tenant_service_pb2_grpc,
    token_service_pb2,
    token_service_pb2_grpc,
)
from servicekit.bearer import token_hash

_ACTIVE = tenant_service_pb2.TENANT_STATE_ACTIVE
_DELETING = tenant_service_pb2.TENANT_STATE_DELETING


def _default_tenant() -> dict[str, tenant_service_pb2.Tenant]:
    return {"default": tenant_service_pb2.Tenant(tenant="default", state=_ACTIVE)}


@dataclass
class FakeRegistrar(
    token_service_pb2_grpc.TokenServiceServicer,
    stream_service_pb2_grpc.StreamServiceServicer,
    tenant_service_pb2_grpc.TenantServiceServicer,
):
    """Knows tokens by their scopes, and tenants, and keeps a journal of their changes."""

    scopes: dict[str, set[str]] = field(default_factory=dict)
    tenant_of: dict[str, str] = field(default_factory=dict)
    """The tenants of tokens; one that is not here is the default tenant's."""
    user_of: dict[str, str] = field(default_factory=dict)
    """The ids of the Users whose tokens they are."""
    tenants: dict[str, tenant_service_pb2.Tenant] = field(default_factory=_default_tenant)
    journal: list[stream_service_pb2.JournalEntry] = field(default_factory=list)
    following: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    uses: dict[bytes, int] = field(default_factory=dict)
    is_away: bool = False
    """Whether every call fails as if nobody was there."""

    def revoke(self, token: str) -> None:
        del self.scopes[token]
        self._tell(
            stream_service_pb2.JournalEntry(
                kind=stream_service_pb2.JOURNAL_KIND_TOKEN_CHANGED, token_hash=token_hash(token)
            )
        )

    def grant(self, token: str, *, tenant: str = "default", user_id: str = "") -> str:
        """Make a token of scope scim."""
        self.scopes[token], self.tenant_of[token], self.user_of[token] = {"scim"}, tenant, user_id
        return token

    def configure(self, name: str, **configuration: object) -> None:
        """Make or change a tenant."""
        self.tenants[name] = tenant_service_pb2.Tenant(
            tenant=name,
            state=_ACTIVE,
            configuration=tenant_service_pb2.TenantConfiguration(**configuration),  # type: ignore[arg-type]
        )
        self._tell_of_tenant(name)

    def begin_deletion(self, name: str) -> None:
        self.tenants[name].state = _DELETING
        self._tell_of_tenant(name)

    def end_deletion(self, name: str) -> None:
        del self.tenants[name]
        self._tell_of_tenant(name)

    def leave(self) -> None:
        """Be away, for those who wait for news too."""
        self.is_away = True
        self.news.set()

    def come_back(self) -> None:
        self.is_away = False

    async def LookUpToken(  # noqa: N802
        self, request: token_service_pb2.LookUpTokenRequest, _context: object
    ) -> token_service_pb2.LookUpTokenResponse:
        self._be_there()
        for token, scopes in self.scopes.items():
            if token_hash(token) == request.token_hash:
                return token_service_pb2.LookUpTokenResponse(
                    tenant=self.tenant_of.get(token, "default"),
                    subject="test",
                    scopes=sorted(scopes),
                    user_id=self.user_of.get(token, ""),
                )
        raise NotHereError("TOKEN_NOT_FOUND")

    async def RecordTokenUses(  # noqa: N802
        self, request: token_service_pb2.RecordTokenUsesRequest, _context: object
    ) -> token_service_pb2.RecordTokenUsesResponse:
        self._be_there()
        self.uses |= {use.token_hash: use.used for use in request.uses}
        return token_service_pb2.RecordTokenUsesResponse()

    async def ListTenants(  # noqa: N802
        self, _request: tenant_service_pb2.ListTenantsRequest, _context: object
    ) -> tenant_service_pb2.ListTenantsResponse:
        self._be_there()
        return tenant_service_pb2.ListTenantsResponse(
            tenants=self.tenants.values(), cursor=str(len(self.journal))
        )

    async def GetTenant(  # noqa: N802
        self, request: tenant_service_pb2.GetTenantRequest, _context: object
    ) -> tenant_service_pb2.GetTenantResponse:
        self._be_there()
        if request.tenant not in self.tenants:
            raise NotHereError("TENANT_NOT_FOUND")
        return tenant_service_pb2.GetTenantResponse(tenant=self.tenants[request.tenant])

    async def ReportPurged(  # noqa: N802
        self, _request: tenant_service_pb2.ReportPurgedRequest, _context: object
    ) -> tenant_service_pb2.ReportPurgedResponse:
        return tenant_service_pb2.ReportPurgedResponse()

    async def ListStreams(  # noqa: N802
        self, _request: stream_service_pb2.ListStreamsRequest, _context: object
    ) -> stream_service_pb2.ListStreamsResponse:
        return stream_service_pb2.ListStreamsResponse(cursor=str(len(self.journal)))

    async def GetStream(  # noqa: N802
        self, _request: stream_service_pb2.GetStreamRequest, _context: object
    ) -> stream_service_pb2.GetStreamResponse:
        raise NotHereError("STREAM_NOT_FOUND")

    async def ReadJournal(  # noqa: N802
        self, request: stream_service_pb2.ReadJournalRequest, _context: object
    ) -> stream_service_pb2.ReadJournalResponse:
        self._be_there()
        position = int(request.cursor)
        self.following.set()
        if position == len(self.journal):
            self.news.clear()
            await self.news.wait()
        self._be_there()
        return stream_service_pb2.ReadJournalResponse(
            entries=self.journal[position:], next_cursor=str(len(self.journal))
        )

    def _be_there(self) -> None:
        if self.is_away:
            raise CutOffError("UNAVAILABLE")

    def _tell_of_tenant(self, name: str) -> None:
        self._tell(
            stream_service_pb2.JournalEntry(
                kind=stream_service_pb2.JOURNAL_KIND_TENANT_CHANGED, tenant=name
            )
        )

    def _tell(self, entry: stream_service_pb2.JournalEntry) -> None:
        self.journal.append(entry)
        self.news.set()
