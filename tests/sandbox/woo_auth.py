"""Who may call a shop: Basic, query keys and one-legged OAuth 1.0a.

Each refusal has the code and text of the real shop, down to an unknown key being
answered exactly as no key at all.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from urllib.parse import quote

from .wire import Call
from .woo_store import ApiKey, Shop

OAUTH_WINDOW = 15 * 60
OAUTH_PARAMETERS = (
    "oauth_consumer_key",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_signature",
    "oauth_signature_method",
)


class AuthError(Exception):
    """A key was recognised and then refused; the text is WooCommerce's."""


def authenticate(shop: Shop, call: Call) -> ApiKey | None:
    """Return the key of the caller, None for nobody; AuthError when refused."""
    key = None
    if call.secure or not shop.settings.require_ssl:
        key = _basic(shop, call)
    if key is None:
        key = _oauth(shop, call)
    if key is not None:
        _check_permission(key, call.method)
    return key


def _basic(shop: Shop, call: Call) -> ApiKey | None:
    query = dict(call.query)
    user, secret = query.get("consumer_key", ""), query.get("consumer_secret", "")
    if not (user and secret):
        user, secret = _basic_header(shop, call)
    if not (user and secret):
        return None
    key = shop.find_key(user)
    if key is None:
        return None
    if not hmac.compare_digest(key.secret.encode(), secret.encode()):
        raise AuthError("Consumer secret is invalid.")
    return key


def _basic_header(shop: Shop, call: Call) -> tuple[str, str]:
    if shop.settings.strip_authorization:
        return "", ""
    scheme, _, blob = call.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        text = base64.b64decode(blob.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    user, _, secret = text.partition(":")
    return user, secret


def _oauth(shop: Shop, call: Call) -> ApiKey | None:
    given = dict(call.query)
    present = [name for name in OAUTH_PARAMETERS if given.get(name)]
    if not present:
        return None
    missing = [name for name in OAUTH_PARAMETERS if not given.get(name)]
    if missing:
        word = "parameter" if len(missing) == 1 else "parameters"
        raise AuthError(f"Missing OAuth {word} {', '.join(missing)}")
    key = shop.find_key(given["oauth_consumer_key"])
    if key is None:
        raise AuthError("Consumer key is invalid.")
    method = given["oauth_signature_method"]
    if method not in ("HMAC-SHA1", "HMAC-SHA256"):
        raise AuthError("Invalid signature - signature method is invalid.")
    expected = oauth_signature(
        call.method,
        shop.site_url + "/" + call.rest.lstrip("/"),
        call.query,
        key.secret,
        method,
    )
    if not hmac.compare_digest(expected, given["oauth_signature"]):
        raise AuthError("Invalid signature - provided signature does not match.")
    _check_nonce(shop, key, given["oauth_timestamp"], given["oauth_nonce"])
    return key


def oauth_signature(
    method: str,
    url: str,
    pairs: list[tuple[str, str]],
    secret: str,
    algorithm: str,
) -> str:
    """Sign as WooCommerce checks it; `status[]` counts as `status[0]`."""
    counts: dict[str, int] = {}
    lines = []
    for name, value in pairs:
        if name == "oauth_signature":
            continue
        if name.endswith("[]"):
            at = counts.get(name, 0)
            counts[name] = at + 1
            name = f"{name[:-2]}[{at}]"
        lines.append((_escape(name), _escape(value)))
    joined = "&".join(f"{name}={value}" for name, value in sorted(lines))
    base = f"{method.upper()}&{_escape(url)}&{_escape(joined)}"
    digest = hashlib.sha1 if algorithm == "HMAC-SHA1" else hashlib.sha256
    mac = hmac.new(f"{secret}&".encode(), base.encode(), digest)
    return base64.b64encode(mac.digest()).decode()


def _escape(text: str) -> str:
    return quote(text, safe="-._~")


def _check_nonce(shop: Shop, key: ApiKey, timestamp: str, nonce: str) -> None:
    now = shop.clock.now().timestamp()
    sent = int(timestamp) if re.fullmatch(r"\d+", timestamp) else 0
    if abs(now - sent) > OAUTH_WINDOW:
        raise AuthError("Invalid timestamp.")
    shop.nonces = {n: at for n, at in shop.nonces.items() if at >= now - OAUTH_WINDOW}
    known = f"{key.key}/{nonce}"
    if known in shop.nonces:
        raise AuthError("Invalid nonce - nonce has already been used.")
    shop.nonces[known] = sent


def _check_permission(key: ApiKey, method: str) -> None:
    reads = method in ("GET", "HEAD", "OPTIONS")
    if reads and key.permissions == "write":
        raise AuthError("The API key provided does not have read permissions.")
    if not reads and key.permissions == "read":
        raise AuthError("The API key provided does not have write permissions.")
