"""Discovery and loading of plugins: metadata only, until a run chooses.

Each kind has one entry-point group, ``scaleenv.<kind>``; the entry point's name is the
name in the config, its value ``module:Class``. A chosen class is instantiated from its
config table and registered in a pluggy manager that lives as long as the run.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import Distribution, EntryPoint, distributions
from typing import Any

import pluggy
from attrs import frozen

from scaleenv_core import hookspecs
from scaleenv_core.errors import ConfigError, PluginAmbiguous, PluginBroken, PluginNotFound, nearest

KINDS: Mapping[str, str] = {
    "source": "collect_tools",
    "domain": "write_domains",
    "database": "open_store",
    "embedder": "embed_texts",
    "graph": "build_graph",
    "clusterer": "cluster_tools",
    "materializer": "materialize_domain",
    "paraphraser": "paraphrase_request",
    "agent": "start_agent",
    "user": "start_user",
    "endpoint": "open_endpoint",
    "log": "read_log",
    "verifier": "verify_trajectory",
    "exporter": "export_chats",
    "trainer": "train_model",
    "executor": "open_executor",
}
"""Each kind of plugin → its hook. The kind is also the config's table."""

OPTIONAL: Mapping[str, str] = {"source": "fingerprint_catalog", "materializer": "repair_domain"}
"""Kind → a further hook that its plugins may have."""


@frozen(kw_only=True)
class PluginInfo:
    """What the metadata says of one plugin; nothing of it has been imported."""

    kind: str
    name: str
    distribution: str
    version: str
    target: str
    """``module:Class``"""

    def load(self) -> type:
        """Import the class; any failure of the import is the plugin's."""
        try:
            made: type = EntryPoint(self.name, self.target, f"scaleenv.{self.kind}").load()
        except (Exception, SystemExit) as exc:  # a foreign module may raise anything at import
            raise self.broken(f"{type(exc).__name__}: {exc}") from exc
        if not hasattr(made, KINDS[self.kind]):
            raise self.broken(f"{self.target} has no method {KINDS[self.kind]!r}")
        return made

    def broken(self, why: str) -> PluginBroken:
        """The error that says so."""
        where = f"{self.distribution} {self.version}"
        return PluginBroken(self.kind, self.name, where, " ".join(why.split()))


def discover(kind: str | None = None) -> tuple[PluginInfo, ...]:
    """All installed plugins, or those of one kind, sorted; reads metadata only.

    ``SCALEENV_DISABLE`` (distribution names, separated by commas) hides distributions.
    """
    disabled = {_normal(name) for name in os.environ.get("SCALEENV_DISABLE", "").split(",")}
    found: dict[tuple[str, str, str], PluginInfo] = {}
    for dist in distributions():
        for info in _plugins_of(dist):
            if kind in (None, info.kind) and _normal(info.distribution) not in disabled:
                # The first on the path wins, as for imports.
                found.setdefault((info.kind, info.name, info.distribution), info)
    return tuple(found[key] for key in sorted(found))


def _plugins_of(dist: Distribution) -> Iterable[PluginInfo]:
    for point in dist.entry_points:
        group, _, kind = point.group.partition(".")
        if group == "scaleenv" and kind in KINDS:
            yield PluginInfo(
                kind=kind, name=point.name, distribution=dist.name, version=dist.version, target=point.value
            )


def _normal(name: str) -> str:
    return name.strip().lower().replace("_", "-").replace(".", "-")


def find(kind: str, name: str) -> PluginInfo:
    """The one plugin of this name; ``distribution:name`` settles an ambiguity."""
    installed = discover(kind)
    wanted_dist, _, wanted = name.rpartition(":")
    hits = [
        info
        for info in installed
        if info.name == wanted and wanted_dist in ("", info.distribution, _normal(info.distribution))
    ]
    if not hits:
        raise PluginNotFound(kind, name, sorted({info.name for info in installed}))
    if len(hits) > 1:
        raise PluginAmbiguous(kind, wanted, [info.distribution for info in hits])
    return hits[0]


def configure(info: PluginInfo, table: Mapping[str, Any]) -> object:
    """An instance of the plugin with its config table: unknown keys are errors."""
    import attrs

    made = info.load()
    where = f"[{info.kind}.{info.name}]"
    if not attrs.has(made):
        if table:
            raise ConfigError(where, f"{info.name!r} takes no options, got {', '.join(map(repr, table))}")
        return made()
    return structure_table(table, made, where)


def structure_table(table: Mapping[str, Any], kind: type, where: str) -> Any:
    """One config table as its attrs class; each problem names the key and the nearest one."""
    import attrs
    from cattrs.errors import BaseValidationError

    from scaleenv_core.converters import from_plain, problems

    fields = [field.name for field in attrs.fields(attrs.resolve_types(kind))]
    for key in table:
        if key not in fields:
            have = ", ".join(fields) or "none"
            raise ConfigError(where, f"unknown key {key!r}{nearest(key, fields)} (keys: {have})")
    try:
        return from_plain(dict(table), kind)
    except BaseValidationError as exc:
        raise ConfigError(where, "; ".join(problems(exc))) from exc


class Plugins:
    """The plugins that one run has chosen: a typed face over a pluggy manager."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager("scaleenv")
        self._manager.add_hookspecs(hookspecs)
        self._chosen: dict[str, list[str]] = {kind: [] for kind in KINDS}
        self._infos: dict[tuple[str, str], PluginInfo] = {}

    @classmethod
    def of(
        cls, chosen: Mapping[str, Sequence[str]], tables: Mapping[str, Mapping[str, Mapping[str, Any]]]
    ) -> Plugins:
        """Load what was chosen: kind → names, in order; kind → name → config table."""
        made = cls()
        for kind, names in chosen.items():
            # pluggy calls the last registered first.
            for name in reversed(names):
                info = find(kind, name)
                table = tables.get(kind, {}).get(info.name, {})
                made.add(info, configure(info, table))
        return made

    def add(self, info: PluginInfo, plugin: object) -> None:
        """Register an instance; a hook that its spec does not allow makes it broken."""
        try:
            self._manager.register(plugin, name=f"{info.kind}:{info.name}")
            self._manager.check_pending()
        except (pluggy.PluginValidationError, ValueError) as exc:
            raise info.broken(str(exc)) from exc
        hook = KINDS[info.kind]
        hooks = [caller.name for caller in self._manager.get_hookcallers(plugin) or ()]
        if hook not in hooks:
            raise info.broken(f"{info.target} does not mark {hook!r} with @hookimpl")
        self._chosen[info.kind].insert(0, info.name)
        self._infos[info.kind, info.name] = info

    def names(self, kind: str) -> list[str]:
        """The chosen names of a kind, in order."""
        return list(self._chosen[kind])

    def version(self, kind: str, name: str) -> str:
        """``distribution version`` of a chosen plugin."""
        info = self._infos[kind, name]
        return f"{info.distribution} {info.version}"

    def takes(self, kind: str, argument: str) -> bool:
        """Whether a chosen plugin of a kind asks for this argument of its hook."""
        hook = getattr(self._manager.hook, KINDS[kind])
        return any(argument in implementation.argnames for implementation in hook.get_hookimpls())

    @property
    def hook(self) -> Any:
        """Pluggy's hook relay: ``plugins.hook.cluster_tools(graph=…, seed=…)``."""
        return self._manager.hook

    def only(self, kind: str, name: str) -> Any:
        """What calls the hook of one chosen plugin alone, as pluggy's caller of a subset does.

        That asks anew for each call who is in the subset: half of the time of a short hook.
        """
        plugin = self._manager.get_plugin(f"{kind}:{name}")
        caller = getattr(self._manager.hook, KINDS[kind])
        (chosen,) = (each for each in caller.get_hookimpls() if each.plugin is plugin)
        first = caller.spec is not None and caller.spec.opts["firstresult"]

        def call(**given: Any) -> Any:
            found = chosen.function(*[given[name] for name in chosen.argnames])
            return found if first else [] if found is None else [found]

        return call
