"""Secrets at rest: AES-256-GCM, bound to the row that they belong to."""

import pytest

from ssf_registrar.adapters.sealing import AesGcmSealer
from ssf_registrar.ports.sealing import UnsealingError

SEALER = AesGcmSealer(bytes(32))


def test_what_was_sealed_is_opened_for_the_same_row() -> None:
    sealed = SEALER.seal(b"secret", identity="row/1")

    assert SEALER.unseal(sealed, identity="row/1") == b"secret"
    assert b"secret" not in sealed


def test_the_same_secret_is_never_sealed_alike() -> None:
    first = SEALER.seal(b"secret", identity="row/1")

    assert SEALER.seal(b"secret", identity="row/1") != first


@pytest.mark.parametrize(
    ("sealer", "identity"),
    [
        pytest.param(SEALER, "row/2", id="moved to another row"),
        pytest.param(AesGcmSealer(b"\x01" * 32), "row/1", id="under another key"),
    ],
)
def test_what_belongs_elsewhere_is_not_opened(sealer: AesGcmSealer, identity: str) -> None:
    sealed = SEALER.seal(b"secret", identity="row/1")

    with pytest.raises(UnsealingError):
        sealer.unseal(sealed, identity=identity)


@pytest.mark.parametrize("position", [0, 1, 13, -1], ids=["form", "nonce", "ciphertext", "tag"])
def test_a_damaged_value_is_not_opened(position: int) -> None:
    sealed = bytearray(SEALER.seal(b"secret", identity="row/1"))
    sealed[position] ^= 1

    with pytest.raises(UnsealingError):
        SEALER.unseal(bytes(sealed), identity="row/1")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01short"])
def test_a_cut_value_is_not_opened(sealed: bytes) -> None:
    with pytest.raises(UnsealingError):
        SEALER.unseal(sealed, identity="row/1")
