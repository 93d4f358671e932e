"""Pairs of connected ends over everything that carries connections, Java at one of them."""

from __future__ import annotations

from multiprocessing.connection import Client, Listener
from typing import Any, Iterator

import addresses
from folders import FolderTest
from support import Remote, TestCase

LOCAL = ("pipe", "socketpair", "path", "abstract")
"""Transports that tell a writer at once that nobody can read."""

ALL = (*LOCAL, "tcp")


class TransportTest(FolderTest, TestCase):
    """A test that tries the same over each transport: pipe, socket pair, accepted connections."""

    def ends(self, kind: str) -> tuple[Any, Any]:
        """Return connected ends: the first receives, the second sends; all but pipes do both."""
        if kind in ("pipe", "socketpair"):
            return self.pipe(duplex=kind == "socketpair")
        with Listener(addresses.python(addresses.fresh(kind, self.folder))) as listener:
            client = Client(listener.address)
            self.addCleanup(client.close)
            accepted = listener.accept()
            self.addCleanup(accepted.close)
        self.share(client, accepted)
        return client, accepted

    def java_reads(self, kinds: tuple[str, ...] = ALL) -> Iterator[tuple[Any, Remote]]:
        """Give Python the sending end and Java the receiving one, over one transport at a time."""
        for kind in kinds:
            with self.subTest(transport=kind):
                receiver, sender = self.ends(kind)
                remote = Remote(self, "ConnectionWorkers::remote", receiver)
                receiver.close()
                yield sender, remote
                sender.close()
                remote.close()

    def java_writes(self, kinds: tuple[str, ...] = ALL) -> Iterator[tuple[Any, Remote]]:
        """Give Python the receiving end and Java the sending one."""
        for kind in kinds:
            with self.subTest(transport=kind):
                receiver, sender = self.ends(kind)
                remote = Remote(self, "ConnectionWorkers::remote", sender)
                sender.close()
                yield receiver, remote
                receiver.close()
                remote.close()
