import socket

import pytest
from support.cluster import free_port

from helio.ports import check_ports
from helio.settings import cluster_settings
from servicekit.failures import StartError


async def test_free_ports_are_no_problem() -> None:
    await check_ports(cluster_settings(port=free_port()), patient=False)


@pytest.mark.parametrize("offset", [0, 4])
async def test_a_taken_port_is_named(offset: int) -> None:
    port = free_port()
    with (
        socket.create_server(("127.0.0.1", port + offset)),
        pytest.raises(StartError, match=f"^port {port + offset} is taken: .* --port N"),
    ):
        await check_ports(cluster_settings(port=port), patient=False)
