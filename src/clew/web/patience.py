"""How long, and for how many bytes, a connection is waited for; whoever sends nothing of use is let go.

No key is known before the headers are whole, so what comes before them is bounded for everybody.
"""

from collections.abc import Callable
from math import inf

# Headers of a request of ours have some hundred bytes; no proxy passes on more than this.
HEAD_BYTES = 65_536
# From the connection, or the first byte of a later request, until the headers are whole.
HEAD_S = 10.0
# Between two pieces of a body, and from an answer until the body that was no longer wanted has ended.
BODY_S = 30.0
# An answer that nobody takes in is memory that somebody else needs.
ANSWER_S = 60.0


class Patience:
    """What one connection may still do; told of all that comes in, it says when that is too much or too late."""

    def __init__(self, ticking: Callable[[], float]) -> None:
        self._ticking = ticking
        self._useless_bytes = 0
        self._came = False
        self._in_head = True
        self._answered = False
        self._until_s = ticking() + HEAD_S
        self._writing_until_s = inf

    def took(self, size_bytes: int) -> bool:
        """So many bytes have been read and told of below; False when too many have come that led to nothing.

        Counts header lines, and all else that is neither body nor the end of something: line ends between requests,
        the trailers of a chunked body.
        """
        if self._came:
            self._came, self._useless_bytes = False, 0
            return True
        self._useless_bytes += size_bytes
        if self._until_s == inf and not self._in_head:  # between two requests: the next has to come whole
            self._in_head = True
            self._until_s = self._ticking() + HEAD_S
        return self._useless_bytes <= HEAD_BYTES

    def head_began(self) -> None:
        """The first bytes of a request."""
        if not self._in_head:
            self._in_head = True
            self._until_s = self._ticking() + HEAD_S

    def head_ended(self) -> None:
        """Its headers are whole."""
        self._came, self._in_head, self._answered = True, False, False
        self._until_s = self._ticking() + BODY_S

    def body_came(self) -> None:
        """A piece of its body; once the answer is given it buys no more time."""
        self._came = True
        if not self._answered:
            self._until_s = self._ticking() + BODY_S

    def body_ended(self) -> None:
        """Nothing more is waited for."""
        self._came = True
        self._until_s = inf

    def answered(self) -> None:
        """The answer is given; a body that still comes has only so long to end."""
        self._answered = True
        if self._until_s != inf and not self._in_head:
            self._until_s = self._ticking() + BODY_S

    def writing_stuck(self) -> None:
        """The other side takes in no more of the answer for now."""
        self._writing_until_s = self._ticking() + ANSWER_S

    def writing_goes_on(self) -> None:
        """It does again."""
        self._writing_until_s = inf

    def reading_held(self) -> None:
        """We ourselves do not read, so the other side cannot be late."""
        if self._until_s != inf:
            self._until_s = max(self._until_s, self._ticking() + BODY_S)

    @property
    def ended(self) -> bool:
        """Whether the connection is to be closed now."""
        now_s = self._ticking()
        return now_s > self._until_s or now_s > self._writing_until_s
