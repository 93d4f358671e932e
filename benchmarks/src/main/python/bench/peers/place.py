"""Where peers run."""

from __future__ import annotations

import dataclasses
import os
import pathlib
from typing import Sequence

from bench.parties import Party
from bench.peers import installation
from bench.peers.processes import Server

__all__ = ["Place"]

_JAVA = "io.jarpipe.benchmarks.peers"
_OPTIONS = ("--enable-native-access=ALL-UNNAMED", "-XX:+PerfDisableSharedMem")
"""Nothing that makes them faster or slower: no warnings, and no file in `/tmp`."""


@dataclasses.dataclass
class Place:
    """Where the processes of one peer run.

    Attributes:
        folder: for sockets, logs and whatever else a peer writes.
        daemon: process id of the jarpipe daemon, whose JVM the peers' servers run on, too.
        servers: those started here; their owner is whoever made this.
    """

    folder: pathlib.Path
    daemon: int
    servers: list[Party] = dataclasses.field(default_factory=list)

    def serve(self, name: str, command: Sequence[str], mark: str) -> str:
        """Start a server, and return the line with which it says that it serves.

        Raises:
            Unavailable: it does not serve.
        """
        complaints = self.folder / f"{name}.{len(self.servers)}.log"
        server = Server(name, command, complaints, mark)
        self.servers.append(server)
        return server.announcement

    def serve_in_java(self, name: str, main_class: str, *args: str) -> str:
        """Start a server in a JVM of its own, and return the address that it prints.

        Raises:
            Unavailable: it does not serve.
        """
        java = os.readlink(f"/proc/{self.daemon}/exe")
        path = ["-cp", installation.class_path()]
        command = [java, *_OPTIONS, *path, f"{_JAVA}.{main_class}", *args]
        return self.serve(name, command, "ready ").split()[1]
