"""The one way to send mail: to the server that the settings name, plain text, with an end to the time it takes."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from clew.errors import InputError, UnavailableError

_TIMEOUT_S = 20.0
_SUBMISSION_PORT, _TLS_PORT = 587, 465
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed in.

    Attributes:
        tls: encrypted from the first byte; else by STARTTLS, and in clear to this machine itself alone.
    """

    host: str
    port: int
    tls: bool


def parse_server(text: str) -> MailServer:
    """The server in "HOST", "HOST:PORT" or "tls://HOST:PORT"; InputError else."""
    tls = text.startswith("tls://")
    host, found, port = text.removeprefix("tls://").partition(":")
    if not found:
        port = str(_TLS_PORT if tls else _SUBMISSION_PORT)
    if not host or not port.isdigit() or not 0 < int(port) < 1 << 16:
        raise InputError("a mail server is written HOST:PORT, or tls://HOST:PORT when it speaks TLS from the start")
    return MailServer(host=host, port=int(port), tls=tls)


def send_mail(server: MailServer, *, sender: str, recipients: Sequence[str], subject: str, text: str) -> None:
    """The mail is in the server's hands; UnavailableError when it is not."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, ", ".join(recipients), subject
    message.set_content(text)
    context = ssl.create_default_context()
    try:
        with _connected(server, context) as smtp:
            if not server.tls and server.host not in _LOOPBACK:
                smtp.starttls(context=context)
            smtp.send_message(message, from_addr=sender, to_addrs=list(recipients))
    except (OSError, smtplib.SMTPException) as error:
        raise UnavailableError(
            f"the mail server {server.host} did not take the mail ({type(error).__name__})"
        ) from error


def _connected(server: MailServer, context: ssl.SSLContext) -> smtplib.SMTP:
    if server.tls:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=_TIMEOUT_S, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT_S)
