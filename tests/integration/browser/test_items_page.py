"""Items and kits: changed by two, proven while edited, uploaded (UX 2.9)."""

from __future__ import annotations

from browser import Page


def test_items_are_filtered_blocked_and_unblocked(page: Page) -> None:
    page.open("/items?search=COMP-A").see("COMP-A")
    page.click("Block COMP-A")
    page.see("COMP-A is blocked")
    page.click("Undo")
    page.button("Block COMP-A")
    page.open("/items?search=no-such-thing").see("Nothing fits these filters.")
    page.open("/items").check_layout()
    page.check_axe()


def test_two_who_edit_an_item_choose_what_stays(page: Page) -> None:
    page.open("/items?search=COMP-A")
    page.click("Edit COMP-A")
    page.fill("Description", "Mine")
    page.ob.database.run(
        "UPDATE rm_items SET description = 'Theirs', version = version + 1"
        " WHERE sku = 'COMP-A'"
    )
    page.click("Save")
    page.see("What of COMP-A shall stay?")
    assert not page.button("Save these").is_enabled()
    page.click_field("Mine")
    page.click("Save these")
    page.see_not("What of COMP-A shall stay?", "Edit COMP-A?")
    page.see("Mine")


def test_a_file_shows_what_it_would_do_first(page: Page) -> None:
    page.open("/items")
    page.click("Upload CSV…")
    page.fill("Or paste it here", "sku,status\nNEW-1,active\nNEW-2,odd\n")
    page.see("1 error", "Line 3")
    assert not page.button("Apply", part=True).is_enabled()
    page.fill("Or paste it here", "sku,status\nNEW-1,active\nNEW-2,active\n")
    page.see("2 new")
    page.click("Apply 2")
    page.see("Orders that waited for them")
    page.open("/items?search=NEW-2").see("NEW-2")


def test_a_kit_cannot_be_saved_in_a_circle(page: Page) -> None:
    page.open("/kits").see("KIT-A", "KIT-B")
    page.check_layout()
    page.open("/kits/KIT-B").fill("SKU, component 1", "KIT-A")
    page.see("contains itself", "Cannot be saved like this")
    assert not page.button("Save").is_enabled()
    page.click("Discard")
    page.fill("Quantity, component 1", "7")
    page.see("Changed")
    page.click("Save")
    page.see("Saved.")
    page.check_layout()
    page.check_axe()
