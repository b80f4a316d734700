"""Foreign code in a worker: imports, files, sockets, endless loops and memory bombs are held."""

import pytest

from scaleenv_core.config import RunConfig, parse_config
from scaleenv_core.engine import Limits
from scaleenv_core.errors import ConfigError, MachineryError, ToolCrash, WorkerDied
from scaleenv_core.stages.workers import Job, Workers
from scaleenv_core.testing.jobs import address_space, call_tool, die, note
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


@pytest.fixture(scope="module")
def workers():
    with Workers(RunConfig(workers=1), Limits(memory_mb=2048, call_seconds=0.5, wall_seconds=5.0)) as made:
        yield made


@pytest.mark.parametrize("confined", [pytest.param(True, id="cell"), pytest.param(False, id="worker")])
@pytest.mark.parametrize("name", ATTACKS)
def test_held(workers, tmp_path, name, confined):
    """Each attack ends as the tool's crash, in a cell as in a worker, and the worker goes on."""
    body, part = ATTACKS[name]
    tool = Tool(id="shop/evil", name="evil", description="Evil.", parameters={"type": "object"})
    folder = str(write_shop(tmp_path / "shop", tools=evil(body), extra=(tool,)))
    job = Job("shop", (folder, "evil"), folder if confined else "")

    ((_, outcome),) = workers.run(call_tool, [job])

    assert isinstance(outcome, ToolCrash)
    assert part in str(outcome)


def test_a_dead_cell_is_its_jobs_alone(workers, tmp_path):
    """A job whose cell is killed is reported as that; the others' results are not lost."""
    crash = "import re\nre.match('(a+)+$', 'a' * 60 + 'b')\nreturn 1"
    tool = Tool(id="shop/evil", name="evil", description="Evil.", parameters={"type": "object"})
    folders = {
        "bad": str(write_shop(tmp_path / "bad", tools=evil(crash), extra=(tool,))),
        "good": str(write_shop(tmp_path / "good", tools=evil("return 1"), extra=(tool,))),
    }
    jobs = [Job(name, (folder, "evil"), folder) for name, folder in folders.items()]

    outcomes = {job.unit: outcome for job, outcome in workers.run(call_tool, jobs)}

    assert isinstance(outcomes["bad"], MachineryError)
    assert outcomes["good"] == "1"


@pytest.mark.parametrize(
    ("named", "outcome"),
    [pytest.param(True, str, id="named"), pytest.param(False, MachineryError, id="not-named")],
)
def test_a_cell_writes_what_its_job_names(workers, tmp_path, named, outcome):
    """The worker writes the files that the job names, and no other."""
    folder, path = str(write_shop(tmp_path / "shop")), tmp_path / "note.txt"
    job = Job("shop", (str(path),), folder, writes=(str(path),) if named else ())

    ((_, found),) = workers.run(note, [job])

    assert isinstance(found, outcome)
    assert path.exists() == named


def test_no_cell_for_a_database_server():
    """A chosen database and cells contradict each other, and the run says so at once."""
    config = RunConfig(workers=1, use={"database": ("postgres",)})

    with Workers(config) as workers, pytest.raises(ConfigError, match="a cell reaches no database server"):
        list(workers.run(note, [Job("shop", ("x",), "shop")]))


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


@pytest.mark.parametrize(("worker_mb", "bound"), [(3000, 3000), (0, 1 << 40)])
def test_worker_is_bounded_as_configured(worker_mb, bound):
    """A worker's own address space is the config's; with 0 it is as good as not bounded."""
    config = parse_config({"workers": 1, "sandbox": {"worker_mb": worker_mb}})
    with Workers(config) as workers:
        ((_, outcome),) = workers.run(address_space, [Job("any", ())])

    assert outcome == bound
