"""Ray: a Python actor of the local machine."""

from __future__ import annotations

import contextlib
import os
from typing import Any, Iterator

from bench.peers.peer import Calls, Peer
from bench.peers.place import Place

__all__ = ["Ray"]


class Ray(Peer):
    """A call of an actor's method, whose result is fetched at once.

    The client starts Ray's own processes, on two processors, and without its dashboard.
    """

    name = "Ray"
    packages = ("ray",)
    warm_up = 500

    def start(self, place: Place) -> str:
        """Return the folder for Ray's sockets and logs."""
        return str(place.folder)

    @contextlib.contextmanager
    def connected(self, address: str) -> Iterator[Calls]:
        """Start Ray and an actor."""
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        import ray

        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, _temp_dir=address)
        try:

            class Echo:
                def echo(self, value: Any) -> Any:
                    return value

            actor = ray.remote(Echo).remote()

            def call(value: Any) -> Any:
                return ray.get(actor.echo.remote(value))

            yield Calls(call, call)
        finally:
            ray.shutdown()
