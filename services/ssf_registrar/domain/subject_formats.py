"""How the signals that changes make name a person, as a transmit stream's owner chooses."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ssf_registrar.domain.errors import InvalidRequestError
from ssf_registrar.domain.members import optional_text

SUBJECT_FORMAT: Final = "subject_format"
"""The member of a configuration object."""


class SubjectFormat(StrEnum):
    """A format of RFC 9493 section 3.2."""

    ISS_SUB = "iss_sub"
    """By the issuer and the resource's id."""
    EMAIL = "email"
    """By the primary address, where there is one."""


def subject_format(members: Mapping[str, object], *, transmits: bool = True) -> SubjectFormat:
    """Return the format that is asked for; null or absent asks for iss_sub.

    A receive stream names nobody, so it takes none.
    """
    given = optional_text(members, SUBJECT_FORMAT)
    if given is not None and not transmits:
        raise InvalidRequestError(f"{SUBJECT_FORMAT} is for transmit streams: leave it out")
    try:
        return SubjectFormat.ISS_SUB if given is None else SubjectFormat(given)
    except ValueError:
        raise InvalidRequestError(
            f"{SUBJECT_FORMAT} must be one of {', '.join(SubjectFormat)}"
        ) from None
