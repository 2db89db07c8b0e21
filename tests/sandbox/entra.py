"""The token endpoint of Microsoft Entra ID, client credentials only."""

from __future__ import annotations

import base64
import binascii
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from .clock import Clock
from .ledger import Ledger
from .wire import Call, Reply, plain_json

TENANT = "7e7e7e7e-0000-4000-8000-000000000001"
DOMAIN = "example.onmicrosoft.com"
CLIENT_ID = "c11ec11e-0000-4000-8000-000000000001"
CLIENT_SECRET = "sandbox~Secret.with+chars/&=%20"
BC_RESOURCE = "https://api.businesscentral.dynamics.com"
RESOURCES = (
    BC_RESOURCE,
    "https://analysis.windows.net/powerbi/api",
    "https://api.fabric.microsoft.com",
    "https://storage.azure.com",
)


@dataclass
class Token:
    """An issued token; opaque to the client."""

    audience: str
    client: str
    expires: datetime
    revoked: bool = False


@dataclass
class EntraSettings:
    """What PUT /_entra may set."""

    tenants: list[str] = field(default_factory=lambda: [TENANT, DOMAIN])
    clients: dict[str, str] = field(default_factory=lambda: {CLIENT_ID: CLIENT_SECRET})
    expired_secrets: list[str] = field(default_factory=list)
    expires_in: Any = 3599
    token_length: int = 1600


class Entra:
    """Issues tokens and remembers what they are good for."""

    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        self.clock, self.ledger = clock, ledger
        self.settings = EntraSettings()
        self.tokens: dict[str, Token] = {}
        self.counts: dict[str, int] = {}
        self.random = random.Random("entra")

    def configure(self, wish: dict[str, Any]) -> None:
        """Take settings; ValueError names one that does not exist."""
        for name in wish:
            if not hasattr(self.settings, name):
                raise ValueError(f"unknown setting: {name}")
        for name, value in wish.items():
            setattr(self.settings, name, value)

    def revoke_all(self) -> None:
        """Revoke every token, though none of them has expired."""
        for token in self.tokens.values():
            token.revoked = True

    def check(self, header: str, audience: str) -> Token | None:
        """Return the token that an Authorization header carries, if it is good."""
        scheme, _, text = header.partition(" ")
        token = self.tokens.get(text.strip()) if scheme.lower() == "bearer" else None
        if token is None or token.revoked or token.audience != audience:
            return None
        return token if self.clock.now() < token.expires else None

    def snapshot(self) -> tuple[Any, ...]:
        """Remember the tokens, for an issue that is to be lost."""
        return dict(self.tokens), dict(self.counts)

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to a snapshot."""
        self.tokens, self.counts = state

    def state(self) -> dict[str, Any]:
        """Return what GET /_state shows."""
        now = self.clock.now()
        live = [t for t in self.tokens.values() if not t.revoked and now < t.expires]
        return {
            "requests": self.counts,
            "tokens_issued": len(self.tokens),
            "tokens_live": len(live),
        }

    def handle(self, call: Call) -> Reply:
        """Answer POST /{tenant}/oauth2/v2.0/token."""
        parts = call.rest.strip("/").split("/")
        if len(parts) != 4 or parts[1:] != ["oauth2", "v2.0", "token"]:
            return _reply(404, {"error": "invalid_request"})
        if call.method != "POST":
            text = "The endpoint only accepts POST requests. Received a GET request."
            return self._error(400, "invalid_request", 900561, text)
        form = {
            name: values[-1]
            for name, values in parse_qs(
                call.body.decode("utf-8", "replace"), keep_blank_values=True
            ).items()
        }
        client, secret = _client_of(call, form)
        scope = form.get("scope", "")
        key = f"{client} {scope}"
        self.counts[key] = self.counts.get(key, 0) + 1
        refusal = self._refuse(parts[0], form, client, secret, scope)
        return refusal or self._issue(client, scope)

    def _refuse(
        self, tenant: str, form: dict[str, str], client: str, secret: str, scope: str
    ) -> Reply | None:
        settings, refuse = self.settings, self._error
        if tenant not in settings.tenants:
            text = f"Tenant '{tenant}' not found."
            return refuse(400, "invalid_request", 90002, text)
        if not form:
            text = "Malformed request: the body is empty or is not a form."
            return refuse(400, "invalid_request", 9002313, text)
        if form.get("grant_type") != "client_credentials":
            text = "The grant type is not supported or is missing."
            code = "unsupported_grant_type" if "grant_type" in form else ""
            return refuse(400, code or "invalid_request", 70003, text)
        if client not in settings.clients:
            text = "The application was not found in the tenant."
            return refuse(400, "unauthorized_client", 700016, text)
        if not secret:
            text = "The request body must contain client_assertion or client_secret."
            return refuse(401, "invalid_client", 7000218, text)
        if client in settings.expired_secrets:
            text = "The provided client secret keys are expired."
            return refuse(401, "invalid_client", 7000222, text)
        if secret != settings.clients[client]:
            text = "Invalid client secret provided."
            return refuse(401, "invalid_client", 7000215, text)
        if len(scope.split()) != 1 or not scope.endswith("/.default"):
            text = "The provided scope is not valid: one resource with /.default."
            return refuse(400, "invalid_scope", 1002012, text)
        if scope.removesuffix("/.default") not in RESOURCES:
            text = "The resource principal was not found in the tenant."
            return refuse(400, "invalid_resource", 500011, text)
        return None

    def _issue(self, client: str, scope: str) -> Reply:
        wish = self.settings.expires_in
        length = max(32, self.settings.token_length)
        blob = self.random.randbytes(length * 3 // 4)
        text = base64.urlsafe_b64encode(blob).decode().rstrip("=")
        self.tokens[text] = Token(
            scope.removesuffix("/.default"),
            client,
            self.clock.now() + timedelta(seconds=float(wish)),
        )
        self.ledger.effect(
            "entra", "token", client=client, scope=scope, expires_in=wish
        )
        return _reply(
            200,
            {
                "token_type": "Bearer",
                "expires_in": wish,
                "ext_expires_in": wish,
                "access_token": text,
            },
        )

    def _error(self, status: int, error: str, number: int, text: str) -> Reply:
        stamp = self.clock.now().strftime("%Y-%m-%d %H:%M:%SZ")
        trace = f"11111111-2222-4333-8444-{self.random.getrandbits(48):012x}"
        correlation = f"66666666-7777-4888-8999-{self.random.getrandbits(48):012x}"
        description = (
            f"AADSTS{number}: {text} Trace ID: {trace} "
            f"Correlation ID: {correlation} Timestamp: {stamp}"
        )
        return _reply(
            status,
            {
                "error": error,
                "error_description": description,
                "error_codes": [number],
                "timestamp": stamp,
                "trace_id": trace,
                "correlation_id": correlation,
            },
        )


def _client_of(call: Call, form: dict[str, str]) -> tuple[str, str]:
    client, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, blob = call.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic" and not secret:
        try:
            text = base64.b64decode(blob, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return client, ""
        user, _, password = text.partition(":")
        return unquote_plus(user), unquote_plus(password)
    return client, secret


def _reply(status: int, value: Any) -> Reply:
    return Reply(
        status=status,
        body=plain_json(value),
        content_type="application/json; charset=utf-8",
        headers=[
            ("Cache-Control", "no-store, no-cache"),
            ("Pragma", "no-cache"),
            ("X-Content-Type-Options", "nosniff"),
        ],
        chunked=False,
        server="",
    )
