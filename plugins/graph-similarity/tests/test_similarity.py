"""The similarity graph keeps its contract, and Eq. 1 to the letter."""

import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scaleenv_graph_similarity import Similarity, similar_pairs
from scipy import sparse

from scaleenv_core.testing.graph import GraphBuilderContract, build, named_edges
from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.types import Tool


class TestContract(GraphBuilderContract):
    @pytest.fixture
    def plugin(self):
        """The defaults."""
        return Similarity()


class TestContractLiteral(GraphBuilderContract):
    @pytest.fixture
    def plugin(self):
        """Eq. 1 to the letter: parameters only, no bound on the degree."""
        return Similarity(text="parameters", neighbours=0, threshold=0.5)


def _vectors(seed: int = 0, count: int = 60) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 5))


def _pairs(vectors, threshold, neighbours=0):
    sources, targets, _ = similar_pairs(vectors, threshold, neighbours)
    return set(zip(sources.tolist(), targets.tolist(), strict=True))


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.6, 0.9])
def test_edges_are_equation_one(threshold):
    """For fixed vectors the edges are exactly the pairs whose cosine exceeds τ."""
    vectors = _vectors()
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = unit @ unit.T
    expected = {(i, j) for i in range(60) for j in range(i + 1, 60) if cosine[i, j] > threshold}

    assert expected == _pairs(vectors, threshold)


@pytest.mark.parametrize("equal", [1, 3, 40])
def test_sparse_rows_have_the_neighbours_of_dense_ones(equal):
    """The closest of sparse rows are those of the same rows as an array, also where many tie."""
    kinds = np.random.default_rng(0).integers(0, 2, size=(-(-120 // equal), 12)).astype(float)
    vectors = np.tile(kinds, (equal, 1))[:120]

    assert _pairs(vectors, 0.15, 4) == _pairs(sparse.csr_matrix(vectors), 0.15, 4)


def test_scores_are_cosines():
    """Each pair's score is its cosine."""
    sources, targets, scores = similar_pairs([[3.0, 4.0], [4.0, 3.0], [-1.0, 0.0]], 0.0)

    assert (sources.tolist(), targets.tolist()) == ([0], [1])
    assert [pytest.approx(24 / 25)] == scores.tolist()


@given(
    vectors=arrays(float, (8, 3), elements=st.integers(-4, 4).map(float)),
    low=st.floats(0, 0.99),
    high=st.floats(0, 0.99),
    neighbours=st.integers(0, 4),
)
def test_raising_the_threshold_never_adds_an_edge(vectors, low, high, neighbours):
    """The edges at a higher τ are among those at a lower one, with a degree bound or without."""
    low, high = sorted((low, high))

    assert _pairs(vectors, high, neighbours) <= _pairs(vectors, low, neighbours)


@given(vectors=arrays(float, (8, 3), elements=st.integers(-4, 4).map(float)), neighbours=st.integers(1, 4))
def test_neighbours_choose_among_equation_one(vectors, neighbours):
    """A degree bound only takes edges away, and leaves each tool its closest ones."""
    bounded, all_pairs = _pairs(vectors, 0.1, neighbours), _pairs(vectors, 0.1)

    assert bounded <= all_pairs
    for tool in range(8):
        mine = sum(tool in pair for pair in all_pairs)
        assert sum(tool in pair for pair in bounded) >= min(neighbours, mine)


def test_more_rows_than_a_block():
    """Blocks change nothing: the pairs across their borders are there."""
    vectors = np.abs(_vectors(3, 1100))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    above = np.argwhere(np.triu(unit @ unit.T > 0.97, 1))

    assert {tuple(pair) for pair in above.tolist()} == _pairs(vectors, 0.97)


def test_negative_threshold_is_refused():
    """τ below 0 would join tools that share nothing."""
    with pytest.raises(ValueError, match="at least 0"):
        similar_pairs(_vectors(), -0.5)


@pytest.mark.parametrize(
    "options",
    [{"text": "name"}, {"threshold": 1.0}, {"threshold": -0.1}, {"neighbours": -1}, {"common": -1}],
    ids=str,
)
def test_wrong_options_are_refused(options):
    """An option out of its range is refused."""
    with pytest.raises(ValueError):
        Similarity(**options)


def _tool(name, *parameters, description=""):
    return Tool(
        id=f"t/{name}",
        name=name,
        description=description,
        parameters={"type": "object", "properties": {p: {"type": "string"} for p in parameters}},
    )


def test_reasons_name_the_shared_parameters():
    """The reason names the identifiers shared, as the catalog spells them."""
    tools = [
        _tool("a", "calendarId", "eventId", "limit"),
        _tool("b", "calendarId", "eventId", "page"),
        *(_tool(f"noise{i}", f"thing{chr(97 + i)}", "limit", "page") for i in range(20)),
    ]
    edges = named_edges(build(Similarity(text="parameters"), tools))

    assert [(a, b, reason) for a, b, _, reason in edges if b == "t/b"] == [
        ("t/a", "t/b", "shares calendarId, eventId")
    ]


def test_generic_parameters_tie_nothing_together():
    """Tools that share nothing but what most tools have are not neighbours of one another."""
    words = ["apple", "bread", "chair", "dance", "eagle", "flame", "grape", "horse", "ivory", "jewel"]
    tools = [_tool(f"{word}_{verb}", "id", "limit", word) for word in words for verb in ("get", "find")]
    edges = named_edges(build(Similarity(text="parameters"), tools))

    assert {(f"t/{word}_find", f"t/{word}_get") for word in words} == {edge[:2] for edge in edges}


def test_common_terms_are_left_out():
    """A term that more than ``common`` tools have joins nothing."""
    tools = [_tool(f"{chr(97 + i) * 3}", "tenant") for i in range(6)]

    assert len(build(Similarity(text="parameters", threshold=0.0), tools)) == 15
    assert len(build(Similarity(text="parameters", common=5), tools)) == 0


def test_samples_of_one_service_are_neighbours():
    """At least 80 % of the sample catalog's edge weight lies within its planted services."""
    tools = sample_tools()
    graph = build(Similarity(), tools)
    same = sum(e.score for e in graph.edges() if tools[e.source].service == tools[e.target].service)

    assert same >= 0.8 * sum(graph.scores)


def _catalog(name):
    shared = os.environ.get("SCALEENV_SHARED", str(Path(__file__).parents[3].parent / "shared"))
    path = Path(shared) / "catalogs" / name
    if not path.is_file():
        pytest.skip(f"needs the shared catalog {name}; set SCALEENV_SHARED")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return sorted(
        (
            Tool(
                id=row["id"],
                name=row["name"],
                description=row["description"] or "",
                parameters=row["parameters"],
                returns=row["returns"],
                service=f"{row['provider']} {row['service']}",
            )
            for row in rows
        ),
        key=lambda tool: tool.id,
    )


def test_real_tools_of_one_service_are_neighbours():
    """Of 3,000 real tools' edge weight more than 55 % lies within a service."""
    tools = _catalog("catalog-dev-small.jsonl.gz")
    graph = build(Similarity(), tools)
    same = sum(e.score for e in graph.edges() if tools[e.source].service == tools[e.target].service)

    assert same > 0.55 * sum(graph.scores)
