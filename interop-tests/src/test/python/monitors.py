"""What a monitor does with a daemon: asks its pages over TCP or a Unix socket."""

from __future__ import annotations

import http.client
import re
import socket
from typing import Any

from programs import Served
from support import PATIENCE


class UnixHTTPConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        """Connect to the path."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self._path)


class Monitored(Served):
    """A daemon with an HTTP door.

    Args:
        folder: for socket, key and log.
        options: of the command.
        http: where the pages shall be.
    """

    def __init__(self, folder: str, *options: str, http: str = "127.0.0.1:0", **more: Any) -> None:
        super().__init__(folder, "--http", http, *options, **more)
        self.http = re.findall(r"/metrics are at (\S+)", self.log())[0]

    def ask(self, page: str, method: str = "GET") -> tuple[int, str]:
        """Ask for a page; return the status and the body."""
        if self.http.startswith("/"):
            connection: http.client.HTTPConnection = UnixHTTPConnection(self.http)
        else:
            connection = http.client.HTTPConnection(self.http, timeout=PATIENCE)
        try:
            connection.request(method, page)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def metrics(self) -> dict[str, float]:
        """Return the value of each series, by its name with labels."""
        status, text = self.ask("/metrics")
        assert status == 200, text
        series = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in series}
