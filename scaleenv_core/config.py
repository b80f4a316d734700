"""One TOML file → a typed run config; a component is chosen by name, its table is its fields."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from attrs import evolve, field, fields, frozen
from attrs.validators import and_, deep_iterable, ge, gt, in_, le

from scaleenv_core.errors import ConfigError, nearest
from scaleenv_core.plugins import KINDS, structure_table
from scaleenv_core.rollouts import RolloutSettings, StoreSettings
from scaleenv_core.types import Kind

SEVERAL = ("source", "domain", "embedder", "graph", "log", "verifier", "exporter")
"""Kinds of which a run may choose several, in order; of the others it chooses one."""


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


_share = and_(ge(0.0), le(1.0))


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


_share = and_(ge(0.0), le(1.0))


@frozen(kw_only=True)
class VerifySettings:
    """``[verify]``: when a run is not to be believed."""

    max_invalid: float = field(default=0.2, validator=_share)
    """Largest share of invalid trajectories: a run of at least 20 with more of them stops here."""


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


@frozen(kw_only=True)
class RunConfig:
    """A whole run's configuration, defaults included."""

    seed: int = 0
    workers: int = field(default=0, validator=ge(0))
    """Worker processes; 0 means one a core. Never changes a result."""

    collect: CollectSettings = field(factory=CollectSettings)
    domains: DomainSettings = field(factory=DomainSettings)
    test: TestSettings = field(factory=TestSettings)
    tasks: TaskSettings = field(factory=TaskSettings)
    rollout: RolloutSettings = field(factory=RolloutSettings)
    verify: VerifySettings = field(factory=VerifySettings)
    store: StoreSettings = field(factory=StoreSettings)
    audit: AuditSettings = field(factory=AuditSettings)
    completions: CompletionSettings = field(factory=CompletionSettings)
    export: ExportSettings = field(factory=ExportSettings)
    faults: FaultSettings = field(factory=FaultSettings)

    sandbox: SandboxSettings = field(factory=SandboxSettings)

    use: dict[str, tuple[str, ...]] = field(factory=dict)
    """Kind → chosen plugin names, in order."""

    tables: dict[str, dict[str, dict[str, Any]]] = field(factory=dict)
    """Kind → plugin name → its config table."""

    def choosing(self, kind: str, *names: str) -> RunConfig:
        """The same config with other plugins of one kind."""
        return evolve(self, use={**self.use, kind: names})


DEFAULT_USE: Mapping[str, tuple[str, ...]] = {
    "source": (),
    "domain": (),
    "database": (),
    "embedder": ("hashing",),
    "graph": ("similarity", "dataflow"),
    "clusterer": ("leiden",),
    "materializer": ("rules",),
    "user": ("scripted",),
    "agent": ("oracle",),
    "endpoint": ("openai",),
    "log": (),
    "verifier": ("validity", "state", "checks", "calls", "communicate", "grounded", "truthful", "policy"),
    "exporter": (),
    "trainer": ("sft",),
    "executor": (),
}
"""What a run uses where its config does not choose."""


def load_config(path: Path, overrides: Sequence[str] = ()) -> RunConfig:
    """Read a TOML file and apply ``--set`` overrides such as ``clusterer.leiden.resolution=0.5``."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise ConfigError(str(path), "no such file; 'scaleenv init' writes one") from exc
    except IsADirectoryError as exc:
        raise ConfigError(str(path), "is a folder, not a TOML file") from exc
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise ConfigError(str(path), f"not valid TOML: {exc}") from exc
    return parse_config(data, overrides)


def parse_config(data: Mapping[str, Any], overrides: Sequence[str] = ()) -> RunConfig:
    """A TOML document as a config; every error names the key and the nearest right one."""
    data = _overridden(data, overrides)
    plain = {name.name: name for name in fields(RunConfig) if name.name not in ("use", "tables")}
    known = [*plain, *KINDS]
    made: dict[str, Any] = {}
    use = dict(DEFAULT_USE)
    tables: dict[str, dict[str, dict[str, Any]]] = {}
    for key, value in data.items():
        if key in KINDS:
            use[key], tables[key] = _component(key, value, use[key])
        elif key in plain:
            made[key] = value
        else:
            raise ConfigError(repr(key), f"unknown key{nearest(key, known)} (keys: {', '.join(known)})")
    for key, kind in _SECTIONS.items():
        if key in made:
            if not isinstance(made[key], Mapping):
                raise ConfigError(f"[{key}]", f"expected a table, got {made[key]!r}")
            made[key] = structure_table(made[key], kind, f"[{key}]")
    for key in ("seed", "workers"):
        if key in made and type(made[key]) is not int:
            raise ConfigError(repr(key), f"expected an integer, got {made[key]!r}")
    try:
        return RunConfig(use=use, tables={kind: named for kind, named in tables.items() if named}, **made)
    except ValueError as exc:
        raise ConfigError("top level", str(exc)) from exc


_SECTIONS: Mapping[str, type] = {
    "collect": CollectSettings,
    "domains": DomainSettings,
    "test": TestSettings,
    "tasks": TaskSettings,
    "rollout": RolloutSettings,
    "verify": VerifySettings,
    "store": StoreSettings,
    "audit": AuditSettings,
    "completions": CompletionSettings,
    "export": ExportSettings,
    "faults": FaultSettings,
    "sandbox": SandboxSettings,
}


def _component(
    kind: str, table: Any, default: tuple[str, ...]
) -> tuple[tuple[str, ...], dict[str, dict[str, Any]]]:
    if not isinstance(table, Mapping):
        raise ConfigError(f"[{kind}]", f"expected a table with 'use', got {table!r}")
    chosen = table.get("use", list(default))
    if chosen == "" and not DEFAULT_USE[kind]:
        chosen = []
    names = (chosen,) if isinstance(chosen, str) else tuple(chosen) if isinstance(chosen, list) else ()
    if (not names and chosen != []) or not all(isinstance(name, str) for name in names):
        raise ConfigError(f"[{kind}] use", f"expected a name or a list of names, got {chosen!r}")
    if len(names) > 1 and kind not in SEVERAL:
        raise ConfigError(f"[{kind}] use", f"a run uses one {kind}, got {', '.join(names)}")
    if len(set(names)) < len(names):
        raise ConfigError(f"[{kind}] use", f"a name stands twice in {', '.join(names)}")
    tables = {name: options for name, options in table.items() if name != "use"}
    plain = [name.rpartition(":")[2] for name in names]
    for name, options in tables.items():
        if not isinstance(options, Mapping):
            raise ConfigError(
                f"[{kind}]",
                f"unknown key {name!r}{nearest(name, ['use', *plain])}; options go in [{kind}.NAME]",
            )
    return names, {name: dict(options) for name, options in tables.items()}


def _overridden(data: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    made = _copied(data)
    for override in overrides:
        path, eq, text = override.partition("=")
        keys = path.strip().split(".")
        if not eq or not all(keys):
            raise ConfigError(f"--set {override}", "expected KEY.KEY=VALUE, such as tasks.per_domain=20")
        table = made
        for key in keys[:-1]:
            table = table.setdefault(key, {})
            if not isinstance(table, dict):
                raise ConfigError(f"--set {override}", f"{key!r} is not a table")
        table[keys[-1]] = _value(text.strip())
    return made


def _copied(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _copied(value) if isinstance(value, Mapping) else value for key, value in data.items()}


def _value(text: str) -> Any:
    """A TOML value; what is not one is taken as a string, so that quotes may be left out."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def to_toml(config: RunConfig) -> str:
    """The complete config as TOML, defaults written out; :func:`parse_config` reads it back."""
    import tomli_w

    from scaleenv_core.converters import to_plain

    # ``workers`` is the machine's affair: it never changes a result, so no world records it.
    document: dict[str, Any] = {"seed": config.seed}
    for section in _SECTIONS:
        document[section] = to_plain(getattr(config, section))
    for kind in KINDS:
        names = list(config.use.get(kind, ()))
        use = names if kind in SEVERAL else (names[0] if names else "")
        document[kind] = {"use": use, **config.tables.get(kind, {})}
    return tomli_w.dumps(document)
