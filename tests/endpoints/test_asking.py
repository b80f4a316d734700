"""Whatever the endpoint does: an answer, or one attributed error, in bounded time, number and money."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from scaleenv_core.config import parse_config
from scaleenv_core.endpoints import Endpoints, Ledger, RoleEndpoint
from scaleenv_core.errors import (
    BudgetSpent,
    ConfigError,
    EndpointBusy,
    EndpointError,
    MachineryError,
    NotRecorded,
    PluginNotFound,
    WorldError,
)
from scaleenv_core.settings import CompletionSettings
from scaleenv_core.testing.chat_server import Reply
from scaleenv_core.testing.endpoint import KEY
from scaleenv_core.types import Message, Sampling

QUICK = {"backoff_s": 0.001, "total_s": 20.0}


@pytest.fixture
def opened(server, tmp_path):
    """A way to open endpoints on the server: ``opened(attempts=3)``, ``opened(table={…})``."""
    made = []

    def opened(table=None, **completions):
        options = {"model": "tiny", "base_url": server.url, **(table or {})}
        config = parse_config({"endpoint": {"openai": options}, "completions": {**QUICK, **completions}})
        made.append(Endpoints(config, tmp_path / "completions"))
        return made[-1]

    yield opened
    for endpoints in made:
        endpoints.close()


def said(text):
    return [Message(role="user", content=text)]


def test_retries_until_it_answers(server, opened):
    """What may pass is asked again; the answer is the last attempt's, and counted once."""
    server.script(
        Reply(status=500), Reply(fault="reset"), Reply(body="{"), Reply(fault="cut"), Reply(text="Here.")
    )
    endpoints = opened()

    made = endpoints.role("agent").complete(said("Hello?"))

    assert made.text == "Here."
    assert len(server.received) == 5
    assert [account.asked for account in endpoints.ledger.accounts()] == [1]


def test_gives_up(server, opened):
    """After the last attempt it is an endpoint's error that names the role: machinery, not a low score."""
    server.otherwise = lambda request: Reply(status=503, text="overloaded")

    with pytest.raises(
        EndpointError, match=r"^user endpoint: HTTP 503: .*overloaded.*attempt 3 of 3"
    ) as caught:
        opened(attempts=3).role("user").complete(said("Hello?"))

    assert isinstance(caught.value, MachineryError)
    assert len(server.received) == 3


def test_lasting_failure_is_asked_once(server, opened):
    """A refusal is not asked again."""
    server.script(Reply(status=404, text="no such model"))

    with pytest.raises(EndpointError, match="no such model"):
        opened().role("agent").complete(said("Hello?"))

    assert len(server.received) == 1


def test_waits_as_long_as_it_is_told(server, opened):
    """Retry-After is kept, by the request that ran into the limit and by those that come after it."""
    server.script(Reply(status=429, headers={"Retry-After": "0.4"}))
    agent = opened().role("agent")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(agent.complete, said("one"))
        while not server.received:
            time.sleep(0.01)
        began = time.monotonic()
        time.sleep(0.05)
        second = pool.submit(agent.complete, said("two"))
        answers = {first.result().text, second.result().text}
    waited = time.monotonic() - began

    assert answers == {"one", "two"}
    assert len(server.received) == 3
    assert waited > 0.3


def test_waiting_is_no_failure(server, opened):
    """Limits that say how long to wait use up no attempts: only the deadline ends that."""
    server.script(*[Reply(status=429, headers={"Retry-After": "0.01"})] * 7)

    assert opened(attempts=2).role("agent").complete(said("Hello?")).text == "Hello?"
    assert len(server.received) == 8


def test_waits_where_a_limit_is_used_up(server, opened):
    """A success that says that the limit is used up holds back the next request."""
    server.script(
        Reply(
            text="x", headers={"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "300ms"}
        )
    )
    agent = opened().role("agent")

    began = time.monotonic()
    agent.complete(said("one"))
    agent.complete(said("two"))

    assert time.monotonic() - began > 0.3


def test_a_wait_beyond_the_deadline_is_not_begun(server, opened):
    """Where the endpoint asks for more time than there is, that is said at once."""
    server.script(Reply(status=429, headers={"Retry-After": "3600"}))

    with pytest.raises(EndpointError, match="left alone for 3600 s, longer than total_s"):
        opened().role("agent").complete(said("Hello?"))


@pytest.mark.parametrize("fault", ["stall", "drip"])
def test_total_deadline(server, opened, fault):
    """No answer takes longer than total_s, though bytes may trickle in; the connection is dropped."""
    server.script(Reply(status=500, text="warming up"), Reply(fault=fault))

    with pytest.raises(EndpointError, match=r"total_s = 2, last: HTTP 500: .*warming up"):
        opened(total_s=2.0).role("agent").complete(said("Hello?"))

    deadline = time.monotonic() + 10
    while server.at_once and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.at_once == 0


def test_concurrency(server, opened):
    """No more requests are under way than allowed, and all of them are answered."""
    server.otherwise = lambda request: Reply(text=request["messages"][0]["content"], latency_s=0.02)
    agent = opened(concurrency=3).role("agent")

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: agent.complete(said(str(n))).text, range(32)))

    assert answers == [str(number) for number in range(32)]
    assert server.most_at_once == 3


def test_budget_of_tokens(server, opened):
    """A spent budget ends the run with one line, and what was answered is still answered."""
    first = opened().role("agent").complete(said("Hello?"))
    agent = opened(budget_tokens=1).role("agent")

    with pytest.raises(BudgetSpent, match=r"completions\.budget_tokens = 1; .*raise it") as caught:
        agent.complete(said("And now?"))

    assert not isinstance(caught.value, MachineryError)
    assert agent.complete(said("Hello?")) == first
    assert len(server.received) == 1


def test_budget_of_money(server, opened):
    """Money is spent at the endpoint's prices; the account of each role says how much."""
    endpoints = opened(table={"input_price": 1000.0, "output_price": 1000.0}, budget_usd=0.03)
    server.otherwise = lambda request: Reply(text="x")

    def talk():
        for number in range(100):
            endpoints.role(("agent", "user")[number % 2]).complete(said(f"Hello {number}?"))

    with pytest.raises(BudgetSpent, match="budget_usd"):
        talk()

    agent, user = endpoints.ledger.accounts()
    assert agent.asked + user.asked == len(server.received)
    assert 0.03 <= agent.cost_usd + user.cost_usd < 0.06
    assert agent.cost_usd == pytest.approx(agent.tokens / 1000)


@pytest.mark.parametrize(
    ("budget", "body", "line"),
    [
        ({"budget_usd": 1.0}, None, "has no price"),
        ({"budget_tokens": 9}, '{"choices": [{"message": {"content": "x"}}]}', "counts no tokens"),
    ],
)
def test_budget_that_cannot_be_kept(server, opened, budget, body, line):
    """Where nobody counts, a budget stops the run instead of not being kept."""
    server.otherwise = lambda request: Reply(text="x", body=body)

    with pytest.raises(BudgetSpent, match=line):
        opened(**budget).role("agent").complete(said("one"))

    assert opened().role("agent").complete(said("one")).text == "x"
    assert len(server.received) == 1


def test_recordings(server, opened):
    """The same request is asked once; another sampling, seed or dialogue is another request."""
    agent = opened().role("agent")
    requests = [
        (said("a"), Sampling()),
        (said("b"), Sampling()),
        (said("a"), Sampling(seed=1)),
        (said("a"), Sampling(temperature=0.5)),
    ]

    first = [agent.complete(messages, sampling=sampling) for messages, sampling in requests]
    again = [opened().role("agent").complete(messages, sampling=sampling) for messages, sampling in requests]

    assert again == first
    assert len(server.received) == 4


def test_replay(tmp_path, server, opened):
    """Replay needs no server and no key, refuses what is not recorded, and costs nothing."""
    recorded = opened().role("agent").complete(said("Hello?"))
    endpoints = opened(table={"base_url": "http://127.0.0.1:9/v1", "key_env": "NOT_SET"}, mode="replay")

    replayed = endpoints.role("agent").complete(said("Hello?"))
    with pytest.raises(NotRecorded, match="nothing recorded"):
        endpoints.role("agent").complete(said("Something else?"))

    (account,) = endpoints.ledger.accounts()
    assert replayed == recorded
    assert (account.asked, account.replayed) == (1, 1)
    assert len(server.received) == 1


def test_without_recordings(tmp_path, server, opened):
    """Mode off asks each time, and keeps no answer."""
    agent = opened(mode="off").role("agent")

    agent.complete(said("Hello?"))
    agent.complete(said("Hello?"))

    assert len(server.received) == 2
    assert list((tmp_path / "completions").rglob("*.json")) == []


def test_broken_recording(tmp_path, server, opened):
    """A recording that was damaged is one line that names the file."""
    agent = opened().role("agent")
    agent.complete(said("Hello?"))
    (path,) = (tmp_path / "completions").rglob("*.json")
    path.write_text(path.read_text()[:40])

    with pytest.raises(WorldError, match=path.name):
        agent.complete(said("Hello?"))


def test_no_key_in_any_file(tmp_path, server, opened, monkeypatch):
    """The key reaches the server and no file."""
    monkeypatch.setenv("TINY_KEY", KEY)
    endpoints = opened(table={"key_env": "TINY_KEY"})
    endpoints.role("agent").complete(said("Hello?"))
    endpoints.close()

    files = [path.read_bytes() for path in (tmp_path / "completions").rglob("*") if path.is_file()]

    assert server.received[0].headers["authorization"] == f"Bearer {KEY}"
    assert len(files) >= 2
    assert not any(KEY.encode() in text for text in files)


def test_roles(server, opened):
    """A role may have its own model over the common table, and has its own account."""
    endpoints = opened(roles={"user": {"options": {"model": "other"}}})

    models = {role: endpoints.role(role).complete(said(role)).model for role in ("agent", "user")}

    assert models == {"agent": "tiny", "user": "other"}
    assert [(account.role, account.model) for account in endpoints.ledger.accounts()] == [
        ("agent", "tiny"),
        ("user", "other"),
    ]


def test_role_mistakes(opened):
    """A role's unknown plugin or option is one line."""
    endpoints = opened(roles={"a": {"endpoint": "nowhere"}, "b": {"options": {"modle": "x"}}})

    with pytest.raises(PluginNotFound, match="pip install scaleenv-endpoint-nowhere"):
        endpoints.role("a").complete(said("Hello?"))
    with pytest.raises(ConfigError, match="did you mean 'model'"):
        endpoints.role("b").complete(said("Hello?"))


class Clumsy:
    """A client with a mistake of its own."""

    def __init__(self):
        self.identity = {"model": "clumsy"}

    async def connect(self):
        pass

    async def ask(self, request):
        return {}["choices"]

    async def close(self):
        pass


def test_a_plugins_mistake_is_the_endpoints(tmp_path):
    """Whatever a client raises is an endpoint's error, never the agent's."""
    endpoint = RoleEndpoint("agent", Clumsy, CompletionSettings(), Ledger(tmp_path / "l.db"), tmp_path)

    with pytest.raises(EndpointError, match="agent endpoint: its plugin: KeyError"):
        endpoint.complete(said("Hello?"))


def test_busy_survives_a_worker():
    """The error keeps its text and its wait on the way out of a worker process."""
    import pickle

    copy = pickle.loads(pickle.dumps(EndpointBusy("later", wait_s=3.0)))

    assert (str(copy), copy.wait_s) == ("later", 3.0)
