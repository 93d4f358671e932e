"""Puts the daemon's jar, which Maven builds, into the package as ``jarpipe/jarpipe.jar``.

A wheel without the jar could not launch a daemon, so building one fails. An editable install finds
the jar in the checkout, and a source distribution carries the jar if there is one.
"""

from __future__ import annotations

import os
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class JarHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the jar of the checkout, or the one that came in the source distribution."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Extend what is built.

        Args:
            version: ``standard`` or ``editable``, for a wheel.
            build_data: where further files are named.
        """
        packaged = os.path.join("src", "jarpipe", "jarpipe.jar")
        built = os.path.join(os.pardir, "daemon", "target", "jarpipe.jar")
        for place in (built, packaged):
            jar = os.path.normpath(os.path.join(self.root, place))
            if os.path.isfile(jar):
                target = packaged if self.target_name == "sdist" else "jarpipe/jarpipe.jar"
                build_data["force_include"][jar] = target
                return
        if self.target_name == "wheel" and version != "editable":
            raise FileNotFoundError(
                "the daemon's jar is missing: run `mvn -q -Pfast package` in the project's folder"
            )
