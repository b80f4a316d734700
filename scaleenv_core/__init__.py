"""ScaleEnv: API catalogs in, simulated and verifiable environments and training data out."""

from importlib.metadata import PackageNotFoundError, version

import pluggy

try:
    __version__ = version("scaleenv-core")
except PackageNotFoundError:  # a source checkout that was never installed
    __version__ = "0+unknown"

hookimpl = pluggy.HookimplMarker("scaleenv")
"""Marks a plugin's method as the implementation of a ScaleEnv hook."""

__all__ = ["__version__", "hookimpl"]
