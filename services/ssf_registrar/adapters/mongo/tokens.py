"""Tokens in MongoDB, by their hashes."""

from servicekit.mongo import Document, MongoDatabase, storage_errors
from ssf_registrar.adapters.mongo.changes import Changes, Turn
from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.domain.tokens import Token


class MongoTokens:
    """Keeps what tokens may do, a document each."""

    def __init__(self, database: MongoDatabase, changes: Changes) -> None:
        self._tokens = database["tokens"]
        self._changes = changes

    async def look_up(self, token_hash: bytes) -> Token | None:
        """Return a token, expired or not, or None."""
        with storage_errors():
            found = await self._tokens.find_one({"_id": token_hash})
        return _token(found) if found else None

    async def replace(self, token: Token) -> None:
        """Make `token` the only one of its tenant and name."""
        await self._changes.make(lambda turn: self._replace(turn, token))

    async def _replace(self, turn: Turn, token: Token) -> None:
        named = {"tenant": token.tenant, "name": token.name}
        found = await self._tokens.find_one(named, session=turn.session)
        former = [_token(found)] if found else []
        if former == [token]:
            return
        await self._tokens.delete_one(named, session=turn.session)
        await self._tokens.insert_one(_document(token), session=turn.session)
        for token_hash in dict.fromkeys(known.token_hash for known in (*former, token)):
            kind = JournalKind.TOKEN_CHANGED
            turn.entries.append(JournalEntry(kind, token.tenant, token_hash=token_hash))


def _document(token: Token) -> Document:
    return {
        "_id": token.token_hash,
        "tenant": token.tenant,
        "name": token.name,
        "subject": token.subject,
        "scopes": sorted(token.scopes),
        "expires": token.expires,
    }


def _token(document: Document) -> Token:
    return Token(
        token_hash=bytes(document["_id"]),
        tenant=document["tenant"],
        name=document["name"],
        subject=document["subject"],
        scopes=frozenset(document["scopes"]),
        expires=document["expires"],
    )
