"""The retail environment of tau2-bench, driven for comparison: runs under its own Python, not ours.

Started by ``engine_bench.py`` and ``rollout_bench.py``. Reads episodes (lists of calls) as one JSON
line, then times one round for each further line; answers with a JSON line of seconds.
"""

import json
import sys
import time

from tau2.data_model.message import ToolCall
from tau2.domains.retail.environment import get_environment


def timed(function, *arguments):
    """Processor seconds, and what it gave."""
    start = time.process_time()
    made = function(*arguments)
    return time.process_time() - start, made


def play(environment, episode):
    """Make an episode's calls, each answered as its orchestrator does."""
    for name, arguments in episode:
        environment.get_response(ToolCall(id="c", name=name, arguments=arguments, requestor="assistant"))


def whole(episode):
    """An episode as its evaluator scores it: played, replayed on a second, gold played on a third."""
    play(get_environment(), episode)
    replayed, gold = get_environment(), get_environment()
    play(replayed, episode)
    play(gold, episode)
    return replayed.get_db_hash() == gold.get_db_hash()


def main():
    """Serve rounds until the input ends."""
    from loguru import logger

    logger.remove()
    lines = iter(sys.stdin)
    episodes = json.loads(next(lines))
    for line in lines:
        episode = episodes[int(line) % len(episodes)]
        reset, environment = timed(get_environment)
        calls, _ = timed(play, environment, episode)
        compare, _ = timed(environment.get_db_hash)
        episode_seconds, same = timed(whole, episode)
        assert same
        print(
            json.dumps(
                {
                    "reset": reset,
                    "call": calls / max(len(episode), 1),  # some gold does nothing
                    "compare": compare,
                    "episode": episode_seconds,
                }
            ),
            flush=True,
        )


main()
