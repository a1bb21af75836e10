"""Loaded before an integration: its TLS connections to the vendor become plain ones to the server of the test.
Every other host is refused."""

import asyncio
import os
import socket
import ssl

_getaddrinfo = socket.getaddrinfo
_create_connection = asyncio.BaseEventLoop.create_connection


def getaddrinfo(host, port, *args, **kwargs):
    if isinstance(host, bytes):
        host = host.decode()
    if host == os.environ["PROOF_HOST"]:
        host, port = "127.0.0.1", int(os.environ["PROOF_PORT"])
    elif host != "127.0.0.1":
        raise OSError(f"no host of this test: {host}")
    return _getaddrinfo(host, port, *args, **kwargs)


def wrap_socket(self, sock, *args, **kwargs):
    return sock


async def create_connection(self, *args, **kwargs):
    for name in [name for name in kwargs if name == "ssl" or name.startswith(("ssl_", "server_"))]:
        del kwargs[name]
    return await _create_connection(self, *args, **kwargs)


socket.getaddrinfo = getaddrinfo
ssl.SSLContext.wrap_socket = wrap_socket
asyncio.BaseEventLoop.create_connection = create_connection
