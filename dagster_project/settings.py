"""Settings of one installation, read once at the edge from XUSHI_* variables and handed on as one frozen value.

Belongs here: what differs between installations. Does not belong here: numbers of policy (they are in the catalogue).
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

_ROOT = Path(__file__).resolve().parent.parent
_SECRETS = "XUSHI_SECRETS_DIR"


class Settings(BaseSettings):
    """Every field can be set by the environment variable XUSHI_ + its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="XUSHI_", frozen=True, extra="ignore")

    home: Path = Field(default=Path(".xushi"), description="folder of the database, the archive and Dagster's records")
    catalogue: Path = Field(default=_ROOT / "metrics_catalog.yaml", description="the catalogue file")
    database_url: SecretStr | None = Field(
        default=None, description="SQLAlchemy URL; without it an SQLite file in the home folder"
    )
    database_password: SecretStr | None = Field(default=None, description="its password, where the URL holds none")
    pushgateway_url: str | None = Field(default=None, description="Pushgateway to push to; without it no push")
    push_timeout_seconds: float = Field(default=10.0, gt=0, description="longest that one try to push may take")
    contacts: Path | None = Field(
        default=None, description="who gets alerts; without it contacts.yaml in the home folder, if there is one"
    )
    prometheus: Path | None = Field(default=None, description="Prometheus for `xushi up`; without it the one on PATH")
    alertmanager: Path | None = Field(default=None, description="Alertmanager for `xushi up`; without it from PATH")
    pushgateway: Path | None = Field(default=None, description="Pushgateway for `xushi up`; without it from PATH")
    grafana: Path | None = Field(default=None, description="Grafana for `xushi up`; without it the one on PATH")
    grafana_url: str | None = Field(default=None, description="a Grafana that runs already, e.g. http://host:3000")
    grafana_token: SecretStr | None = Field(default=None, description="service account token for that Grafana")
    grafana_token_file: Path | None = Field(default=None, description="file that holds that token")
    metrics_host: str = Field(default="127.0.0.1", description="address on which /metrics is served")
    metrics_port: int = Field(default=9109, ge=0, le=65535, description="port on which /metrics is served")
    portal_host: str = Field(default="127.0.0.1", description="address on which the portal is served")
    portal_port: int = Field(default=8300, ge=0, le=65535, description="port on which the portal is served")
    portal_grafana_url: str | None = Field(
        default=None, description="Grafana as browsers reach it, for links; without it XUSHI_GRAFANA_URL"
    )
    public_scoreboard: bool = Field(default=False, description="whether the scoreboard needs no sign-in")
    public_metrics: bool = Field(default=False, description="whether the portal's /metrics needs no sign-in")
    portal_url: str | None = Field(
        default=None, description="the portal as browsers reach it; http:// says that cookies go without TLS"
    )
    oidc_issuer: str | None = Field(default=None, description="identity provider (OpenID Connect) for sign-in")
    oidc_client_id: str | None = Field(default=None, description="the portal's client id at that provider")
    oidc_client_secret: SecretStr | None = Field(default=None, description="its client secret; without it PKCE alone")
    oidc_client_secret_file: Path | None = Field(default=None, description="file that holds that secret")
    max_upload_bytes: int = Field(default=50_000_000, gt=0, description="largest file that is taken, in bytes")
    max_cells: int = Field(default=2_000_000, gt=0, description="most cells that a file may hold once unpacked")
    max_read_seconds: int = Field(default=60, gt=0, description="processor seconds that reading one file may take")
    max_read_memory: int = Field(
        default=2_000_000_000, gt=0, description="memory that reading one file may take, bytes"
    )
    digest_day: int | None = Field(
        default=None, ge=1, le=28, description="day of the month on which Dagster mails the reports; without it never"
    )
    export_licence: str | None = Field(
        default=None, description="licence of exported data, e.g. CC-BY-4.0; without it a data package names none"
    )
    timezone: str = Field(default="Asia/Shanghai", description="time zone of dates and of the release calendar")
    kept_months: int = Field(default=36, gt=0, description="months of history shown as gauges")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic names what it passes
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic names what it passes
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, then the files of the folder in XUSHI_SECRETS_DIR, named like the variables."""
        folder = os.environ.get(_SECRETS)
        files = () if folder is None else (SecretsSettingsSource(settings_cls, secrets_dir=folder),)
        return (init_settings, env_settings, *files)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    @property
    def archive(self) -> Path:
        """The folder of the archived uploads."""
        return self.home / "archive"

    @property
    def contacts_file(self) -> Path | None:
        """The file of contacts; None where there is none, and alerts are then sent to nobody."""
        usual = self.home / "contacts.yaml"
        return self.contacts or (usual if usual.exists() else None)

    @property
    def store_url(self) -> str:
        """The database URL, with its password: for the engine alone, never for a log."""
        if self.database_url is not None:
            return _with_password(self.database_url.get_secret_value(), self.database_password)
        return f"sqlite:///{(self.home / 'xushi.sqlite').resolve()}"


def _with_password(url: str, password: SecretStr | None) -> str:
    """The URL with the password for its user; unchanged where it names no user or has a password already."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if password is None or not user or ":" in user:
        return url
    return parts._replace(netloc=f"{user}:{quote(password.get_secret_value(), safe='')}{at}{host}").geturl()
