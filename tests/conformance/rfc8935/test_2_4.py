"""RFC 8935 section 2.4: Security Event Token error codes."""

from secevent.errors import InvalidStateError, SetError


def _codes(error: type[SetError]) -> set[str]:
    own = {error.err} if "err" in vars(error) else set()
    return own.union(*(_codes(subclass) for subclass in error.__subclasses__()))


def test_the_errors_are_the_registered_ones_and_that_of_ssf() -> None:
    assert _codes(SetError) == {
        "invalid_request",
        "invalid_key",
        "invalid_issuer",
        "invalid_audience",
        "authentication_failed",
        "access_denied",
        InvalidStateError.err,  # SSF 1.0 section 8.1.4.1
    }
