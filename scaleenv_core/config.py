"""One TOML file → a typed run config; a component is chosen by name, its table is its fields."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, field, fields, frozen
from attrs.validators import ge

from scaleenv_core.errors import ConfigError, nearest
from scaleenv_core.plugins import KINDS, structure_table
from scaleenv_core.settings import (
    AuditSettings,
    CollectSettings,
    CompletionSettings,
    DomainSettings,
    ExportSettings,
    FaultSettings,
    FeedbackSettings,
    RolloutSettings,
    SandboxSettings,
    StoreSettings,
    TaskSettings,
    TestSettings,
)

SEVERAL = ("source", "domain", "embedder", "graph", "log", "verifier", "exporter")
"""Kinds of which a run may choose several, in order; of the others it chooses one."""


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
    feedback: FeedbackSettings = field(factory=FeedbackSettings)
    rollout: RolloutSettings = field(factory=RolloutSettings)
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
    "paraphraser": (),
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
    "feedback": FeedbackSettings,
    "rollout": RolloutSettings,
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
