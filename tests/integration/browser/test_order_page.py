"""One order: its way, lines, proof, totals, and what a person can do (UX 2.7)."""

from __future__ import annotations

import re

import pytest
from browser import Page, add_user
from web import Client

PASSWORD = "tall-anchor-forty-ships"


def order_id(page: Page, where: str) -> int:
    return page.ob.one(f"SELECT MIN(id) FROM rm_order AS o WHERE {where}")


def failed(page: Page, code: str) -> int:
    return page.ob.one("SELECT order_id FROM rm_error_orders WHERE code = %s", code)


def panel(page: Page, title: str) -> str:
    return page.find(f"section[aria-label='{title}']").text


def test_an_order_shows_kits_as_a_tree_and_adds_up(synced: Page) -> None:
    kit = order_id(synced, "has_kit = 1")
    synced.open(f"/orders/{kit}").see("Timeline", "Lines", "Totals", "Addresses")
    kids = synced.all("main .kid")
    assert len(kids) == synced.ob.count(
        "rm_lineitems", f"order_id = {kit} AND line_type = 2"
    )
    assert re.search(r"\d+ = \d+ × \d+", panel(synced, "Lines"))
    total = synced.ob.one("SELECT total_before_credit FROM rm_order WHERE id = %s", kit)
    assert f"Total {total:,.2f}" in re.sub(r"\s+", " ", panel(synced, "Lines"))
    assert "Waits for BC" in panel(synced, "Timeline")
    synced.check_layout()
    synced.check_axe()


def test_the_credit_is_proved_to_the_cent(synced: Page) -> None:
    order = order_id(synced, "credit_total = 11.90")
    synced.open(f"/orders/{order}").see("Adds up to the cent")
    proof = synced.rows("section[aria-label='Credit proof'] table")
    assert sum(float(row[3]) for row in proof) == pytest.approx(11.90)


def test_another_total_than_the_shops_is_seen_at_once(synced: Page) -> None:
    order = order_id(synced, "credit_total = 0 AND tax_total > 0")
    synced.ob.database.run(
        "UPDATE rm_lineitems SET amount = amount + 0.01"
        f" WHERE order_id = {order} AND line_type = 4 LIMIT 1"
    )
    synced.open(f"/orders/{order}").see("Tax: 0.01 off")
    assert "+0.01 here" in panel(synced, "Totals")


def test_plan_and_replay_tell_without_writing(synced: Page) -> None:
    order = order_id(synced, "changed_upstream = 0")
    before = synced.ob.row_counts()
    synced.open(f"/orders/{order}").find("main .steps")
    synced.click("Plan")
    synced.see("nothing was written")
    synced.click("Close")
    synced.click("Replay")
    synced.see("Today's rules make just what is stored")
    own = ("rm_operation", "rm_job", "rm_idempotency", "rm_audit", "rm_session")
    after = synced.ob.row_counts()
    for table in set(before) - set(own):
        if table.startswith("rm_order") or table.startswith("rm_line"):
            assert after[table] == before[table], table


def test_the_payload_is_for_who_may_see_people(synced: Page) -> None:
    order = order_id(synced, "email <> ''")
    synced.open(f"/orders/{order}").find("main .steps")
    synced.click("Show", within="section[aria-label='As the shop sent it']")
    synced.see('"billing"')
    synced.click("Copy", within="section[aria-label='As the shop sent it']")
    synced.see("Copied")
    assert '"billing"' in synced.clipboard()
    add_user(synced.ob, "victor", "viewer")
    synced.click("You: maria", part=True)
    synced.click("Log out")
    synced.log_in("victor").open(f"/orders/{order}").see("Addresses")
    synced.see("Names, street and e-mail need the right")
    assert not synced.all("section[aria-label='As the shop sent it']")
    for name in ("Replay", "Mark as handled…"):
        assert not synced.named(name), name


def test_an_order_that_failed_says_why_and_is_marked_as_handled(synced: Page) -> None:
    order = failed(synced, "ob_total_mismatch")
    synced.open(f"/orders/{order}").see("What to do:", "not reached")
    synced.check_layout()
    synced.check_axe()
    synced.click("Mark as handled…")
    assert not synced.button("Mark as handled", within="dialog[open]").is_enabled()
    synced.fill("What was done about it", "entered by hand in BC")
    synced.click("Mark as handled", within="dialog[open]")
    synced.see("Done with by maria.", "entered by hand in BC")


def test_an_order_is_read_again_and_stored(synced: Page) -> None:
    order = failed(synced, "ob_addr_zip")
    synced.open(f"/orders/{order}").see("Needs a person")
    mend_postcode(synced, order)
    synced.click("Try again now")
    synced.see("It is stored.", "Waits for BC", "Lines")
    assert synced.ob.one("SELECT COUNT(*) FROM rm_order WHERE id = %s", order) == 1


def mend_postcode(page: Page, order: int) -> None:
    """As the merchant does, in the shop."""
    place = page.ob.one(
        "SELECT platform_order_id FROM rm_order_seen WHERE id = %s", order
    )
    page.ob.box.control(
        "PATCH",
        f"/_shops/demo/orders/{place}",
        {"billing": {"postcode": "90012"}, "shipping": {"postcode": "90012"}},
    )


def test_who_looks_while_the_session_is_another_site_sees_nothing(
    synced: Page,
) -> None:
    client = Client(synced.served.port)
    client.log_in("maria", PASSWORD)
    body = {"login": "vera", "password": PASSWORD, "role": "viewer"}
    assert (
        client.post("/users", {**body, "all_sites": False, "sites": []}).status == 201
    )
    order = order_id(synced, "1 = 1")
    synced.click("You: maria", part=True)
    synced.click("Log out")
    synced.log_in("vera").open(f"/orders/{order}").see("there is no such order")
    synced.click("All orders")
    synced.see("No order has come in yet.")
