"""A test of the virtual machine."""

import dataclasses
import typing


@dataclasses.dataclass
class Case:
    """`run` gets the bench, raises where something is wrong, and may return a note for the table.

    Limits are seconds: they end a test that hangs, on a busy machine, too; `long_limit` is that of the long form. Of a
    planted bug `sign` is what its failure must say: a guest that does not start has caught nothing.
    """

    name: str
    limit: int
    run: typing.Callable
    long_limit: int = 0
    sign: str = ""


def expect(condition, message):
    if not condition:
        raise AssertionError(message)
