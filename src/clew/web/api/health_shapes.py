"""How the service is, as JSON."""

from clew.web.schemas import Said


class ReadySaid(Said):
    """Whether requests should come here; each reason against it."""

    ready: bool
    reasons: list[str]


class AliveSaid(Said):
    """The process answers."""

    alive: bool
