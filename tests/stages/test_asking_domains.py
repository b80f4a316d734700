"""Names and data flow of domains by a model, over HTTP."""

import json
import re
from contextlib import ExitStack

import pytest

from scaleenv_core.artifacts import World
from scaleenv_core.config import parse_config
from scaleenv_core.converters import to_plain
from scaleenv_core.errors import BudgetSpent
from scaleenv_core.files import json_lines, read_json_lines, write_text
from scaleenv_core.stages import cluster, graph
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.workers import Workers
from scaleenv_core.testing.chat_server import ChatServer, Reply
from scaleenv_core.testing.samples import sample_tools

for name in ("embedder_hashing", "graph_similarity", "graph_dataflow", "clusterer_leiden", "endpoint_openai"):
    pytest.importorskip(f"scaleenv_{name}", reason="needs the default plugins")


@pytest.fixture
def started(tmp_path, monkeypatch):
    """A function that starts a run on the sample tools, whose graphs are made."""
    monkeypatch.setenv("SCALEENV_CACHE", str(tmp_path / "cache"))
    world = World(tmp_path / "world")
    write_text(world.catalog, json_lines(map(to_plain, sample_tools())))

    with ExitStack() as stack:

        def start(server=None, completions=None, **domains):
            url = server.url if server else "http://127.0.0.1:9/v1"
            made = parse_config(
                {
                    "domains": domains,
                    "endpoint": {"openai": {"model": "tiny", "base_url": url}},
                    "completions": {"attempts": 1, **(completions or {})},
                }
            )
            run = Run(world=world, config=made, workers=stack.enter_context(Workers(made)))
            graph.run(run)
            return run

        yield start


def question(request):
    """What the model is asked first."""
    return request["messages"][0]["content"]


def first_names(text):
    """The names of the tools that are shown."""
    return re.findall(r"^- (\S+):", text, re.MULTILINE)


def by_first_tool(request):
    """Names a domain after its first tool."""
    words = re.sub(r"[^A-Za-z]+", " ", first_names(question(request))[0]).title()
    return Reply(text=json.dumps({"title": words, "summary": "Tools to work with what they are for."}))


def test_names_of_a_model(started):
    """A model's title and summary are taken, with a slug of their own."""
    with ChatServer(otherwise=by_first_tool) as server:
        summary = cluster.run(run := started(server, named_by="model"))
    found = run.world.found_domains()

    assert summary["names_kept"] == {}
    assert {domain.summary for domain in found} == {"Tools to work with what they are for."}
    assert len({domain.slug for domain in found}) == len(found)
    assert all(domain.slug == domain.title.lower().replace(" ", "-") for domain in found)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param("Shops", "no JSON object", id="no JSON"),
        pytest.param('{"title": "Shops"}', "summary", id="no summary"),
        pytest.param('{"title": "", "summary": "Tools."}', "1 to 60 characters", id="empty"),
        pytest.param(json.dumps({"title": "x" * 61, "summary": "Tools."}), "1 to 60", id="too long"),
        pytest.param('{"title": "Zeppelins", "summary": "Tools."}', "do not say: Zeppelins", id="invented"),
        pytest.param(
            '{"title": "List", "summary": "Tools of Salesforce for 900 cases."}',
            "Salesforce, 900",
            id="invented names and figures",
        ),
    ],
)
def test_unusable_names(started, answer, told):
    """An answer that says what is not there is told so, then counted; the own name stays."""
    cluster.run(plain := started())
    own = plain.world.found_domains()
    with ChatServer(otherwise=lambda request: Reply(text=answer)) as server:
        summary = cluster.run(run := started(server, named_by="model"))
        again = [got.body["messages"][-1]["content"] for got in server.received]

    assert summary["names_kept"] == {"unusable answer": len(own)}
    assert run.world.found_domains() == own
    assert sum("cannot be used" in text and told in text for text in again) == len(own)


def test_a_name_is_given_once(started):
    """Of domains that are to be called the same one is; the others keep their names."""
    same = json.dumps({"title": "Id", "summary": "Tools."})
    with ChatServer(otherwise=lambda request: Reply(text=same)) as server:
        summary = cluster.run(run := started(server, named_by="model"))
    titles = [domain.title for domain in run.world.found_domains()]

    assert titles.count("Id") == 1
    assert len(set(titles)) == len(titles)
    assert summary["names_kept"] == {"taken": len(titles) - 1}


def test_no_answer_is_counted(started):
    """An endpoint that is not there leaves each domain its own name, and says of how many."""
    summary = cluster.run(run := started(named_by="model"))

    assert summary["names_kept"] == {"no answer": len(run.world.found_domains())}


def test_a_spent_budget_stops(started):
    """A budget is a budget: nothing is written, and the same command goes on later."""
    with ChatServer(otherwise=by_first_tool) as server, pytest.raises(BudgetSpent):
        cluster.run(run := started(server, {"budget_tokens": 1, "concurrency": 1}, named_by="model"))

    assert not run.world.communities.exists()


def test_recorded_names_need_no_server(started):
    """A second run takes all answers from their recordings."""
    with ChatServer(otherwise=by_first_tool) as server:
        first = cluster.run(run := started(server, named_by="model"))
    found = run.world.found_domains()
    run.world.communities.unlink()
    summary = cluster.run(run := started(server, {"mode": "replay"}, named_by="model", stability=0))

    assert (summary, run.world.found_domains()) == (first, found)


def odd_is_wrong(request):
    """Finds every other line wrong."""
    numbers = [int(found) for found in re.findall(r"^(\d+)\. .* → ", question(request), re.MULTILINE)]
    return Reply(text=json.dumps({"right": numbers[1::2], "wrong": numbers[::2]}))


def test_wrong_flows_lead_no_walk(started):
    """Edges inside domains that a model finds wrong are no flows any more; switched off, they are again."""
    every = set(graph.flows(run := started()))
    cluster.run(run)
    with ChatServer(otherwise=odd_is_wrong) as server:
        summary = cluster.run(run := started(server, check_flows=True))
    wrong = set(map(tuple, read_json_lines(run.world.wrong_flows)))

    assert summary["flows_wrong"] == len(wrong) > 0
    assert set(graph.flows(run)) == every - wrong
    cluster.run(run := started())
    assert set(graph.flows(run)) == every


def test_unusable_verdicts(started):
    """Lines without a verdict keep their edges, and are counted."""
    with ChatServer(otherwise=lambda request: Reply(text='{"right": [1], "wrong": [1]}')) as server:
        summary = cluster.run(run := started(server, check_flows=True))

    assert summary["flows_wrong"] == 0
    assert summary["flows_unchecked"]["unusable answer"] > 0
    assert list(read_json_lines(run.world.wrong_flows)) == []
