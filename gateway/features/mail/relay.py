"""Talks SMTP to the relay: one mail, one connection, one deadline.

Sources: RFC 5321 (the replies), RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 3834 (Auto-Submitted).
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP as LINES
from email.utils import format_datetime
from smtplib import (
    SMTP,
    SMTP_SSL,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from gateway.config import MailConfig
from gateway.features.mail.parcels import Outcome, Parcel

SILENCE = 20.0  # seconds without an answer
DEADLINE = 60.0  # seconds for all of it, however the relay drips
FOR_GOOD = 500  # replies from here on


def send(relay: MailConfig, parcel: Parcel, deadline: float = DEADLINE) -> Outcome:
    """Give the mail to the relay; never raises for anything that a relay, a network or a file may do."""
    try:
        letter = written(parcel, relay.sender)
        with _session(relay, min(SILENCE, deadline)) as session, _until(session, deadline):
            _open(session, relay)
            session.send_message(letter, relay.sender, [parcel.to])
    except SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        return Outcome(parcel.name, "mail_recipient", _shown(code, said), code >= FOR_GOOD)
    except SMTPDataError as error:
        answer = _shown(error.smtp_code, error.smtp_error)
        return Outcome(parcel.name, "mail_refused", answer, error.smtp_code >= FOR_GOOD)
    except (OSError, SMTPException, ValueError) as error:  # an SMTPException is an OSError too
        return Outcome(parcel.name, *_trouble(error))
    return Outcome(parcel.name)


def written(parcel: Parcel, sender: str) -> EmailMessage:
    """The mail itself; the library refuses a line break in any header."""
    letter = EmailMessage(LINES)
    letter["From"], letter["To"] = sender, parcel.to
    letter["Subject"] = parcel.subject
    letter["Date"] = format_datetime(parcel.at)
    letter["Message-ID"] = f"<{parcel.uid}@{sender.partition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(parcel.text)
    return letter


def _session(relay: MailConfig, patience: float) -> SMTP:
    own = relay.sender.partition("@")[2]  # else the library asks a name server who we are
    if relay.security == "tls":
        return SMTP_SSL(relay.host, relay.port, own, timeout=patience, context=ssl.create_default_context())
    return SMTP(relay.host, relay.port, own, timeout=patience)


def _open(session: SMTP, relay: MailConfig) -> None:
    if relay.security == "starttls":
        session.starttls(context=ssl.create_default_context())
    if relay.user:
        session.login(relay.user, _password(relay))


def _password(relay: MailConfig) -> str:
    if relay.password_file is None:
        return ""
    return relay.password_file.read_text(encoding="utf-8").strip()


@contextmanager
def _until(session: SMTP, deadline: float) -> Iterator[None]:
    """Whatever is said after the deadline is said to nobody."""
    line = session.sock
    timer = threading.Timer(deadline, _hang_up, [line])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(line: socket.socket | None) -> None:
    try:
        if line is not None:
            line.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is closed already


def _trouble(error: Exception) -> tuple[str, str]:
    """(code, detail) of what passes, or what somebody can put right."""
    if isinstance(error, SMTPAuthenticationError):
        return "mail_login", _shown(error.smtp_code, error.smtp_error)
    if isinstance(error, SMTPResponseException):
        return "mail_refused", _shown(error.smtp_code, error.smtp_error)
    if isinstance(error, SMTPNotSupportedError | ssl.SSLError):
        return "mail_not_offered", str(error)
    if isinstance(error, PermissionError | FileNotFoundError) and error.filename:
        return "mail_password", str(error)
    return "mail_unreachable", str(error)


def _shown(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
