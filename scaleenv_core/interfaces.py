"""One protocol a kind of plugin: what it means to be one, in prose.

A plugin is a class (a frozen attrs class: its fields are its configuration) with the
one method of its kind, marked :data:`scaleenv_core.hookimpl`. The contract suite of
:mod:`scaleenv_core.testing` turns each sentence here into a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from scaleenv_core.types import (
    Community,
    Completion,
    CompletionRequest,
    DomainDraft,
    DomainManifest,
    DomainSource,
    Dropped,
    Finding,
    JsonObject,
    Message,
    RecordedDialogue,
    Sampling,
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

T = TypeVar("T")


class ToolSource(Protocol):
    """Reads a catalog into tools.

    Yields every operation exactly once, as a :class:`Tool` or as a :class:`Dropped` with
    its reason, in an order that depends on the input alone. One unreadable file is one
    ``Dropped``, never an exception; a catalog that is not there at all raises
    :class:`~scaleenv_core.errors.SourceError`. Never touches the network, unless that is
    what the source is for. ``endpoint`` is the role ``source``'s way to a model.
    """

    def collect_tools(self, endpoint: Endpoint) -> Iterator[Tool | Dropped]: ...


class PinnedSource(ToolSource, Protocol):
    """A source that can tell, without reading its catalog into tools, whether it changed.

    The same content gives the same digest in any process; an edited, added or removed file
    another one. Raises :class:`~scaleenv_core.errors.SourceError` as ``collect_tools`` does.
    """

    def fingerprint_catalog(self) -> str: ...


class DomainAuthor(Protocol):
    """Brings domains that somebody wrote: no graph, no materializer.

    Writes each as a folder in ``into`` that :func:`scaleenv_core.engine.load_domain`
    reads, named by its slug, and returns the slugs. A ``tasks.jsonl`` in it is kept. The
    same plugin writes the same bytes.
    """

    def write_domains(self, into: Path) -> Sequence[str]: ...


class Database(Protocol):
    """Opens live databases for environments.

    Each store is an instance of its own with the domain's tables and seed rows, which
    keeps the sentences of :class:`~scaleenv_core.engine.Store`. The same calls on it give
    the same answers as on the built-in one.
    """

    def open_store(self, domain: DomainFolder) -> Store: ...


class Embedder(Protocol):
    """Gives texts vectors whose cosine says how near they are in what they are about.

    One vector a text, in order, all dense and of one length, or all sparse. A vector
    depends on its text alone, not on the texts beside it, and never on chance: it is kept
    on disk under the plugin's name, version and options, and the text is not asked for
    again. Raises :class:`~scaleenv_core.errors.StageError` where it cannot answer for all.
    """

    def embed_texts(self, texts: Sequence[str]) -> Sequence[Vector]: ...


class Embed(Protocol):
    """What a graph builder asks for vectors: the chosen embedders, behind a cache."""

    def __call__(self, texts: Sequence[str]) -> Sequence[Sequence[Vector]]:
        """For each chosen embedder one vector a text, in order; a blank text has none: no values."""
        ...


class GraphBuilder(Protocol):
    """Relates tools by their signatures; never by the labels ``service`` and ``provider``.

    Depends on the tools alone, not on the order they are given in, and never on chance
    outside ``seed``. No edge joins a tool to itself.
    """

    def build_graph(self, tools: Sequence[Tool], seed: int, embed: Embed) -> ToolGraph: ...


class Clusterer(Protocol):
    """Finds the domains in an undirected graph.

    Every tool is in exactly one community; the communities are sorted by their first
    tool. The same graph and seed give the same communities, in whatever order the graph has
    its nodes. ``tools`` are those of the nodes, in that order, for clusterers that measure
    what labels would give; one that is to be measured does not declare it.
    """

    def cluster_tools(self, graph: ToolGraph, seed: int, tools: Sequence[Tool]) -> Sequence[Community]: ...


class SchemaMaterializer(Protocol):
    """Writes a domain's schema, rows and tools from signatures.

    Every tool of the draft is either an operation of the result or quarantined with a
    reason; a tool that answers and does nothing is a defect. The text loads through
    :func:`scaleenv_core.engine.load_domain`. ``endpoint`` is the role ``materializer``'s
    way to a model. A plugin never runs what a model wrote: that is for the stages, in cells.
    """

    def materialize_domain(self, draft: DomainDraft, seed: int, endpoint: Endpoint) -> DomainSource: ...


class Repairer(SchemaMaterializer, Protocol):
    """A materializer that can cure what procedural testing found: the tool, or the rows under it.

    ``draft`` and ``source`` are the domain as it was tested, the tools that are quarantined
    already left out. A repair is tested anew; it counts where more tools are sound than before
    and none is lost. What is beyond repair is left as it is, or quarantined with a reason. The
    same source where there is nothing to be done.
    """

    def repair_domain(
        self,
        draft: DomainDraft,
        source: DomainSource,
        findings: Sequence[Finding],
        seed: int,
        endpoint: Endpoint,
    ) -> DomainSource: ...


class AgentSession(Protocol):
    """An agent in one dialogue."""

    def act(self, messages: Sequence[Message]) -> Message:
        """The next assistant message: text to the user, or tool calls."""
        ...


class Agent(Protocol):
    """Acts on a user's behalf through tools.

    ``task`` is there for agents that replay or sabotage gold; an agent that is being
    measured does not declare it. ``endpoint`` is the role ``agent``'s way to a model. The
    sessions of who asks for it act in threads, many dialogues at once; so do those that have
    an attribute ``waits`` that is true, because they ask a model of their own.
    """

    def start_agent(
        self, tools: Sequence[Tool], policy: str, seed: int, task: Task, endpoint: Endpoint
    ) -> AgentSession: ...


class UserSession(Protocol):
    """A user in one dialogue."""

    def speak(self, messages: Sequence[Message]) -> Message:
        """What the user says next, or the user's own tool calls.

        ``messages`` are what the user hears: its own, the answers to its own calls, and
        what the agent says; not the agent's calls. :data:`~scaleenv_core.types.STOP` in
        the text ends the dialogue.
        """
        ...


class UserSimulator(Protocol):
    """Plays the user of a task; says what the task lets a user know, and nothing else.

    So it never says what only an answer holds, nor what the agent has to find out. It opens
    with a wish, never with the stop word; an agent that says that all is done is let go.
    ``tools`` are those that the user holds, and it calls no others; most domains have none.
    ``endpoint`` is the role ``user``'s way to a model. One that cannot play its part raises
    :class:`~scaleenv_core.errors.MachineryError`: the trajectory is invalid, by the user's failure.
    """

    def start_user(self, task: Task, tools: Sequence[Tool], seed: int, endpoint: Endpoint) -> UserSession: ...


class WordingCheck(Protocol):
    """Says what is wrong with another wording of a request."""

    def __call__(self, text: str) -> str:
        """What is wrong, to end the sentence "the text …"; empty where nothing is."""
        ...


class Paraphraser(Protocol):
    """Says what a task's user wants in other words, in the language that it is in.

    Returns a text that ``check`` finds nothing wrong with: it says all that the request says,
    and nothing that the user does not know. Returns an empty text where it has none: the
    request stays as it was, and that is counted. ``endpoint`` is the role ``paraphraser``'s
    way to a model.
    """

    def paraphrase_request(self, task: Task, seed: int, endpoint: Endpoint, check: WordingCheck) -> str: ...


class LogReader(Protocol):
    """Reads dialogues that somebody recorded, so that they can be replayed and judged here.

    Yields every dialogue once, in an order that depends on the input alone, as a
    :class:`RecordedDialogue`, or as a :class:`Dropped` where it cannot be one. A log that
    is not there raises :class:`~scaleenv_core.errors.SourceError`.
    """

    def read_log(self) -> Iterator[RecordedDialogue | Dropped]: ...


class Verifier(Protocol):
    """Judges a finished trajectory by its record alone.

    Pure: the same trajectory, task and domain give the same verdict; one that asks a model through
    ``endpoint``, the role ``judge``'s, does so in a way that its recordings answer again. Judges
    the agent, never the machinery: a verifier that cannot judge raises, and the trajectory is
    invalid.
    """

    def verify_trajectory(
        self, trajectory: Trajectory, task: Task, domain: DomainManifest, endpoint: Endpoint
    ) -> Verdict: ...


class Endpoint(Protocol):
    """What agents, users and judges ask a model through.

    Recordings, retries, deadlines, the budget and the accounting of the run lie behind it.
    Raises :class:`~scaleenv_core.errors.EndpointError` where no answer comes, and
    :class:`~scaleenv_core.errors.BudgetSpent`. May be used by many threads at once.
    """

    def complete(
        self, messages: Sequence[Message], tools: Sequence[Tool] = (), sampling: Sampling = ...
    ) -> Completion:
        """The model's answer."""
        ...


class EndpointClient(Protocol):
    """One way to one model: it asks once, and says how that went."""

    @property
    def identity(self) -> JsonObject:
        """All of its configuration that can change an answer: the model, never an address or a key."""
        ...

    async def connect(self) -> None:
        """Load the client library and read the key; called once, before anything is asked."""
        ...

    async def ask(self, request: CompletionRequest) -> Completion:
        """Ask once, without a retry of its own."""
        ...

    async def close(self) -> None:
        """Let go of its connections; called only after :meth:`connect`."""
        ...


class EndpointProvider(Protocol):
    """Opens the way to a model, for :mod:`scaleenv_core.endpoints` to wrap.

    Opening reads no key, loads no client library and touches no network: recordings are
    replayed without any of them. What may be cured by asking again (a limit, an overload, a
    timeout, a lost connection, an answer that is not to be read) is an
    :class:`~scaleenv_core.errors.EndpointBusy` with the seconds that the endpoint asks to
    wait; anything else is an :class:`~scaleenv_core.errors.EndpointError`. Keys come from
    the environment and appear in no error.
    """

    def open_endpoint(self) -> EndpointClient: ...


class Exporter(Protocol):
    """Writes chats as the files that one library reads.

    ``splits`` maps ``train``, and ``test`` where domains are held out, to chats; each may be
    read any number of times, and is too long to be held. A chat is ``{"id", "domain",
    "task", "messages", "tools"}``: OpenAI messages, a call's ``arguments`` as an object, and
    function tools. ``out`` is an empty folder; afterwards it holds, for each split, a file
    whose name begins with the split's and which has every chat once, in order; and nothing
    of one chat is in another. The same chats give the same bytes. A chat that the format
    cannot hold raises :class:`~scaleenv_core.errors.StageError` with its id.
    """

    def export_chats(self, splits: Mapping[str, Iterable[JsonObject]], out: Path) -> None: ...


class Trainer(Protocol):
    """Trains a model on an exported data set, a chat a line; leaves it in ``out``.

    ``out`` holds the model and ``report.json``, which is the returned report. The agent's
    own tokens alone are learnt. The same data and seed give the same report. Data that is
    empty, malformed or without an agent raises :class:`~scaleenv_core.errors.StageError`
    with the line and the problem, and leaves nothing in ``out``.
    """

    def train_model(self, data: Path, out: Path, seed: int) -> TrainingReport: ...


class ExecutorSession(Protocol):
    """Processes that work; closed once."""

    def run(self, pieces: Iterable[T]) -> Iterator[tuple[T, Any]]:
        """Each piece of work with what came of it, as they end.

        A piece is taken from ``pieces`` only when a process is free for it, so that never more
        than ``count`` are under way, and none is taken after the caller has stopped asking. One
        whose process dies comes with a :class:`~scaleenv_core.errors.WorkerDied`, and no other
        piece is touched by that. What the work itself raises is raised here.
        """
        ...

    def close(self, *, at_once: bool) -> None:
        """End the processes: when they are idle, or ``at_once``, in the middle of their work."""
        ...


class Executor(Protocol):
    """Does a run's work in processes, here or on other machines.

    ``start`` is called once in each process, before its first piece, and gives the function
    that does a piece; it, the pieces and their results travel by pickle. A process does one
    piece at a time. Opening starts nothing yet.
    """

    def open_executor(self, start: Callable[[], Callable[[Any], Any]], count: int) -> ExecutorSession: ...
