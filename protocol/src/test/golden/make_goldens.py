"""Writes the golden bytes of the protocol module's tests, made by real interpreters.

    python3 make_goldens.py FOLDER INTERPRETER...

runs every interpreter and fills FOLDER with <version>/<case>.bin and one index.tsv. Bytes that are the same in several
versions are stored once, with the oldest; the index names the file of every version and case. Names of semaphores,
addresses and process ids differ from run to run, everything else does not. Regenerating is a commit of its own.
"""

import hashlib
import io
import json
import os
import pathlib
import pickle
import shutil
import subprocess
import sys
import types

PROTOCOLS = range(6)

# case -> Python expression; each in protocols 0 to 5
PLAIN = {
    "none": "None",
    "true": "True",
    "false": "False",
    "int_0": "0",
    "int_255": "255",
    "int_256": "256",
    "int_65535": "65535",
    "int_65536": "65536",
    "int_minus_1": "-1",
    "int_2_31": "2**31",
    "int_minus_2_31": "-2**31",
    "int_max_64": "2**63 - 1",
    "int_min_64": "-2**63",
    "int_2_63": "2**63",
    "int_below_min_64": "-2**63 - 1",
    "int_huge": "2**2100",
    "int_huge_negative": "-2**2100",
    "float": "1.5",
    "float_tiny": "5e-324",
    "float_huge": "1.7976931348623157e+308",
    "float_minus_0": "-0.0",
    "float_inf": "float('inf')",
    "float_minus_inf": "float('-inf')",
    "float_nan": "float('nan')",
    "complex": "1.5-2j",
    "str_empty": "''",
    "str_ascii": "'text'",
    "str_latin": "'\\xe9\\xff'",
    "str_escapes": "'a\\n\\r\\\\u0041\\x00\\x1a'",
    "str_astral": "'\\U0001f600'",
    "str_surrogate": "'\\ud800x'",
    "str_replacement": "'\\ufffd'",
    "str_300": "'x' * 300",
    "bytes_empty": "b''",
    "bytes": "b'\\x00\\x80\\xff'",
    "bytes_300": "b'x' * 300",
    "bytearray_empty": "bytearray()",
    "bytearray": "bytearray(b'\\x00\\xff')",
    "list_empty": "[]",
    "list_1": "[1]",
    "list": "[1, 'a', None, [2]]",
    "list_2500": "list(range(2500))",
    "tuple_empty": "()",
    "tuple_1": "(1,)",
    "tuple_2": "(1, None)",
    "tuple_3": "(1, 2, b'x')",
    "tuple_4": "(1, 2, 3, (4,))",
    "dict_empty": "{}",
    "dict_1": "{'a': 1}",
    "dict": "{'z': 1, 'a': [None], 3: {'k': 2.5}, (1, b'x'): 'tuple', b'k': 'bytes'}",
    "dict_1500": "{i: str(i) for i in range(1500)}",
    "set_empty": "set()",
    "set": "{1, (2,), 'a', b'b'}",
    "frozenset_empty": "frozenset()",
    "frozenset": "frozenset({1})",
    "nested_keys": "{frozenset({1}): {2: {(): []}}}",
    "shared_list": "(lambda x: [x, x, [1]])([1])",
    "recursive_list": "(lambda x: x.append(x) or x)([])",
    "recursive_dict": "(lambda x: x.update(me=x) or x)({})",
    "recursive_tuple": "(lambda x: x.append((x,)) or x[0])([])",
    "task": "(3, 0, 'work', ('a', 1.5), {'key': [1, 2]})",
}

# objects without a Java counterpart; default protocol only
OBJECTS = {
    "object_class": "collections.OrderedDict",
    "object_nested_class": "concurrent.futures._base.Future.__init__",
    "object_function": "len",
    "object_ellipsis": "...",
    "object_ordered_dict": "collections.OrderedDict(a=1, b=2)",
    "object_defaultdict": "collections.defaultdict(list, a=[1])",
    "object_deque": "collections.deque([1, 2], 5)",
    "object_counter": "collections.Counter('aab')",
    "object_datetime": "datetime.datetime(2024, 10, 27, 2, 30, 15, 123456, fold=1)",
    "object_date": "datetime.date(2024, 2, 29)",
    "object_timedelta": "datetime.timedelta(1, 2, 3)",
    "object_timezone": "datetime.timezone.utc",
    "object_decimal": "decimal.Decimal('-0.10')",
    "object_fraction": "fractions.Fraction(1, 3)",
    "object_uuid": "uuid.UUID(int=5)",
    "object_uuid_key": "{uuid.UUID(int=1): 1, uuid.UUID(int=2): 2}",
    "object_namedtuple": "time.struct_time(range(9))",
    "object_enum": "socket.AF_UNIX",
    "object_enum_key": "{socket.AF_UNIX: 'a', socket.AF_INET: 'b'}",
    "object_exception": "ValueError('bad', 1)",
    "object_os_error": "FileNotFoundError(2, 'No such file', 'x')",
    "object_path": "pathlib.PurePosixPath('/a/b')",
    "object_range": "range(1, 10, 2)",
    "object_regex": "re.compile('a+')",
    "object_partial": "functools.partial(int, base=2)",
    "object_bound_method": "[1].count",
    "object_namespace": "types.SimpleNamespace(a=1)",
    "object_array": "array.array('i', [1, 2])",
    "object_cycle": "(lambda x: x.__dict__.update(me=x, group={1: x}) or x)(types.SimpleNamespace())",
}

CHALLENGES = [b"", b"{md5}", b"{sha256}", b"{sha384}", b"{sha3_256}", b"{sha3_384}"]


class Popen:
    """Stands in for the popen object while objects are pickled for another process."""

    def __init__(self, dup_fd):
        self.DupFd = dup_fd
        self.numbers = {}

    def duplicate_for_child(self, fd):
        return self.numbers.setdefault(fd, len(self.numbers) + 3)


class Capture:
    """A connection that plays back what it receives and keeps what it sends."""

    def __init__(self, *incoming):
        self.incoming = list(incoming)
        self.sent = []

    def recv_bytes(self, maxlength=None):
        return self.incoming.pop(0)

    def send_bytes(self, data):
        self.sent.append(bytes(data))


def frames(*bodies):
    """Returns the bytes that a Connection writes for some messages."""
    from multiprocessing.connection import Connection

    reader, writer = os.pipe()
    connection = Connection(writer, readable=False)
    for body in bodies:
        connection.send_bytes(body)
    connection.close()
    with open(reader, "rb") as stream:
        return stream.read()


def plain_cases(add):
    import importlib

    scope = {}
    for name in (
        "array collections concurrent.futures datetime decimal fractions functools pathlib re socket time types uuid"
    ).split():
        importlib.import_module(name)
        scope[name.partition(".")[0]] = sys.modules[name.partition(".")[0]]
    for case, expression in PLAIN.items():
        for protocol in PROTOCOLS:
            add(case + ".p%d" % protocol, protocol, expression, pickle.dumps(eval(expression, scope), protocol))
    for case, expression in OBJECTS.items():
        data = pickle.dumps(eval(expression, scope))
        add(case, pickle.DEFAULT_PROTOCOL, expression, data)


def multiprocessing_cases(add):
    import multiprocessing
    from multiprocessing import context, reduction

    module = types.ModuleType("jarpipe.process")

    class DupFd:
        def __init__(self, index):
            self.ind = index

    DupFd.__module__, DupFd.__qualname__ = "jarpipe.process", "DupFd"
    module.DupFd = DupFd
    sys.modules["jarpipe"] = types.ModuleType("jarpipe")
    sys.modules["jarpipe.process"] = module

    ctx = multiprocessing.get_context("spawn")
    reader, writer = ctx.Pipe(duplex=False)
    queue, lock = ctx.Queue(maxsize=7), ctx.Lock()
    process = ctx.Process(target=print, args=(queue, lock, writer), kwargs={"sep": "-"}, name="golden", daemon=True)
    process._config["authkey"] = context.process.AuthenticationString(b"secret")
    objects = {
        "mp_connection_reader": ("Pipe(False)[0]", reader),
        "mp_connection_duplex": ("Pipe()[0]", ctx.Pipe()[0]),
        "mp_lock": ("Lock()", lock),
        "mp_rlock": ("RLock()", ctx.RLock()),
        "mp_semaphore": ("Semaphore(3)", ctx.Semaphore(3)),
        "mp_bounded_semaphore": ("BoundedSemaphore(3)", ctx.BoundedSemaphore(3)),
        "mp_condition": ("Condition()", ctx.Condition()),
        "mp_event": ("Event()", ctx.Event()),
        "mp_queue": ("Queue(7)", queue),
        "mp_queue_unbounded": ("Queue()", ctx.Queue()),
        "mp_simple_queue": ("SimpleQueue()", ctx.SimpleQueue()),
        "mp_joinable_queue": ("JoinableQueue()", ctx.JoinableQueue()),
        "mp_shared_lock": ("(lock, lock, Condition(lock))", (lock, lock, ctx.Condition(lock))),
        "mp_process": ("Process(target=print, args=(queue, lock, writer), kwargs=..., daemon=True)", process),
    }
    for case, (expression, value) in objects.items():
        buffer = io.BytesIO()
        context.set_spawning_popen(Popen(DupFd))
        try:
            reduction.ForkingPickler(buffer).dump(value)
        finally:
            context.set_spawning_popen(None)
        add(case, pickle.DEFAULT_PROTOCOL, expression, buffer.getvalue())


def wire_cases(add):
    bodies = [b"", b"a", pickle.dumps(None, 4), b"x" * 16384, b"y" * 16385]
    add("frames", "", "b'', b'a', None, b'x' * 16384, b'y' * 16385", frames(*bodies))


def handshake_cases(add):
    from multiprocessing import connection

    random = os.urandom
    os.urandom = lambda count: bytes(range(count))
    try:
        deliver = Capture(b"")
        try:
            connection.deliver_challenge(deliver, b"secret")
        except connection.AuthenticationError:
            pass
    finally:
        os.urandom = random
    add("handshake_refusal", "", "deliver_challenge, empty response", frames(*deliver.sent))
    for key, label in ((b"secret", ""), (b"", "_empty_key")):
        for prefix in CHALLENGES:
            challenge = b"#CHALLENGE#" + prefix + bytes(range(40 if prefix else 20))
            answer = Capture(challenge, b"#WELCOME#")
            connection.answer_challenge(answer, key)
            case = "handshake_" + (prefix.decode().strip("{}") or "legacy") + label
            add(case, "", "answer_challenge, key %r" % key, frames(challenge, *answer.sent))


def generate(folder):
    """Writes the cases of this interpreter and prints one JSON list per case."""
    version = "%d.%d" % sys.version_info[:2]
    target = pathlib.Path(folder) / version
    target.mkdir(parents=True)

    def add(case, protocol, expression, data):
        (target / (case + ".bin")).write_bytes(data)
        print(json.dumps([version, case, str(protocol), sys.version.split()[0], expression]))

    plain_cases(add)
    multiprocessing_cases(add)
    wire_cases(add)
    handshake_cases(add)


def main(folder, interpreters):
    shutil.rmtree(folder, ignore_errors=True)
    rows = []
    environment = dict(os.environ, PYTHONHASHSEED="0")
    for interpreter in interpreters:
        command = [interpreter, __file__, "--one", folder]
        run = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment)
        rows += [json.loads(line) for line in run.stdout.decode().splitlines()]
    rows.sort(key=lambda row: ([int(part) for part in row[0].split(".")], row[1]))
    stored = {}
    script = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    with open(os.path.join(folder, "index.tsv"), "w", encoding="ascii", newline="\n") as index:
        index.write("# made by make_goldens.py, sha256 %s\n" % script)
        index.write("# version\tcase\tprotocol\tinterpreter\tfile\texpression\n")
        for version, case, protocol, interpreter, expression in rows:
            file = pathlib.Path(folder, version, case + ".bin")
            data = file.read_bytes()
            same = stored.setdefault((case, data), "%s/%s.bin" % (version, case))
            if same != "%s/%s.bin" % (version, case):
                file.unlink()
            index.write("\t".join([version, case, protocol, interpreter, same, expression]) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        generate(sys.argv[2])
    else:
        main(sys.argv[1], sys.argv[2:])
