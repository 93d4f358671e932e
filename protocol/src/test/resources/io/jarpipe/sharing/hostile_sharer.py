"""A resource sharer that authenticates as it should, and then does something else than CPython's."""
import array
import contextlib
import os
import socket
import sys
import tempfile
from multiprocessing.connection import Connection, Listener

chat_in, chat_out = Connection(0, writable=False), Connection(1, readable=False)
key, mode = bytes.fromhex(sys.argv[1]), sys.argv[2]


def send(stream: socket.socket, payload: bytes, descriptors: int) -> None:
    ends = [os.dup(0) for _ in range(descriptors)]
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", ends))] if ends else []
    stream.sendmsg([payload], rights)
    for end in ends:
        os.close(end)


with tempfile.TemporaryDirectory() as folder:
    address = os.path.join(folder, "s")
    if mode in ("never accepts", "silent", "garbage", "endless"):
        waiting = []
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen(0)
            if mode == "never accepts":  # the queue of a listener takes one more than its backlog
                waiting = [socket.socket(socket.AF_UNIX)]
                waiting[0].connect(address)
            chat_out.send_bytes(address.encode())
            if mode != "never accepts":
                waiting = [listener.accept()[0]]
                chat_out.send_bytes(b"accepted")
            if mode == "garbage":
                waiting[0].sendall(b"\0\0\0\5HELLO")
            if mode == "endless":
                with contextlib.suppress(ConnectionError):  # the client may have seen enough by then
                    waiting[0].sendall(b"\x7f\xff\xff\xff" + bytes(100_000))
            chat_in.recv_bytes()
            for client in waiting:
                client.close()
    else:
        with Listener(address, authkey=key) as listener:
            chat_out.send_bytes(address.encode())
            with listener.accept() as client:
                client.recv()
                with socket.fromfd(client.fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as stream:
                    if mode == "wrong payload":
                        send(stream, b"\2", 1)
                    elif mode == "no descriptor":
                        send(stream, b"\1", 0)
                    elif mode == "three descriptors":
                        send(stream, b"\1", 3)
                    elif mode == "two descriptors":
                        send(stream, b"\2", 2)
                    elif mode == "nothing":
                        pass
                    elif mode != "stalls":
                        raise ValueError(mode)
                    if mode != "nothing":
                        chat_in.recv_bytes()
        if mode == "nothing":
            chat_in.recv_bytes()
