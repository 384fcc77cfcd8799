"""Every refusal has its place in the tables that turn it into an answer."""

import pytest

from ssf_registrar.domain import errors
from ssf_registrar.domain.errors import RegistrarError
from ssf_registrar.entrypoints.grpc_face import STATUSES
from ssf_registrar.entrypoints.http_errors import REFUSALS

ONLY_OVER_GRPC = {
    errors.KeyNotFoundError,
    errors.TenantNotDeletingError,
    errors.InvalidCursorError,
    errors.EpochChangedError,
}


REFUSED_OVER_HTTP = [kind for kind in RegistrarError.__subclasses__() if kind not in ONLY_OVER_GRPC]


@pytest.mark.parametrize("kind", RegistrarError.__subclasses__())
def test_a_refusal_has_a_grpc_status(kind: type[RegistrarError]) -> None:
    assert kind in STATUSES


@pytest.mark.parametrize("kind", REFUSED_OVER_HTTP)
def test_a_refusal_has_an_http_answer(kind: type[RegistrarError]) -> None:
    assert kind in REFUSALS


def test_reasons_are_unique() -> None:
    reasons = [kind.reason for kind in RegistrarError.__subclasses__()]

    assert len(set(reasons)) == len(reasons)
