"""A service with the public form for a browser: the operator's numbers and promises, and a harmless page to go to."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from clew.ground.clock import system_clock
from clew.parts.stores._intake import IntakeFilter
from clew.pipelines.installation import open_store
from clew.pipelines.intake_desk import open_intake_desk
from clew.records.report import Report
from clew.settings import load

# Harbourland has no number that rings anywhere.
NUMBERS = """country,language,country_name,kind,service,number
XA,,Harbourland,emergency,Emergency number,555 0112
XA,nl,Havenland,emergency,Alarmnummer,555 0112
XA,ar,أرض المرفأ,emergency,رقم الطوارئ,555 0112
XB,,Lanternland,emergency,Police,555 0199
XB,ar,أرض الفانوس,emergency,الشرطة,555 0199
XA,,Harbourland,helpline,Children's line,555 0100
XA,ar,أرض المرفأ,helpline,خط الأطفال,555 0100
"""
PROMISES = """Two trained people of the hotline read every report, on working days within a day.

If a child must be protected, we tell the police or child services. We tell nobody else.
"""


@contextlib.contextmanager
def harmless() -> Iterator[str]:
    """The address of another site, which says that it shines."""

    class Weather(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<!doctype html><title>Weather</title><h1>It shines</h1>"
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("x-referrer-seen", self.headers.get("referer", "none"))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Weather)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def settle_public(folder: Path, exit_url: str) -> None:
    """The operator's files and the settings that name them, before anything is started."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "numbers.csv").write_text(NUMBERS, "utf-8")
    (folder / "promises").mkdir()
    (folder / "promises" / "en.txt").write_text(PROMISES, "utf-8")
    told = {
        "name": "Harbour Hotline",
        "exit_url": exit_url,
        "numbers": str(folder / "numbers.csv"),
        "promises": str(folder / "promises"),
        "per_hour": 1000,
    }
    lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in told.items())
    (folder / "clew.toml").write_text(f'desks = ["clearinghouse", "public"]\n[public]\n{lines}\n', "utf-8")


def taken_in(folder: Path) -> list[Report]:
    """What the public sent, oldest first."""
    with contextlib.closing(open_store(load(folder, {}))) as store:
        desk = open_intake_desk(load(folder, {}), store, system_clock)
        with store.read() as reader:
            return [desk.read(each.document) for each in reversed(reader.intakes(IntakeFilter(limit=1000)))]
