"""A report as an e-mail: what it says in the body, the whole of it attached as a PDF.

Belongs here: the message and its headers. Does not belong here: sending (`mail.py`), what the body says (`templates/`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from html import unescape
from re import sub
from zoneinfo import ZoneInfo

from dagster_project.digest.page import letter_page, letter_parts
from dagster_project.digest.report import Report
from dagster_project.digest.words import TEXTS
from dagster_project.scoreboard.language import Language
from dagster_project.scoreboard.phrasing import Phrasing


def subject_line(report: Report, zone: ZoneInfo) -> str:
    """Chinese, then English, on one line whatever the names hold."""
    said = []
    for language in Language:
        say = Phrasing(language, zone, TEXTS)
        month = say.period(report.material.month.text)
        said.append(f"{say.text('title')} {month} {say.words(report.subject.name)}")
    sample = f"【{TEXTS['sample.short'][0]}】" if report.material.board.sample else ""
    return " ".join(f"{sample}{' / '.join(said)}".split())


def letter(
    report: Report,
    *,
    sender: str,
    recipients: Sequence[str],
    attachments: Mapping[str, bytes],
    sent_at: datetime,
    zone: ZoneInfo,
    portal_url: str | None = None,
) -> EmailMessage:
    """The letter, in Chinese and then in English. `attachments`: PDFs by their file names."""
    title = subject_line(report, zone)
    parts = [letter_parts(report, language, zone=zone, portal_url=portal_url) for language in Language]
    message = EmailMessage(policy=SMTP)
    message["Subject"] = title
    message["From"] = sender
    message["To"] = ", ".join(recipients)
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    page = letter_page(title, parts)
    message.set_content(plain(page))
    message.add_alternative(page, subtype="html")
    for name, pdf in attachments.items():
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
    return message


def plain(page: str) -> str:
    """The words of a letter's page, for programs that show no HTML: one line per paragraph, item and cell."""
    body = page[page.index("<body") :]
    lines = sub(r"<(?:/p|/li|/td|br|hr)[^>]*>", "\n", sub(r"\s+", " ", body))
    words = unescape(sub(r"<[^>]+>", "", lines))
    return "\n".join(line for line in (one.strip() for one in words.split("\n")) if line) + "\n"
