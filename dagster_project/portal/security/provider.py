"""Signing in with an identity provider: OpenID Connect, authorization code with PKCE.

Belongs here: the provider's side: its addresses and keys, the code for a token, whose token it is. Does not belong
here: which user that is (`identity`), the browser's side (`pages/signin.py`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from dagster_project.settings import Settings
from validators.errors import XushiError

_TIMEOUT_SECONDS = 10
_KEPT_SECONDS = 3600
_LEEWAY_SECONDS = 60
# Signed with a key that the provider alone has; never `none`, never with a secret that the portal has too.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
_LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, section 2


class ProviderError(XushiError):
    """The identity provider is away, refused, or sent something that can't be trusted. No secret is in the words."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"统一身份平台未能完成登录 / the identity provider could not complete the sign-in: {reason}")


@dataclass(frozen=True, slots=True)
class _Addresses:
    """What the provider says about itself."""

    authorize: str
    token: str
    keys: KeySet
    read_at: float


class Provider:
    """An identity provider, asked for its addresses when first needed."""

    def __init__(self, issuer: str, client_id: str, client_secret: str | None) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._known: _Addresses | None = None
        self._lock = Lock()

    @classmethod
    def of(cls, settings: Settings) -> Provider | None:
        """The one of the settings; XushiError when they are incomplete, or would send secrets in the clear."""
        if settings.oidc_issuer is None:
            return None
        if settings.oidc_client_id is None:
            raise XushiError("设置了 XUSHI_OIDC_ISSUER，还须设置 XUSHI_OIDC_CLIENT_ID / set XUSHI_OIDC_CLIENT_ID too")
        parts = urlsplit(settings.oidc_issuer)
        if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise XushiError("XUSHI_OIDC_ISSUER 须为 https 地址 / XUSHI_OIDC_ISSUER must be an https address")
        secret = None if settings.oidc_client_secret is None else settings.oidc_client_secret.get_secret_value()
        if settings.oidc_client_secret_file is not None:
            try:
                secret = settings.oidc_client_secret_file.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise XushiError(
                    f"无法读取 XUSHI_OIDC_CLIENT_SECRET_FILE / can't read XUSHI_OIDC_CLIENT_SECRET_FILE: {error}"
                ) from error
        return cls(settings.oidc_issuer, settings.oidc_client_id, secret)

    def address(self, *, back: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser; `back` is where the provider sends it afterwards. ProviderError."""
        return str(
            prepare_grant_uri(
                self._addresses().authorize,
                self._client_id,
                "code",
                redirect_uri=back,
                scope="openid",
                state=state,
                nonce=nonce,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
            )
        )

    def subject(self, code: str, *, back: str, nonce: str, verifier: str, now: datetime) -> str:
        """Whom the provider vouches for, in exchange for the code that the browser brought. ProviderError."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        basic = None
        if self._client_secret is None:
            form["client_id"] = self._client_id
        else:  # RFC 6749, section 2.3.1: both are form-encoded before they are joined
            basic = httpx.BasicAuth(quote(self._client_id, safe=""), quote(self._client_secret, safe=""))
        try:
            with httpx.Client(timeout=_TIMEOUT_SECONDS, auth=basic) as client:
                answer = client.post(self._addresses().token, data=form)
            token = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderError(_why(error)) from error
        claims = self._claims(token, nonce, now)
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
            raise ProviderError("no usable subject in its token")
        return subject

    def _claims(self, token: Any, nonce: str, now: datetime) -> CodeIDToken:
        text = token.get("id_token") if isinstance(token, dict) else None
        if not isinstance(text, str):
            raise ProviderError("no identity token in its answer")
        try:
            decoded = self._decoded(text)
            wanted = {"iss": {"value": self.issuer}, "aud": {"value": self._client_id}, "nonce": {"value": nonce}}
            given = {"nonce": nonce, "client_id": self._client_id, "access_token": token.get("access_token")}
            claims = CodeIDToken(decoded.claims, decoded.header, wanted, given)
            claims.validate(now=int(now.timestamp()), leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError) as error:
            raise ProviderError(f"its token can't be trusted ({_why(error)})") from error
        return claims

    def _decoded(self, text: str) -> jwt.Token:
        """The token, with its signature checked; once more with new keys, since providers change them."""
        try:
            return jwt.decode(text, self._addresses().keys, algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            return jwt.decode(text, self._addresses(anew=True).keys, algorithms=_ALGORITHMS)

    def _addresses(self, *, anew: bool = False) -> _Addresses:
        with self._lock:
            known = self._known
            fresh = known is not None and time.monotonic() - known.read_at < _KEPT_SECONDS
            if known is None or anew or not fresh:
                known = self._read()
                self._known = known
            return known

    def _read(self) -> _Addresses:
        try:
            with httpx.Client(timeout=_TIMEOUT_SECONDS) as client:
                found = client.get(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
                document = found.raise_for_status().json()
                if document["issuer"] != self.issuer:
                    raise ProviderError(f"it calls itself {document['issuer']!r}, not {self.issuer!r}")
                keys = client.get(document["jwks_uri"]).raise_for_status().json()
            return _Addresses(
                document["authorization_endpoint"],
                document["token_endpoint"],
                KeySet.import_key_set(keys),
                time.monotonic(),
            )
        except (httpx.HTTPError, httpx.InvalidURL, JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderError(_why(error)) from error


def _why(error: Exception) -> str:
    """An error in a few words; what a provider sent goes no further than this."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:200]
