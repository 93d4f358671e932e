"""Sends numpy arrays and scalars with what Java must see in them, checks the echo, then arrays that Java has made.

To Java: a line of dtype, shape and elements row by row (or "opaque"), then the pickle. Back: what Java sees, then the
pickle of the same object, then the length and the pickle of an array that Java has made of the elements.
"""

import pickle
import struct
import sys

try:
    import numpy
except ImportError:
    sys.exit("no numpy")

source, sink = sys.stdin.buffer, sys.stdout.buffer
NUMBERS = ["b1", "i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", "<f4", ">f4", "<f8", ">f8"]


def values():
    for dtype in NUMBERS:
        line = numpy.array([0, 1, 2, 100, 1, 0, 7, 64], dtype=dtype)
        yield line
        yield line.reshape(2, 4)
        yield numpy.asfortranarray(line.reshape(2, 4))
        cube = line.reshape(2, 2, 2)
        yield from (cube.transpose(1, 0, 2), cube.transpose(2, 0, 1), cube[:, ::-1], line[::2], line[:0], line.reshape(8, 1, 1))
        yield from (numpy.array(1, dtype=dtype), line[1], numpy.zeros((0, 3), dtype=dtype), numpy.zeros((3, 0, 2), dtype=dtype))
    yield numpy.array([-1, 2**62], dtype="i8")
    yield numpy.array([1.5, numpy.inf, -0.0])
    yield from (numpy.array(["a", "bc"]), numpy.array([1j]), numpy.array([None, [1]], dtype=object), numpy.float16(1.5))
    yield numpy.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f8")])
    yield from (numpy.array("2024-01-01", dtype="M8[D]"), numpy.ma.array([1, 2], mask=[0, 1]), numpy.dtype("f8"), numpy.int32, numpy.add)


def describe(value):
    plain = type(value) is numpy.ndarray or (isinstance(value, numpy.generic) and not isinstance(value, numpy.void))
    if not plain or value.dtype.str[1:] not in "b1 i1 u1 i2 u2 i4 u4 i8 u8 f4 f8".split():
        return "opaque"
    elements = [float(element) for element in numpy.asarray(value).flatten(order="C").tolist()]
    return "%s %s %s" % (value.dtype.str, list(value.shape), " ".join(element.hex() for element in elements))


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, (numpy.ndarray, numpy.generic)) and not isinstance(a, numpy.ma.MaskedArray) and a.dtype != object:
        return a.dtype.str == b.dtype.str and a.shape == b.shape and a.tobytes("A") == b.tobytes("A") and (
            a.flags.f_contiguous == b.flags.f_contiguous
        )
    return repr(a) == repr(b)


def exchange(data):
    sink.write(struct.pack("!i", len(data)) + data)
    sink.flush()
    return source.read(*struct.unpack("!i", source.read(4)))


def check(value, protocol):
    reference = pickle.loads(pickle.dumps(value, protocol))
    expected = describe(value)  # numpy itself swaps bytes when it loads
    seen, answer = exchange(expected.encode() + b"\n" + pickle.dumps(value, protocol)).split(b"\n", 1)
    if seen.decode() != expected:
        return "seen as %.300s, expected %.300s" % (seen.decode(), expected)
    (length,) = struct.unpack("!i", answer[:4])
    if not same(reference, pickle.loads(answer[4 : 4 + length])):
        return "returned as %r" % pickle.loads(answer[4 : 4 + length])
    made = pickle.loads(answer[4 + length :])
    if made is None:
        return ""
    array = numpy.asarray(reference)
    equal = made.dtype.str == "<f8" and made.shape == array.shape and numpy.array_equal(made, array.astype("f8"))
    return "" if equal and made.flags.writeable and made.flags.owndata else "made as %r" % made


def main():
    total = failed = 0
    for protocol in range(6):
        for value in values():
            total += 1
            problem = check(value, protocol)
            if problem:
                failed += 1
                print("protocol %d: %.200r: %s" % (protocol, value, problem), file=sys.stderr)
    report = ("report: numpy %s: %d values, %d changed" % (numpy.__version__, total, failed)).encode()
    sink.write(struct.pack("!i", len(report)) + report)
    sink.flush()


main()
