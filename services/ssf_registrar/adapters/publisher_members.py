"""A stream's publisher among the members of its stored configuration, its secret sealed.

Configurations that were stored before there were publishers have no such member.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from ssf_registrar.domain.streams import Publisher, Stream
from ssf_registrar.ports.sealing import Sealer


def encode_publisher(stream: Stream, sealer: Sealer) -> dict[str, object]:
    """Return the members to store."""
    publisher = stream.publisher
    if publisher is None:
        return {}
    sealed = None
    if publisher.authorization_header is not None:
        identity = _identity(stream.tenant, stream.stream_id)
        header = publisher.authorization_header.encode()
        sealed = b64encode(sealer.seal(header, identity=identity)).decode()
    return {"publisher": {"scim_base_url": publisher.scim_base_url, "sealed_header": sealed}}


def decode_publisher(
    members: Mapping[str, Any], sealer: Sealer, *, tenant: str, stream_id: str
) -> Publisher | None:
    """Return the publisher that was stored, if any."""
    stored = members.get("publisher")
    if stored is None:
        return None
    header = None
    if stored["sealed_header"] is not None:
        sealed = b64decode(stored["sealed_header"])
        header = sealer.unseal(sealed, identity=_identity(tenant, stream_id)).decode()
    return Publisher(stored["scim_base_url"], header)


def _identity(tenant: str, stream_id: str) -> str:
    return f"streams/{tenant}/{stream_id}/publisher"
