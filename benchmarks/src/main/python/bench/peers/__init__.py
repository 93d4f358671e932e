"""Other ways from Python to Java, measured beside jarpipe: a module for each.

All do the same work. 64 bytes go from a CPython process to another process, and come back as they
are. A dict goes there, is decoded to a native value, and comes back the same way.
"""
