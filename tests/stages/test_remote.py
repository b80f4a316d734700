"""What a cell answers is what was asked, or it is no more; and what was written is read strictly."""

import pytest
from attrs import define, field

from scaleenv_core.artifacts import stored
from scaleenv_core.converters import from_json, json_bytes
from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.errors import MachineryError, Refusal, ToolCrash, WorkerDied, WorldError
from scaleenv_core.settings import FaultSettings
from scaleenv_core.stages.remote import Answer, RemoteRooms, Rooms, opened
from scaleenv_core.testing.shop import write_shop
from scaleenv_core.types import CallRecord, Touched

CALL = (0, "call", {"tool": "get_order", "arguments": {"order_id": "o1"}, "held_by": "agent"})
RESET = (0, "reset", {"start": (), "planned": (), "fault_seed": 1})
RECORD = CallRecord(tool="get_order", arguments={}, status="answered")


@define
class Forger:
    """A cell whose code answers as it likes."""

    answers: object
    alive: bool = True
    closed: list = field(factory=list)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def call(self, method, kind=None, /, **_):
        if method == "open":
            return {"agent": {}, "user": {}}
        if isinstance(self.answers, Exception):
            raise self.answers
        return from_json(json_bytes(self.answers), kind)

    def close(self):
        self.closed.append(True)


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([], id="too-few"),
        pytest.param([Answer(), Answer()], id="too-many"),
        pytest.param([Answer(text="{}")], id="a-call-without-record"),
        pytest.param(MachineryError("so it says"), id="one-error-for-all"),
        pytest.param(Refusal("so it says"), id="one-refusal-for-all"),
    ],
)
def test_answers_fit_what_was_asked(tmp_path, answers):
    """A cell that answers something else is ended: all that is in it begins again."""
    cell = Forger(answers)
    rooms = RemoteRooms(lambda: (cell, "none"), tmp_path, FaultSettings())

    with pytest.raises(WorkerDied, match="gave no answers"):
        rooms.do([CALL])
    assert cell.closed


def test_a_record_nobody_asked_for(tmp_path):
    """Where a reset is answered by a call's record, the cell is ended, too."""
    cell = Forger([Answer(record=RECORD)])
    with pytest.raises(WorkerDied, match="do not fit"):
        RemoteRooms(lambda: (cell, "none"), tmp_path, FaultSettings()).do([RESET])


def test_errors_are_printable(tmp_path):
    """What a cell says of an error may reach a terminal: no control characters, and not too much."""
    cell = Forger([Answer(error="ToolCrash", text="\x1b[2Jgone" + "x" * 10_000)])
    (answer,) = RemoteRooms(lambda: (cell, "none"), tmp_path, FaultSettings()).do([CALL])

    with pytest.raises(ToolCrash) as caught:
        opened(answer)
    assert str(caught.value).startswith("\ufffd[2Jgonexxx")
    assert len(str(caught.value)) == 4000


def test_records_cross_the_pipe(tmp_path):
    """What rooms of this process answer is what comes of it as JSON."""
    domain = load_domain(write_shop(tmp_path / "shop"))
    rooms = Rooms(lambda: Environment(domain))
    cancel = (0, "call", {"tool": "cancel_order", "arguments": {"order_id": "o1"}, "held_by": "agent"})
    answers = rooms.do(
        [RESET, CALL, cancel, (0, "end", {"checks": ()}), (0, "call", {**CALL[2], "tool": "no"})]
    )
    rooms.close()

    assert from_json(json_bytes(answers), list[Answer]) == answers
    assert answers[1].record.reads == (Touched(table="orders", keys=(("o1",),)),)
    assert [change.after["status"] for change in answers[3].changes] == ["cancelled"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(b'{"tool": 5}', r"Expected `str`, got `int` - at `\$.tool`", id="type"),
        pytest.param(b'{"tool": "x"}', "missing required field", id="field"),
        pytest.param(b'{"tool": "x", "arguments": {}, "status": "ok"}', "enum", id="word"),
        pytest.param(json_bytes(RECORD)[:-1], "truncated", id="cut-off"),
        pytest.param(b'{"tool": "\xff"}', "utf-8", id="bytes"),
        pytest.param(b'{"tool": "x", "arguments": {"a": ' + b"[" * 100_000, "nested too deeply", id="deep"),
    ],
)
def test_written_records_are_read_strictly(tmp_path, text, said):
    """A record that is none is one line, whatever it is."""
    with pytest.raises(WorldError, match=f"run.db: .*{said}") as caught:
        stored(text, CallRecord, tmp_path / "run.db")
    assert "\n" not in str(caught.value)
