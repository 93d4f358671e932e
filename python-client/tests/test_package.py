"""What the package exports, imports and documents."""

from __future__ import annotations

import ast
import glob
import importlib
import multiprocessing
import os
import pickle
import sys
import unittest
from typing import Iterator

import jarpipe
from jarpipe import errors

PACKAGE = os.path.dirname(os.path.abspath(jarpipe.__file__))
STANDARD_LIBRARY = os.path.dirname(os.path.abspath(os.__file__))


def imported(path: str) -> Iterator[str]:
    """Yield the top-level names of the modules that a file imports."""
    with open(path) as file:
        tree = ast.parse(file.read())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "jarpipe").split(".")[0]


class PackageTest(unittest.TestCase):
    """The package as a whole."""

    def test_imports_the_standard_library_only(self) -> None:
        files = glob.glob(PACKAGE + "/**/*.py", recursive=True)
        names = {name for path in files for name in imported(path)} - {"jarpipe"}
        self.assertTrue(names)
        for name in names:
            origin = importlib.import_module(name).__spec__.origin  # type: ignore[union-attr]
            inside = (
                name in sys.builtin_module_names
                or origin == "frozen"
                or (str(origin).startswith(STANDARD_LIBRARY) and "site-packages" not in str(origin))
            )
            self.assertTrue(inside, f"{name} from {origin}")

    def test_exports(self) -> None:
        expected = ["Bridge", "Process", "WorkerInfo", "__version__", "adopt", "errors"]
        expected.append("get_context")
        self.assertEqual(sorted(jarpipe.__all__), expected)
        for module in (jarpipe, *map(importlib.import_module, self.public_modules())):
            for name in module.__all__:
                self.assertTrue(hasattr(module, name), name)
        self.assertTrue(os.path.exists(os.path.join(PACKAGE, "py.typed")))

    def public_modules(self) -> list[str]:
        """Return the names of the public modules."""
        files = sorted(os.listdir(PACKAGE))
        return [f"jarpipe.{f[:-3]}" for f in files if f.endswith(".py") and not f.startswith("_")]

    def test_public_things_are_documented(self) -> None:
        for path in glob.glob(PACKAGE + "/*.py"):
            with open(path) as file:
                tree = ast.parse(file.read())
            self.assertTrue(ast.get_docstring(tree), path)
            for node in ast.walk(tree):
                if not isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                    continue
                documented = node.name.startswith("_") or ast.get_docstring(node)
                self.assertTrue(documented, f"{path}: {node.name}")


class ErrorTest(unittest.TestCase):
    """The errors, as the client raises and the daemon names them."""

    def test_tree_is_the_one_that_is_drawn(self) -> None:
        drawn = {
            word
            for word in (errors.__doc__ or "").replace("(", " ").replace(",", " ").split()
            if word in errors.__all__
        }
        self.assertEqual(drawn, set(errors.__all__))
        for name in errors.__all__:
            self.assertTrue(issubclass(getattr(errors, name), errors.JarpipeError))
        self.assertTrue(
            issubclass(errors.AuthenticationFailed, multiprocessing.AuthenticationError)
        )

    def test_pickles_with_message_and_fields(self) -> None:
        for name in errors.__all__:
            kind = getattr(errors, name)
            fields = {field: field.upper() for field in kind.__annotations__ if field != "fields"}
            error = kind("cause: cure", dict(fields, args="kept apart"))
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                copy = pickle.loads(pickle.dumps(error, protocol))
                self.assertIs(type(copy), kind)
                self.assertEqual((str(copy), copy.fields), (str(error), error.fields))
                self.assertEqual(copy.args, ("cause: cure",))
                for field, value in fields.items():
                    self.assertEqual(getattr(copy, field), value)

    def test_fields_that_were_not_given_are_none(self) -> None:
        self.assertIsNone(errors.DaemonDied("it died").exitcode)
        self.assertEqual(errors.DaemonDied("it died").fields, {})
