"""What keeps the events of one subject in their order, and finds them again to be erased."""

from collections.abc import Mapping

from secevent.subject_keys import subject_key
from secevent.subjects import scim_uri


def lane(sub_id: Mapping[str, object]) -> str:
    """Return one text for each subject; of a resource that is named by its id, it ends with that.

    Of a SCIM resource it is the lane of its changes (RFC 9967 section 2.1).
    """
    match sub_id:
        case {"format": "iss_sub", "iss": str(issuer), "sub": str(sub)}:
            return scim_uri(issuer, sub)
        case {"format": "complex", "user": dict(user)}:
            return lane(user)
        case _:
            return subject_key(sub_id)
