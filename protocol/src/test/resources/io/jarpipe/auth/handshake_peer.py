"""Plays one side of CPython's handshake over standard input and output: handshake_peer ROLE KEY_IN_HEX.

Sends one more frame afterwards: b'ok', or the error's class and text.
"""

import sys
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge


class Duplex:
    """Both pipes as one connection; what the handshake needs of it."""

    def __init__(self):
        self.reader = Connection(0, writable=False)
        self.writer = Connection(1, readable=False)

    def recv_bytes(self, maxlength=None):
        return self.reader.recv_bytes(maxlength)

    def send_bytes(self, data):
        self.writer.send_bytes(data)


role, key = sys.argv[1], bytes.fromhex(sys.argv[2])
connection = Duplex()
try:
    if role == "listener":
        deliver_challenge(connection, key)
        answer_challenge(connection, key)
    else:
        answer_challenge(connection, key)
        deliver_challenge(connection, key)
    outcome = "ok"
except Exception as error:
    outcome = "%s: %s" % (type(error).__name__, error)
connection.send_bytes(outcome.encode())
connection.reader.close()
connection.writer.close()
