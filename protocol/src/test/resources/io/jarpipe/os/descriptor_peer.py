"""The other side of DescriptorPassingTest: unmodified multiprocessing.reduction on a Unix socket."""
import array
import os
import socket
import sys
import tempfile
from multiprocessing import reduction
from multiprocessing.connection import Connection

chat_in, chat_out = Connection(0, writable=False), Connection(1, readable=False)
with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
    listener.bind(os.path.join(folder, "s"))
    listener.listen(1)
    chat_out.send_bytes(listener.getsockname().encode())
    peer, _ = listener.accept()
with peer:
    if sys.argv[1] == "send":
        r, w = os.pipe()
        reduction.sendfds(peer, [r, w])
        os.close(w)
        os.close(r)
        chat_in.recv_bytes()
    elif sys.argv[1] == "send-other-than-announced":
        r, w = os.pipe()
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [r, w]))
        peer.sendmsg([b"\x05"], [rights])
        os.close(w)
        os.close(r)
        chat_in.recv_bytes()
    elif sys.argv[1] == "receive":
        fds = reduction.recvfds(peer, 2)
        os.write(fds[1], b"through both")
        os.close(fds[1])
        chat_out.send_bytes(os.read(fds[0], 100))
        chat_in.recv_bytes()
