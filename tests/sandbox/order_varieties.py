"""What good orders can show: one function each, in the words of the shop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from .clock import iso_seconds
from .order_builder import Builder, number
from .people import BY_COUNTRY, PEOPLE


def plain(b: Builder) -> None:
    """A few items, shipped, paid in one of the usual ways."""
    b.some_lines()
    b.ship()


def taxed_us(b: Builder) -> None:
    """Two rates, one of which does not tax shipping."""
    b.at("US")
    b.person = BY_COUNTRY["US"][0]
    b.some_lines()
    b.ship()


def compound_tax(b: Builder) -> None:
    """GST and QST on top of it."""
    b.person = BY_COUNTRY["CA"][0]
    b.some_lines()
    b.ship()


def two_tax_classes(b: Builder) -> None:
    """A reduced rate on a book."""
    b.at("GB")
    b.line("bk/ü 12-x", 2)
    b.line("BGM-SN14")
    b.ship()


def prices_with_tax(b: Builder) -> None:
    """A euro order entered with tax; REST still shows net amounts."""
    b.at("FR")
    b.currency, b.include_tax = "EUR", True
    b.some_lines()
    b.ship()


def kit(b: Builder) -> None:
    """A kit parent, next to a component bought singly."""
    b.line("KIT-PARENT-123", b.rng.randint(1, 3))
    if b.rng.random() < 0.5:
        b.line("COMP-A")
    b.ship()


def nested_kit(b: Builder) -> None:
    """A kit in a kit, or two kits that share one."""
    b.line(b.rng.choice(("KIT-A", "KIT-DIAMOND")), b.rng.randint(1, 4))
    b.line("KIT-STUDIO")
    b.ship()


def percent_coupon(b: Builder) -> None:
    """Ten percent off each line."""
    b.some_lines()
    b.percent_coupon("save10", 10)
    b.ship()


def two_coupons(b: Builder) -> None:
    """A percentage and an amount."""
    b.line("KIT-STUDIO")
    b.line("bk/ü 12-x")
    b.percent_coupon("save10", 10)
    b.fixed_coupon("fix5", "5")
    b.ship()


def smart_coupon_inside(b: Builder) -> None:
    """Store credit as a cart coupon: line totals are reduced already."""
    b.line("BGM-HH-14")
    value = b.fixed_coupon("sc-7f3k-9q2m", "20")
    b.meta.append(("smart_coupons_contribution", {"sc-7f3k-9q2m": float(value)}))
    b.ship()


def smart_coupon_outside(b: Builder) -> None:
    """Store credit after tax: only the total is reduced."""
    b.line("LAMP-01")
    b.line("COMP-B")
    value = Decimal("11.90")
    b.credit = b.smart_discount = value
    b.coupon("credit-sample-1", "smart_coupon", Decimal(50), value)
    b.coupons[-1]["meta_data"] = []
    b.coupons[-1]["discount"] = "11.90"
    b.meta.append(("smart_coupons_contribution", {"credit-sample-1": 11.9}))
    b.ship()


def smart_coupon_empty(b: Builder) -> None:
    """The plugin is on and nothing was redeemed: an empty PHP array."""
    b.some_lines()
    b.meta.append(("smart_coupons_contribution", []))
    b.ship()


def _gift_card(b: Builder) -> Decimal:
    b.line("BGM-SN14")
    b.some_lines(2)
    b.ship()
    return Decimal(b.rng.choice(("25", "50.00", "99.99", "100")))


def gift_card_member(b: Builder) -> None:
    """PW Gift Cards tells in a member of the order; amount text or number."""
    amount = _gift_card(b)
    shown = str(amount) if b.rng.random() < 0.5 else number(amount)
    b.credit = amount
    b.extra["pw_gift_cards_redeemed"] = [
        {"number": f"ABCD-EFGH-SAMP-{b.id % 10000:04d}", "amount": shown}
    ]


def gift_card_meta(b: Builder) -> None:
    """PW Gift Cards tells in meta only."""
    amount = _gift_card(b)
    b.credit = amount
    row = {"card_number": f"9K2M-77QX-{b.id % 10000:04d}-PWGC", "amount": str(amount)}
    b.meta.append(("_pw_gift_cards_redeemed", [row]))


def gift_card_official(b: Builder) -> None:
    """The official extension tells in gift_cards."""
    amount = _gift_card(b)
    b.credit = amount
    code = f"QWER-TYUI-{b.id % 10000:04d}-OFFI"
    b.extra["gift_cards"] = [{"id": b.id, "code": code, "amount": str(amount)}]


def gift_card_pays_all(b: Builder) -> None:
    """Total 0.00, nothing left to pay, still no test order."""
    b.taxed = False
    b.line("LAMP-01")
    b.credit = Decimal("100.00")
    b.extra["pw_gift_cards_redeemed"] = [
        {"number": f"ABCD-EFGH-SAMP-{b.id % 10000:04d}", "amount": 60},
        {"number": f"ABCD-EFGH-SAMP-{(b.id + 1) % 10000:04d}", "amount": "40.00"},
    ]


def gift_card_bought(b: Builder) -> None:
    """A gift card as goods: booked to an account, no item."""
    b.taxed = False
    b.line("GC-50")
    b.line("COMP-A")
    b.ship()


def store_credit_fee(b: Builder) -> None:
    """Store credit as a negative fee."""
    b.line("BGM-BD-22")
    b.ship()
    b.fee("Store credit / goodwill", "-11.90", False)


def fees(b: Builder) -> None:
    """A taxed fee, an untaxed one and a discount in the shape of a fee."""
    b.person = BY_COUNTRY["US"][0]
    b.some_lines()
    b.line("BGM-THR-1")
    b.ship()
    b.fee("Gift wrapping", "4.00", True)
    b.fee("Surcharge (card)", "1.25", False)
    b.fee("Loyalty discount", "-7.50", False)


def two_shipping_lines(b: Builder) -> None:
    """Shipped from two places."""
    b.some_lines()
    b.ship("Warehouse 1 & handling", "6.50")
    b.ship("Warehouse 2", "8.25")


def digital(b: Builder) -> None:
    """Nothing to ship, and no shipping address."""
    b.line("LESSON-30", b.rng.randint(1, 3))


def variations(b: Builder) -> None:
    """Variations with options, entities in their values."""
    for sku in b.rng.sample(["TEE-S-BLK", "TEE-L-BLK", "TEE-M-SND", "CYM-20"], 3):
        b.line(sku)
    b.ship()


def odd_names(b: Builder) -> None:
    """Entities, quotes and emoji in names and in the note."""
    b.line("BGM-STK-5A", 3)
    b.line("BGM-SHK-E", 2)
    b.line("TS-L")
    b.data[
        "customer_note"
    ] = "Bitte klingeln 🔔 bei „Groß & Söhne“\n2nd line\ttab \\ backslash <b>x</b> '\""
    b.ship()


def other_ship_to(b: Builder) -> None:
    """Sent to somebody else in another country."""
    b.ship_to = b.rng.choice(PEOPLE)
    b.some_lines()
    b.ship()


def large_quantity(b: Builder) -> None:
    """More than a thousand of one thing."""
    b.line("COMP-D", 1200)
    b.ship()


def fractional_quantity(b: Builder) -> None:
    """Sold by the metre."""
    b.line("BGM-CLO-M", Decimal("1.5"))
    b.line("COMP-A")
    b.ship()


def repeated_sku(b: Builder) -> None:
    """One SKU on two lines."""
    b.line("COMP-B", 2)
    b.line("COMP-B")
    b.ship()


def odd_number(b: Builder) -> None:
    """A numbering plugin with letters and a slash."""
    b.some_lines()
    b.ship()
    b.extra["number"] = f"SO-{b.id}/A"


def telephone(b: Builder) -> None:
    """Taken by telephone: no e-mail, a blank user agent."""
    b.some_lines()
    b.ship()
    b.payment = "cheque"
    b.data["created_via"] = "admin"
    b.meta.append(("custom_checkout_field", "taken by phone"))


def odd_meta(b: Builder) -> None:
    """Meta of every JSON type, and one key twice."""
    b.some_lines()
    b.ship()
    b.meta += [
        ("a_null", None),
        ("an_object", {"a": [1, "2", None], "ü": True}),
        ("a_list", [1, 2, 3]),
        ("twice", "first"),
        ("twice", "second"),
        ("long", "x" * 3000),
    ]


def refunded_in_part(b: Builder) -> None:
    """A goodwill refund before the first sync."""
    b.line("BGM-SN14")
    b.ship()
    b.payment = "stripe"
    refund_id = b.id + 1
    stub = {"id": refund_id, "reason": "Goodwill (amount only)", "total": "-10.00"}
    b.extra["refunds"] = [stub]
    b.refunds.append(
        {
            "id": refund_id,
            "parent_id": b.id,
            "date_created_gmt": iso_seconds(b.created + timedelta(seconds=90)),
            "amount": "10.00",
            "reason": "Goodwill (amount only)",
            "refunded_by": 1,
            "refunded_payment": False,
            "meta_data": [],
            "line_items": [],
            "shipping_lines": [],
            "tax_lines": [],
            "fee_lines": [],
        }
    )


def yen(b: Builder) -> None:
    """A currency without minor digits."""
    b.at("JP")
    b.currency, b.include_tax = "JPY", True
    b.line("TS-L", 3, "3000")
    b.shipping.append(("Flat rate", "flat_rate", Decimal(900)))


def dinar(b: Builder) -> None:
    """A currency with three minor digits."""
    b.at("AE")
    b.currency = "KWD"
    b.line("COMP-A", 3, "1.845")
    b.line("MUG-BLU", 1, "6.125")
    b.shipping.append(("Flat rate", "flat_rate", Decimal("3.055")))


VARIETIES: dict[str, Callable[[Builder], None]] = {
    made.__name__: made
    for made in (
        plain,
        taxed_us,
        compound_tax,
        two_tax_classes,
        prices_with_tax,
        kit,
        nested_kit,
        percent_coupon,
        two_coupons,
        smart_coupon_inside,
        smart_coupon_outside,
        smart_coupon_empty,
        gift_card_member,
        gift_card_meta,
        gift_card_official,
        gift_card_pays_all,
        gift_card_bought,
        store_credit_fee,
        fees,
        two_shipping_lines,
        digital,
        variations,
        odd_names,
        other_ship_to,
        large_quantity,
        fractional_quantity,
        repeated_sku,
        odd_number,
        telephone,
        odd_meta,
        refunded_in_part,
        yen,
        dinar,
    )
}


def huge_meta(b: Builder) -> None:
    """Five megabytes that some plugin left in the meta."""
    b.some_lines()
    b.ship()
    b.meta.append(("page_builder_dump", "x" * 5_000_000))


# Good orders that a test gets only when it asks for them by name.
ON_REQUEST: dict[str, Callable[[Builder], None]] = {"huge_meta": huge_meta}
