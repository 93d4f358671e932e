"""A short run of the load in `benchmarks/load`: its own checks must pass."""

from __future__ import annotations

import os
import subprocess
import sys

from folders import FolderTest
from programs import ROOT, environment
from support import ONCE, PATIENCE


@ONCE
class Load(FolderTest):
    """Workers, clients of a service and health checks at a time."""

    def test_short_run(self) -> None:
        svg = self.path("load.svg")
        arguments = ["--seconds", "4", "--workers", "5", "--clients", "40", "--svg", svg]
        done = subprocess.run(
            [sys.executable, str(ROOT / "benchmarks" / "load" / "load.py"), *arguments],
            env=environment({}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=2 * PATIENCE,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("/healthz: p50", done.stdout)
        self.assertTrue(os.path.getsize(svg))
