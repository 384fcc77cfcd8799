"""Passwords on their way to being a hash."""

from typing import Any

import pytest

from resource_store.adapters.argon2_passwords import Argon2Passwords
from resource_store.domain.passwords import hashed, passwords_in, prepared
from scim.errors import InvalidValueError


@pytest.mark.parametrize(
    ("body", "passwords"),
    [
        ({"userName": "x", "password": "a"}, {"a"}),
        ({"PassWord": ["a"]}, {"a"}),
        ({"urn:ietf:params:scim:schemas:core:2.0:User:password": "a"}, {"a"}),
        ({"Operations": [{"op": "replace", "path": "password", "value": "a"}]}, {"a"}),
        ({"operations": [{"op": "add", "value": {"password": "a"}}]}, {"a"}),
        ({"Operations": [{"Op": "Add", "Path": "PASSWORD", "Value": ["a"]}]}, {"a"}),
        ({"Operations": [{"op": "replace", "path": "title", "value": "a"}, 5]}, set()),
        ({"title": "password"}, set()),
        (["password"], set()),
    ],
)
def test_all_that_may_be_a_password_is_found(body: Any, passwords: set[str]) -> None:
    assert passwords_in(body) == passwords


@pytest.mark.parametrize(
    "body",
    [
        {"password": list("abcde")},
        {"Operations": [{"op": "add", "path": "password", "value": word} for word in "abcde"]},
    ],
    ids=["in one value", "in operations"],
)
def test_a_request_with_many_passwords_is_refused_before_they_cost_time(body: Any) -> None:
    with pytest.raises(InvalidValueError, match="password"):
        passwords_in(body)


def test_only_the_operations_of_a_message_are_operations() -> None:
    inner = {"operations": [{"path": "password", "value": "a"}]}

    assert passwords_in({"Operations": [{"op": "add", "value": inner}]}) == frozenset()


def test_a_hash_takes_the_place_of_its_password() -> None:
    assert hashed({"password": "a"}, {"a": "h"}, current=None) == {"password": "h"}


def test_the_present_hash_stays() -> None:
    assert hashed({"password": "h"}, {}, current="h") == {"password": "h"}


def test_a_password_without_a_hash_is_never_taken_for_one() -> None:
    with pytest.raises(InvalidValueError):
        hashed({"password": "a"}, {}, current="h")


def test_a_password_is_the_same_however_it_is_typed() -> None:
    assert prepared("pa\u0308ss\u00a0word") == prepared("p\u00e4ss word")


def test_an_empty_password_is_refused() -> None:
    with pytest.raises(InvalidValueError):
        prepared("")


async def test_a_hash_is_salted_and_matches_its_password_only() -> None:
    passwords = Argon2Passwords(threads=1)

    first, second = await passwords.hashed("secret"), await passwords.hashed("secret")
    matches = [await passwords.matches(word, first) for word in ("secret", "Secret")]
    of_nonsense = await passwords.matches("secret", "no hash")
    passwords.close()

    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert matches == [True, False]
    assert not of_nonsense
