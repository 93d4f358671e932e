"""Processes that cannot be started, or that fail: which error, with fields, cause and cure."""

from __future__ import annotations

import os
import pathlib
import shutil
from typing import Any

import jarpipe
from jarpipe import errors
from support import WORKERS
from workertest import WorkerTest


class ErrorTest(WorkerTest):
    """A test of what start() raises."""

    def assert_not_started(
        self,
        kind: type[errors.StartError],
        target: str,
        *args: Any,
        says: tuple[str, ...],
        fields: dict[str, Any] | None = None,
        kwargs: dict[str, Any] | None = None,
        ctx: Any = None,
    ) -> errors.StartError:
        """Check the error that start() raises, and that no process is left.

        Args:
            kind: its class, exactly.
            target: what to start.
            args: with which arguments.
            says: what its message contains: the cause, and the cure.
            fields: its fields, which must be attributes as well.
            kwargs: with which keyword arguments.
            ctx: the context, if not the default one.
        """
        process = (ctx or self.ctx).Process(target=target, args=args, kwargs=kwargs or {})
        with self.assertRaises(kind) as caught:
            process.start()
        error = caught.exception
        self.assertIs(type(error), kind)
        for text in says:
            self.assertIn(text, str(error))
        if fields is not None:
            self.assertEqual(error.fields, fields)
        for name, value in error.fields.items():
            self.assertEqual(getattr(error, name), value)
        self.assertIsNone(process.pid)
        self.assertFalse(process.is_alive())
        return error


class Targets(ErrorTest):
    """What is wrong with a target."""

    def test_unknown_class(self) -> None:
        for target in ("org.example.Missing", "org.example.Missing::run", "", "::", "no/Class"):
            with self.subTest(target):
                self.assert_not_started(
                    errors.TargetError,
                    target,
                    says=("was not found in the worker code", "JARPIPE_CLASSPATH", "--workers"),
                    fields={"target": target},
                )

    def test_class_with_the_wrong_case(self) -> None:
        target = WORKERS + "lifecycleworkers::nothing"
        self.assert_not_started(errors.TargetError, target, says=("was not found", "spelling"))

    def test_unknown_method(self) -> None:
        target = WORKERS + "LifecycleWorkers::nothin"
        self.assert_not_started(
            errors.TargetError,
            target,
            says=("has no method nothin", "its static methods:", "nothing", "echo"),
            fields={"target": target},
        )

    def test_class_without_run(self) -> None:
        self.assert_not_started(
            errors.TargetError,
            WORKERS + "LifecycleWorkers",
            says=("has no method run", "its static methods:"),
        )

    def test_method_that_is_not_static(self) -> None:
        target = WORKERS + "ErrorWorkers::notStatic"
        self.assert_not_started(
            errors.TargetError,
            target,
            says=("is not static", "make it static", "io.jarpipe.Worker"),
            fields={"target": target},
        )

    def test_worker_that_cannot_be_made(self) -> None:
        target = WORKERS + "ErrorHiddenConstructor"
        self.assert_not_started(
            errors.TargetError,
            target,
            says=("needs a public constructor without parameters",),
            fields={"target": target},
        )

    def test_classes_of_the_daemon_are_not_targets(self) -> None:
        self.assert_not_started(
            errors.TargetError, "io.jarpipe.daemon.cli.Main::main", [], says=("was not found",)
        )

    def test_target_that_is_no_string(self) -> None:
        for target in (print, None, 17, b"org.example.Job"):
            with self.subTest(target=target):
                with self.assertRaisesRegex(TypeError, r"pkg\.Class.*get_context\('spawn'\)"):
                    self.ctx.Process(target=target)


class Arguments(ErrorTest):
    """What is wrong with the arguments of a target that exists."""

    def test_wrong_type(self) -> None:
        target = WORKERS + "ErrorWorkers::"
        string, number = "java.lang.String", "java.lang.Integer"
        for method, value, where, python_type, java_type in (
            ("text", 17, "('value')", "int", string),
            ("text", b"bytes", "('value')", "bytes", string),
            ("texts", "abc", "('values')", "str", f"java.util.List<{string}>"),
            ("texts", ["a", 17], "[1]", "int", string),
            ("counts", {"a": 1, "b": "2"}, "[b]", "str", number),
            ("counts", {1: 1}, " key", "int", string),
            ("number", "17", "('value')", "str", "int"),
            ("number", 1.0, "('value')", "float", "int"),
            ("number", None, "('value')", "NoneType", "int"),
            ("number", 2**31, "('value')", "int", "int"),
            ("number", 2**70, "('value')", "int", "int"),
            ("number", True, "('value')", "bool", "int"),
        ):
            with self.subTest(method, value=value):
                error: Any = self.assert_not_started(
                    errors.ArgumentError,
                    target + method,
                    value,
                    says=("argument 1", where, f"Python {python_type}", f"Java {java_type}"),
                )
                self.assertIn(where, error.parameter)
                self.assertEqual((error.python_type, error.java_type), (python_type, java_type))

    def test_number_that_does_not_fit(self) -> None:
        self.assert_not_started(
            errors.ArgumentError,
            WORKERS + "ErrorWorkers::number",
            2**31,
            says=("2147483648 does not fit",),
        )

    def test_value_where_a_connection_or_queue_is_wanted(self) -> None:
        for method, value, java_type in (
            ("echo", 17, "io.jarpipe.MpConnection"),
            ("pass", 17, "io.jarpipe.MpQueue<"),
        ):
            with self.subTest(method):
                self.assert_not_started(
                    errors.ArgumentError,
                    f"{WORKERS}LifecycleWorkers::{method}",
                    *[value] * (2 if method == "pass" else 1),
                    says=("Python int cannot be a Java " + java_type,),
                )

    def test_queue_where_a_connection_is_wanted(self) -> None:
        self.assert_not_started(
            errors.ArgumentError,
            WORKERS + "LifecycleWorkers::echo",
            self.queue(),
            says=("Python multiprocessing.queues.Queue", "Java io.jarpipe.MpConnection"),
        )

    def test_wrong_number(self) -> None:
        target = WORKERS + "LifecycleWorkers::subtract"
        for args, kwargs, given in (((), {}, 0), ((1, 2, 3, 4), {}, 4), ((1,), {"what": 2}, 2)):
            with self.subTest(args=args, kwargs=kwargs):
                self.assert_not_started(
                    errors.TargetError,
                    target,
                    *args,
                    kwargs=kwargs,
                    says=("LifecycleWorkers.subtract(", f"takes 3 arguments, got {given}"),
                    fields={"target": target},
                )

    def test_unknown_keyword(self) -> None:
        self.assert_not_started(
            errors.TargetError,
            WORKERS + "ErrorWorkers::number",
            kwargs={"valeu": 17},
            says=("unexpected keyword argument 'valeu'",),
        )

    def test_no_overload_fits(self) -> None:
        self.assert_not_started(
            errors.TargetError,
            WORKERS + "ErrorWorkers::either",
            1.5,
            says=("either(java.lang.String)", "either(long)", "Python float"),
        )

    def test_value_that_cannot_be_pickled(self) -> None:
        process = self.ctx.Process(target=WORKERS + "ErrorWorkers::text", args=(lambda: None,))
        with self.assertRaisesRegex(Exception, "(?i)pickle.*lambda|lambda.*pickle|local object"):
            process.start()
        self.assertIsNone(process.pid)


class Code(ErrorTest):
    """What is wrong with the workers' class files."""

    def setUp(self) -> None:
        super().setUp()
        self.classes = pathlib.Path(self.folder, "classes")
        self.package = self.classes / "io" / "jarpipe" / "interop"
        self.package.mkdir(parents=True)
        bridge = jarpipe.Bridge(classpath=[self.classes])
        self.addCleanup(bridge.close)
        self.other = bridge.get_context()

    def copy(self, name: str) -> pathlib.Path:
        """Copy a class file into the folder of the test, where its neighbours are missing."""
        for entry in os.environ["JARPIPE_CLASSPATH"].split(os.pathsep):
            source = pathlib.Path(entry, "io", "jarpipe", "interop", name + ".class")
            if source.exists():
                return pathlib.Path(shutil.copy(source, self.package))
        raise AssertionError(f"no {name}.class in JARPIPE_CLASSPATH")

    def test_class_files_that_do_not_load(self) -> None:
        newer = self.copy("LifecycleDefault")
        content = bytearray(newer.read_bytes())
        content[6:8] = (200).to_bytes(2, "big")  # the major version (JVM specification, 4.1)
        newer.write_bytes(bytes(content))
        self.assert_not_started(
            errors.TargetError,
            WORKERS + "LifecycleDefault",
            says=("compiled for a newer Java than", "--release", "JARPIPE_JAVA"),
            fields={"target": WORKERS + "LifecycleDefault"},
            ctx=self.other,
        )

        (self.package / "ErrorWorkers.class").write_bytes(b"this is no class file")
        self.assert_not_started(
            errors.TargetError,
            WORKERS + "ErrorWorkers::text",
            "",
            says=("cannot be loaded", "ClassFormatError"),
            ctx=self.other,
        )

        self.copy("LifecycleWorkers").rename(self.classes / "LifecycleWorkers.class")
        self.assert_not_started(
            errors.TargetError,
            "LifecycleWorkers::nothing",
            says=("cannot be loaded", "io/jarpipe/interop/LifecycleWorkers"),
            ctx=self.other,
        )

        self.copy("ErrorSignature")
        self.assert_not_started(
            errors.TargetError,
            WORKERS + "ErrorSignature",
            "",
            says=("class that cannot be loaded", "ErrorAbsent"),
            ctx=self.other,
        )

        self.copy("ErrorDependent")
        process = self.other.Process(target=WORKERS + "ErrorDependent")
        with self.redirected(2) as text:
            process.start()
        self.join(process, exitcode=1)
        self.assertIn("NoClassDefFoundError: io/jarpipe/interop/ErrorAbsent", self.content(text))


class Uncaught(WorkerTest):
    """An exception that leaves a worker is printed as multiprocessing prints its own."""

    def trace_of(self, target: str, *args: Any, **options: Any) -> list[str]:
        """Return the lines on standard error after a worker has failed."""
        with self.redirected(2) as text:
            process = self.start(target, *args, **options)
        self.join(process, exitcode=1)
        return self.content(text).splitlines()

    def test_the_stack_trace_is_that_of_the_worker_alone(self) -> None:
        lines = self.trace_of("LifecycleWorkers::fail", "on purpose", name="failing")
        self.assertEqual(lines[0], "Process failing:")
        self.assertEqual(lines[1], "java.lang.IllegalStateException: on purpose")
        self.assertRegex(lines[2], r"^\tat .*LifecycleWorkers\.fail\(LifecycleWorkers\.java:\d+\)$")
        self.assertEqual(len(lines), 3)

    def test_causes_are_shown(self) -> None:
        text = "\n".join(self.trace_of("ErrorWorkers::failWithCause"))
        self.assertIn("java.io.IOException: outer", text)
        self.assertIn("Caused by: java.lang.IllegalArgumentException: inner", text)
        self.assertNotIn("io.jarpipe.daemon", text)

    def test_errors_of_the_jvm_are_uncaught_exceptions_too(self) -> None:
        lines = self.trace_of("ErrorWorkers::overflow", name="deep")
        self.assertEqual(lines[:2], ["Process deep:", "java.lang.StackOverflowError"])

    def test_the_daemon_serves_on(self) -> None:
        self.trace_of("ErrorWorkers::overflow")
        self.join(self.start("LifecycleWorkers::nothing"))
