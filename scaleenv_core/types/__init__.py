"""Frozen records that stages exchange: data only, no behaviour beyond reading themselves."""

from scaleenv_core.types.completion import Completion, CompletionRequest, Sampling, Usage
from scaleenv_core.types.domain import (
    Case,
    Community,
    DomainDraft,
    DomainManifest,
    DomainSource,
    Effect,
    Finding,
    Holder,
    Operation,
    Repair,
    Rule,
    ToolReport,
)
from scaleenv_core.types.graph import Edge, FoundDomain, ToolGraph
from scaleenv_core.types.log import RecordedDialogue
from scaleenv_core.types.message import STOP, Message, ToolCall
from scaleenv_core.types.rows import Touched
from scaleenv_core.types.task import (
    Action,
    Binding,
    Check,
    Evidence,
    Kind,
    PlannedFault,
    RowChange,
    Task,
    Withheld,
)
from scaleenv_core.types.tool import Dropped, Http, JsonObject, JsonSchema, Tool
from scaleenv_core.types.training import TrainingReport
from scaleenv_core.types.trajectory import CallRecord, Failure, Owner, Trajectory
from scaleenv_core.types.vector import Vector
from scaleenv_core.types.verdict import Blame, Judgement, Verdict

__all__ = [
    "STOP",
    "Action",
    "Binding",
    "Blame",
    "CallRecord",
    "Case",
    "Check",
    "Community",
    "Completion",
    "CompletionRequest",
    "DomainDraft",
    "DomainManifest",
    "DomainSource",
    "Dropped",
    "Edge",
    "Effect",
    "Evidence",
    "Failure",
    "Finding",
    "FoundDomain",
    "Holder",
    "Http",
    "JsonObject",
    "JsonSchema",
    "Judgement",
    "Kind",
    "Message",
    "Operation",
    "Owner",
    "PlannedFault",
    "RecordedDialogue",
    "Repair",
    "RowChange",
    "Rule",
    "Sampling",
    "Task",
    "Tool",
    "ToolCall",
    "ToolGraph",
    "ToolReport",
    "Touched",
    "TrainingReport",
    "Trajectory",
    "Usage",
    "Vector",
    "Verdict",
    "Withheld",
]
