"""Logging in, and a session that ends under an open page (UX 2.1)."""

from __future__ import annotations

import re

from browser import PASSWORD, Page, add_user


def test_a_wrong_password_is_told_and_what_was_typed_stays(page: Page) -> None:
    page.click("You: maria", part=True)
    page.click("Log out")
    page.fill("User name", "maria")
    page.fill("Password", "not-this-one")
    page.click("Log in")
    page.see("password")
    assert page.field("User name").get_attribute("value") == "maria"
    page.fill("Password", PASSWORD)
    page.click("Log in")
    page.see("Operations")


def test_a_session_ended_elsewhere_asks_over_the_page_and_goes_on(
    synced: Page,
) -> None:
    synced.open("/operations?state=completed").find("main table")
    before = synced.rows()
    synced.ob.database.run("DELETE FROM rm_session")
    synced.click("Sync orders")
    synced.click("Sync orders", within="dialog[open]")
    synced.see("Your session has ended")
    synced.fill("Password", PASSWORD)
    synced.click("Log in")
    # What was asked for goes on by itself.
    synced.see("Synchronization started")
    assert synced.place() == "/operations?state=completed"
    assert synced.rows()[-1][1:3] == before[-1][1:3]


def test_who_may_only_look_is_offered_nothing_else(synced: Page) -> None:
    add_user(synced.ob, "victor", "viewer")
    synced.click("You: maria", part=True)
    synced.click("Log out")
    synced.log_in("victor")
    synced.open("/operations").find("main table")
    for name in ("Sync orders", "Retry now", "Queue orders"):
        assert not synced.named(name), name
    for hidden in ("Access", "Settings"):
        assert not synced.named(hidden, within="nav.nav"), hidden
    synced.open("/access")
    synced.see("You need the right")


def test_a_new_person_chooses_a_password_by_the_link(page: Page) -> None:
    made = page.ob.must("user", "add", "nora", "--role=viewer")
    link = re.search(r"#(/welcome/[0-9a-f]{64})", made.out)[1]
    page.open(link).see("Choose your password")
    page.fill("Password", PASSWORD)
    page.fill("Password again", PASSWORD + "x")
    page.see("not the same")
    page.fill("Password again", PASSWORD)
    page.click("Save and log in")
    page.button("You: nora", part=True)
    # It works once.
    page.open(link).fill("Password", PASSWORD)
    page.fill("Password again", PASSWORD)
    page.click("Save and log in")
    page.see("this link was used or is too old")
