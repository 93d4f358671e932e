"""Java workers for Python's `multiprocessing`.

>>> import jarpipe
>>> ctx = jarpipe.get_context()
>>> jobs, results = ctx.Queue(), ctx.Queue()
>>> worker = ctx.Process(target="org.example.WordCount", args=(jobs, results))
>>> worker.start()                                                           # doctest: +SKIP
"""

from jarpipe import errors
from jarpipe._adoption import adopt
from jarpipe.bridge import Bridge, WorkerInfo
from jarpipe.context import get_context
from jarpipe.process import Process

__all__ = ["Bridge", "Process", "WorkerInfo", "__version__", "adopt", "errors", "get_context"]

__version__ = "0.1.0"
