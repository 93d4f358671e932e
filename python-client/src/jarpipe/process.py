"""`Process`: a `multiprocessing` process that runs in Java."""

from __future__ import annotations

from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any, ClassVar, Iterable, Mapping, NoReturn

if TYPE_CHECKING:
    from jarpipe._popen import Popen
    from jarpipe.bridge import Bridge

__all__ = ["DupFd", "Process"]

_STATE = (
    "_identity",
    "_config",
    "_parent_pid",
    "_parent_name",
    "_popen",
    "_closed",
    "_target",
    "_args",
    "_kwargs",
    "_name",
)
"""What BaseProcess.__init__ sets, and what a spawned CPython child gets as well."""


class Process(BaseProcess):
    """A worker in Java that looks to Python like any other process of `multiprocessing`.

    It is a `multiprocessing.process.BaseProcess`: `start`, `join`, `is_alive`, `terminate`, `kill`,
    `exitcode`, `sentinel`, `daemon`, `close`, `active_children()` and what happens at exit are the
    standard library's own code. `pid` is the kernel thread id of the worker, so that it is unique
    among processes. Exit codes: 0 returned, 1 uncaught exception, -15 terminated, -9 killed, 255
    the daemon died.

    As in the standard library, the default name is the class name and a number: ``Process-1``
    here, ``JavaProcess-1`` for the `Process` of a context.

    A subclass may add what it likes on the Python side, but only target, arguments, name and
    configuration reach Java; it cannot override `run`.

    Args:
        group: always ``None``, as in the standard library.
        target: ``"pkg.Class"`` (its method `run`) or ``"pkg.Class::method"``.
        name: the name of the process, and of the Java thread.
        args: positional arguments of the target.
        kwargs: keyword arguments of the target.
        daemon: whether the worker is terminated when this process exits, instead of joined;
            ``None`` means as the current process.

    Raises:
        TypeError: target is not a string, or the subclass overrides `run`.
    """

    _bridge: ClassVar[Bridge | None] = None
    """The bridge that starts the workers of this class; ``None`` means the default one."""

    def __init__(
        self,
        group: None = None,
        target: str | None = None,
        name: str | None = None,
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] = {},
        *,
        daemon: bool | None = None,
    ) -> None:
        if not isinstance(target, str):
            raise TypeError(
                f"target is {target!r}, but a Java process needs the name of a Java class or "
                "method: target='pkg.Class' or target='pkg.Class::method'; for a Python target "
                "use the Process of multiprocessing.get_context('spawn')"
            )
        if type(self).run is not Process.run:
            raise TypeError(
                f"{type(self).__name__} overrides run(), which a Java process never calls: put "
                "the work into a Java class and name it in target"
            )
        super().__init__(
            group,
            target,  # type: ignore[arg-type]  # typeshed knows callables only
            name,
            args,
            dict(kwargs),
            daemon=daemon,
        )

    def interrupt(self) -> None:
        """Interrupt the worker, as SIGINT does to a Python one; nothing happens if it has ended.

        CPython has this method since 3.14.
        """
        self._check_closed()  # type: ignore[attr-defined]
        self._popen.interrupt()  # type: ignore[attr-defined]

    def run(self) -> NoReturn:
        """Refuse: what a Java process runs is its target, in Java.

        Raises:
            TypeError: always.
        """
        raise TypeError("the target of a Java process runs in Java: call start()")

    @staticmethod
    def _Popen(process_obj: Process) -> Popen:
        from jarpipe._popen import Popen
        from jarpipe.bridge import default_bridge

        return Popen(process_obj, process_obj._bridge or default_bridge())

    def plain(self) -> Process:
        """Return what is sent to the daemon: a `Process` whatever the subclass, and its state.

        This is for `jarpipe` itself.
        """
        plain = Process.__new__(Process)
        plain.__dict__.update((name, self.__dict__[name]) for name in _STATE)
        return plain


class DupFd:
    """Stands for a descriptor in the pickle that goes to the daemon.

    Args:
        ind: the descriptor's place in the list of those sent along.
    """

    def __init__(self, ind: int) -> None:
        self.ind = ind

    def detach(self) -> int:
        """Refuse: the descriptor was given to a Java worker.

        Raises:
            RuntimeError: always; this runs only if the pickle is loaded by Python.
        """
        raise RuntimeError(
            f"descriptor {self.ind} was given to a Java worker, and Python cannot have it back: "
            "keep using the object that was passed to the process"
        )
