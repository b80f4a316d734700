"""How a server is reached, as the config says it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from attrs import field, frozen

from scaleenv_core.errors import SourceError

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@frozen(kw_only=True)
class Server:
    """One server: a command to start and talk to over stdio, or an address."""

    command: str = ""
    """The program that serves over its standard input and output."""

    args: tuple[str, ...] = ()
    """Its arguments."""

    env: dict[str, str] = field(factory=dict)
    """More environment variables for it; ``${NAME}`` is replaced by that variable of ours."""

    cwd: str = ""
    """The folder that it runs in; empty for ours."""

    url: str = ""
    """The endpoint of a server over streamable HTTP, such as ``http://127.0.0.1:8000/mcp``."""

    headers: dict[str, str] = field(factory=dict)
    """HTTP headers of every request; ``${NAME}`` is replaced by that environment variable."""

    def __attrs_post_init__(self) -> None:
        if bool(self.command) == bool(self.url):
            raise ValueError("a server has either a 'command' or a 'url'")
        if self.url and not _is_address(self.url):
            raise ValueError(f"the 'url' of a server is no http:// or https:// address: {self.url!r}")
        if self.headers and not self.url:
            raise ValueError("'headers' belong to a server with a 'url'")
        if (self.args or self.env or self.cwd) and not self.command:
            raise ValueError("'args', 'env' and 'cwd' belong to a server with a 'command'")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets, or a port beyond 65535
        return False


def filled(values: Mapping[str, str]) -> dict[str, str]:
    """The values with their ``${NAME}`` replaced; raises :class:`SourceError` where one is not set.

    A config is written into the world: what is secret stays in the environment.
    """

    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match[1])
        if found is None:
            raise SourceError("environment", f"the variable {match[1]} is not set")
        return found

    return {key: _VARIABLE.sub(value, given) for key, given in values.items()}
