"""`xushi digest` on a home with the small catalogue's tables."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dagster_project.cli import app
from tests.portal.reading import copied

SMALL = Path(__file__).resolve().parent.parent / "data" / "small_catalogue.yaml"

pytestmark = pytest.mark.xdist_group("digest")


@pytest.fixture
def home(digest_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = copied(digest_home, tmp_path / "home")
    monkeypatch.setenv("XUSHI_CATALOGUE", str(SMALL))
    monkeypatch.setenv("XUSHI_HOME", str(made))
    monkeypatch.delenv("XUSHI_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    return made


def xushi(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["digest", *arguments])


def test_reports_are_written_in_each_language_asked_for(home: Path, tmp_path: Path) -> None:
    done = xushi("--month", "2025-03", "--owner", "lw_commerce", "--language", "zh", "--language", "en")
    assert done.exit_code == 0, done.output
    names = sorted(path.name for path in (tmp_path / "digest").iterdir())
    assert names == [f"2025-03-department-lw_commerce-{language}.html" for language in ("en", "zh")]
    assert "2025年3月" in (tmp_path / "digest" / names[1]).read_text(encoding="utf-8")


def test_a_trial_of_the_mail_writes_a_letter_and_names_who_has_no_address(home: Path, tmp_path: Path) -> None:
    (home / "contacts.yaml").write_text(
        "smtp: {host: mail.example.test, sender: xushi@example.test}\n"
        "default: {webhook: [{url: 'http://127.0.0.1:1/'}]}\n"
        "departments: {lw_finance: {email: [finance@example.test]}}\n"
    )
    done = xushi("send", "--owner", "lw_finance", "--dry-run")
    assert done.exit_code == 0, done.output
    (file,) = (tmp_path / "digest").glob("*.eml")
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert message["To"] == "finance@example.test"
    done = xushi("send", "--owner", "lw_commerce", "--dry-run")
    assert done.exit_code == 0
    assert "(lw_commerce)：没有邮箱，未寄 no e-mail address" in done.output


def test_what_cannot_be_reported_or_sent_is_said_plainly(home: Path) -> None:
    done = xushi("send")
    assert done.exit_code == 1
    assert "XUSHI_CONTACTS" in done.output
    done = xushi("--month", "2021-05")
    assert done.exit_code == 1
    assert "no figures up to 2021-05" in done.output
    assert xushi("--owner", "nobody").exit_code == 2
    assert xushi("--month", "nonsense").exit_code == 2
