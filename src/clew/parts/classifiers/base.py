"""What a classifier is: an opinion of how urgent reports are, which may move them in the order and do nothing else.

It sees the names of signs, never a report's words, people or files. What it says becomes one bounded factor of the risk
score, told with its version; it stands ahead of nothing, decides nothing and sets nothing aside. Clew ships none.
"""

from abc import ABC, abstractmethod


class ClassifierPart(ABC):
    """A kind of opinion.

    Attributes:
        name: the part's.
        version: of what it learnt; stands beside each factor that it gave.
    """

    name: str
    version: str

    @abstractmethod
    def opinion(self, signs: frozenset[str], untold: frozenset[str]) -> float:
        """From -1, calm, to 1, urgent; the same for the same signs.

        Args:
            signs: what a place's reports say, as names of `docs/methods/triage.md`.
            untold: what they could have said and did not say either way.
        """
