"""The commands of `clew lists` that change what is recorded: lists, sources, single entries."""

from typing import Annotated

import typer

from clew.cli import list_options, list_shown
from clew.cli.console import out, print_json
from clew.cli.list_options import claim, confirm, desk, hash_of
from clew.errors import InputError
from clew.ground.clock import iso
from clew.ground.text import count as count_of
from clew.pipelines import list_entries, lists, sources
from clew.records.hashlist import Action, Right, Standing
from clew.records.identifiers import ListName, SignalType

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(
    epilog="""Example:

clew lists create confirmed-here --source own-desk --kind own --jurisdiction DE
--legal-basis "Terms of service, section 4" --since 2026-01-01 --vetted"""
)
def create(
    ctx: typer.Context,
    name: list_options.Name,
    source: list_options.SourceName = None,
    kind: list_options.Kind = None,
    jurisdiction: list_options.Jurisdiction = None,
    legal_basis: list_options.Basis = None,
    since: list_options.Since = None,
    until: list_options.Until = None,
    right: list_options.Rights = None,
    vetted: Annotated[bool, typer.Option("--vetted/--unvetted", help="Has a person confirmed each entry?")] = False,
) -> None:
    """Make an empty list."""
    said = claim(source, kind, jurisdiction, legal_basis, since, until, right)
    with desk(ctx) as it:
        made = lists.create_list(it.store, ListName(name), said, vetted=vetted, actor=it.actor, clock=it.clock)
    out.print(f"The list {made.name} is there, {'vetted' if made.vetted else 'unvetted'}, of the source {made.source}.")


@app.command(
    "set",
    epilog="""Examples:

clew lists set national-a --within pdq=24

clew lists set national-a --within pdq=default --exact-action review --kept-days 0""",
)
def set_(
    ctx: typer.Context,
    name: list_options.Name,
    vetted: Annotated[
        bool | None,
        typer.Option("--vetted/--unvetted", help="Has a person confirmed each entry?", show_default=False),
    ] = None,
    exact_action: Annotated[
        Action | None, typer.Option(help="What an exact match on a vetted entry leads to; all else leads to review.")
    ] = None,
    within: Annotated[
        list[str] | None, typer.Option(help="Radius of this list for a type: TYPE=BITS, or TYPE=default.")
    ] = None,
    kept_days: Annotated[
        int | None, typer.Option(help="Entries expire so many days after they came; 0 keeps them until removed.")
    ] = None,
) -> None:
    """Change what a list is and how it is matched."""
    changes = lists.ListChanges(
        vetted=vetted,
        exact_action=exact_action,
        within_bits=dict(_radius(each) for each in within or ()),
        kept_days=kept_days,
    )
    if changes == lists.ListChanges():
        raise InputError("nothing to change was named; see clew lists set --help")
    with desk(ctx) as it:
        lists.change_list(it.store, ListName(name), changes, measures=it.measures, actor=it.actor, clock=it.clock)
        with it.store.read() as reader:
            at = it.clock()
            state = next(each for each in reader.list_states(at) if each.hash_list.name == name)
        list_shown.show_list(state, it.signals, at, as_json=False)


@app.command(
    epilog="""Examples:

clew lists remove old-list

printf '%s' "$HASH" | clew lists remove national-a --type md5 --value -"""
)
def remove(
    ctx: typer.Context,
    name: list_options.Name,
    type_name: Annotated[str | None, typer.Option("--type", help="Signal type of the one entry.")] = None,
    value: Annotated[
        str | None, typer.Option("--value", help="Remove this one entry only; `-` reads it from standard input.")
    ] = None,
    yes: list_options.Yes = False,
) -> None:
    """Remove a whole list, or one entry of it."""
    if (value is None) != (type_name is None):
        raise InputError("one entry is named by --type and --value together")
    with desk(ctx) as it:
        if value is not None and type_name is not None:
            signal_type, digest = hash_of(it.signals, type_name, value)
            list_entries.remove_entry(it.store, ListName(name), signal_type, digest, actor=it.actor, clock=it.clock)
            out.print(f"One {signal_type} entry of {name} is removed.")
            return
        with it.store.read() as reader:
            lists.get_list(reader, ListName(name))
            state = next(each for each in reader.list_states(it.clock()) if each.hash_list.name == name)
        entries = sum(state.entries.values())
        confirm(f"Remove the list {name} with {count_of(entries, 'entry', 'entries')}? It cannot be undone.", yes=yes)
        count = lists.remove_list(it.store, ListName(name), actor=it.actor, clock=it.clock)
        out.print(f"The list {name} is removed, with {count_of(count, 'entry', 'entries')}.")


@app.command("sources", epilog="Example: clew lists sources --json")
def sources_(ctx: typer.Context, json: list_options.Json = False) -> None:
    """Show where lists come from, their rights, and the legal basis of each."""
    with desk(ctx) as it, it.store.read() as reader:
        list_shown.show_sources(reader.sources(), it.clock(), as_json=json)


@app.command(
    epilog="""Examples:

clew lists source ncmec --right export

clew lists source ncmec --legal-basis "Renewed agreement" --since 2027-03-01 --until 2029-03-01"""
)
def source(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the source.", show_default=False)],
    kind: list_options.Kind = None,
    jurisdiction: list_options.Jurisdiction = None,
    legal_basis: list_options.Basis = None,
    since: list_options.Since = None,
    until: list_options.Until = None,
    right: list_options.Rights = None,
    no_rights: Annotated[bool, typer.Option("--no-rights", help="It grants nothing beyond matching.")] = False,
) -> None:
    """Record a source, or change what is recorded of it; what is not named stays."""
    rights: list[Right] | None = right
    said = claim(name, kind, jurisdiction, legal_basis, since, until, rights)
    if no_rights:
        said = sources.SourceClaim(
            name=name,
            kind=said.kind,
            jurisdiction=said.jurisdiction,
            legal_basis=said.legal_basis,
            since=said.since,
            until=said.until,
            rights=frozenset(),
        )
    with desk(ctx) as it:
        recorded = sources.put_source(it.store, said, actor=it.actor, clock=it.clock)
        list_shown.show_sources([recorded], it.clock(), as_json=False)


@app.command(
    epilog="""Example:

printf '%s' "$HASH" | clew lists opinion national-a --type md5 --value - --member hotline-b --standing negative"""
)
def opinion(
    ctx: typer.Context,
    name: list_options.Name,
    type_name: list_options.Type,
    value: list_options.Value,
    member: Annotated[str, typer.Option(help="Which member says it.")],
    standing: Annotated[Standing, typer.Option(help="What it says of the entry.")],
) -> None:
    """Note what a member says of an entry; one that is spoken against no longer leads to blocking."""
    with desk(ctx) as it:
        signal_type, digest = hash_of(it.signals, type_name, value)
        entry = list_entries.add_opinion(
            it.store,
            ListName(name),
            signal_type,
            digest,
            member=member,
            standing=standing,
            actor=it.actor,
            clock=it.clock,
        )
    state = "disputed: it leads to review at most" if entry.disputed else "undisputed"
    out.print(f"{member} says {standing.value}. The entry is {state}.")


@app.command(epilog="Example: clew lists expire --json")
def expire(ctx: typer.Context, json: list_options.Json = False) -> None:
    """Remove every entry whose time has come; the service does so by itself."""
    with desk(ctx) as it:
        count, at = list_entries.expire(it.store, actor=it.actor, clock=it.clock), it.clock()
    if json:
        print_json({"expired": count, "at": iso(at)})
    else:
        out.print(f"{count_of(count, 'entry has expired and is', 'entries have expired and are')} removed.")


def _radius(text: str) -> tuple[SignalType, int | None]:
    name, _, bits = text.partition("=")
    if not name or not (bits == "default" or (bits.isascii() and bits.isdigit())):
        raise InputError(f"--within must be TYPE=BITS or TYPE=default, as in pdq=31, got '{text[:40]}'")
    return SignalType(name.lower()), None if bits == "default" else int(bits)
