"""The command line: one file a command; each parses and delegates."""

from __future__ import annotations

import errno
import importlib
import sys
from collections.abc import Mapping

import click

COMMANDS: Mapping[str, tuple[str, str]] = {
    "run": ("run", "The main job: from catalogs to verified training data, in one world folder."),
    "collect": ("stage", "Read the catalogs into one normal form; drop and count what is unusable."),
    "graph": ("stage", "Relate the tools: similarity for domains, data flow for walks."),
    "cluster": ("stage", "Find the domains in the similarity graph, and name them."),
    "materialize": ("stage", "Write each domain's tables, rows and tool code."),
    "adopt": ("stage", "Take in domains that somebody wrote, each its own distribution."),
    "test": ("stage", "Call every tool with generated cases; quarantine what misbehaves."),
    "synthesize": ("stage", "Make tasks with executed gold actions and a known final state."),
    "feedback": ("feedback", "Make new tasks of recorded dialogues, what failed first."),
    "paraphrase": ("stage", "Say the tasks in other words, by a chosen paraphraser."),
    "rollout": ("stage", "Let agent, user and environment play the tasks."),
    "join": ("join", "Help with the rollouts of a run that another command drives."),
    "replay": ("stage", "Make the calls of recorded dialogues again, to judge them here."),
    "verify": ("stage", "Judge the trajectories, layer by layer."),
    "ablate": ("ablate", "What each layer of the funnel is worth, from stored verdicts."),
    "audit": (
        "audit",
        "Try the verifiers: what is wrong must be rejected, what is as good as gold accepted.",
    ),
    "export": ("stage", "Write the kept trajectories as chat data."),
    "train": ("stage", "Train a model on the exported data."),
    "evaluate": ("stage", "Compute pass^k and pass@k of a run."),
    "init": ("init", "Write a commented config file."),
    "plugins": ("plugins", "What is installed, by kind."),
    "status": ("status", "What a world holds."),
    "show": ("show", "Read a domain, tool, task or trajectory in the terminal."),
    "call": ("call", "Try a tool by hand and see what it changes."),
    "endpoint": ("endpoint", "Try a model's endpoint; see what a world spent on models."),
    "seal": ("seal", "Complete a domain that you wrote by hand."),
    "new-plugin": ("new_plugin", "Write the scaffold of a plugin that passes its contract."),
}
"""Command → its file, and its line in ``--help``. Files are imported when their command runs."""


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"scaleenv_core.cli.{COMMANDS[name][0]}")
        command: click.Command = module.command(name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from scaleenv_core.errors import nearest

        if args and args[0] not in COMMANDS:
            raise click.UsageError(f"no command {args[0]!r}{nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="scaleenv-core")
def cli(debug: bool) -> None:
    """API catalogs in, simulated and verifiable environments and training data out.

    \b
    Examples:
      scaleenv run                          the built-in demo, into ./world
      scaleenv init && scaleenv run --config scaleenv.toml --out my-world
      scaleenv status world
      scaleenv rollout world --name chance --set agent.use=random
    """


def main() -> None:
    """Run a command; an error of ours is one clear line and exit status 1."""
    from scaleenv_core.errors import Refusal, ScaleEnvError

    debug = "--debug" in sys.argv
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        _end("stopped; the same command goes on from here", 130)
    except click.exceptions.Exit as exc:
        sys.exit(exc.exit_code)
    except click.ClickException as exc:
        exc.show()
        sys.exit(exc.exit_code)
    except KeyboardInterrupt:
        _end("stopped; the same command goes on from here", 130)
    except (ScaleEnvError, Refusal, OSError) as exc:
        if debug:
            raise
        _end(_said(exc), 1)


def _said(exc: Exception) -> str:
    if isinstance(exc, OSError):
        where = f"{exc.filename}: " if exc.filename else ""
        kept = (
            ""
            if exc.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            else ("; nothing is lost: make room and run the same command again")
        )
        return f"{where}{exc.strerror or exc}{kept}"
    return " ".join(str(exc).split())


def _end(line: str, code: int) -> None:
    click.echo(f"scaleenv: {line}", err=True)
    sys.exit(code)
