"""Letters to a real mail server: one for each department that has an address, once a month."""

from __future__ import annotations

import io
import shutil
import ssl
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from pypdf import PdfReader

from dagster_project.digest.delivery import Fate, Outcome, Sender
from dagster_project.digest.mail import Mailbox
from dagster_project.digest.material import Material
from dagster_project.digest.sent import SendingError, SentBook
from dagster_project.digest.subject import Subject, department, subjects
from dagster_project.paper import Press
from tests.portal.reading import TODAY
from tests.servers.mail import MailServer
from tests.servers.ports import free_port
from validators.catalogue import Catalogue, Words
from validators.contacts import Contacts
from validators.contacts_file import parse_contacts

pytestmark = pytest.mark.xdist_group("digest")

TEXT = """
smtp: {{host: 127.0.0.1, port: {port}, sender: xushi@example.test, username: "{user}", password: {{env: MAIL}},
  starttls: false}}
default: {{email: [default@example.test]}}
escalation: {{email: [leader@example.test]}}
departments:
  lw_commerce: {{email: [one@example.test, two@example.test]}}
  lw_science_talent: {{email: [science@example.test]}}
  lw_finance: {{webhook: [{{url: "http://127.0.0.1:1/"}}]}}
"""


class OnePress(Press):
    """Sets one page for all letters: what a PDF holds is tested elsewhere, and setting one takes seconds."""

    made: bytes | None = None

    def pdf(self, html: str) -> bytes:
        type(self).made = type(self).made or super().pdf("<p>示例数据</p>")
        assert type(self).made is not None
        return type(self).made or b""


def contacts(catalogue: Catalogue, port: int) -> Contacts:
    return parse_contacts(TEXT.format(port=port, user=MailServer.user), "contacts.yaml", catalogue)


def sender(catalogue: Catalogue, port: int, home: Path, **changed: Any) -> Sender:
    people = contacts(catalogue, port)
    assert people.smtp is not None
    made = Sender(
        contacts=people,
        mailbox=Mailbox(people.smtp, MailServer.password),
        folder=home / "out",
        book=SentBook(home / "digest"),
        press=OnePress(),
        zone=ZoneInfo("Asia/Shanghai"),
        now=lambda: TODAY,
    )
    return replace(made, **changed)


def fates(outcomes: Iterable[Outcome]) -> dict[str, Fate]:
    return {outcome.subject.key: outcome.fate for outcome in outcomes}


def test_each_department_with_an_address_gets_one_letter_and_the_others_are_named(
    material: Material, post: MailServer, tmp_path: Path
) -> None:
    made = sender(material.catalogue, post.port, tmp_path)
    found = fates(made.send(material, subjects(material.catalogue)))
    without = {key for key, fate in found.items() if fate is Fate.NO_ADDRESS}
    assert without == {"lw_statistics", "lw_finance", "lw_talent_office", "wz_science", "wz_commerce"}
    assert sorted(letter.recipients for letter in post.letters) == [
        ("leader@example.test",),
        ("leader@example.test",),
        ("one@example.test", "two@example.test"),
        ("science@example.test",),
    ]
    (letter,) = [one for one in post.letters if "one@example.test" in one.recipients]
    name = material.catalogue.departments["lw_commerce"].name
    zh, _, en = letter.subject.partition(" / ")
    assert zh == f"【示例数据】目标进度月报 2025年4月 {name.zh}"
    assert en == f"Monthly report on targets Apr 2025 {name.en}"
    assert "示例数据" in letter.body("html")
    assert "示例数据" in letter.body("plain")
    assert name.en in letter.body("plain")
    (pdf,) = letter.message.iter_attachments()
    assert pdf.get_filename() == "xushi-2025-04-department-lw_commerce-zh.pdf"
    content = pdf.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert "示例数据" in PdfReader(io.BytesIO(content)).pages[0].extract_text()


def test_nothing_is_sent_twice_unless_it_is_asked_for(material: Material, post: MailServer, tmp_path: Path) -> None:
    one = [department(material.catalogue, "lw_commerce")]
    made = sender(material.catalogue, post.port, tmp_path)
    assert [fates(made.send(material, one)), fates(made.send(material, one))] == [
        {"lw_commerce": Fate.SENT},
        {"lw_commerce": Fate.SENT_BEFORE},
    ]
    assert len(post.letters) == 1
    assert fates(replace(made, again=True).send(material, one)) == {"lw_commerce": Fate.SENT}
    assert len(post.letters) == 2


def test_who_was_refused_is_named_and_alone_gets_the_next_letter(
    material: Material, post: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def handle(server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address == "two@example.test":
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    one = [department(material.catalogue, "lw_commerce")]
    made = sender(material.catalogue, post.port, tmp_path)
    monkeypatch.setattr(post, "handle_RCPT", handle, raising=False)
    (outcome,) = made.send(material, one)
    assert (outcome.fate, outcome.recipients) == (Fate.FAILED, ("one@example.test",))
    assert outcome.refused == {"two@example.test": "550 no such user"}
    monkeypatch.undo()
    (outcome,) = made.send(material, one)
    assert (outcome.fate, outcome.recipients) == (Fate.SENT, ("two@example.test",))
    assert [letter.recipients for letter in post.letters] == [("one@example.test",), ("two@example.test",)]
    assert fates(made.send(material, one)) == {"lw_commerce": Fate.SENT_BEFORE}


def test_a_server_that_is_away_or_wants_another_password_leaves_the_letter_to_be_sent(
    material: Material, post: MailServer, tmp_path: Path
) -> None:
    one = [department(material.catalogue, "lw_commerce")]
    (away,) = sender(material.catalogue, free_port(), tmp_path).send(material, one)
    assert away.fate is Fate.FAILED
    assert "the mail server is away" in away.words
    made = sender(material.catalogue, post.port, tmp_path)
    assert made.mailbox is not None
    (refused,) = replace(made, mailbox=replace(made.mailbox, password="wrong secret")).send(material, one)
    assert refused.fate is Fate.FAILED
    assert "535" in refused.words
    assert "wrong secret" not in refused.words
    assert fates(made.send(material, one)) == {"lw_commerce": Fate.SENT}


def test_without_tls_nothing_is_said_to_a_server_that_must_offer_it(
    material: Material, post: MailServer, tmp_path: Path
) -> None:
    made = sender(material.catalogue, post.port, tmp_path)
    assert made.mailbox is not None
    careful = made.mailbox.smtp.model_copy(update={"starttls": True})
    one = [department(material.catalogue, "lw_commerce")]
    (outcome,) = replace(made, mailbox=Mailbox(careful, MailServer.password)).send(material, one)
    assert outcome.fate is Fate.FAILED
    assert "STARTTLS" in outcome.words
    assert post.letters == []


def test_a_letter_whose_sending_broke_off_is_not_sent_again_by_itself(
    material: Material, post: MailServer, tmp_path: Path
) -> None:
    subject = department(material.catalogue, "lw_commerce")
    made = sender(material.catalogue, post.port, tmp_path)
    with made.book.alone():
        made.book.begin(material.month, subject.slug, ["one@example.test"], TODAY)
        with pytest.raises(SendingError):
            list(made.send(material, [subject]))
    assert fates(made.send(material, [subject])) == {"lw_commerce": Fate.UNFINISHED}
    assert post.letters == []
    assert fates(replace(made, again=True).send(material, [subject])) == {"lw_commerce": Fate.SENT}


def test_a_trial_writes_letters_and_sends_none(material: Material, tmp_path: Path) -> None:
    made = sender(material.catalogue, 9, tmp_path, mailbox=None)
    (outcome,) = made.send(material, [department(material.catalogue, "lw_commerce")])
    assert outcome.fate is Fate.WRITTEN
    (file,) = (tmp_path / "out").glob("*.eml")
    assert b"To: one@example.test, two@example.test" in file.read_bytes()
    assert made.book.note(material.month, "department-lw_commerce") is None


def test_a_name_with_line_breaks_adds_no_header(material: Material, post: MailServer, tmp_path: Path) -> None:
    name = Words(zh="局\r\nBcc: x@evil.test", en="<b>Bureau</b>\nX-Evil: 1")
    subject = Subject(department(material.catalogue, "lw_commerce").kind, "lw_commerce", name)
    assert fates(sender(material.catalogue, post.port, tmp_path).send(material, [subject])) == {
        "lw_commerce": Fate.SENT
    }
    (letter,) = post.letters
    assert letter.message["X-Evil"] is None
    assert letter.message["Bcc"] is None
    assert letter.recipients == ("one@example.test", "two@example.test")
    assert "<b>Bureau" not in letter.body("html")


@contextmanager
def tls_server(folder: Path, name: str) -> Iterator[tuple[MailServer, Path]]:
    """A server that takes letters after STARTTLS alone, with its certificate (for this name or address)."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate, and is not installed")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    names = f"subjectAltName={'IP' if name[0].isdigit() else 'DNS'}:{name}"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mail"]
    subprocess.run(
        [*command, "-addext", names, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    server = MailServer()
    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=server.port,
        authenticator=server.authenticate,
        tls_context=context,
        require_starttls=True,
    )
    controller.start()
    try:
        yield server, certificate
    finally:
        controller.stop()


def test_the_account_goes_over_tls_to_a_server_whose_certificate_holds(
    material: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = [department(material.catalogue, "lw_commerce")]
    with tls_server(tmp_path, "127.0.0.1") as (server, certificate):
        made = sender(material.catalogue, server.port, tmp_path)
        assert made.mailbox is not None
        careful = made.mailbox.smtp.model_copy(update={"starttls": True})
        made = replace(made, mailbox=Mailbox(careful, MailServer.password))
        (untrusted,) = made.send(material, one)
        assert (untrusted.fate, server.letters) == (Fate.FAILED, [])
        assert "CERTIFICATE_VERIFY_FAILED" in untrusted.words
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert fates(made.send(material, one)) == {"lw_commerce": Fate.SENT}
        assert len(server.letters) == 1
