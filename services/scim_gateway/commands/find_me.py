"""Finds the User that /Me is (RFC 7644 section 3.11)."""

from dataclasses import dataclass
from typing import Final

import orjson

from scim_gateway.domain.callers import Caller, MeByAttribute, MeById
from scim_gateway.domain.errors import NoSuchUserError
from scim_gateway.domain.paging import IndexPage
from scim_gateway.domain.representations import DERIVED_ATTRIBUTES
from scim_gateway.domain.resources import ResourceRef
from scim_gateway.domain.searches import Search
from scim_gateway.ports.resource_store import ResourceStore

USER: Final = "User"


@dataclass(frozen=True, slots=True)
class FindMe:
    """Asks the store where the token tells no id."""

    store: ResourceStore

    async def __call__(self, caller: Caller) -> ResourceRef:
        """Return the caller's User. Raises `NoSuchUserError`, and what the store does."""
        match caller.me:
            case None:
                raise NoSuchUserError(
                    "/Me is nobody for this token: it is for a client, and names no User"
                )
            case MeById(user_id):
                return ResourceRef(USER, user_id)
            case MeByAttribute() as sought:
                return await self._found(caller, sought)

    async def _found(self, caller: Caller, sought: MeByAttribute) -> ResourceRef:
        page = await self.store.search(
            Search(
                caller=caller,
                resource_types=(USER,),
                filter=f"{sought.attribute} eq {orjson.dumps(sought.value).decode()}",
                sort=None,
                # One is enough, and two are too many.
                paging=IndexPage(1, 2),
                cursor_seconds=0,
                omitted_attributes=DERIVED_ATTRIBUTES,
            )
        )
        match page.resources:
            case (one,):
                return one.ref
            case ():
                raise NoSuchUserError(
                    f"/Me is nobody: no User has the {sought.attribute} that the token names"
                )
        raise NoSuchUserError(
            f"/Me is nobody: several Users have the {sought.attribute} that the token names"
        )
