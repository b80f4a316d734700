"""The live environment: a real relational database, tools as code, and a journal of what changed.

What a domain's ``tools.py`` may import from here is :data:`DOOR`; the rest is for stages.
"""

from scaleenv_core.engine.arithmetic import arithmetic
from scaleenv_core.engine.boundary import Limits, enter_worker, foreign, machinery
from scaleenv_core.engine.conditions import at_least, at_most, between, contains, one_of, other_than
from scaleenv_core.engine.database import Database, given
from scaleenv_core.engine.dates import days_after
from scaleenv_core.engine.environment import Environment, Snapshot
from scaleenv_core.engine.evidence import evidence
from scaleenv_core.engine.folder import (
    DomainFolder,
    content_hash,
    load_domain,
    load_manifest,
    read_manifest,
    read_policy,
    read_tasks,
    read_tools,
    write_domain,
)
from scaleenv_core.engine.journal import compare_changes, describe_change, fingerprint
from scaleenv_core.engine.observation import Observation
from scaleenv_core.engine.schema import DatabaseSchema, read_schema
from scaleenv_core.engine.store import SqliteStore, Store
from scaleenv_core.engine.toolcode import DOOR, ToolFunction, read_tool, write_tool
from scaleenv_core.errors import Refusal

__all__ = [
    "DOOR",
    "Database",
    "DatabaseSchema",
    "DomainFolder",
    "Environment",
    "Limits",
    "Observation",
    "Refusal",
    "Snapshot",
    "SqliteStore",
    "Store",
    "ToolFunction",
    "arithmetic",
    "at_least",
    "at_most",
    "between",
    "compare_changes",
    "contains",
    "content_hash",
    "days_after",
    "describe_change",
    "enter_worker",
    "evidence",
    "fingerprint",
    "foreign",
    "given",
    "load_domain",
    "load_manifest",
    "machinery",
    "one_of",
    "other_than",
    "read_manifest",
    "read_policy",
    "read_schema",
    "read_tasks",
    "read_tool",
    "read_tools",
    "write_domain",
    "write_tool",
]
