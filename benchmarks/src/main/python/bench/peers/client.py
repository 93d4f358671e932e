"""The client process of a peer: `python -m bench.peers.client NAME DESCRIPTOR ADDRESS`.

The descriptor is that of the connection that tells it what to do, until the other end is closed.
"""

from __future__ import annotations

import sys
from multiprocessing.connection import Connection

from bench.peers.catalogue import named


def main() -> None:
    """Connect, and obey."""
    name, descriptor, address = sys.argv[1:]
    with Connection(int(descriptor)) as control:
        named(name).obey(control, address)


if __name__ == "__main__":
    main()
