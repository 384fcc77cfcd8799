"""How long a token works, and what the admin's may do."""

from dataclasses import replace

import pytest

from ssf_registrar.domain.tokens import Token, admin_token


@pytest.mark.parametrize(
    ("expires", "now", "expected"),
    [(0, 10**12, True), (100, 99.9, True), (100, 100, False), (100, 101, False)],
    ids=["without an end", "before its end", "at its end", "after its end"],
)
def test_a_token_works_until_it_expires(expires: int, now: float, *, expected: bool) -> None:
    token = replace(admin_token(b"hash"), expires=expires)

    assert token.works_at(now) is expected


def test_the_admin_token_has_every_scope_of_the_default_tenant_for_ever() -> None:
    assert admin_token(b"hash") == Token(
        token_hash=b"hash",
        tenant="default",
        name="HELIOGRAPH_ADMIN_TOKEN",
        subject="admin",
        scopes=frozenset({"scim", "ssf.read", "ssf.manage", "events.publish", "admin"}),
        expires=0,
    )
