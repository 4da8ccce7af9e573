"""Heavy-tailed synthetic reports on which a linker is judged, written without sight of any linker, and the judge.

    reports, truth = make_reports(1_000_000, seed=1, profile=get_profile("hard"))
    labels = ...                                    # the linker's: one whole number for each report
    found, best = score(labels, truth.person), score(ceiling_labels(reports, truth), truth.person)
    found.precision, found.of_ceiling(best), found.largest_found / found.largest_true

What the worlds hold, and where each rate comes from, is in `profile`; what is made of it:

- *People* have reports by a power law, in bursts, and hold one to four accounts, e-mails, phones, devices, wallets and
  channels, taken up one after another. Most accounts are thrown away after one report.
- *Senders* have habits: a platform reports its own accounts, others pass on; each gives other fields, errs more or less
  often, verifies or not. One floods with near-empty reports, each of a person of its own.
- *Values that mislead*: placeholders, whose number is fixed while the volume grows; devices of households (three people
  of one surname and one line) and cafés; phones, devices and accounts that change hands; a seller's wallet in buyers'
  reports; groups; a victim's or reporter's value in the subject's field; the same handle at another service;
  look-alikes; slips of the keyboard.
- *Context*: addresses leased in time, carrier NAT with port blocks, relays, viral files.
- *Not modelled*: free text, pictures, two subjects in one report, one report sent twice, languages, time zones. A
  mistyped value is rendered as an unrelated text, and a thrown-away handle resembles no other of the same person: fuzzy
  comparison of handles finds nothing true here.

Nothing but exact operations is drawn with, so that a seed gives the same on every machine (the same digest came from
NumPy 1.26 and 2.4, with AVX-512 and without AVX2); a pinned test holds it.

Linkers may read `Reports`; `Truth` and the raw numbers behind the codes are for the judge. The flood's reports are
people of one report each: rates of a profile are meant over the others.
"""

from benchmarks.linking_reports.codes import KINDS
from benchmarks.linking_reports.columns import (
    ABSENT,
    ANOTHERS,
    JUNK,
    MISTYPED,
    OWN,
    ROLES,
    SHARED,
    Bystanders,
    Mention,
    Report,
    Reports,
    Truth,
)
from benchmarks.linking_reports.profile import PROFILES, SENDERS, Profile, get_profile
from benchmarks.linking_reports.reports import make_reports
from benchmarks.linking_reports.scores import Score, ceiling_labels, components, exact_labels, score

__all__ = [
    "ABSENT",
    "ANOTHERS",
    "JUNK",
    "KINDS",
    "MISTYPED",
    "OWN",
    "PROFILES",
    "ROLES",
    "SENDERS",
    "SHARED",
    "Bystanders",
    "Mention",
    "Profile",
    "Report",
    "Reports",
    "Score",
    "Truth",
    "ceiling_labels",
    "components",
    "exact_labels",
    "get_profile",
    "make_reports",
    "score",
]
