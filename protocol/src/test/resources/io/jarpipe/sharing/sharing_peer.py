"""The other side of PassingInteropTest: unmodified multiprocessing, told what to do frame by frame.

What is passed on is sent and received over standard input and output, whose frames are those of a Connection.
"""
import multiprocessing
import os
import sys
from multiprocessing import process, resource_sharer
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler

KEY = bytes.fromhex(sys.argv[1])


def main() -> None:
    process.current_process().authkey = KEY
    chat_in, chat_out = Connection(0, writable=False), Connection(1, readable=False)
    kept = {}
    while True:
        try:
            command = chat_in.recv_bytes().decode()
        except EOFError:
            break
        if command == "offer":  # a duplex connection; the other end is kept
            kept["near"], far = multiprocessing.Pipe()
            chat_out.send_bytes(ForkingPickler.dumps(far))
            far.close()
        elif command == "send":
            kept["near"].send("from Python")
            chat_out.send_bytes(kept["near"].recv().encode())
        elif command == "take":  # what Java offers
            kept["taken"] = ForkingPickler.loads(chat_in.recv_bytes())
            chat_out.send_bytes(type(kept["taken"]).__name__.encode())
        elif command == "take again":
            try:
                ForkingPickler.loads(chat_in.recv_bytes())
                chat_out.send_bytes(b"had it")
            except (EOFError, OSError, multiprocessing.AuthenticationError) as error:
                chat_out.send_bytes(type(error).__name__.encode())
        elif command == "use":
            kept["taken"].send("over the taken one")
            chat_out.send_bytes(b"sent")
        elif command == "drop":
            kept.pop("taken").close()
            chat_out.send_bytes(b"dropped")
        elif command == "stop sharing":
            resource_sharer.stop(10)
            chat_out.send_bytes(b"stopped")
        elif command == "count":
            chat_out.send_bytes(str(len(os.listdir("/proc/self/fd"))).encode())
        else:
            raise ValueError(command)
    for connection in kept.values():
        connection.close()
    resource_sharer.stop(10)


main()
