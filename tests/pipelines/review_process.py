"""What the other processes of these tests do: `python -m ...review_process URL FOLDER PERSON MINUTES`.

They claim the next job again and again, decide its first content, and say each step on a line of its own.
"""

import sys
from pathlib import Path

from clew.errors import ConflictError
from clew.parts.shelf import load
from clew.parts.stores.base import StorePart
from clew.pipelines import review
from clew.records.review import Decision
from tests.pipelines.review_house import House, open_house
from tests.review.review_records import person


def main(url: str, folder: str, name: str, minutes: str) -> None:
    """Until no job is left."""
    house = open_house(load("stores", "sql", StorePart).open(url), Path(folder))
    house.clock.move(minutes=float(minutes))
    say("ready")
    while _one(house, name):
        pass
    say("end")
    house.store.close()


def _one(house: House, name: str) -> bool:
    who = person(name)
    job = review.claim_next(house.desk, who)
    if job is None or job.lease is None:
        return False
    say(f"claimed {job.id} {job.lease.token}")
    with house.store.read() as reader:
        content = reader.contents_of(job.case_id)[0]
    try:
        house.decide(who, job.lease, content.id, Decision.SAME_AS_LISTED)
    except ConflictError:
        say(f"lost {job.id} {job.lease.token}")
    else:
        say(f"decided {job.id} {job.lease.token}")
    return True


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
