"""Finds the benchmark of the checkout; whoever imports this is skipped where there is none."""

from __future__ import annotations

import os
import sys
import unittest

from programs import PACKAGE, ROOT

SOURCES = str(ROOT / "benchmarks" / "src" / "main" / "python")

if not os.path.isdir(os.path.join(SOURCES, "bench")):
    raise unittest.SkipTest("the benchmarks of the checkout are not here")
sys.path.insert(0, SOURCES)

PATHS = os.pathsep.join([PACKAGE, SOURCES])
"""The ``PYTHONPATH`` of the benchmark."""
