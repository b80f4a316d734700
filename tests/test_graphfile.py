"""A graph on disk is the same graph, in the same bytes, and numpy reads it."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaleenv_core.errors import WorldError
from scaleenv_core.graphfile import graph_bytes, graph_of
from scaleenv_core.types import Edge, ToolGraph

NODES = ("a", "b", "c", "d")
EDGES = st.builds(
    Edge,
    st.integers(0, 1),
    st.integers(2, 3),
    st.floats(1e-6, 1),
    st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1),
)


@given(edges=st.lists(EDGES, max_size=5), directed=st.booleans())
def test_round_trip(edges, directed):
    """What is read is what was written, in equal bytes again."""
    graph = ToolGraph.of("planted", directed=directed, nodes=NODES, edges=edges)
    data = graph_bytes(graph)

    assert graph_of(data, NODES) == graph
    assert graph_bytes(graph_of(data, NODES)) == data


def test_numpy_reads_it():
    """The columns are arrays of an ``.npz`` archive."""
    numpy = pytest.importorskip("numpy")
    graph = ToolGraph.of("planted", directed=False, nodes=NODES, edges=[Edge(0, 2, 0.5, "x")])

    with numpy.load(io.BytesIO(graph_bytes(graph))) as columns:
        found = [columns[name].tolist() for name in ("sources", "targets", "scores")]

    assert found == [[0], [2], [0.5]]


def test_bytes_hold_no_time():
    """Every member of the archive has the same date."""
    graph = ToolGraph.of("planted", directed=False, nodes=NODES, edges=[])
    with zipfile.ZipFile(io.BytesIO(graph_bytes(graph))) as archive:
        dates = {member.date_time for member in archive.infolist()}

    assert dates == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    ("cut", "nodes", "said"),
    [(40, NODES, "no graph"), (None, NODES[:3], "over 4 tools")],
    ids=["truncated", "another catalog"],
)
def test_what_is_no_graph_of_the_catalog_is_refused(cut, nodes, said):
    """A cut file, and one of another catalog, are one clear line."""
    data = graph_bytes(ToolGraph.of("planted", directed=False, nodes=NODES, edges=[Edge(0, 1, 1.0, "x")]))

    with pytest.raises(WorldError, match=said):
        graph_of(data[:cut], nodes)
