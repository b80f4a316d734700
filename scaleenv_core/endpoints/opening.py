"""The endpoints of a run's roles, as its config names them."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from types import TracebackType

from attrs import define, field

from scaleenv_core.config import RunConfig
from scaleenv_core.endpoints.asking import RoleEndpoint
from scaleenv_core.endpoints.ledger import Ledger
from scaleenv_core.interfaces import EndpointClient
from scaleenv_core.plugins import Plugins
from scaleenv_core.settings import RoleSettings


@define
class Endpoints:
    """A process's endpoints, one a role; close them at the end."""

    config: RunConfig
    folder: Path
    """Where recordings and the ledger lie, unless ``[completions] folder`` says otherwise."""

    ledger: Ledger = field(init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _made: dict[str, RoleEndpoint] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        if self.config.completions.folder:
            self.folder = Path(self.config.completions.folder)
        self.ledger = Ledger(self.folder / "ledger.db")

    def __enter__(self) -> Endpoints:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def role(self, role: str) -> RoleEndpoint:
        """The endpoint of ``agent``, ``user``, ``judge`` or any other role; its plugin loads when asked."""
        with self._lock:
            if role not in self._made:
                self._made[role] = RoleEndpoint(
                    role=role,
                    open_client=partial(open_client, self.config, role),
                    settings=self.config.completions,
                    ledger=self.ledger,
                    folder=self.folder,
                )
            return self._made[role]

    def close(self) -> None:
        """Close all of them."""
        for made in self._made.values():
            made.close()
        self.ledger.close()


def open_client(config: RunConfig, role: str) -> EndpointClient:
    """The client of a role's plugin: that of ``[endpoint]``, or the role's own."""
    own = config.completions.roles.get(role, RoleSettings())
    chosen = own.endpoint or config.use["endpoint"][0]
    name = chosen.rpartition(":")[2]
    table = {**config.tables.get("endpoint", {}).get(name, {}), **own.options}
    client: EndpointClient = Plugins.of(
        {"endpoint": (chosen,)}, {"endpoint": {name: table}}
    ).hook.open_endpoint()
    return client
