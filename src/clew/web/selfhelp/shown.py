"""Public pages from templates: escaped without exception, in one language, and the same frame around all of them."""

from collections.abc import Sequence

from fastapi.responses import HTMLResponse

from clew.records.public_report import PublicWho, PublicYears
from clew.web.console.forms import Fields
from clew.web.form_token import FIELD
from clew.web.selfhelp.catalogue import Catalogue, catalogue, languages
from clew.web.selfhelp.form import LONGEST, TRAP, Fault
from clew.web.selfhelp.public_desk import PublicDesk
from clew.web.templating import templates_in

_templates = templates_in("public")
# The page that browsers keep while it is shown, and nothing else of it.
_HEADERS = {"vary": "accept-language"}


class _TokenField:
    """What stands first in every form."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __html__(self) -> str:
        # Letters, digits, hyphens and equals signs: nothing that would have to be escaped.
        return f'<input type="hidden" name="{FIELD}" value="{self._token}">'


def public_page(
    desk: PublicDesk,
    language: str,
    template: str,
    *,
    status: int = 200,
    token: str = "",
    typed: Fields | None = None,
    faults: Sequence[Fault] = (),
    retry_s: int = 0,
    **shown: object,
) -> HTMLResponse:
    """A page in a language.

    Args:
        token: what its form bears.
        typed: what was typed before, which stands in its fields again.
        faults: what is to be changed; the page begins with it.
    """
    words = desk.catalogues[language]
    text = _templates.get_template(template).render(
        **_frame(words, desk.settings.exit_url),
        others=[desk.catalogues[each] for each in desk.catalogues],
        operator=desk.settings.name,
        numbers=_by_country(desk, language),
        countries=desk.numbers.countries(language),
        promises=desk.promises[language],
        token_field=_TokenField(token),
        typed=typed or Fields([]),
        faults=[(each.field, _sentence(words, each)) for each in faults],
        wrong={each.field: _sentence(words, each) for each in faults},
        longest=LONGEST,
        trap=TRAP,
        who=PublicWho,
        years=PublicYears,
        **shown,
    )
    headers = _HEADERS | ({"retry-after": str(retry_s)} if retry_s else {})
    return HTMLResponse(text, status, headers)


def failed_page(exit_url: str) -> bytes:
    """What stands where a page failed that nobody could foresee: in every language, for none is known here."""
    each = [catalogue(code) for code in languages()]
    return _templates.get_template("failed.html").render(**_frame(catalogue("en"), exit_url), each=each).encode()


def _frame(words: Catalogue, exit_url: str) -> dict[str, object]:
    return {"say": words.words, "language": words, "exit_url": exit_url}


def _sentence(words: Catalogue, fault: Fault) -> str:
    return words.words[fault.words].format(number=f"{fault.number:,}")


def _by_country(desk: PublicDesk, language: str) -> dict[str, list[tuple[str, object]]]:
    """Numbers by their kind, each with its country's name, by country."""
    rows = sorted(desk.numbers.on(language), key=lambda row: row.country_name.casefold())
    return {kind: [(row.country_name, row) for row in rows if row.kind == kind] for kind in ("emergency", "helpline")}
