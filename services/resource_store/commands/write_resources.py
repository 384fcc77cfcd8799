"""POST, PUT, PATCH and DELETE (RFC 7644 sections 3.3, 3.5 and 3.6), and restores."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from resource_store.commands.bodies import parse_json
from resource_store.commands.carrying_out import CarriedOut, carry_out
from resource_store.commands.checking import checking, refusal_in
from resource_store.commands.password_hashes import PasswordHashes
from resource_store.commands.resource_types import ResourceTypes
from resource_store.domain.async_answers import Answer, Method
from resource_store.domain.brakes import Brake
from resource_store.domain.causes import Cause
from resource_store.domain.client_writes import ClientDelete, ClientEdit, Target
from resource_store.domain.decisions import Identity, IdentityKind, Transition
from resource_store.domain.edits import Edit, Patch, Representation, may_deactivate
from resource_store.domain.errors import IdTakenError, ResourceNotFoundError
from resource_store.domain.limits import refuse_large_values
from resource_store.domain.resources import Ref, Resource
from resource_store.domain.restores import ClientRestore
from resource_store.ports.deleted_resources import DeletedResources
from resource_store.ports.resources import Resources
from scim.patch import parse_patch
from scim.profile import Profile
from scim.resource_type import ResourceType


@dataclass(frozen=True, slots=True)
class Create:
    """A POST."""

    resource_type: str
    body: bytes
    reuses_ids: bool = False
    """Whether it gets the id of the one of its externalId that was deleted last, where kept."""


@dataclass(frozen=True, slots=True)
class Replace:
    """A PUT."""

    ref: Ref
    body: bytes
    if_match: str | None


@dataclass(frozen=True, slots=True)
class Modify:
    """A PATCH."""

    ref: Ref
    body: bytes
    if_match: str | None


@dataclass(frozen=True, slots=True)
class Delete:
    """A DELETE; None keeps the content for as long as is usual here."""

    ref: Ref
    if_match: str | None
    retention_days: int | None = None


@dataclass(frozen=True, slots=True)
class Restore:
    """The return of a deleted resource."""

    ref: Ref


Operation: TypeAlias = Create | Replace | Modify | Delete | Restore

_METHODS: Final = {
    Create: Method.POST,
    Replace: Method.PUT,
    Modify: Method.PATCH,
    Delete: Method.DELETE,
}


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """One operation, and how it came; `shown` names the derived attributes to give back.

    `promised_below` is the base URI of the location in the answer that the asynchronous request of
    this txn was promised; None where it is no such request.
    """

    cause: Cause
    operation: Operation
    profile: Profile
    shown: frozenset[str]
    brake: Brake | None = None
    promised_below: str | None = None


@dataclass(frozen=True, slots=True)
class Deleted:
    """The resource is gone."""


Result: TypeAlias = Resource | Deleted | Exception


@dataclass(frozen=True, slots=True)
class WriteResources:
    """Carries out the writes of clients."""

    resources: Resources
    resource_types: ResourceTypes
    password_hashes: PasswordHashes
    deleted: DeletedResources
    new_id: Callable[[], str]
    retention_days: int
    """For so long a deleted resource is kept where a request does not say."""

    async def __call__(self, requests: Sequence[WriteRequest]) -> list[Result]:
        """Return a result for each request, in order; a refusal is the error itself."""
        results = await self._carry_out(requests)
        taken = [place for place, each in enumerate(results) if isinstance(each, IdTakenError)]
        if taken:
            # Whoever was deleted has come back meanwhile, so these are new resources after all.
            again = await self._carry_out([_with_new_id(requests[place]) for place in taken])
            for place, result in zip(taken, again, strict=True):
                results[place] = result
        return results

    async def _carry_out(self, requests: Sequence[WriteRequest]) -> list[Result]:
        results = await carry_out(self.resources, map(self._answering, requests))
        return [each if isinstance(each, Exception) else _result(each) for each in results]

    async def check(self, requests: Sequence[WriteRequest]) -> list[Exception | None]:
        """Return what each request would be refused with now, and change nothing."""
        results = await carry_out(self.resources, map(self._checking, requests))
        return [refusal_in(each) for each in results]

    async def _answering(self, request: WriteRequest) -> Transition:
        transition = await self._transition(request)
        if request.promised_below is None:
            return transition
        answer = Answer(
            txn=request.cause.txn,
            method=_METHODS[type(request.operation)],
            ref=transition.ref,
            resource_type=transition.resource_type,
            base_uri=request.promised_below,
        )
        return replace(transition, answer=answer)

    async def _checking(self, request: WriteRequest) -> Transition:
        return checking(await self._transition(request))

    async def _transition(self, request: WriteRequest) -> Transition:
        match request.operation:
            case Create(_, body) as create:
                edit = await self._representation(
                    request, await self._new_ref(request, create), body
                )
                return _edited(request, edit, target=Target.NEW, if_match=None)
            case Replace(ref, body, if_match):
                edit = await self._representation(request, ref, body)
                return _edited(request, edit, target=Target.EXISTING, if_match=if_match)
            case Modify(ref, body, if_match):
                patch = await self._patch(request, ref, body)
                return _edited(request, patch, target=Target.EXISTING, if_match=if_match)
            case Delete() as delete:
                return self._deleted(request, delete)
            case Restore(ref):
                return self._restored(request, ref)

    async def _new_ref(self, request: WriteRequest, create: Create) -> Ref:
        name = create.resource_type
        external_id = _external_id(create.body) if create.reuses_ids else ""
        former = None
        if external_id:
            tenant = request.cause.tenant
            former = await self.deleted.last_of(tenant, name, external_id)
        return Ref(name, former or self.new_id())

    async def _representation(self, request: WriteRequest, ref: Ref, body: bytes) -> Representation:
        resource_type = self.resource_types[ref.resource_type]
        parsed = parse_json(body)
        refuse_large_values(parsed)
        hashes = await self.password_hashes(request.cause.tenant, ref, parsed)
        return Representation(resource_type, ref.id, parsed, profile=request.profile, hashes=hashes)

    async def _patch(self, request: WriteRequest, ref: Ref, body: bytes) -> Patch:
        resource_type = self.resource_types[ref.resource_type]
        parsed = parse_json(body)
        refuse_large_values(parsed)
        operations = parse_patch(parsed, resource_type, profile=request.profile)
        hashes = await self.password_hashes(request.cause.tenant, ref, parsed)
        return Patch(resource_type, ref.id, operations, profile=request.profile, hashes=hashes)

    def _deleted(self, request: WriteRequest, delete: Delete) -> Transition:
        ref, days = delete.ref, delete.retention_days
        resource_type = self.resource_types[ref.resource_type]
        decide = ClientDelete(
            request.cause,
            resource_type,
            ref,
            if_match=delete.if_match,
            retention_days=self.retention_days if days is None else days,
        )
        transition = _without_members(request, resource_type, decide)
        return replace(transition, brake=request.brake, may_be_counted=request.brake is not None)

    def _restored(self, request: WriteRequest, ref: Ref) -> Transition:
        resource_type = self.resource_types[ref.resource_type]
        decide = ClientRestore(request.cause, resource_type, ref)
        return replace(_without_members(request, resource_type, decide), needs_kept=True)


def _without_members(
    request: WriteRequest, resource_type: ResourceType, decide: ClientDelete | ClientRestore
) -> Transition:
    return Transition(
        tenant=request.cause.tenant,
        ref=decide.ref,
        resource_type=resource_type,
        identity=_identity(request.cause),
        named_members=frozenset(),
        needs_every_member=False,
        shown=request.shown,
        decide=decide,
    )


def _with_new_id(request: WriteRequest) -> WriteRequest:
    operation = request.operation
    if isinstance(operation, Create):
        operation = replace(operation, reuses_ids=False)
    return replace(request, operation=operation)


def _external_id(body: bytes) -> str:
    """Return the externalId that a body says; empty where that is for validation to judge."""
    parsed = parse_json(body)
    members = parsed.items() if isinstance(parsed, dict) else ()
    named = [value for name, value in members if name.lower() == "externalid"]
    return named[0] if named and isinstance(named[0], str) else ""


def _edited(
    request: WriteRequest, edit: Edit, *, target: Target, if_match: str | None
) -> Transition:
    return Transition(
        tenant=request.cause.tenant,
        ref=edit.ref,
        resource_type=edit.resource_type,
        identity=_identity(request.cause),
        named_members=edit.named_members,
        needs_every_member=edit.needs_every_member,
        shown=request.shown,
        decide=ClientEdit(request.cause, edit, target=target, if_match=if_match),
        brake=request.brake,
        may_be_counted=request.brake is not None and may_deactivate(edit),
    )


def _identity(cause: Cause) -> Identity | None:
    return Identity(IdentityKind.TRANSACTION, cause.txn) if cause.txn else None


def _result(carried_out: CarriedOut) -> Result:
    transition, resource = carried_out.transition, carried_out.outcome.resource
    if resource is not None:
        return resource
    if isinstance(transition.decide, ClientDelete):
        return Deleted()
    # A repeated write, of which the first took effect, and somebody deleted the resource since.
    return ResourceNotFoundError(transition.ref)
