"""The base of tests that need files."""

from __future__ import annotations

import os
import shutil
import tempfile
import unittest


class FolderTest(unittest.TestCase):
    """A test with a folder of its own, which is gone after it."""

    def setUp(self) -> None:
        super().setUp()
        self.folder = tempfile.mkdtemp(prefix="jarpipe-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name: str) -> str:
        """Return a path in the folder of the test."""
        return os.path.join(self.folder, name)

    def write(self, name: str, content: str = "", mode: int = 0o600) -> str:
        """Make a file in the folder of the test and return its path."""
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
        os.chmod(path, mode)
        return path
