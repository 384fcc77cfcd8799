"""What a request to change keys may ask for."""

import pytest

from ssf_registrar.domain.errors import InvalidRequestError
from ssf_registrar.domain.key_rotation import DEFAULT_SECONDS, Rotation


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({}, Rotation(("RS256", "ES256"), DEFAULT_SECONDS), id="nothing"),
        pytest.param(
            {"algorithm": "ES256", "use_after_seconds": 0}, Rotation(("ES256",), 0), id="one, now"
        ),
    ],
)
def test_a_rotation_is_asked_for(body: dict[str, object], expected: Rotation) -> None:
    assert Rotation.parse(body) == expected


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param({"algorithm": "HS256"}, "RS256, ES256", id="another algorithm"),
        pytest.param({"use_after_seconds": -1}, "use_after_seconds", id="the past"),
        pytest.param({"use_after_seconds": "5"}, "use_after_seconds", id="a string"),
        pytest.param({"alg": "ES256"}, "alg", id="an unknown member"),
    ],
)
def test_a_wrong_member_is_named(body: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidRequestError, match=said):
        Rotation.parse(body)
