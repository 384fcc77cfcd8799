"""One text for each subject, by which what is told of it keeps its order (RFC 9493)."""

import hashlib
from collections.abc import Mapping
from typing import Final

import orjson

_LONGEST: Final = 500


def subject_key(sub_id: Mapping[str, object]) -> str:
    """Return the uri of a SCIM subject; of any other, its members as JSON, in alphabetical order.

    What is told of a user's session or device (SSF 1.0 section 3.2) is told of the user.
    """
    if sub_id.get("format") == "scim":
        return str(sub_id["uri"])
    user = sub_id.get("user")
    if sub_id.get("format") == "complex" and isinstance(user, dict):
        return subject_key(user)
    text = orjson.dumps(sub_id, option=orjson.OPT_SORT_KEYS).decode()
    return text if len(text) <= _LONGEST else f"#{hashlib.sha256(text.encode()).hexdigest()}"
