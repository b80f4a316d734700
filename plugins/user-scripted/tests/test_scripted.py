"""The scripted user says what the task says, and nothing else."""

import pytest
from scaleenv_user_scripted import Scripted

from scaleenv_core.testing.user import UserContract
from scaleenv_core.testing.verifier import sample_task
from scaleenv_core.types import STOP, Message


class TestContract(UserContract):
    @pytest.fixture
    def plugin(self):
        return Scripted()


def test_dialogue():
    """It opens with the wish, answers a question, and stops at a statement."""
    task = sample_task()
    session = Scripted().start_user(task)
    wish = session.speak(())
    question = Message(role="assistant", content="Which order?")

    again = session.speak((wish, question))

    assert wish.content == task.instruction
    assert task.instruction in again.content
    assert session.speak((wish, Message(role="assistant", content="Done."))).content == STOP


def test_patience():
    """Endless questions make it give up."""
    session = Scripted(patience=1).start_user(sample_task())
    asked = (Message(role="user", content="a"), Message(role="assistant", content="What?"))

    assert session.speak(asked).content != STOP
    assert session.speak(asked * 2).content == STOP
