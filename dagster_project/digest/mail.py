"""Handing letters to the mail server of the contacts, by SMTP with TLS.

Belongs here: the connection, and what the server said. Does not belong here: the letters, whom they are for.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final

from validators.contacts import Smtp
from validators.contacts_file import Secrets
from validators.errors import MailRefusedError, MailUnavailableError, MailUncertainError

_TLS_FROM_THE_START: Final = 465
_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mail server and the account to use; `password` is None where none is wanted."""

    smtp: Smtp
    password: str | None

    @classmethod
    def of(cls, smtp: Smtp, secrets: Secrets) -> Mailbox:
        """With the password read from where the contacts say it is. ContactsError where it isn't there."""
        return cls(smtp, None if smtp.password is None else secrets.read(smtp.password, "smtp.password"))

    @property
    def server(self) -> str:
        """Host and port, for messages."""
        return f"{self.smtp.host}:{self.smtp.port}"

    def send(self, message: EmailMessage, recipients: list[str]) -> Mapping[str, str]:
        """Hand over one letter: who of the recipients was refused, and why. All others will get it.

        MailRefusedError when it refuses the letter or the account, MailUnavailableError when it can't be reached or
        asks to come back: the letter was not taken then. MailUncertainError when the connection breaks on the way."""
        try:
            with self._connection() as server:
                refused = self._handed_over(server, message, recipients)
        except smtplib.SMTPRecipientsRefused as error:
            refused = error.recipients
        except smtplib.SMTPResponseException as error:
            said = _said(error.smtp_code, error.smtp_error)
            if 400 <= error.smtp_code < 500:
                raise MailUnavailableError(self.server, said) from error
            raise MailRefusedError(self.server, said) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefusedError(self.server, str(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnavailableError(self.server, f"{type(error).__name__}: {error}") from error
        return {address: _said(code, words) for address, (code, words) in refused.items()}

    def _handed_over(
        self, server: smtplib.SMTP, message: EmailMessage, recipients: list[str]
    ) -> dict[str, tuple[int, bytes]]:
        try:
            return server.send_message(message, from_addr=self.smtp.sender, to_addrs=recipients)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            if isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected):
                raise  # what the server said in words; smtplib's errors are OSErrors too
            raise MailUncertainError(self.server, f"{type(error).__name__}: {error}") from error

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        """Signed in, TLS before any word of the account, unless the contacts say that none is needed."""
        smtp = self.smtp
        trust = ssl.create_default_context()
        if smtp.port == _TLS_FROM_THE_START:
            made: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=_SECONDS, context=trust)
        else:
            made = smtplib.SMTP(smtp.host, smtp.port, timeout=_SECONDS)
        with made as server:
            if smtp.starttls and smtp.port != _TLS_FROM_THE_START:
                server.starttls(context=trust)
            if smtp.username is not None and self.password is not None:
                server.login(smtp.username, self.password)
            yield server


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:300]
