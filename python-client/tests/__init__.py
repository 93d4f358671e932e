"""Tests of the Python client; they need the standard library and a POSIX shell only."""
