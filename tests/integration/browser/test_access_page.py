"""Users, roles, tokens, one's own account, and a factor that must be set up first."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct

from browser import PASSWORD, Page, add_user


def code_of(secret: str, at_ms: int) -> str:
    """What an authenticator shows then (RFC 6238)."""
    digest = hmac.new(
        base64.b32decode(secret), struct.pack(">Q", at_ms // 30_000), hashlib.sha1
    ).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def test_somebody_is_added_with_what_the_server_says_beside_its_field(
    page: Page,
) -> None:
    page.open("/access").see("Maria")
    page.click("Add user")
    page.fill("User name", "jon")
    page.fill("Password", "short")
    page.click("Add user", within="dialog[open]")
    page.see("shorter than 12 characters")
    assert page.field("User name").get_attribute("value") == "jon"
    page.fill("Password", "wide-harbour-nine-lamps")
    page.click("Add user", within="dialog[open]")
    page.see("jon may log in now")
    page.click("Remove…")
    assert not page.button("Remove", within="dialog[open]").is_enabled()


def test_a_token_is_shown_once(page: Page) -> None:
    page.open("/access?tab=tokens").see("None yet.")
    page.click("Make one")
    page.fill("Name", "Nightly script")
    page.click("Make it")
    page.see("Keep this token now", "obt_")
    page.click("Close", within="dialog[open]")
    page.see_not("obt_" + "0", "Keep this token now")
    page.see("Nightly script")


def test_an_old_login_is_asked_for_the_password_once_more(page: Page) -> None:
    page.open("/access?tab=tokens").see("None yet.")
    page.ob.database.run("UPDATE rm_session SET proven_at = '2020-01-01 00:00:00'")
    page.click("Make one")
    page.fill("Name", "Nightly script")
    page.click("Make it")
    page.see("Is it you, maria?")
    page.fill("Password", PASSWORD)
    page.click("Go on")
    page.see("Keep this token now")


def test_everybody_has_an_account_page(page: Page) -> None:
    add_user(page.ob, "victor", "viewer")
    page.click("You: maria", part=True)
    page.click("Log out")
    page.log_in("victor").open("/me")
    page.see("Where you are logged in", "Second factor", "Application passwords")
    page.fill("Password now", "not-this-one")
    page.fill("New password", "wide-harbour-nine-lamps")
    page.click("Change password")
    page.see("wrong user name or password")
    page.check_layout()


def test_a_second_factor_is_set_up_and_its_codes_are_shown_once(page: Page) -> None:
    page.open("/me").see("Second factor")
    page.click("Set up")
    page.see("Scan this")
    text = page.text()
    found = re.search(r"\b((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})\b", text)
    assert found, text
    secret = found[1].replace(" ", "")
    now = page.driver.execute_async_script(
        "const [done] = arguments; fetch('api/v1/window').then((a) => a.json())"
        ".then((answer) => done(Date.parse(answer.meta.timestamp)));"
    )
    page.fill("Code", code_of(secret, now))
    page.click("Turn on")
    page.see("They are not shown again")
    assert not page.button("Go on").is_enabled()
    page.click_field("I have kept them in a safe place")
    page.click("Go on")
    page.see("Change authenticator…")
