"""Views that may be served once: made when they were asked for, gone when they were fetched."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from clew.errors import NotFoundError
from clew.ground.clock import Clock
from clew.pipelines.views import View
from clew.records.identifiers import UserId, ViewId

# A browser fetches a picture at once; a film waits until the person starts it, within its permit.
_GOOD = timedelta(minutes=15)
# Some megabytes of small pictures at most; whoever asks for more loses the oldest, and asks anew.
_MOST = 64


@dataclass(frozen=True, slots=True)
class Serving:
    """A view and the picture that was made for it; None when the bytes themselves are served."""

    view: View
    picture: bytes | None


class Servings:
    """What waits to be fetched, of one process. Nothing of it is kept: a lost one is asked for again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: OrderedDict[ViewId, tuple[datetime, Serving]] = OrderedDict()

    def put(self, serving: Serving) -> None:
        """It may be fetched, once."""
        with self._lock:
            self._waiting[serving.view.event.id] = (self._clock() + _GOOD, serving)
            while len(self._waiting) > _MOST:
                self._waiting.popitem(last=False)

    def waits(self, view_id: ViewId) -> bool:
        """Whether it was not fetched yet and still can be."""
        with self._lock:
            found = self._waiting.get(view_id)
            return found is not None and found[0] > self._clock()

    def take(self, view_id: ViewId, person: UserId) -> Serving:
        """What was asked for by that person; nobody gets it again. NotFoundError when it is gone."""
        with self._lock:
            found = self._waiting.get(view_id)
            if found is not None and found[1].view.event.person == person:
                del self._waiting[view_id]
                if found[0] > self._clock():
                    return found[1]
        raise NotFoundError("this view was served, or waited too long; ask for it again, which is another view")
