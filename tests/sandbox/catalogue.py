"""The goods that shops, middleware and Business Central share in the tests.

One list feeds the order generator, the Business Central fake and the CSV files
that the product imports, so that a SKU means the same everywhere. Printed by
`python3 -m sandbox.catalogue items|kits`.
"""

from __future__ import annotations

import csv
import html
import sys
from dataclasses import dataclass
from typing import TextIO

GIFT_CARD_ACCOUNT = "24500"
SERVICE_ACCOUNT = "44100"


@dataclass(frozen=True)
class Item:
    """One SKU. `middleware` and `bc` say on which sides it exists."""

    sku: str
    description: str
    price: str
    product_id: int
    kind: str = "Inventory"
    status: str = "active"
    middleware: bool = True
    bc: bool = True
    blocked: bool = False
    sales_blocked: bool = False
    account: str = ""
    tax_class: str = ""
    variation_id: int = 0
    parent_name: str | None = None
    options: tuple[tuple[str, str], ...] = ()

    @property
    def bc_number(self) -> str:
        """The item number in Business Central, a Code field: upper case."""
        return self.sku.upper() if self.bc else ""


@dataclass(frozen=True)
class KitRow:
    """One component of a kit."""

    parent: str
    component: str
    quantity: str
    sort: int
    price_weight: str = ""
    valid_from: str = ""
    valid_to: str = ""


def barcode(item: Item) -> str:
    """Return an EAN-13 of the in-store range, with a right check digit."""
    if item.account:
        return ""
    digits = f"2000{item.product_id + item.variation_id:08d}"
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits))
    return digits + str(-total % 10)


def _variant(
    sku: str, parent: str, price: str, ids: tuple[int, int], **options: str
) -> Item:
    label = ", ".join(options.values())
    return Item(
        sku,
        f"{parent} - {label}",
        price,
        ids[0],
        variation_id=ids[1],
        parent_name=parent,
        options=tuple(options.items()),
    )


STICKS = "Sticks &amp; Brushes “5A” – Hickory &lt;pair&gt;"

ITEMS: tuple[Item, ...] = (
    # what the captured orders hold
    Item("COMP-A", "Drum Key", "6.00", 10),
    Item("COMP-B", 'Practice Pad 12"', "29.95", 11),
    Item("KIT-PARENT-123", "Starter Kit (3 keys + pad)", "42.00", 12),
    Item("KIT-STUDIO", "Studio Kit", "199.99", 13),
    Item("BGM-STK-5A", STICKS, "12.49", 14),
    Item("BGM-SN14", 'Snare 14" Maple', "299.00", 15),
    Item("LESSON-30", "Online Lesson (30 min)", "25.00", 16, kind="Service"),
    Item("GC-50", "Gift Card $50", "50.00", 17, bc=False, account=GIFT_CARD_ACCOUNT),
    Item(
        "bk/ü 12-x",
        "Grundlagen für Schlagzeug: Übungsbuch",
        "18.90",
        19,
        tax_class="reduced-rate",
    ),
    _variant("TEE-S-BLK", "Band T-Shirt", "19.00", (21, 22), size="S", color="Black"),
    _variant("TEE-M-BLK", "Band T-Shirt", "19.00", (21, 23), size="M", color="Black"),
    _variant("TEE-L-BLK", "Band T-Shirt", "21.00", (21, 24), size="L", color="Black"),
    _variant(
        "TEE-M-SND",
        "Band T-Shirt",
        "19.50",
        (21, 25),
        size="M",
        color="Sand &amp; Sea",
    ),
    _variant("TEE", "Band T-Shirt", "21.50", (21, 26), size="L"),
    _variant("CYM-16", "Cymbal", "149.00", (27, 28), diameter='16"'),
    _variant("CYM-18", "Cymbal", "189.00", (27, 29), diameter='18"'),
    _variant("CYM-20", "Cymbal", "229.50", (27, 30), diameter='20"'),
    Item("STICKER", "Sticker", "0.50", 31),
    # what the written samples hold
    Item("MUG-BLU", "Blue mug", "20.00", 505),
    Item("TS-L", "Tシャツ L", "30.00", 508),
    Item("LAMP-01", "Desk lamp", "100.00", 510),
    Item("TEST-1", "Test item", "0.99", 599),
    # ordinary goods
    Item("BGM-HH-14", 'Hi-Hat 14" Pair', "219.00", 40),
    Item("BGM-TOM-12", 'Tom 12" Birch', "179.50", 41),
    Item("BGM-BD-22", 'Bass Drum 22" Birch', "449.00", 42),
    Item("BGM-THR-1", "Drum Throne", "89.90", 43),
    Item("BGM-RUG-M", "Drum Rug 160 × 140 cm", "54.95", 44),
    Item("BGM-PED-S", "Single Pedal", "79.99", 45),
    Item("BGM-PED-D", "Double Pedal", "189.99", 46),
    Item("BGM-MET-1", "Metronome “Takt”", "24.95", 47, status="sell_through"),
    Item("BGM-EAR-20", "Ear Plugs −20 dB", "14.95", 48),
    Item("BGM-MAL-1", "Mallets, felt", "17.25", 49),
    Item("BGM-CLO-M", "Polishing Cloth by the metre", "8.40", 50),
    Item("BGM-BAG-SN", 'Snare Bag 14"', "39.00", 51),
    Item("BGM-STD-CY", "Cymbal Stand", "64.50", 52),
    Item("BGM-CAJ-1", "Cajón «Alhambra»", "129.00", 53),
    Item("BGM-KAL-17", "カリンバ 17 keys", "33.30", 54),
    Item("BGM-SHK-E", "Egg Shaker 🥚", "3.33", 55),
    # kits and their parts
    Item("COMP-C", "Wing Nut", "2.50", 60),
    Item("COMP-D", "Felt Washer", "1.10", 61),
    Item("KIT-B", "Felt Set (3)", "3.00", 62),
    Item("KIT-A", "Cymbal Care Set", "7.95", 63),
    Item("KIT-DIAMOND", "Two sets with one common part", "11.00", 64),
    Item("KIT-GONE", "Kit whose component is nowhere", "15.00", 65),
    Item("KIT-LATE", "Kit whose component is in BC only", "15.00", 66),
    Item("KIT-OLD", "Kit whose component is blocked", "15.00", 67),
    Item("KIT-EXPIRED", "Kit without a row that is valid today", "15.00", 68),
    # those that go wrong on purpose
    Item("NEW-IN-BC", "Known to BC only", "45.00", 70, middleware=False),
    Item("COMP-LATE", "Component known to BC only", "5.00", 71, middleware=False),
    Item("GHOST-1", "Known to nobody", "12.00", 72, middleware=False, bc=False),
    Item("GHOST-2", "Known to the middleware only", "12.00", 73, bc=False),
    Item("OLD-1", "Blocked item", "20.00", 74, blocked=True),
    Item("NOSALE-1", "Not for sale", "20.00", 75, sales_blocked=True),
    Item("RETIRED-1", "Blocked in the middleware", "20.00", 76, status="blocked"),
)

KITS: tuple[KitRow, ...] = (
    KitRow("KIT-PARENT-123", "COMP-A", "3", 1, "0.30"),
    KitRow("KIT-PARENT-123", "COMP-B", "1", 2, "0.70"),
    KitRow("KIT-STUDIO", "COMP-B", "1", 1),
    KitRow("KIT-STUDIO", "BGM-STK-5A", "2", 2),
    KitRow("KIT-STUDIO", "CYM-16", "1", 3),
    KitRow("KIT-A", "KIT-B", "2", 1),
    KitRow("KIT-A", "COMP-C", "1", 2),
    KitRow("KIT-B", "COMP-D", "3", 1),
    KitRow("KIT-DIAMOND", "KIT-A", "1", 1),
    KitRow("KIT-DIAMOND", "KIT-B", "1", 2),
    KitRow("KIT-GONE", "COMP-A", "1", 1),
    KitRow("KIT-GONE", "COMP-NOWHERE", "1", 2),
    KitRow("KIT-LATE", "COMP-A", "1", 1),
    KitRow("KIT-LATE", "COMP-LATE", "1", 2),
    KitRow("KIT-OLD", "COMP-A", "1", 1),
    KitRow("KIT-OLD", "OLD-1", "1", 2),
    KitRow("KIT-EXPIRED", "COMP-A", "1", 1, "", "2019-01-01", "2020-01-01"),
    # out of date on purpose: must not be expanded today
    KitRow("KIT-B", "COMP-C", "9", 2, "", "2019-01-01", "2020-01-01"),
)

BY_SKU: dict[str, Item] = {item.sku: item for item in ITEMS}
KIT_PARENTS: frozenset[str] = frozenset(row.parent for row in KITS)


def by_product(product_id: int, variation_id: int = 0) -> Item | None:
    """Find what a shop sells under these ids."""
    for item in ITEMS:
        if (item.product_id, item.variation_id) == (product_id, variation_id):
            return item
    return None


def write_items(out: TextIO) -> None:
    """Write items.csv: what the middleware is told about."""
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(
        "sku description status bc_number gl_account barcode list_price".split()
    )
    for item in ITEMS:
        if item.middleware:
            number = "" if item.account else (item.bc_number or item.sku.upper())
            rows.writerow(
                [
                    item.sku,
                    html.unescape(item.description),
                    item.status,
                    number,
                    item.account,
                    barcode(item),
                    item.price,
                ]
            )


def write_kits(out: TextIO) -> None:
    """Write kits.csv."""
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(
        (
            "parent_sku component_sku quantity sort price_weight valid_from valid_to"
        ).split()
    )
    for kit in KITS:
        rows.writerow(
            [
                kit.parent,
                kit.component,
                kit.quantity,
                kit.sort,
                kit.price_weight,
                kit.valid_from,
                kit.valid_to,
            ]
        )


def main(arguments: list[str]) -> int:
    """Print one of the two files."""
    writers = {"items": write_items, "kits": write_kits}
    if len(arguments) != 1 or arguments[0] not in writers:
        print("usage: python3 -m sandbox.catalogue items|kits", file=sys.stderr)
        return 64
    writers[arguments[0]](sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
