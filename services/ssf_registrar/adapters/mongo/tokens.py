"""Tokens in MongoDB, by their hashes."""

from collections.abc import Iterable, Mapping

from pymongo import ASCENDING, DESCENDING, UpdateOne

from servicekit.mongo import Document, MongoDatabase, storage_errors
from ssf_registrar.adapters.mongo.changes import Changes, Turn
from ssf_registrar.adapters.mongo.tenants import check_active
from ssf_registrar.domain.api_tokens import Rotation
from ssf_registrar.domain.errors import TokenExistsError
from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.domain.tokens import Token, TokenRecord
from ssf_registrar.ports.tokens import StaleTokenError


class MongoTokens:
    """Keeps what tokens may do, a document each."""

    def __init__(self, database: MongoDatabase, changes: Changes) -> None:
        self._tokens = database["tokens"]
        self._tenants = database["tenants"]
        self._changes = changes

    async def look_up(self, token_hash: bytes) -> Token | None:
        """Return a token, expired or not, or None."""
        with storage_errors():
            found = await self._tokens.find_one({"_id": token_hash})
        return _record(found).token if found else None

    async def replace(self, token: Token) -> None:
        """Make `token` the only one of its tenant and name."""
        await self._changes.make(lambda turn: self._replace(turn, token))

    async def add(self, token: Token) -> None:
        """Store a new token."""

        async def insert(turn: Turn) -> None:
            await check_active(self._tenants, token.tenant, turn)
            if await self._current(turn, token) is not None:
                raise TokenExistsError(token.name)
            await self._tokens.insert_one(_document(token), session=turn.session)
            _tell(turn, token.tenant, (token.token_hash,))

        await self._changes.make(insert)

    async def of_tenant(self, tenant: str) -> tuple[TokenRecord, ...]:
        """Return the tenant's tokens by name, the current one of a name before its former ones."""
        order = [("name", ASCENDING), ("is_former", ASCENDING), ("expires", DESCENDING)]
        with storage_errors():
            found = await self._tokens.find({"tenant": tenant}).sort(order).to_list()
        return tuple(map(_record, found))

    async def rotate(self, rotation: Rotation, *, current_hash: bytes, now: int) -> None:
        """Let a token take the place of the current one of its name."""
        new, former = rotation.new, rotation.former

        async def change(turn: Turn) -> None:
            current = await self._current(turn, new)
            if current is None or current.token_hash != current_hash:
                raise StaleTokenError(new.name)
            expired = {**_named(new), "is_former": True, "expires": {"$lte": now}}
            await self._tokens.delete_many(expired, session=turn.session)
            await self._end(turn, current_hash, former)
            await self._tokens.insert_one(_document(new), session=turn.session)
            _tell(turn, new.tenant, (current_hash, new.token_hash))

        await self._changes.make(change)

    async def remove(self, tenant: str, name: str) -> bool:
        """Remove all tokens of a name; False when there is none."""

        async def delete(turn: Turn) -> bool:
            named = {"tenant": tenant, "name": name}
            found = await self._tokens.find(named, session=turn.session).to_list()
            await self._tokens.delete_many(named, session=turn.session)
            _tell(turn, tenant, (bytes(each["_id"]) for each in found))
            return bool(found)

        return await self._changes.make(delete)

    async def record_uses(self, uses: Mapping[bytes, int]) -> None:
        """Keep when tokens were last used."""
        updates = [
            UpdateOne({"_id": token_hash}, {"$max": {"last_used": used}})
            for token_hash, used in uses.items()
        ]
        if updates:
            with storage_errors():
                await self._tokens.bulk_write(updates, ordered=False)

    async def _current(self, turn: Turn, token: Token) -> Token | None:
        current = {**_named(token), "is_former": False}
        found = await self._tokens.find_one(current, session=turn.session)
        return _record(found).token if found else None

    async def _end(self, turn: Turn, token_hash: bytes, former: Token | None) -> None:
        if former is None:
            await self._tokens.delete_one({"_id": token_hash}, session=turn.session)
            return
        end = {"$set": {"is_former": True, "expires": former.expires}}
        await self._tokens.update_one({"_id": token_hash}, end, session=turn.session)

    async def _replace(self, turn: Turn, token: Token) -> None:
        named = _named(token)
        found = await self._tokens.find(named, session=turn.session).to_list()
        former = [_record(each).token for each in found]
        if former == [token]:
            return
        await self._tokens.delete_many(named, session=turn.session)
        await self._tokens.insert_one(_document(token), session=turn.session)
        _tell(turn, token.tenant, (known.token_hash for known in (*former, token)))


def _named(token: Token) -> Document:
    return {"tenant": token.tenant, "name": token.name}


def _tell(turn: Turn, tenant: str, token_hashes: Iterable[bytes]) -> None:
    for token_hash in dict.fromkeys(token_hashes):
        kind = JournalKind.TOKEN_CHANGED
        turn.entries.append(JournalEntry(kind, tenant, token_hash=token_hash))


def _document(token: Token) -> Document:
    return {
        "_id": token.token_hash,
        "tenant": token.tenant,
        "name": token.name,
        "subject": token.subject,
        "scopes": sorted(token.scopes),
        "expires": token.expires,
        "user_id": token.user_id,
        "created": token.created,
        "last_used": 0,
        "is_former": False,
    }


def _record(document: Document) -> TokenRecord:
    token = Token(
        token_hash=bytes(document["_id"]),
        tenant=document["tenant"],
        name=document["name"],
        subject=document["subject"],
        scopes=frozenset(document["scopes"]),
        expires=document["expires"],
        user_id=document["user_id"],
        created=document["created"],
    )
    return TokenRecord(token, document["last_used"], document["is_former"])
