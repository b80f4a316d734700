"""Foreign code in a worker: imports, files, sockets, endless loops and memory bombs are held."""

import pytest

from scaleenv_core.config import RunConfig
from scaleenv_core.engine import Limits
from scaleenv_core.errors import MachineryError, ToolCrash, WorkerDied
from scaleenv_core.stages.workers import Job, Workers
from scaleenv_core.testing.jobs import call_tool, die
from scaleenv_core.testing.shop import TOOLS, write_shop
from scaleenv_core.types import Tool


def evil(body):
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f'{TOOLS}\n\n@read_tool("evil")\ndef evil(db: Database) -> dict:\n    """Be evil."""\n{lines}'


REACH = "[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == {name!r}][0]"

ATTACKS = {
    "import os": ("import os\nreturn os.listdir('/')", "may not be imported"),
    "import socket": ("import socket\nreturn 1", "may not be imported"),
    "open": ("return open('/etc/passwd').read()", "'open' is not defined"),
    "eval": ("return eval('1')", "'eval' is not defined"),
    "process": (f"return {REACH.format(name='Popen')}(['id'])", "may not use"),
    "loader": (
        f"return {REACH.format(name='FileLoader')}('x', '/etc/passwd').get_data('/etc/passwd')",
        "may not use 'open'",
    ),
    "os by json": (
        "import json\nreturn json.codecs.builtins.open('/etc/passwd').read()",
        "may not use 'open'",
    ),
    "endless loop": ("while True:\n    pass", "ran longer than 0.5 s"),
    "deep recursion": ("f = lambda n: f(n + 1)\nreturn f(0)", "RecursionError"),
    "memory": ("return [0] * 10**11", "out of memory"),
    "exit": ("raise SystemExit(3)", "SystemExit"),
    "not JSON": ("return {1, 2}", "not JSON"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_held(tmp_path, name):
    """Each attack ends as the tool's crash, and the worker goes on."""
    body, part = ATTACKS[name]
    tool = Tool(id="shop/evil", name="evil", description="Evil.", parameters={"type": "object"})
    folder = write_shop(tmp_path / "shop", tools=evil(body), extra=(tool,))
    limits = Limits(memory_mb=2048, call_seconds=0.5)

    with Workers(RunConfig(workers=1), limits) as workers:
        ((_, outcome),) = workers.run(call_tool, [Job("shop", (folder, "evil"))])

    assert isinstance(outcome, ToolCrash)
    assert part in str(outcome)


def test_dead_worker_is_the_culprits_alone():
    """A job that kills its worker is reported; the others' results are not lost."""
    jobs = [Job(name, (name,)) for name in ("a", "bad", "b", "c")]

    with Workers(RunConfig(workers=2)) as workers:
        outcomes = {job.unit: outcome for job, outcome in workers.run(die, jobs)}

    assert isinstance(outcomes.pop("bad"), WorkerDied)
    assert outcomes == {"a": "a", "b": "b", "c": "c"}


def test_worker_died_is_machinery():
    """A dead worker counts as broken machinery, never as a low score."""
    assert issubclass(WorkerDied, MachineryError)
