"""A test of the virtual machine."""

import dataclasses
import typing


@dataclasses.dataclass
class Case:
    """`run` gets the bench, raises where something is wrong, and may return a note for the table."""

    name: str
    limit: int
    run: typing.Callable


def expect(condition, message):
    if not condition:
        raise AssertionError(message)
