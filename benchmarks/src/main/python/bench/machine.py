"""Where a run took place."""

from __future__ import annotations

import os
import platform
import re

from bench.setting import Setting

__all__ = ["describe"]


def describe(setting: Setting) -> dict[str, str]:
    """Return what a reader has to know to compare two runs.

    Args:
        setting: of the run; its daemon is asked for its Java.
    """
    return {
        "processor": f"{len(os.sched_getaffinity(0))} cores{_model()}",
        "system": f"{platform.system()} {platform.release()}, {'-'.join(platform.libc_ver())}",
        "CPython": platform.python_version(),
        "Java": str(setting.bridge.version()["java"]),
        "rounds": f"{setting.rounds} of {setting.seconds:g} s for each side, in turns, after "
        f"{setting.warm_up:g} s to warm up",
        "load before": f"{os.getloadavg()[0]:.2f} processes ready to run",
    }


def _model() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*:\s*(.+)$", file.read(), re.MULTILINE)
    return f", {found.group(1)}" if found else ""
