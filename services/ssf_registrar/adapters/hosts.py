"""Host names by the system's resolver."""

import asyncio
import socket
from ipaddress import ip_address
from typing import Final

from ssf_registrar.domain.endpoints import Address

_SECONDS: Final = 5.0


class SystemHosts:
    """Asks the system's resolver, /etc/hosts included, as those who call the host will."""

    async def addresses(self, host: str) -> tuple[Address, ...]:
        """Return all addresses of a host; none when it does not resolve within 5 seconds."""
        resolving = asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        try:
            found = await asyncio.wait_for(resolving, _SECONDS)
        except (OSError, UnicodeError, TimeoutError):
            return ()
        return tuple(dict.fromkeys(ip_address(entry[4][0]) for entry in found))
