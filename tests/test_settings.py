from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from dagster_project.settings import Settings

README = Path(__file__).resolve().parent.parent / "README.md"


@pytest.mark.parametrize("field", list(Settings.model_fields))
def test_the_readme_names_every_setting(field: str) -> None:
    assert f"`XUSHI_{field.upper()}`" in README.read_text(encoding="utf-8")


def test_a_password_of_its_own_goes_into_the_url_whatever_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUSHI_DATABASE_URL", "postgresql://xushi@db:5432/xushi?sslmode=require")
    monkeypatch.setenv("XUSHI_DATABASE_PASSWORD", "p@ss/w:rd%?#")
    url = make_url(Settings().store_url)
    assert (url.username, url.password, url.host, url.port) == ("xushi", "p@ss/w:rd%?#", "db", 5432)
    assert url.query == {"sslmode": "require"}


@pytest.mark.parametrize("url", ["postgresql://xushi:own@db/xushi", "postgresql:///xushi", "sqlite:////tmp/x.sqlite"])
def test_a_url_with_a_password_or_without_a_user_stays_as_it_is(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("XUSHI_DATABASE_URL", url)
    monkeypatch.setenv("XUSHI_DATABASE_PASSWORD", "other")
    assert Settings().store_url == url


def test_secrets_are_read_from_files_and_the_environment_comes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("XUSHI_DATABASE_PASSWORD", raising=False)
    (tmp_path / "xushi_database_password").write_text("from a file\n")
    (tmp_path / "xushi_grafana_token").write_text("from a file\n")
    monkeypatch.setenv("XUSHI_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("XUSHI_GRAFANA_TOKEN", "from the environment")
    settings = Settings()
    assert settings.database_password is not None
    assert settings.database_password.get_secret_value() == "from a file"
    assert settings.grafana_token is not None
    assert settings.grafana_token.get_secret_value() == "from the environment"
    assert "from" not in repr(settings)
