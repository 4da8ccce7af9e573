"""Small pictures that were made when a view was asked for, and wait to be fetched once."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from clew.ground.clock import Clock
from clew.records.identifiers import ViewId

# A browser fetches a picture at once.
_GOOD = timedelta(minutes=1)
# Some megabytes at most; of more the oldest is dropped, and made anew when it is fetched.
_MOST = 64


class Pictures:
    """What this process has made already. That a view waits stands in the store: another process makes it anew."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: OrderedDict[ViewId, tuple[datetime, bytes]] = OrderedDict()

    def put(self, view_id: ViewId, picture: bytes) -> None:
        """It is at hand when it is fetched soon."""
        with self._lock:
            now = self._clock()
            self._waiting[view_id] = (now + _GOOD, picture)
            while len(self._waiting) > _MOST or next(iter(self._waiting.values()))[0] <= now:
                self._waiting.popitem(last=False)

    def take(self, view_id: ViewId) -> bytes | None:
        """The picture, which nobody gets again; None when it must be made anew."""
        with self._lock:
            found = self._waiting.pop(view_id, None)
        return found[1] if found is not None and found[0] > self._clock() else None
