"""The map of all commands, and the one place where an error becomes a message and an exit code."""

import importlib
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer
import typer.core
import typer.main

# Typer bears its own copy of click and shows its types nowhere else.
from typer import _click as click
from typer._click.exceptions import ClickException

from clew import __version__, settings
from clew.cli.console import err
from clew.cli.stopping import terminable
from clew.errors import ClewError
from clew.redact import printable

# The last three as a shell says it of a command ended by SIGINT, SIGPIPE or SIGTERM.
_BAD_INPUT, _INTERNAL, _INTERRUPTED, _UNREAD, _TERMINATED = 2, 5, 130, 141, 143

_DATE_CODES = {"%Y": "YYYY", "%m": "MM", "%d": "DD", "%H": "hh", "%M": "mm", "%S": "ss", "%z": "+hh:mm"}

# Command -> the module that holds its `app`; imported only when it is called, so that `clew hash` does not pay for
# the web framework. A module offers either one command or a group of them.
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("clew.cli.run", "Start everything: a sample day, screened, and the console"),
    "serve": ("clew.cli.serve", "Start the HTTP service and the console"),
    "sample": ("clew.cli.sample", "Draw the sample day: pictures, altered copies, a list"),
    "hash": ("clew.cli.hash", "Hash files and folders"),
    "lists": ("clew.cli.lists", "Import, show, export and remove lists of known hashes"),
    "match": ("clew.cli.match", "Look hashes up on the lists"),
    "screen": ("clew.cli.screen", "Screen files and folders against the lists"),
    "hits": ("clew.cli.hits", "Show what screening found"),
    "review": ("clew.cli.review", "Show the review queue and its alerts; open and erase what it holds"),
    "intake": ("clew.cli.intake", "Take reports in from files or by hand; see what came and what was asked"),
    "senders": ("clew.cli.senders", "Say who may send reports, and see what each sender's are worth"),
    "queue": ("clew.cli.queue", "Simulate the triage queue with your own volumes and staff"),
    "route": ("clew.cli.route", "Say where a report belongs, and who may take it on"),
    "recipients": ("clew.cli.recipients", "Keep the table of those who take referrals"),
    "refer": ("clew.cli.refer", "Make the signed package of a referral"),
    "referrals": ("clew.cli.referrals", "Show what was referred to whom; say what became of it"),
    "cases": ("clew.cli.cases", "See which reports were linked and why; split, merge and undo"),
    "worker": ("clew.cli.worker", "File what was ordered and page people on call, until stopped"),
    "reports": ("clew.cli.reports", "Compose, judge and file reports to a clearinghouse"),
    "urls": ("clew.cli.urls", "Work the addresses that are reported to a hotline"),
    "clearinghouse": ("clew.cli.clearinghouse", "Run a strict clearinghouse of your own, to try filing"),
    "legal": ("clew.cli.legal", "Record the legal basis of what is off until it has one"),
    "evidence": ("clew.cli.evidence", "Keep sealed evidence: holds, legal process, verification, destruction"),
    "users": ("clew.cli.users", "Say who may sign in to the console, and as what"),
    "keys": ("clew.cli.keys", "Make, show and revoke API keys"),
    "index": ("clew.cli.index", "Show, build and verify the search index"),
    "audit": ("clew.cli.audit", "Show, verify and prove the audit log; erase from it"),
    "doctor": ("clew.cli.doctor", "Say what is missing and what is weak"),
    "parts": ("clew.cli.parts", "Show the parts that are installed"),
}


class Map(typer.core.TyperGroup):
    """The group of all commands, each loaded when it is asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The commands in the order of a working day."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name; None lets click name what is near."""
        if name not in COMMANDS:
            return None
        command = typer.main.get_command(importlib.import_module(COMMANDS[name][0]).app)
        command.name = name
        command.short_help = COMMANDS[name][1]
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The map, without importing what it names."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


app = typer.Typer(cls=Map, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="Folder of all state (else CLEW_DATA_DIR, else ./clew-data).", show_default=False),
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Find known child sexual abuse material, and act on it rightly.

    Start with `clew run`; a platform's way is lists, screen, hits.
    """
    if version:
        typer.echo(f"clew {__version__}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
        raise typer.Exit
    ctx.obj = settings.load(data_dir)


def run(arguments: list[str]) -> int:
    """The exit code of one command line; errors that Clew knows are said in one line, others keep their trace."""
    try:
        with terminable() as told:
            result = typer.main.get_command(app).main(
                _data_dir_first(arguments), prog_name="clew", standalone_mode=False
            )
    except typer.Abort:
        return _INTERRUPTED
    except KeyboardInterrupt:
        result = _INTERRUPTED
    except ClickException as error:
        error.message = _without_codes(error.message)
        error.show()
        return _BAD_INPUT
    except ClewError as error:
        err.print(f"clew: {printable(str(error))}")
        return error.exit_code
    except SystemExit:
        # Typer's way to say that the reader of our output went away (`| head`); what was done is done and stored.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _UNREAD
    except Exception:  # noqa: BLE001  an uncaught error is 5, never 1: 1 means "hits found"
        traceback.print_exc()
        return _INTERNAL
    if result == _INTERRUPTED:  # so Typer answers a KeyboardInterrupt, too
        err.print(f"clew: ended by {'SIGTERM' if told.terminated else 'Ctrl-C'}; what was acknowledged is stored")
        result = _TERMINATED if told.terminated else _INTERRUPTED
    return result if isinstance(result, int) else 0


def _without_codes(message: str) -> str:
    """How a date is written, in letters that people write it with."""
    told, _, codes = message.partition(" does not match the formats ")
    if not codes:
        return message
    for code, letters in _DATE_CODES.items():
        codes = codes.replace(code, letters)
    forms = codes.rstrip(".").replace("'", "").split(", ")
    return f"{told.replace('Value error, ', '')} is no date; write it as {' or '.join(forms)}."


def _data_dir_first(arguments: list[str]) -> list[str]:
    """`--data-dir` may stand anywhere: it is an option of all commands, and the parser knows it before them only."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    for place, word in enumerate(arguments[:end]):
        if word == "--data-dir" or word.startswith("--data-dir="):
            taken = arguments[place : place + (2 if word == "--data-dir" else 1)]
            return [*taken, *arguments[:place], *arguments[place + len(taken) :]]
    return arguments
