"""Train: an exported data set → a model, by the chosen trainer."""

from __future__ import annotations

from scaleenv_core.artifacts import Summary, UnitRecord, inputs_hash
from scaleenv_core.converters import to_plain
from scaleenv_core.names import digest, subseed
from scaleenv_core.stages.running import Run


def run(run: Run) -> Summary:
    """Write ``models/<name>/``."""
    data = run.world.need(run.world.data / f"{run.name}.jsonl", f"export --name {run.name}")
    inputs = inputs_hash("train", run.config.seed, run.component("trainer"), digest(data.read_bytes()))
    target = f"models/{run.name}"

    def make() -> UnitRecord:
        plugins = run.plugins("trainer")
        seed = subseed(run.config.seed, "train")
        report = plugins.hook.train_model(data=data, out=run.world.root / target, seed=seed)
        summary = to_plain(report)
        return UnitRecord(inputs=inputs, outputs=(target,), output_hash="", summary=summary)

    return run.unit(f"train-{run.name}", "all", inputs, make)
