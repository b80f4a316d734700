"""The endpoints of a run's roles, as its config names them."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from attrs import define, field

from scaleenv_core.config import RoleSettings, RunConfig
from scaleenv_core.endpoints.asking import RoleEndpoint
from scaleenv_core.endpoints.ledger import Ledger
from scaleenv_core.interfaces import EndpointClient
from scaleenv_core.plugins import Plugins
from scaleenv_core.types import JsonObject


@define
class Endpoints:
    """A process's endpoints, one a role, each opened when it is asked for; close them at the end."""

    config: RunConfig
    folder: Path
    """Where recordings and the ledger lie, unless ``[completions] folder`` says otherwise."""

    ledger: Ledger = field(init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _opened: dict[str, RoleEndpoint] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        if self.config.completions.folder:
            self.folder = Path(self.config.completions.folder)
        self.ledger = Ledger(self.folder / "ledger.db")

    def __enter__(self) -> Endpoints:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def role(self, role: str) -> RoleEndpoint:
        """The endpoint of ``agent``, ``user``, ``judge`` or any other role."""
        with self._lock:
            if role not in self._opened:
                self._opened[role] = RoleEndpoint(
                    role=role,
                    client=open_client(self.config, role),
                    settings=self.config.completions,
                    ledger=self.ledger,
                    folder=self.folder,
                )
            return self._opened[role]

    def close(self) -> None:
        """Close all of them."""
        for opened in self._opened.values():
            opened.close()
        self.ledger.close()


def role_plugin(config: RunConfig, role: str) -> tuple[str, JsonObject]:
    """The endpoint plugin of a role, and its whole table."""
    own = config.completions.roles.get(role, RoleSettings())
    name = own.endpoint or config.use["endpoint"][0]
    table: dict[str, Any] = config.tables.get("endpoint", {}).get(name.rpartition(":")[2], {})
    return name, {**table, **own.options}


def open_client(config: RunConfig, role: str) -> EndpointClient:
    """The client of a role's plugin."""
    name, table = role_plugin(config, role)
    plugins = Plugins.of({"endpoint": (name,)}, {"endpoint": {name.rpartition(":")[2]: table}})
    client: EndpointClient = plugins.hook.open_endpoint()
    return client
