"""How `clew urls` shows an address, its history and its notices on a terminal."""

from clew.cli.console import out, print_json, print_table
from clew.ground.clock import iso
from clew.ground.defang import defanged_words
from clew.ground.text import count
from clew.pipelines.url_shown import ShownUrl, UrlFile, url_row
from clew.redact import printable


def tell(shown: ShownUrl, *, json: bool, new: bool | None = None) -> None:
    """One line on where an address stands now."""
    if json:
        print_json(url_row(shown) if new is None else {**url_row(shown), "new": new})
        return
    report = shown.report
    known = "" if new is None else "new, " if new else f"known, {count(report.sightings, 'sighting')}, "
    following = f"; next: {shown.next}" if shown.next else ""
    by = f" by {report.due_at:%Y-%m-%d %H:%M}" if report.due_at and shown.next else ""
    out.print(printable(f"{report.id}  {shown.address}  {known}{report.state}{following}{by}"))


def tell_page(file: UrlFile) -> None:
    """One address with its history."""
    tell(file.shown, json=False)
    report = file.shown.report
    if file.shown.category:
        out.print(printable(f"  {file.shown.category}, assessed {iso(report.assessed_at or report.received_at)}"))
    for each in report.hosting:
        where = each.country or "country not known"
        out.print(printable(f"  {each.role}: {each.name}, {where}, {each.contact or 'no contact'}"))
        out.print(printable(f"    {each.evidence}, as of {each.as_of}; looked up {iso(each.found_at)}"))
    print_table(
        ["at", "act", "by", "facts", "words"],
        [
            [
                iso(each.at),
                each.act,
                each.by,
                ", ".join(f"{name} {value}" for name, value in each.facts.items() if value is not None),
                defanged_words(each.words),
            ]
            for each in file.actions
        ],
    )


def tell_notice(recipient: str, subject: str, text: str, *, json: bool) -> None:
    """A notice, ready to be sent."""
    if json:
        print_json({"recipient": recipient, "subject": subject, "text": text})
        return
    out.print(printable(f"To: {recipient}"))
    out.print(printable(f"Subject: {subject}"))
    out.print()
    for line in text.splitlines():
        out.print(printable(line))
