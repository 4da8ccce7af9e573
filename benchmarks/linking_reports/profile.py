"""How noisy a world of reports is: one record of rates, three named worlds, and the senders' habits.

Levels that "hard" and "hold-out" take from the linking bench that Clew is judged by (measured there on 100,000 to a
million reports): junk, shared devices, recycled phones, accounts thrown away, keep rates of e-mail, phone, device and
wallet, the share with a name or a birth date, misspelling, address sharing, the power law of reports a person. Every
other rate is **assumed**: nobody publishes how often such reports err, and a figure without a source is a knob, not a
finding. Vary any of them with `dataclasses.replace`.
"""

from dataclasses import dataclass

from clew.errors import NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The rates of one world. A rate is a share of all reports outside the flood unless its line says otherwise."""

    name: str
    # Persons. Power law of reports a person, cut off; bench: exponent 2.1, at most 400.
    exponent: float = 2.1
    most_reports: int = 400
    # What a report gives. Bench "hard": e-mail .55 x .45, phone .25 x .35, device .30 x .45, wallet .03.
    email: float = 0.2475
    phone: float = 0.0875
    device: float = 0.135
    wallet: float = 0.03
    group: float = 0.03  # assumed
    thrown_away: float = 0.65  # the account is never seen again; bench
    first_or_last_name: float = 0.60  # bench
    birth_date: float = 0.45  # bench
    ip: float = 0.92  # bench
    port: float = 0.40  # assumed, of the reports with an address
    file: float = 0.80  # bench
    # Values that are nobody's: their number is fixed, whatever the volume.
    junk_email: float = 0.003  # bench, 50 values
    junk_phone: float = 0.001  # assumed, 20 values
    junk_device: float = 0.0005  # assumed, 5 values
    junk_account: float = 0.0005  # assumed, 5 values
    # Values that several persons use. Bench: shared devices .003 together.
    household_device: float = 0.001  # three people of one surname and one line
    cafe_device: float = 0.001  # about forty reports of unrelated people
    resold_device: float = 0.001  # a device that another person held before or after
    recycled_phone: float = 0.002  # bench
    sold_account: float = 0.0005  # assumed
    # Assumed, of values that changed hands: the holder before is met as often as he is reported (who is active uses up
    # more numbers); otherwise anybody who holds such a value, most of whom have one report.
    busy_holder: float = 0.2
    joined_group: float = 0.01  # assumed; part of `group`
    paid_wallet: float = 0.001  # assumed; the seller's wallet in the buyer's report, part of `wallet`
    # Other people in the report.
    bystander: float = 0.10  # assumed: a victim's or a reporter's value with its role stated
    misplaced: float = 0.001  # assumed: a victim's or a reporter's value in the subject's field
    # Errors, of the values that are given.
    mistyped: float = 0.005  # assumed: e-mail, phone, device, wallet, account; then it is nobody's
    misspelt: float = 0.12  # bench, of first and of last names
    transliterated: float = 0.05  # assumed
    false_name: float = 0.05  # assumed
    half_name: float = 0.10  # assumed: only the first or only the last
    wrong_birth_date: float = 0.05  # bench
    # Context.
    carrier_nat: float = 0.12  # with `relay` the bench's .15 behind shared addresses
    relay: float = 0.03  # Tor exits and VPN
    viral_file: float = 0.60  # assumed, of the files
    own_file: float = 0.15  # assumed, of the files: one that the person sent before
    # Handles.
    colliding_handle: float = 0.05  # assumed, of a person's accounts: another's handle at another service
    look_alike: float = 0.01  # assumed, of thrown-away accounts: another's handle with one letter exchanged
    flood: float = 0.02  # assumed, of all reports: one sender's near-empty ones within three days


HARD = Profile(name="hard")

HOLD_OUT = Profile(  # bench: junk, shared devices, recycled phones at 1 %, birth date on 25 %, name on 39 %
    name="hold-out",
    first_or_last_name=0.39,
    birth_date=0.25,
    junk_email=0.01,
    junk_phone=0.003,
    junk_device=0.0015,
    junk_account=0.0015,
    household_device=0.0035,
    cafe_device=0.0035,
    resold_device=0.003,
    recycled_phone=0.01,
)

# Assumed throughout, as what we think hardest and still true to life: a quarter flood, giants of two thousand reports,
# thinner names, accounts and wallets that change hands, families on one device, victims in the subject's field.
ADVERSE = Profile(
    name="adverse",
    exponent=1.95,
    most_reports=2000,
    thrown_away=0.75,
    group=0.08,
    first_or_last_name=0.30,
    birth_date=0.15,
    junk_email=0.015,
    junk_phone=0.005,
    junk_device=0.003,
    junk_account=0.005,
    household_device=0.01,
    cafe_device=0.005,
    resold_device=0.005,
    recycled_phone=0.012,
    sold_account=0.003,
    busy_holder=0.6,
    joined_group=0.06,
    paid_wallet=0.01,
    bystander=0.25,
    misplaced=0.006,
    mistyped=0.015,
    misspelt=0.18,
    transliterated=0.12,
    false_name=0.15,
    half_name=0.20,
    wrong_birth_date=0.15,
    carrier_nat=0.35,
    relay=0.10,
    colliding_handle=0.15,
    look_alike=0.05,
    flood=0.25,
)

PROFILES = {each.name: each for each in (HARD, HOLD_OUT, ADVERSE)}


def get_profile(name: str) -> Profile:
    """The world of that name.

    Raises:
        NotFoundError: there is none.
    """
    if name not in PROFILES:
        raise NotFoundError(f"no profile '{name}'; there are: {', '.join(PROFILES)}")
    return PROFILES[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends, and how: weights beside the others', so that the profile's rates hold over all of them.

    Attributes:
        share: of the reports of its group (platforms; those who pass on), in hundredths.
        contact: weight of giving e-mail, phone.
        technical: weight of giving device, wallet, group, port.
        personal: weight of giving names, birth date.
        errs: weight of junk, mistyped and misplaced values.
        verified: share of its e-mails and phones that it has verified.
    """

    name: str
    share: int
    contact: float
    technical: float
    personal: float
    errs: float
    verified: float


# Assumed. Eight platforms, of which a report's account is, then those who pass on what others saw, then the flood.
SENDERS = (
    Sender(name="messenger", share=34, contact=1.2, technical=1.2, personal=0.9, errs=0.4, verified=0.9),
    Sender(name="video", share=20, contact=1.3, technical=0.8, personal=1.1, errs=0.7, verified=0.8),
    Sender(name="pictures", share=16, contact=1.0, technical=1.4, personal=1.0, errs=0.8, verified=0.6),
    Sender(name="games", share=10, contact=0.9, technical=1.5, personal=0.8, errs=1.5, verified=0.3),
    Sender(name="storage", share=8, contact=1.6, technical=0.6, personal=1.2, errs=0.5, verified=0.9),
    Sender(name="dating", share=6, contact=1.1, technical=0.9, personal=1.2, errs=1.6, verified=0.4),
    Sender(name="chat", share=4, contact=0.3, technical=0.7, personal=0.6, errs=3.0, verified=0.0),
    Sender(name="forum", share=2, contact=0.6, technical=0.1, personal=0.5, errs=3.0, verified=0.1),
    Sender(name="hotline", share=50, contact=0.5, technical=0.3, personal=0.9, errs=2.5, verified=0.0),
    Sender(name="public form", share=30, contact=0.4, technical=0.1, personal=1.1, errs=4.0, verified=0.0),
    Sender(name="police abroad", share=20, contact=1.5, technical=1.3, personal=1.3, errs=0.6, verified=0.2),
    Sender(name="flood", share=0, contact=0.0, technical=0.0, personal=0.0, errs=0.0, verified=0.0),
)
PLATFORMS = 8
FLOOD = len(SENDERS) - 1
PASSED_ON = 0.2  # assumed: share of reports that come from another than the account's own platform
