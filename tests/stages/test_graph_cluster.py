"""Graph and cluster with the default plugins: files, resuming, embedders and stability."""

from contextlib import ExitStack

import pytest

from scaleenv_core.artifacts import World
from scaleenv_core.config import parse_config
from scaleenv_core.converters import to_plain
from scaleenv_core.errors import StageError
from scaleenv_core.files import json_lines, write_text
from scaleenv_core.stages import cluster, graph
from scaleenv_core.stages.cluster import seed_stability
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.workers import Workers
from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.types import Community

for name in ("embedder_hashing", "graph_similarity", "graph_dataflow", "clusterer_leiden"):
    pytest.importorskip(f"scaleenv_{name}", reason="needs the default plugins")


@pytest.fixture
def started(tmp_path, monkeypatch):
    """A function that starts a run on one world, with a config."""
    monkeypatch.setenv("SCALEENV_CACHE", str(tmp_path / "cache"))
    world = World(tmp_path / "world")
    write_text(world.catalog, json_lines(map(to_plain, sample_tools())))

    with ExitStack() as stack:

        def start(**config):
            made = parse_config(config)
            return Run(world=world, config=made, workers=stack.enter_context(Workers(made)))

        yield start


def test_graphs_are_written_and_found_again(started):
    """The second run reads what the first wrote; the similarity graph has all tools."""
    first = graph.run(started())
    run = started()
    found = graph.load(run, directed=False)

    assert graph.run(run) == first
    assert first["edges"] == {"similarity": len(found), "dataflow": len(graph.load(run, directed=True))}
    assert found.nodes == tuple(tool.id for tool in sample_tools())


def test_options_of_the_embedder_count(started):
    """Another embedding is another graph: it is not taken from the ledger."""
    graph.run(started())
    before = started().world.recorded("graph", "all")
    graph.run(started(embedder={"use": ["hashing"], "hashing": {"characters": 3}}))

    assert before != started().world.recorded("graph", "all")


def test_similarity_without_an_embedder_is_refused(started):
    """A run that chooses no embedder is told to, where a graph needs one."""
    with pytest.raises(StageError, match="choose an"):
        graph.run(started(embedder={"use": []}))


def test_stability_is_reported_on_request(started):
    """With seeds to try, the summary says how far they agree; else it does not."""
    graph.run(started())

    assert 0.8 <= cluster.run(started(domains={"stability": 3}))["stability"] <= 1
    assert "stability" not in cluster.run(started())


def test_stability_counts_every_seed():
    """Each further seed is another one, and equal results are stable."""
    seeds = []

    def ask(seed):
        seeds.append(seed)
        return parts

    parts = [Community(tools=("a", "b")), Community(tools=("c", "d"))]

    assert seed_stability(parts, ask, 5, 4) == 1
    assert len(set(seeds)) == 3
    assert seed_stability([Community(tools=("a", "c")), Community(tools=("b", "d"))], ask, 5, 2) < 0.1
