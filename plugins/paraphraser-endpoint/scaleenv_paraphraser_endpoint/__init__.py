"""Requests in a model's words, each checked before it counts."""

from __future__ import annotations

from pathlib import Path

from attrs import field, frozen
from attrs.validators import ge

from scaleenv_core import hookimpl
from scaleenv_core.errors import StageError
from scaleenv_core.interfaces import Endpoint, WordingCheck
from scaleenv_core.names import subseed
from scaleenv_core.prompting import prompt
from scaleenv_core.types import Message, Sampling, Task

__all__ = ["ByEndpoint"]

_PACKAGE = "scaleenv_paraphraser_endpoint"


@frozen(kw_only=True)
class ByEndpoint:
    """Asks the role ``paraphraser``'s model, and again with the reason where its text does not do."""

    attempts: int = field(default=3, validator=ge(1))
    """Wordings asked for before the template stays."""

    temperature: float = field(default=0.9, validator=ge(0.0))
    """Of the model."""

    prompt: str = ""
    """A Markdown file in place of the own one, with ``{request}`` and ``{profile}`` in it."""

    @hookimpl
    def paraphrase_request(self, task: Task, seed: int, endpoint: Endpoint, check: WordingCheck) -> str:
        """The first wording that nothing is wrong with; empty where there is none."""
        asked = [Message(role="user", content=self._prompt(task))]
        for attempt in range(self.attempts):
            sampling = Sampling(temperature=self.temperature, seed=subseed(seed, attempt))
            text = _bare(endpoint.complete(asked, (), sampling).text)
            wrong = check(text)
            if not wrong:
                return text
            again = prompt(_PACKAGE, "again", problem=wrong)
            asked += [Message(role="assistant", content=text or "…"), Message(role="user", content=again)]
        return ""

    def _prompt(self, task: Task) -> str:
        slots = {"request": task.instruction, "profile": task.profile or "Nothing is known of the person."}
        if not self.prompt:
            return prompt(_PACKAGE, "paraphrase", **slots)
        try:
            return Path(self.prompt).read_text(encoding="utf-8").format(**slots).strip()
        except (OSError, LookupError, ValueError) as exc:
            raise StageError(f"prompt {self.prompt!r} cannot be used: {exc!r}") from exc


def _bare(text: str) -> str:
    """The text alone, without a fence or quotation marks around it."""
    text = text.strip().removeprefix("```").removesuffix("```").strip()
    inside = text[1:-1]
    return inside if text[:1] == text[-1:] == '"' and '"' not in inside else text
