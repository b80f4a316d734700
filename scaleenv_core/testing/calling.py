"""Calls a plugin as a run does: through pluggy, so that it may leave out parameters."""

from __future__ import annotations

from typing import Any

import pluggy

from scaleenv_core import hookspecs


def call_hook(plugin: object, hook: str, **given: Any) -> Any:
    """What one plugin's hook returns; all of the hook's parameters are given by name.

    A plugin that does not mark ``hook`` with ``@hookimpl``, or whose parameters its
    specification does not have, fails here as it would in a run.
    """
    manager = pluggy.PluginManager("scaleenv")
    manager.add_hookspecs(hookspecs)
    manager.register(plugin)
    manager.check_pending()
    caller = getattr(manager.hook, hook)
    if not caller.get_hookimpls():
        raise AssertionError(f"{type(plugin).__name__} does not mark {hook!r} with @hookimpl")
    answer = caller(**given)
    return answer if caller.spec.opts["firstresult"] else answer[0]
