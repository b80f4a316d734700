"""Recordings and ledger are shared by many processes at once."""

import subprocess
import sys

from scaleenv_core.endpoints import Ledger, Recording
from scaleenv_core.types import CompletionRequest, Message

WORK = """
import sys
from pathlib import Path
from scaleenv_core.endpoints import Ledger, Recording
from scaleenv_core.types import Completion, CompletionRequest, Message, Usage

folder, name = Path(sys.argv[1]), sys.argv[2]
ledger = Ledger(folder / "ledger.db")
for number in range(50):
    request = CompletionRequest(messages=(Message(role="user", content=str(number)),))
    made = Completion(model="m", text=name, usage=Usage(prompt=1, completion=2))
    ledger.note("agent", made)
    print(Recording(folder, {"model": "m"}, request).write(made).text)
"""


def test_many_processes(tmp_path):
    """All processes go on with the answer that was kept first; no account is lost, no file is partial."""
    command = [sys.executable, "-c", WORK, str(tmp_path)]
    running = [
        subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in ("a", "b", "c", "d")
    ]
    seen = [process.communicate()[0].split() for process in running]

    kept = []
    for number in range(50):
        request = CompletionRequest(messages=(Message(role="user", content=str(number)),))
        kept.append(Recording(tmp_path, {"model": "m"}, request).read().text)
    (account,) = Ledger(tmp_path / "ledger.db").accounts()

    assert seen == [kept] * 4
    assert (account.asked, account.prompt_tokens, account.completion_tokens) == (200, 200, 400)
    assert list(tmp_path.rglob(".partial*")) == []
