"""Who may read what: bearer tokens and their scopes (RFC 6750)."""

from servicekit.bearer import BearerTokens, Grant, InsufficientScopeError


async def authorized(tokens: BearerTokens, authorization: str | None, *scopes: str) -> Grant:
    """Return the grant of a request that has one of the scopes.

    Raises `BearerError` or `TokensUnavailableError`.
    """
    *others, last = scopes
    for scope in others:
        try:
            return await tokens.authenticate(authorization, scope=scope)
        except InsufficientScopeError:
            continue
    return await tokens.authenticate(authorization, scope=last)
