"""All letters of a month: one for every department that has an e-mail address, one for each document, each sent once.

Belongs here: who gets which report, and what became of each letter. Does not belong here: the letter (`letter.py`), the
server (`mail.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from dagster_project.digest.letter import letter
from dagster_project.digest.mail import Mailbox
from dagster_project.digest.material import Material
from dagster_project.digest.page import to_html
from dagster_project.digest.report import Report, report
from dagster_project.digest.sent import Note, SentBook
from dagster_project.digest.subject import Subject, SubjectKind
from dagster_project.paper import Press
from dagster_project.scoreboard.language import Language
from dagster_project.settings import Settings
from validators.catalogue import Catalogue
from validators.contacts import Contacts
from validators.contacts_file import Secrets, load_contacts
from validators.errors import ContactsError, MailRefusedError, MailUnavailableError, MailUncertainError


class Fate(StrEnum):
    """What became of a letter."""

    SENT = "sent"
    WRITTEN = "written"  # into a file, for a trial
    SENT_BEFORE = "sent_before"
    UNFINISHED = "unfinished"  # a process or a connection ended while sending; nobody knows whether it arrived
    NO_ADDRESS = "no_address"
    FAILED = "failed"  # the server refused it, is away, or refused one of the recipients


@dataclass(frozen=True, slots=True)
class Outcome:
    """`recipients`: whom the server took it for; `refused`: address and what the server said; `words`: what failed, or
    where it was written."""

    subject: Subject
    fate: Fate
    recipients: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """How letters are made and sent. `mailbox` None is a trial: letters are written into `folder`. `again`: send what
    was sent before. `now` is the clock (tz-aware)."""

    contacts: Contacts
    mailbox: Mailbox | None
    folder: Path
    book: SentBook
    press: Press
    zone: ZoneInfo
    now: Callable[[], datetime]
    languages: tuple[Language, ...] = (Language.ZH,)
    portal_url: str | None = None
    again: bool = False

    @classmethod
    def of(
        cls,
        settings: Settings,
        catalogue: Catalogue,
        *,
        environment: Mapping[str, str],
        now: Callable[[], datetime],
        contacts: Path | None = None,
        trial: Path | None = None,
        languages: tuple[Language, ...] = (Language.ZH,),
        again: bool = False,
    ) -> Sender:
        """The sender of an installation. `contacts`: another file than the installation's; `trial`: write letters into
        this folder and send none. ContactsError where there is no file, no mail server in it, or no password."""
        path = contacts or settings.contacts_file
        if path is None:
            usual = settings.home / "contacts.yaml"
            raise ContactsError([f"{usual}: 没有联系人文件，请写好，或设 XUSHI_CONTACTS / no contacts file; write one"])
        people = load_contacts(path, catalogue)
        if people.smtp is None:
            raise ContactsError([f"{path}: smtp: 没有邮件服务器，无从寄出 / no mail server to send by; give smtp"])
        return cls(
            contacts=people,
            mailbox=Mailbox.of(people.smtp, Secrets(path.parent, environment)) if trial is None else None,
            folder=trial or settings.home / "digest",
            book=SentBook(settings.home / "digest"),
            press=Press(),
            zone=settings.zone,
            now=now,
            languages=languages,
            portal_url=settings.portal_url,
            again=again,
        )

    def send(self, material: Material, chosen: Iterable[Subject]) -> Iterator[Outcome]:
        """Send the reports of these subjects, one after the other; what became of each. SendingError when another
        process is sending; TypesetterError and its like where no PDF can be made."""
        with self.book.alone():
            for subject in chosen:
                yield self._send(material, subject)

    def _send(self, material: Material, subject: Subject) -> Outcome:
        addresses = recipients(self.contacts, subject)
        if not addresses:
            return Outcome(subject, Fate.NO_ADDRESS)
        month, before = material.month, self.book.note(material.month, subject.slug)
        wanted = list(addresses)
        if before is not None and not self.again and self.mailbox is not None:
            if not before.finished:
                return Outcome(subject, Fate.UNFINISHED, before.recipients, words=before.at)
            wanted = [one for one in addresses if one not in before.recipients]
            if not wanted:
                return Outcome(subject, Fate.SENT_BEFORE, before.recipients, words=before.at)
        made = report(material, subject)
        message = self._letter(made, wanted)
        if self.mailbox is None:
            path = self.folder / f"{month.text}-{subject.slug}.eml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(message.as_bytes())
            return Outcome(subject, Fate.WRITTEN, tuple(wanted), words=str(path))
        return self._handed_over(self.mailbox, made, message, wanted, before)

    def _handed_over(
        self, mailbox: Mailbox, made: Report, message: EmailMessage, wanted: list[str], before: Note | None
    ) -> Outcome:
        month, slug = made.material.month, made.subject.slug
        self.book.begin(month, slug, wanted, self.now())
        try:
            refused = dict(mailbox.send(message, wanted))
        except MailUncertainError as error:  # the note stays as it is: begun and not finished
            return Outcome(made.subject, Fate.UNFINISHED, tuple(wanted), words=str(error))
        except (MailRefusedError, MailUnavailableError) as error:
            self.book.restore(month, slug, before)
            return Outcome(made.subject, Fate.FAILED, words=str(error))
        taken = tuple(one for one in wanted if one not in refused)
        if not taken:
            self.book.restore(month, slug, before)
        else:
            known = () if before is None or not before.finished else before.recipients
            self.book.finish(month, slug, tuple(dict.fromkeys((*known, *taken))), refused, self.now())
        return Outcome(made.subject, Fate.FAILED if refused else Fate.SENT, taken, refused)

    def _letter(self, made: Report, wanted: list[str]) -> EmailMessage:
        smtp = self.contacts.smtp
        pdfs = {
            f"xushi-{made.material.month.text}-{made.subject.slug}-{language.value}.pdf": self.press.pdf(
                to_html(made, language, zone=self.zone, portal_url=self.portal_url)
            )
            for language in self.languages
        }
        return letter(
            made,
            sender=smtp.sender if smtp is not None else "xushi@localhost",
            recipients=wanted,
            attachments=pdfs,
            sent_at=self.now().astimezone(self.zone),
            zone=self.zone,
            portal_url=self.portal_url,
        )


def recipients(contacts: Contacts, subject: Subject) -> tuple[str, ...]:
    """The addresses of a subject's report: a department's own; for a document those who get what stays red, or the
    default contact where nobody does."""
    if subject.kind is SubjectKind.DEPARTMENT:
        contact = contacts.departments.get(subject.key)
        return () if contact is None else tuple(dict.fromkeys(contact.email))
    for contact in (contacts.escalation, contacts.default):
        if contact is not None and contact.email:
            return tuple(dict.fromkeys(contact.email))
    return ()
