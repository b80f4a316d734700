"""Frozen records that stages exchange: data only, no behaviour beyond reading themselves."""

from scaleenv_core.types.completion import Completion, CompletionRequest, Sampling, Usage
from scaleenv_core.types.domain import (
    Community,
    DomainDraft,
    DomainManifest,
    DomainSource,
    Operation,
    ToolReport,
)
from scaleenv_core.types.graph import Edge, ToolGraph
from scaleenv_core.types.task import Action, Binding, RowChange, Task
from scaleenv_core.types.tool import Dropped, Http, JsonObject, JsonSchema, Tool
from scaleenv_core.types.training import TrainingReport
from scaleenv_core.types.trajectory import STOP, CallRecord, Failure, Message, ToolCall, Trajectory
from scaleenv_core.types.verdict import Judgement, Verdict

__all__ = [
    "STOP",
    "Action",
    "Binding",
    "CallRecord",
    "Community",
    "Completion",
    "CompletionRequest",
    "DomainDraft",
    "DomainManifest",
    "DomainSource",
    "Dropped",
    "Edge",
    "Failure",
    "Http",
    "JsonObject",
    "JsonSchema",
    "Judgement",
    "Message",
    "Operation",
    "RowChange",
    "Sampling",
    "Task",
    "Tool",
    "ToolCall",
    "ToolGraph",
    "ToolReport",
    "TrainingReport",
    "Trajectory",
    "Usage",
    "Verdict",
]
