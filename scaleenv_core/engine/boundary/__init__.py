"""The boundary around foreign code: tools, schemas and verifiers that somebody else wrote.

Inside a process :func:`foreign` denies and catches; around a process a :class:`Cell` holds
it with what the operating system gives. See docs/sandbox.md for what is held and what not.
"""

from scaleenv_core.engine.boundary.cell import Cell, Warden, layers, printable
from scaleenv_core.engine.boundary.foreign import enter_worker, foreign, machinery
from scaleenv_core.engine.boundary.limits import Grants, Limits

__all__ = [
    "Cell",
    "Grants",
    "Limits",
    "Warden",
    "enter_worker",
    "foreign",
    "layers",
    "machinery",
    "printable",
]
