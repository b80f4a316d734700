"""Somebody looks now and then how far the workers of a run are, on all machines, and tells."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scaleenv_core.runstore import RunStore
from scaleenv_core.stages.running import Progress

_EVERY_S = 0.5


@contextmanager
def watched(progress: Progress, stage: str, open_store: Callable[[], RunStore]) -> Iterator[None]:
    """Tell of a run's rollouts while the block runs; the watcher reads the store and nothing else."""
    over = threading.Event()
    told = 0

    def look(store: RunStore) -> None:
        nonlocal told
        played, _ = store.progress()
        if played > told:
            progress.advance("", played - told)
            told = played

    def watch() -> None:
        with open_store() as store:
            while not over.wait(_EVERY_S):
                look(store)

    with open_store() as store:
        progress.start(stage, store.progress()[1])
        look(store)
        watcher = threading.Thread(target=watch, name="watch", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
        look(store)
    progress.end()
