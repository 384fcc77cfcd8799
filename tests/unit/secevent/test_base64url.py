"""Base64url without padding: one text for some octets, and no other (RFC 7515 section 2)."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.util import urlsafe_b64decode

from secevent.base64url import decoded, encoded

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def outcome(decode: object, text: bytes) -> bytes | None:
    try:
        return decode(text)  # type: ignore[operator, no-any-return]
    except ValueError:
        return None


@given(st.binary(max_size=200))
def test_what_is_encoded_is_decoded(octets: bytes) -> None:
    text = encoded(octets)

    assert decoded(text) == octets
    assert text == base64.urlsafe_b64encode(octets).rstrip(b"=")


@given(
    st.one_of(
        st.binary(max_size=9),
        st.lists(st.sampled_from(ALPHABET), max_size=9).map(bytes),
        st.text("AB+/=-_ \n\0", max_size=9).map(str.encode),
    )
)
def test_what_another_library_refuses_is_refused(text: bytes) -> None:
    assert outcome(decoded, text) == outcome(urlsafe_b64decode, text)


@pytest.mark.parametrize(
    "text", [b"A", b"AB=", b"AB==", b"A+/A", b"A\nAA", b"AAAA\n", b"AB", b"AAB"]
)
def test_no_other_spelling_is_taken(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  binascii's own text
        decoded(text)
