"""Graph: the catalog → one graph a builder; similarity finds domains, data flow finds walks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from scaleenv_core.artifacts import Summary, UnitRecord, World, inputs_hash, read_graph, write_graph
from scaleenv_core.errors import StageError
from scaleenv_core.files import read_json_lines
from scaleenv_core.names import digest, subseed
from scaleenv_core.stages.embedding import embed
from scaleenv_core.stages.running import Run
from scaleenv_core.types import ToolGraph


def run(run: Run) -> Summary:
    """Write ``graph/<builder>.npz`` for every chosen builder."""
    names = run.plugins("graph").names("graph")
    chosen = [run.component(kind) for kind in ("graph", "embedder")]
    inputs = inputs_hash("graph", run.config.seed, *chosen, _catalog_hash(run.world))

    def make() -> UnitRecord:
        tools = run.world.read_catalog()
        seed = subseed(run.config.seed, "graph")
        graphs = run.plugins("graph").hook.build_graph(tools=tools, seed=seed, embed=partial(embed, run))
        for name, graph in zip(names, graphs, strict=True):
            write_graph(run.world.graph(name), graph)
        outputs = tuple(f"graph/{name}.npz" for name in names)
        return UnitRecord(
            inputs=inputs,
            outputs=outputs,
            output_hash=digest("".join(digest((run.world.root / path).read_bytes()) for path in outputs)),
            summary={"edges": {name: len(graph) for name, graph in zip(names, graphs, strict=True)}},
        )

    return run.unit("graph", "all", inputs, make)


def _catalog_hash(world: World) -> str:
    return digest(world.need(world.catalog, "collect").read_bytes())


def load(run: Run, *, directed: bool) -> ToolGraph:
    """The first chosen graph of this direction, whole."""
    nodes = [tool.id for tool in run.world.read_catalog()]
    for name in run.plugins("graph").names("graph"):
        graph = read_graph(run.world.need(run.world.graph(name), "graph"), nodes)
        if graph.directed == directed:
            return graph
    kind = "a directed graph (such as dataflow)" if directed else "an undirected graph (such as similarity)"
    raise StageError(f"this stage needs {kind}: add one to [graph] use")


def flows(run: Run) -> Iterator[tuple[str, str, str]]:
    """Source, target and reason of each data-flow edge, but for those found wrong."""
    path = run.world.wrong_flows
    wrong = {tuple(row) for row in read_json_lines(path)} if path.exists() else set()
    graph = load(run, directed=True)
    for edge in graph.edges():
        flow = (graph.nodes[edge.source], graph.nodes[edge.target], edge.reason)
        if flow not in wrong:
            yield flow
