"""Sends one frame with lines of old module, old name, new module, new name: what pickles of protocols 0 to 2 go through."""

import _compat_pickle
import struct
import sys

names = dict(_compat_pickle.NAME_MAPPING)
for old, new in _compat_pickle.IMPORT_MAPPING.items():
    names.setdefault((old, "any_name"), (new, "any_name"))
body = "\n".join("%s %s %s %s" % (old + new) for old, new in names.items()).encode()
sys.stdout.buffer.write(struct.pack("!i", len(body)) + body)
