"""The sections of a config file, one class each: its fields are the keys, with their defaults."""

from __future__ import annotations

from typing import Any, Literal

from attrs import field, frozen
from attrs.validators import and_, deep_iterable, ge, gt, in_, le

from scaleenv_core.types import Kind, Owner

_share = and_(ge(0.0), le(1.0))


@frozen(kw_only=True)
class CollectSettings:
    """``[collect]``: what becomes of the tools that the sources yield."""

    require_description: bool = True
    """Drop tools without any description, counted as ``no-description``."""

    require_parameters: bool = False
    """Drop tools that take no parameter, counted as ``no-parameters``."""

    require_types: bool = True
    """Drop tools of whose parameters none has a type, and those that take nothing and do not
    say what they answer, counted as ``no-typed-parameter``."""

    drop_near_duplicates: bool = True
    """Of tools that are one but for spelling, version or a word of the text, keep one; the
    others are counted as ``near-duplicate``."""

    limit: int = field(default=0, validator=ge(0))
    """Keep at most so many tools, chosen by seed; 0 keeps all."""


@frozen(kw_only=True)
class DomainSettings:
    """``[domains]``: which communities become domains."""

    min_tools: int = field(default=5, validator=ge(1))
    """Smaller communities are left out, and counted."""

    stability: int = field(default=0, validator=ge(0))
    """Cluster with so many seeds, and report the mean agreement of every two results (AMI)."""

    limit: int = field(default=0, validator=ge(0))
    """Materialise at most so many domains, chosen by seed; 0 takes all."""

    named_by: Literal["terms", "model"] = "terms"
    """``terms``: by what their tools say; ``model``: by the endpoint's role ``graph``, where its
    answer can be used."""

    check_flows: bool = False
    """Have the endpoint's role ``graph`` look at the data-flow edges inside each domain; those that
    it finds wrong lead no walk."""


@frozen(kw_only=True)
class TestSettings:
    """``[test]``: procedural testing (ScaleEnv, phase 1 step 5)."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    cases: int = field(default=6, validator=ge(1))
    """Generated calls a tool."""

    repairs: int = field(default=2, validator=ge(0))
    """Attempts a domain at repairing what was found, by its materializer, before it is quarantined."""


@frozen(kw_only=True)
class TaskSettings:
    """``[tasks]``: task synthesis."""

    per_domain: int = field(default=20, validator=ge(1))
    max_actions: int = field(default=20, validator=ge(1))
    """Longest gold sequence; half of the walks aim at less than a quarter of it."""

    writing: float = field(default=0.85, validator=_share)
    """The share of walks that may write."""

    random_agents: int = field(default=20, validator=ge(0))
    """Agents calling by chance that have to fail a task."""

    attempts: int = field(default=12, validator=ge(1))
    """Walks tried for each task wanted, before the domain is left with fewer."""

    tools_in_scope: int = field(default=20, validator=ge(1))
    """Tools offered to the agent: those of the gold actions, filled up with distractors that
    could follow them."""

    likeness: float = field(default=0.6, validator=and_(gt(0.0), le(1.0)))
    """Greatest likeness of two tasks of a domain (SynWorld's ε; Jaccard's, of calls and of words)."""

    language: Literal["en", "zh"] = "en"
    """What the users speak: English or Chinese."""

    rules: int = field(default=2, validator=ge(0))
    """Most rules a domain that no tool enforces and only the agent keeps."""

    recovery: float = field(default=0.1, validator=_share)
    """Share of tasks whose first choice is refused. These and the next are aims: where a domain
    has nothing of the kind, the task is a plain one."""

    fault: float = field(default=0.08, validator=_share)
    """Share of tasks in which a tool fails, once or for good."""

    withheld: float = field(default=0.1, validator=_share)
    """Share of tasks whose user says something only when asked."""

    impossible: float = field(default=0.08, validator=_share)
    """Share of tasks that ask for what the domain refuses."""

    forbidden: float = field(default=0.08, validator=_share)
    """Share of tasks that ask for what a rule forbids."""

    changing: float = field(default=0.08, validator=_share)
    """Share of tasks whose user thinks again half way."""

    merged: float = field(default=0.12, validator=_share)
    """Share of tasks with the goals of two walks."""

    def __attrs_post_init__(self) -> None:
        if sum(share for _, share in self.shares()) > 1:
            raise ValueError("the shares of all kinds of tasks together are more than 1")

    def shares(self) -> list[tuple[Kind, float]]:
        """Each kind and its share, in the order of drawing; the rest is plain."""
        return [
            ("recovery", self.recovery),
            ("fault", self.fault),
            ("withheld", self.withheld),
            ("impossible", self.impossible),
            ("forbidden", self.forbidden),
            ("changing", self.changing),
            ("merged", self.merged),
        ]


@frozen(kw_only=True)
class FeedbackSettings:
    """``[feedback]``: tasks from recorded dialogues."""

    likeness: float = field(default=0.5, validator=_share)
    """Least likeness of a log's tool and a domain's for them to be one: name and parameters."""

    per_pattern: int = field(default=2, validator=ge(1))
    """Tasks wanted for each sequence of calls that dialogues show."""

    attempts: int = field(default=6, validator=ge(1))
    """Walks tried for each task wanted."""


@frozen(kw_only=True)
class RolloutSettings:
    """``[rollout]``: agent × user × environment."""

    trials: int = field(default=1, validator=ge(1))
    """Rollouts a task: the n of pass^k."""

    max_turns: int = field(default=40, validator=ge(1))
    """Assistant messages after which a dialogue is ended."""

    concurrency: int = field(default=64, validator=ge(1))
    """Rollouts under way at once, a worker. Never changes a result."""

    chunk: int = field(default=32, validator=ge(1))
    """Rollouts that a worker takes at a time. Never changes a result."""

    retry: tuple[Owner, ...] = ("endpoint", "worker")
    """Whose broken rollouts are played again by the next command."""

    max_invalid: float = field(default=0.2, validator=_share)
    """Largest share of invalid trajectories: a run of at least 20 with more of them stops, when
    they are played or, where a verifier breaks, when they are judged."""


@frozen(kw_only=True)
class StoreSettings:
    """``[store]``: where a run's results are kept, and who is at work on which."""

    url: str = ""
    """An SQLAlchemy URL: ``postgresql+psycopg://host/database``, one database a run. Empty:
    ``runs/NAME/run.db``. A password comes from the environment (``PGPASSWORD``)."""

    lease_s: float = field(default=60.0, validator=gt(0.0))
    """Seconds after which the work of a worker that was not heard of is given to another."""


@frozen(kw_only=True)
class AuditSettings:
    """``[audit]``: how thoroughly the verifiers are tried."""

    per_kind: int = field(default=2, validator=ge(1))
    """Most variants of a task for each way to change its gold."""


@frozen(kw_only=True)
class ExportSettings:
    """``[export]``: which chats are for training, and which for testing."""

    held_out: float = field(default=0.0, validator=_share)
    """Share of the domains whose chats go to the split ``test``, chosen by seed: at least one
    domain, and at least one is left. 0: none."""


@frozen(kw_only=True)
class FaultSettings:
    """``[faults]``: each the share of calls that it befalls; at most one befalls a call."""

    latency_ms: int = field(default=0, validator=ge(0))
    """Mean of the simulated time of a call, exponentially distributed; 0 for none."""

    rate_limit: float = field(default=0.0, validator=_share)
    """The call is turned away: too many requests."""

    expired_auth: float = field(default=0.0, validator=_share)
    """The call is turned away: the session had expired, and is renewed."""

    timeout: float = field(default=0.0, validator=_share)
    """No answer comes; the call was carried out, or, as often, was not."""

    partial_failure: float = field(default=0.0, validator=_share)
    """A call that writes more than one row stops after the first."""

    duplicate: float = field(default=0.0, validator=_share)
    """The call is delivered twice; with an idempotency key it is carried out once."""

    def __attrs_post_init__(self) -> None:
        if sum(share for _, share in self.shares()) > 1:
            raise ValueError("the shares of all faults together are more than 1")

    def shares(self) -> list[tuple[str, float]]:
        """Each fault and its share, in the order of drawing."""
        return [
            ("rate-limit", self.rate_limit),
            ("expired-auth", self.expired_auth),
            ("timeout-before", self.timeout / 2),
            ("timeout-after", self.timeout / 2),
            ("partial-failure", self.partial_failure),
            ("duplicate", self.duplicate),
        ]

    @property
    def on(self) -> bool:
        """Whether anything is disturbed at all."""
        return self.latency_ms > 0 or any(share for _, share in self.shares())


LAYERS = ("limits", "namespaces", "privileges", "landlock", "seccomp")
"""What the operating system can hold foreign code with (docs/sandbox.md)."""


@frozen(kw_only=True)
class SandboxSettings:
    """``[sandbox]``: how the code of domains and verifiers is held."""

    use: bool = True
    """Run it in cells; false leaves it in the workers, held by Python's checks and limits alone."""

    require: tuple[str, ...] = field(
        default=("limits", "privileges", "landlock", "seccomp"), validator=deep_iterable(in_(LAYERS))
    )
    """Layers without which a run stops; ``namespaces`` is used where there is one."""

    worker_mb: int = field(default=4096, validator=ge(0))
    """Address space of a worker; 0: not bounded, as an agent needs that holds a model itself."""


@frozen(kw_only=True)
class RoleSettings:
    """``[completions.roles.NAME]``: where one role asks another model than the others."""

    endpoint: str = ""
    """An endpoint plugin; empty: that of ``[endpoint]``."""

    options: dict[str, Any] = field(factory=dict)
    """Put over the plugin's own table, such as ``{model = "…"}``."""


@frozen(kw_only=True)
class CompletionSettings:
    """``[completions]``: how models are asked, whatever the endpoint."""

    mode: Literal["record", "replay", "off"] = "record"
    """``record``: answers are kept on disk and used again; ``replay``: kept ones only, no
    network; ``off``: every request goes out."""

    folder: str = ""
    """Where recordings and the ledger lie; empty: ``completions`` in the world."""

    attempts: int = field(default=6, validator=ge(1))
    """Most attempts at one request; one that is told how long to wait is not counted."""

    backoff_s: float = field(default=0.5, validator=gt(0.0))
    """Wait before the second attempt; doubled each time, up to 30 s, with seeded jitter."""

    total_s: float = field(default=600.0, validator=gt(0.0))
    """Deadline of one request, all attempts and waits included."""

    concurrency: int = field(default=64, validator=ge(1))
    """Requests under way at once, a role and process."""

    budget_usd: float = field(default=0.0, validator=ge(0.0))
    """A run stops when its world has spent so much; 0: no limit. Requests under way still count."""

    budget_tokens: int = field(default=0, validator=ge(0))
    """The same for tokens, of questions and answers together."""

    roles: dict[str, RoleSettings] = field(factory=dict)
