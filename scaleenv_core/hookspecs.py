"""Every hook of ScaleEnv: when it is called, with what, and an example that runs.

A hook's parameters may grow; an implementation declares only those that it uses.
The examples are executed by ``tests/meta``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from scaleenv_core.interfaces import (
    AgentSession,
    Embed,
    Endpoint,
    EndpointClient,
    ExecutorSession,
    UserSession,
    WordingCheck,
)
from scaleenv_core.types import (
    Community,
    DomainDraft,
    DomainManifest,
    DomainSource,
    Dropped,
    Finding,
    JsonObject,
    RecordedDialogue,
    Task,
    Tool,
    ToolGraph,
    TrainingReport,
    Trajectory,
    Vector,
    Verdict,
)

if TYPE_CHECKING:
    from scaleenv_core.engine import DomainFolder, Store

hookspec = pluggy.HookspecMarker("scaleenv")


@hookspec
def collect_tools(endpoint: Endpoint) -> Iterator[Tool | Dropped]:  # type: ignore[empty-body]
    """Called once, first, on every chosen tool source, in the order of the config.

    ``endpoint`` is the role ``source``'s way to a model.

    Example::

        @frozen
        class Greetings:
            @hookimpl
            def collect_tools(self):
                yield Tool(
                    id="greetings/hello", name="hello", description="Say hello.", source="greetings",
                    parameters={"type": "object", "properties": {"to": {"type": "string"}}},
                )
    """


@hookspec
def fingerprint_catalog() -> str:  # type: ignore[empty-body]
    """Called before ``collect_tools`` on every chosen tool source that has it: it may be left out.

    Answers a digest of all that the source would read. A finished catalog is collected anew
    where it changes; for a source without it, only where its options or its version change.

    Example::

        @frozen
        class Notes:
            paths: tuple = ()

            @hookimpl
            def collect_tools(self):
                yield from ()

            @hookimpl
            def fingerprint_catalog(self):
                return fingerprint(catalog_files(self.paths, (".txt",)))
    """


@hookspec
def write_domains(into: Path) -> Sequence[str]:  # type: ignore[empty-body]
    """Called once on every chosen author of domains, in the order of the config.

    Example::

        @frozen
        class Corner:
            @hookimpl
            def write_domains(self, into):
                from scaleenv_core.testing.shop import write_shop

                write_shop(into / "corner-shop")
                return ["corner-shop"]
    """


@hookspec(firstresult=True)
def open_store(domain: DomainFolder) -> Store:  # type: ignore[empty-body]
    """Called for every environment on the chosen database; the built-in one is SQLite.

    Example::

        @frozen
        class BuiltIn:
            @hookimpl
            def open_store(self, domain):
                from scaleenv_core.engine import SqliteStore

                return SqliteStore(domain)
    """


@hookspec
def embed_texts(texts: Sequence[str]) -> Sequence[Vector]:  # type: ignore[empty-body]
    """Called on every chosen embedder when a graph builder asks for vectors.

    ``texts`` are those that the cache lacks: distinct, not blank, some thousands at a time.

    Example::

        from array import array
        from zlib import crc32

        @frozen
        class Words:
            @hookimpl
            def embed_texts(self, texts):
                places = [sorted({crc32(w.encode()) >> 1 for w in text.lower().split()}) for text in texts]
                return [Vector(array("f", [1.0] * len(at)), array("i", at)) for at in places]
    """


@hookspec
def build_graph(tools: Sequence[Tool], seed: int, embed: Embed) -> ToolGraph:  # type: ignore[empty-body]
    """Called once on every chosen graph builder with the kept tools, sorted by id.

    ``embed`` gives texts their vectors, by the chosen embedders. The first undirected graph
    goes to the clusterer, the first directed one to task synthesis.

    Example::

        @frozen
        class SameFirstTag:
            @hookimpl
            def build_graph(self, tools):
                edges = [
                    Edge(i, j, 1.0, f"both tagged {a.tags[0]}")
                    for i, a in enumerate(tools) for j, b in enumerate(tools)
                    if i < j and a.tags and a.tags[:1] == b.tags[:1]
                ]
                return ToolGraph.of("tags", directed=False, nodes=[t.id for t in tools], edges=edges)
    """


@hookspec(firstresult=True)
def cluster_tools(  # type: ignore[empty-body]
    graph: ToolGraph, seed: int, tools: Sequence[Tool]
) -> Sequence[Community]:
    """Called on the chosen clusterer with the undirected graph, and the tools that are its nodes.

    Once; and once more for each further seed of ``[domains] stability``.

    Example::

        @frozen
        class OneBigDomain:
            @hookimpl
            def cluster_tools(self, graph):
                return [Community(tools=tuple(sorted(graph.nodes)))]
    """


@hookspec(firstresult=True)
def materialize_domain(  # type: ignore[empty-body]
    draft: DomainDraft, seed: int, endpoint: Endpoint
) -> DomainSource:
    """Called once a domain on the chosen materializer, in a worker process.

    ``endpoint`` is the role ``materializer``'s way to a model.

    Example::

        @frozen
        class QuarantineAll:
            @hookimpl
            def materialize_domain(self, draft):
                return DomainSource(
                    schema="from sqlalchemy import MetaData\\n\\nmetadata = MetaData()\\n",
                    tools="", rows={}, policy="", operations=(),
                    quarantined=tuple(
                        Dropped(origin=t.name, reason="not-understood", detail=t.id) for t in draft.tools
                    ),
                )
    """


@hookspec(firstresult=True)
def repair_domain(  # type: ignore[empty-body]
    draft: DomainDraft, source: DomainSource, findings: Sequence[Finding], seed: int, endpoint: Endpoint
) -> DomainSource:
    """Called on a materializer that has it with what procedural testing found; it may be left out.

    At most ``[test] repairs`` times a domain, each time with another seed, until nothing is found.

    Example::

        @frozen
        class GivesUp:
            @hookimpl
            def materialize_domain(self, draft):
                raise NotImplementedError("see above")

            @hookimpl
            def repair_domain(self, source, findings):
                failed = {found.tool: found.failure for found in findings}
                return evolve(
                    source,
                    operations=tuple(o for o in source.operations if o.tool not in failed),
                    quarantined=source.quarantined + tuple(
                        Dropped(origin=tool, reason="not-repaired", detail=why)
                        for tool, why in failed.items() if tool
                    ),
                )
    """


@hookspec(firstresult=True)
def paraphrase_request(  # type: ignore[empty-body]
    task: Task, seed: int, endpoint: Endpoint, check: WordingCheck
) -> str:
    """Called for every task that was made, on the chosen paraphraser; by default none is chosen.

    ``check`` says what is wrong with a text; the stage asks it again.

    Example::

        @frozen
        class Kindly:
            @hookimpl
            def paraphrase_request(self, task, check):
                text = task.instruction + " I would be much obliged."
                return "" if check(text) else text
    """


@hookspec(firstresult=True)
def start_agent(  # type: ignore[empty-body]
    tools: Sequence[Tool], policy: str, seed: int, task: Task, endpoint: Endpoint
) -> AgentSession:
    """Called at the start of each rollout on the chosen agent.

    Example::

        class Shrug:
            def act(self, messages):
                return Message(role="assistant", content="I cannot help with that.")

        @frozen
        class Helpless:
            @hookimpl
            def start_agent(self, tools):
                return Shrug()
    """


@hookspec(firstresult=True)
def start_user(  # type: ignore[empty-body]
    task: Task, tools: Sequence[Tool], seed: int, endpoint: Endpoint
) -> UserSession:
    """Called at the start of each rollout on the chosen user simulator.

    Example::

        class SaysItOnce:
            def __init__(self, wish):
                self.wish = wish

            def speak(self, messages):
                said = any(m.role == "user" for m in messages)
                return Message(role="user", content=STOP if said else self.wish)

        @frozen
        class Terse:
            @hookimpl
            def start_user(self, task):
                return SaysItOnce(task.instruction)
    """


@hookspec(firstresult=True)
def open_endpoint() -> EndpointClient:  # type: ignore[empty-body]
    """Called once a process for each role that asks a model, on the role's endpoint.

    Example::

        class Parrot:
            identity = {"model": "parrot"}

            async def connect(self):
                pass

            async def ask(self, request):
                return Completion(model="parrot", text=request.messages[-1].content)

            async def close(self):
                pass

        @frozen
        class Parrots:
            @hookimpl
            def open_endpoint(self):
                return Parrot()
    """


@hookspec
def read_log() -> Iterator[RecordedDialogue | Dropped]:  # type: ignore[empty-body]
    """Called once by ``scaleenv replay`` on every chosen reader of logs.

    Example::

        @frozen
        class OneHello:
            @hookimpl
            def read_log(self):
                said = Message(role="user", content="Hello! " + STOP)
                yield RecordedDialogue(
                    id="hello", domain="shop", task="shop/000", agent="nobody", user="me",
                    trial=0, messages=(said,), ended="user_stop",
                )
    """


@hookspec
def verify_trajectory(  # type: ignore[empty-body]
    trajectory: Trajectory, task: Task, domain: DomainManifest, endpoint: Endpoint
) -> Verdict:
    """Called on every chosen verifier for every valid trajectory, in the order of the config.

    ``endpoint`` is the role ``judge``'s way to a model.

    Example::

        @frozen
        class Brief:
            most: int = 20

            @hookimpl
            def verify_trajectory(self, trajectory):
                count = len(trajectory.calls)
                return Verdict(verifier="brief", passed=count <= self.most, reason=f"{count} calls")
    """


@hookspec
def export_chats(splits: Mapping[str, Iterable[JsonObject]], out: Path) -> None:
    """Called by ``scaleenv export`` on every chosen exporter, in the order of the config.

    ``out`` takes its place in the world, as ``data/<run>/<exporter>``, when the call ends well.

    Example::

        @frozen
        class Texts:
            @hookimpl
            def export_chats(self, splits, out):
                for split, chats in splits.items():
                    with (out / f"{split}.txt").open("w", encoding="utf-8") as lines:
                        for chat in chats:
                            said = [m["content"].replace("\\n", " ") for m in chat["messages"]]
                            lines.write(" ".join(said) + "\\n")
    """


@hookspec(firstresult=True)
def train_model(data: Path, out: Path, seed: int) -> TrainingReport:  # type: ignore[empty-body]
    """Called once by ``scaleenv train`` on the chosen trainer.

    Example::

        @frozen
        class CountsOnly:
            @hookimpl
            def train_model(self, data, out):
                count = len(data.read_text().splitlines())
                out.mkdir(parents=True, exist_ok=True)
                return TrainingReport(
                    examples=count, steps=0, first_loss=0.0, last_loss=0.0,
                    learnt_tokens=0, context_tokens=0,
                )
    """


@hookspec(firstresult=True)
def open_executor(  # type: ignore[empty-body]
    start: Callable[[], Callable[[Any], Any]], count: int
) -> ExecutorSession:
    """Called once by each command that works, on the chosen executor; the built-in one starts processes here.

    ``count`` is how many processes are wanted.

    Example::

        @frozen
        class Here:
            @hookimpl
            def open_executor(self, start):
                return _Session(start)

        @frozen
        class _Session:
            start: object

            def run(self, pieces):
                work = self.start()
                for piece in pieces:
                    yield piece, work(piece)

            def close(self, at_once):
                pass
    """
