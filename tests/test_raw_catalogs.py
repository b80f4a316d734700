"""The original files of real catalogs: each is read or refused in one clear line, none crashes."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from scaleenv_core.plugins import configure, discover
from scaleenv_core.types import Dropped, Tool

_SHARED = Path(os.environ.get("SCALEENV_SHARED", Path(__file__).parents[2] / "shared"))
_RAW = _SHARED / "catalogs" / "raw-dev"
_FILES = sorted(path for path in _RAW.rglob("*") if path.is_file()) if _RAW.is_dir() else []
_WANTED = ("openapi", "functions", "toolbench")
_PLUGINS = {info.name: info for info in discover("source") if info.name in _WANTED}

pytestmark = [
    pytest.mark.skipif(not _FILES, reason=f"no shared catalogs at {_RAW.name}; set SCALEENV_SHARED"),
    pytest.mark.skipif(len(_PLUGINS) < len(_WANTED), reason=f"needs the sources {', '.join(_WANTED)}"),
]


def _read(name: str, path: Path) -> list[Tool | Dropped]:
    source = configure(_PLUGINS[name], {"paths": [str(path)]})
    return list(source.collect_tools())  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.relative_to(_RAW).as_posix())
def test_each_file_is_read_or_refused(path: Path) -> None:
    """Each source gives tools, or says in one line what the file is instead."""
    tools: dict[str, int] = {}
    for name in sorted(_PLUGINS):
        read = _read(name, path)
        tools[name] = sum(isinstance(one, Tool) for one in read)
        dropped = [one for one in read if isinstance(one, Dropped)]

        assert all(one.detail and "\n" not in one.detail and one.reason for one in dropped)
        if not tools[name]:
            assert len({one.reason for one in dropped}) == len(dropped) == 1, dropped

    expected = {"openapi": "openapi", "mcp": "functions", "functions": "functions", "toolbench": "toolbench"}
    reader = expected.get(path.relative_to(_RAW).parts[0])
    assert all(not count or name == reader for name, count in tools.items()), tools


def test_what_was_dropped_is_counted_by_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """Over all files most operations are read, and every reason has a count."""
    counts: dict[str, Counter[str]] = {}
    for name in sorted(_PLUGINS):
        read = [one for path in _FILES for one in _read(name, path)]
        counts[name] = Counter(one.reason if isinstance(one, Dropped) else "tools" for one in read)
    with capsys.disabled():
        for name, count in counts.items():
            print(f"\n{name}: " + ", ".join(f"{reason} {count[reason]}" for reason in sorted(count)), end="")

    assert counts["openapi"]["tools"] > 3000
    assert counts["functions"]["tools"] > 500
    assert counts["toolbench"]["tools"] > 250
    assert counts["openapi"]["unreadable"] >= 6
    assert counts["functions"]["crawler-debris"] == 1
