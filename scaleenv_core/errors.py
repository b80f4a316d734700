"""Every error class of ScaleEnv; nothing else raises on purpose.

ScaleEnvError                  one clear line, exit status 1
├── ConfigError                the TOML file or a --set is wrong
├── PluginError                a chosen plugin cannot be used
│   ├── PluginNotFound         no installed distribution has that name
│   ├── PluginAmbiguous        two distributions have that name
│   └── PluginBroken           it is installed and does not load
├── SourceError                a catalog cannot be read at all
├── WorldError                 the world folder lacks or contradicts something
├── DomainError                a domain folder does not load
├── StageError                 a stage cannot go on
├── SandboxError               foreign code cannot be held here as asked
├── BudgetSpent                the run's budget of tokens or money is spent
└── MachineryError             foreign code failed: the trajectory is invalid, never reward 0
    ├── ToolCrash              a tool raised something that is not a refusal
    ├── ToolLied               a tool declared read wrote
    ├── EndpointError          a model's endpoint gave no answer
    │   ├── EndpointBusy       it may, when it is asked again
    │   └── NotRecorded        recordings alone may answer, and none does
    └── WorkerDied             the process that ran foreign code is gone

Refusal                        not an error of ours: the domain says no, the agent sees why
└── ConstraintRefusal          the database itself says no
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class ScaleEnvError(Exception):
    """Base of all errors that a user of ScaleEnv may meet; its text is one clear line."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a sentence that names the closest known word, or nothing."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


class ConfigError(ScaleEnvError):
    """A configuration is wrong: where, what, and what would be right."""

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        self.problem = problem
        super().__init__(f"config {where}: {problem}")

    def __reduce__(self) -> tuple[type[ConfigError], tuple[str, str]]:
        return type(self), (self.where, self.problem)


class PluginError(ScaleEnvError):
    """A plugin that the run chose cannot be used."""


class PluginNotFound(PluginError):
    """No installed distribution registers this name for this kind."""

    def __init__(self, kind: str, name: str, installed: Sequence[str]) -> None:
        have = ", ".join(installed) or "none"
        super().__init__(
            f"no {kind} plugin is called {name!r}{nearest(name, installed)} "
            f"(installed: {have}); try: pip install scaleenv-{kind}-{name}"
        )


class PluginAmbiguous(PluginError):
    """Two distributions register one name for one kind."""

    def __init__(self, kind: str, name: str, distributions: Sequence[str]) -> None:
        first = distributions[0]
        super().__init__(
            f"{kind} {name!r} is registered by {' and '.join(distributions)}: "
            f"uninstall one, or write {first}:{name}"
        )


class PluginBroken(PluginError):
    """A chosen plugin is installed and does not load, or does not keep its contract."""

    def __init__(self, kind: str, name: str, distribution: str, why: str) -> None:
        super().__init__(
            f"{kind} plugin {name!r} of {distribution} is broken: {why}; "
            f"reinstall it, choose another, or set SCALEENV_DISABLE={distribution.split(' ')[0]}"
        )


class SourceError(ScaleEnvError):
    """A catalog, or one file of it, cannot be read at all."""

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        self.problem = problem
        super().__init__(f"{where}: {problem}")

    def __reduce__(self) -> tuple[type[SourceError], tuple[str, str]]:
        return type(self), (self.where, self.problem)


class WorldError(ScaleEnvError):
    """A world folder lacks what a command needs, or contradicts itself."""


class DomainError(ScaleEnvError):
    """A domain folder does not load."""


class StageError(ScaleEnvError):
    """A stage cannot go on."""


class SandboxError(ScaleEnvError):
    """Foreign code cannot be held on this machine as tightly as the config asks."""


class BudgetSpent(ScaleEnvError):
    """The budget of tokens or money is spent; what was answered so far is kept."""


class MachineryError(ScaleEnvError):
    """Foreign code failed; what it was part of is invalid, and never a low score."""


class ToolCrash(MachineryError):
    """A tool raised something that is not a refusal."""


class ToolLied(MachineryError):
    """A tool declared as reading wrote."""


class EndpointError(MachineryError):
    """A model's endpoint gave no answer: nobody's failure but the machinery's."""


class EndpointBusy(EndpointError):
    """The endpoint gave no answer now, and may when asked again."""

    def __init__(self, problem: str, wait_s: float = 0.0) -> None:
        super().__init__(problem)
        self.wait_s = wait_s
        """Seconds that it asks to wait first; 0 where it does not say."""


class NotRecorded(EndpointError):
    """Only recordings may answer, and there is none of this request."""


class WorkerDied(MachineryError):
    """The process that ran foreign code ended, by a limit or by itself."""


class Refusal(Exception):
    """Raised by a tool when the domain says no; its text is what the agent reads."""


class ConstraintRefusal(Refusal):
    """The database refused a write: a foreign key, a unique key, a check, a null."""
