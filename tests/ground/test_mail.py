"""Mail servers as they are written in the settings, and mail that nobody takes."""

import socket

import pytest

from clew.errors import InputError, UnavailableError
from clew.ground.mail import MailServer, parse_server, send_mail


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("mail.example", MailServer(host="mail.example", port=587, tls=False)),
        ("mail.example:25", MailServer(host="mail.example", port=25, tls=False)),
        ("tls://mail.example", MailServer(host="mail.example", port=465, tls=True)),
        ("tls://mail.example:8465", MailServer(host="mail.example", port=8465, tls=True)),
    ],
)
def test_a_server_is_read_with_its_usual_port(text: str, server: MailServer):
    assert parse_server(text) == server


@pytest.mark.parametrize("text", ["", "mail.example:", "mail.example:x", "mail.example:0", "mail.example:70000", ":25"])
def test_what_is_no_server_is_refused(text: str):
    with pytest.raises(InputError, match="is written HOST:PORT"):
        parse_server(text)


def test_a_server_that_is_away_says_so_and_names_no_address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = MailServer(host="127.0.0.1", port=free.getsockname()[1], tls=False)
        with pytest.raises(UnavailableError) as caught:
            send_mail(server, sender="a@example.com", recipients=["b@example.com"], subject="s", text="t")
    assert "example.com" not in str(caught.value)
