"""The oracle clusterer keeps its contract, and groups by the label asked for."""

import pytest
from scaleenv_clusterer_oracle import Oracle

from scaleenv_core.testing.calling import call_hook
from scaleenv_core.testing.clusterer import BoundedClustererContract
from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.types import ToolGraph


class TestContract(BoundedClustererContract):
    @pytest.fixture
    def plugin(self):
        """The defaults."""
        return Oracle()

    @pytest.fixture
    def bounded(self):
        """Its class."""
        return Oracle


@pytest.mark.parametrize(("label", "count"), [("service", 3), ("provider", 1)])
def test_groups_are_the_labels(label, count):
    """Each label is one domain, whatever the edges."""
    tools = sample_tools()
    graph = ToolGraph.of("none", directed=False, nodes=[tool.id for tool in tools], edges=[])
    found = call_hook(Oracle(label=label), "cluster_tools", graph=graph, seed=0, tools=tools)
    by_id = {tool.id: getattr(tool, label) for tool in tools}

    assert [count, count] == [len(found), len({by_id[tool] for domain in found for tool in domain.tools})]
    assert all(len({by_id[tool] for tool in domain.tools}) == 1 for domain in found)


@pytest.mark.parametrize("options", [{"label": "name"}, {"max_tools": 0}, {"min_tools": 0}], ids=str)
def test_wrong_options_are_refused(options):
    """An option out of its range is refused."""
    with pytest.raises(ValueError):
        Oracle(**options)
