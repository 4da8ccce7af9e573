"""The services that people have accounts at: their names, their hosts, and whether they tell letters' cases apart.

A service that is not here is named by its own word in lower case, and the case of its handles is kept.
"""

import re
from dataclasses import dataclass

_NOT_NAME = re.compile(r"[^\w.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service.

    Attributes:
        also: further words for it.
        profile: the step of a link before a handle; "" where the handle comes first.
        not_people: first steps of links that lead to no account.
        ignored: letters of a handle that count for nothing.
    """

    name: str
    also: str = ""
    hosts: str = ""
    profile: tuple[str, ...] = ("",)
    not_people: str = ""
    ignored: str = ""
    folds_case: bool = True


# From memory, not checked service by service: names and hosts as people write them; what a service does with cases and
# dots as its users know it. Where a rule is wrong, too little is joined, or two handles that differ in case or dots.
SERVICES = (
    Service(
        name="instagram", also="insta ig", hosts="instagram.com", not_people="p reel reels stories explore tv accounts",
    ),
    Service(
        name="facebook", also="fb meta", hosts="facebook.com fb.com", ignored=".",
        not_people="groups events pages watch photo photo.php profile.php permalink.php story.php "
            "sharer share people marketplace",
    ),
    Service(
        name="x", also="twitter", hosts="x.com twitter.com", not_people="i home search hashtag intent share explore",
    ),
    Service(name="tiktok", hosts="tiktok.com", profile=("@",)),
    Service(name="snapchat", also="snap sc", hosts="snapchat.com", profile=("add", "@")),
    Service(
        name="telegram", also="tg", hosts="t.me telegram.me", not_people="joinchat c s addstickers share proxy socks",
    ),
    Service(name="discord", hosts="discord.com", profile=("users",)),
    Service(name="kik", hosts="kik.me"),
    Service(name="reddit", hosts="reddit.com", profile=("user", "u")),
    Service(name="youtube", also="yt", hosts="youtube.com", profile=("@", "c", "user")),
    Service(name="twitch", hosts="twitch.tv", not_people="directory videos p"),
    Service(name="github", hosts="github.com", not_people="orgs topics features about"),
    Service(name="roblox", hosts="roblox.com", profile=("users",)),
    Service(name="steam", hosts="steamcommunity.com", profile=("id", "profiles")),
    Service(name="pinterest", hosts="pinterest.com", not_people="pin search ideas"),
    Service(name="vk", hosts="vk.com", not_people="feed video wall photo"),
    Service(name="onlyfans", also="of", hosts="onlyfans.com"),
    Service(name="threads", hosts="threads.net", profile=("@",)),
    Service(name="linkedin", hosts="linkedin.com", profile=("in",)),
    Service(name="skype"),
    Service(name="wickr"),
    Service(name="omegle"),
)  # fmt: skip
BY_NAME = {each.name: each for each in SERVICES}
BY_HOST = {host: each for each in SERVICES for host in each.hosts.split()}
_BY_WORD = {word: each.name for each in SERVICES for word in (each.name, *each.also.split(), *each.hosts.split())}


def service_name(text: str) -> str:
    """The service's name by any of its words; of an unknown one its word in lower case."""
    word = _NOT_NAME.sub("-", text.strip().casefold()).strip("-.").removeprefix("www.")
    return _BY_WORD.get(word, word)
