"""Names and words: what an operation is called, whose it is, what it says of itself."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from scaleenv_core.catalogs import text
from scaleenv_core.names import slug

_TAG = re.compile(
    r"</?(?:a|b|br|p|i|em|strong|code|pre|ul|ol|li|div|span|h[1-6]|table|thead|tbody|tr|td|th|img|hr|"
    r"blockquote|sup|sub|small|u|tt|dl|dt|dd|aside|details|summary)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<(?:br|/p|/li|/div|/h[1-6]|/tr)\s*/?>", re.IGNORECASE)
_SECOND_LEVEL = ("co", "com", "org", "net", "gov", "ac", "edu", "gob", "gouv")


def plain_text(given: Any) -> str:
    """A description without HTML's markup; Markdown stays."""
    if not isinstance(given, str):
        return ""
    made = text(given)
    if "<" in made:
        made = _TAG.sub("", _BREAK.sub("\n", made))
    made = html.unescape(made) if "&" in made else made
    made = made.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"\n{3,}", "\n\n", made).strip()


def described(*owners: Mapping[str, Any]) -> str:
    """Summary and description, whole, of the first owner that has either."""
    for owner in owners:
        summary, description = plain_text(owner.get("summary")), plain_text(owner.get("description"))
        if description.startswith(summary):
            summary = ""
        if summary and description:
            return f"{summary}\n\n{description}"
        if summary or description:
            return summary or description
    return ""


def operation_name(operation: Mapping[str, Any], method: str, path: str, taken: set[str]) -> str:
    """The operationId, or where it is missing, unusable or taken, method and path."""
    given = operation.get("operationId")
    if isinstance(given, str):
        given = text(given).strip()
        if re.search(r"[A-Za-z0-9]", given) and given.isprintable() and given not in taken:
            return given
    return name_of_path(method, path)


def name_of_path(method: str, path: str) -> str:
    """``GET /users/{id}/posts`` → ``get_users_by_id_posts``."""
    spelt = re.sub(r"\{([^{}]*)\}", r"/by_\1/", path)
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", spelt) if part]
    return "_".join([method.lower(), *parts]) if parts else f"{method.lower()}_root"


def id_part(name: str) -> str:
    """A name as part of an id: no spaces, no slashes."""
    return re.sub(r"[^A-Za-z0-9._~-]+", "-", name).strip("-") or "operation"


def service_of(data: Mapping[str, Any], stem: str) -> str:
    """Title and version as a slug, or the file's name."""
    info = data.get("info")
    info = info if isinstance(info, Mapping) else {}
    title = info.get("title")
    if not isinstance(title, str) or not re.search(r"[A-Za-z0-9]", title):
        return slug(stem)
    version = info.get("version")
    return slug(f"{title} {version}" if isinstance(version, str | int | float) else title)


def provider_of(data: Mapping[str, Any], stem: str) -> str:
    """The name in the API's host: ``https://api.github.com`` → ``github``; else the file's name."""
    info = data.get("info")
    named = info.get("x-providerName") if isinstance(info, Mapping) else None
    hosts = [named, data.get("host")]
    servers = data.get("servers")
    for server in servers if isinstance(servers, list) else []:
        url = server.get("url") if isinstance(server, Mapping) else None
        hosts.append(_host(url) if isinstance(url, str) else None)
    for host in hosts:
        found = _owner(host) if isinstance(host, str) else ""
        if found:
            return found
    return slug(stem)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # braces where a port or an IPv6 address is expected
        return ""


def _owner(host: str) -> str:
    labels = [label for label in host.lower().partition(":")[0].split(".") if label]
    if len(labels) < 2 or "{" in host or labels[-1].isdigit() or labels[-1] in ("local", "localhost"):
        return ""
    labels.pop()
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    return slug(labels[-1]) if re.search(r"[a-z0-9]", labels[-1]) else ""
