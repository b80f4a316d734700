"""The live environment: a real relational database, tools as code, and a journal of what changed.

What a domain's ``tools.py`` may import from here is :data:`DOOR`; the rest is for stages.
"""

from scaleenv_core.engine.boundary import Limits, enter_worker, foreign, machinery
from scaleenv_core.engine.database import Database, given
from scaleenv_core.engine.environment import Environment, Observation
from scaleenv_core.engine.folder import (
    DomainFolder,
    content_hash,
    load_domain,
    read_manifest,
    read_tools,
    write_domain,
)
from scaleenv_core.engine.journal import compare_changes, describe_change, fingerprint
from scaleenv_core.engine.schema import DatabaseSchema, read_schema
from scaleenv_core.engine.toolcode import ToolFunction, read_tool, write_tool
from scaleenv_core.errors import Refusal

DOOR = ("Database", "Refusal", "given", "read_tool", "write_tool")
"""All that tool code may import from the engine."""

__all__ = [
    "DOOR",
    "Database",
    "DatabaseSchema",
    "DomainFolder",
    "Environment",
    "Limits",
    "Observation",
    "Refusal",
    "ToolFunction",
    "compare_changes",
    "content_hash",
    "describe_change",
    "enter_worker",
    "fingerprint",
    "foreign",
    "given",
    "load_domain",
    "machinery",
    "read_manifest",
    "read_schema",
    "read_tool",
    "read_tools",
    "write_domain",
    "write_tool",
]
