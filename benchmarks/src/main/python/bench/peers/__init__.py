"""Other ways from Python to Java, measured beside jarpipe: a module for each.

All do the same work: a dict goes from a CPython process to another process, is decoded there to a
native value, and comes back the same way.
"""
