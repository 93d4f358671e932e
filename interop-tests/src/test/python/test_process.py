"""What a worker opens by itself: it ends with the worker, and objects are passed over it, too."""

from __future__ import annotations

import multiprocessing
from multiprocessing import resource_sharer
from multiprocessing.connection import Client, Connection, Listener
from typing import Any

import addresses
from addresses import KEY, OTHER_KEY
from support import PATIENCE
from transports import TransportTest


def pass_on(address: Any, key: bytes, answers: Connection) -> None:
    """In a program of its own: accept Java, give it a connection, take one from it."""
    multiprocessing.current_process().authkey = key
    with Listener(address, authkey=key) as listener:
        answers.send(listener.address)
        with listener.accept() as java:
            near, far = multiprocessing.Pipe()
            java.send(far)
            answers.send(near.recv())
            taken = java.recv()
            taken.send("over the taken one")
            answers.recv()


class OpenedByJava(TransportTest):
    """MpListener, MpClient and MpPipe in a worker."""

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(resource_sharer.stop, PATIENCE)

    def test_ends_with_the_worker(self) -> None:
        for kind in addresses.KINDS:
            near, far = self.pipe()
            address = addresses.fresh(kind, self.folder)
            with Listener(
                addresses.python(addresses.fresh(kind, self.folder)), authkey=KEY
            ) as ours:
                worker = self.worker("ProcessWorkers::leaveOpen", far, address, KEY)
                far.close()
                address = self.recv(near)
                with Client(addresses.python(address), authkey=KEY) as client:
                    near.send(addresses.java(ours.address))
                    accepted = ours.accept()
                    self.assertEqual(self.recv(accepted), "from Java")
                    pipe, duplicate = self.recv(near)
                    duplicate.send("over what Java has accepted")
                    self.assertEqual(self.recv(client), "over what Java has accepted")
                    duplicate.close()
                    near.send("enough")
                    self.join(worker)
                    for end in (client, accepted, pipe):
                        with self.assertRaises(EOFError):
                            self.recv(end)
                        end.close()
            with self.assertRaises((ConnectionRefusedError, FileNotFoundError)):
                Client(addresses.python(address), authkey=KEY)

    def test_passes_objects_with_the_key_of_the_program(self) -> None:
        near, far = self.pipe()
        key = bytes(multiprocessing.current_process().authkey)
        with Listener(addresses.python(addresses.fresh("abstract", "")), authkey=key) as listener:
            address = addresses.java(listener.address)
            worker = self.worker("ProcessWorkers::pass", far, address, key)
            far.close()
            with listener.accept() as java:
                ours, given = self.pipe()
                java.send(given)
                self.assertEqual(self.recv(ours), "over the passed one")
                taken = self.recv(java)
                taken.send("over the taken one")
                taken.close()
            self.assertEqual(self.recv(near), "over the taken one")
        self.join(worker)

    def test_passes_objects_with_the_key_of_another_program(self) -> None:
        near, far = self.pipe()
        answers, answering = self.pipe()
        address = addresses.python(addresses.fresh("abstract", ""))
        child = self.child("spawn", pass_on, address, OTHER_KEY, answering)
        name = addresses.java(self.recv(answers))
        worker = self.worker("ProcessWorkers::passElsewhere", far, name, OTHER_KEY)
        far.close()
        self.assertEqual(self.recv(answers), "over the passed one")
        self.assertEqual(self.recv(near), "over the taken one")
        self.recv(near).close()  # the worker is one of this program again
        near.send("enough")
        answers.send("enough")
        self.join(worker, child)
