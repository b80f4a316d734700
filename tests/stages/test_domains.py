"""The default embedder, graph and clusterer find planted domains together."""

import pytest

from scaleenv_core.plugins import configure, find
from scaleenv_core.testing.calling import call_hook
from scaleenv_core.testing.clusterer import agreement, cluster
from scaleenv_core.testing.samples import sample_tools


def _plugin(kind, name, module, **options):
    pytest.importorskip(module, reason=f"needs scaleenv-{kind}-{name}")
    return configure(find(kind, name), options)


@pytest.mark.parametrize(
    ("clusterer", "least"),
    [pytest.param("leiden", 0.95, id="leiden"), pytest.param("louvain", 0.85, id="louvain")],
)
def test_planted_services_are_recovered(clusterer, least):
    """Shop, library and clinic are told apart by their signatures alone."""
    embedder = _plugin("embedder", "hashing", "scaleenv_embedder_hashing")
    graph_builder = _plugin("graph", "similarity", "scaleenv_graph_similarity")
    chosen = _plugin("clusterer", clusterer, f"scaleenv_clusterer_{clusterer}")
    tools = sample_tools()

    def embed(texts):
        return [call_hook(embedder, "embed_texts", texts=texts)]

    graph = call_hook(graph_builder, "build_graph", tools=tools, seed=0, embed=embed)
    found = cluster(chosen, graph, 0)

    assert agreement(found, {tool.id: tool.service for tool in tools}) >= least
