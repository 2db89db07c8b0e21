"""Builds one order of real shape; every sum is made from the rows that are shown."""

from __future__ import annotations

import json
import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from .catalogue import BY_SKU, Item
from .clock import iso_seconds
from .people import BY_COUNTRY, PEOPLE, Person
from .woo_store import blank_order

MINOR_DIGITS = {"JPY": 0, "KWD": 3}
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "KWD": "د.ك"}


@dataclass(frozen=True)
class Rate:
    """A tax rate of a region."""

    id: int
    code: str
    label: str
    percent: str
    tax_class: str = ""
    compound: bool = False
    shipping: bool = True


RATES: dict[tuple[str, str], tuple[Rate, ...]] = {
    ("US", "CA"): (
        Rate(1, "US-CA-CA STATE TAX-1", "CA State Tax", "7.25"),
        Rate(2, "US-CA-LA COUNTY TAX-2", "LA County Tax", "2.25", shipping=False),
    ),
    ("US", "NY"): (Rate(3, "US-NY-NY TAX-1", "NY Tax", "8.875"),),
    ("GB", ""): (
        Rate(4, "GB-VAT-1", "VAT", "20"),
        Rate(5, "GB-VAT REDUCED-1", "VAT reduced", "5", tax_class="reduced-rate"),
    ),
    ("FR", ""): (Rate(6, "FR-TVA-1", "TVA", "20"),),
    ("CA", "QC"): (
        Rate(7, "CA-QC-GST-1", "GST", "5"),
        Rate(8, "CA-QC-QST-2", "QST", "9.975", compound=True),
    ),
    ("CA", "ON"): (Rate(9, "CA-ON-HST-1", "HST", "13"),),
    ("JP", ""): (Rate(10, "JP-消費税-1", "消費税", "10"),),
}


class Builder:
    """Builds one order; amounts are Decimals of the currency's own digits."""

    def __init__(
        self, rng: random.Random, order_id: int, created: datetime, site_url: str
    ) -> None:
        self.rng, self.id, self.created, self.site_url = (
            rng,
            order_id,
            created,
            site_url,
        )
        self.data = blank_order()
        self.currency = "USD"
        self.person: Person = rng.choice(PEOPLE)
        self.ship_to: Person | None = None
        self.lines: list[dict[str, Any]] = []
        self.shipping: list[tuple[str, str, Decimal]] = []
        self.fees: list[dict[str, Any]] = []
        self.coupons: list[dict[str, Any]] = []
        self.meta: list[tuple[str, Any]] = []
        self.extra: dict[str, Any] = {}
        self.refunds: list[dict[str, Any]] = []
        self.credit = Decimal(0)
        self.smart_discount = Decimal(0)
        self.include_tax = False
        self.taxed = True
        self.payment = ""
        self.next_row = order_id * 20

    # parts

    @property
    def quantum(self) -> Decimal:
        """The smallest amount of the currency."""
        return Decimal(1).scaleb(-MINOR_DIGITS.get(self.currency, 2))

    def round(self, value: Decimal) -> Decimal:
        """Round as WooCommerce does: half up, to the currency's digits."""
        return value.quantize(self.quantum, ROUND_HALF_UP)

    def text(self, value: Decimal) -> str:
        """Print an amount."""
        return str(self.round(value))

    def row_id(self) -> int:
        """Return the next id of an order item."""
        self.next_row += 1
        return self.next_row

    def at(self, country: str) -> None:
        """Let somebody of that country order."""
        self.person = self.rng.choice(BY_COUNTRY[country])

    def line(
        self, sku: str, quantity: Decimal | int = 1, price: str | None = None
    ) -> dict[str, Any]:
        """Add an item of the catalogue."""
        item = BY_SKU[sku]
        unit = Decimal(price if price is not None else item.price)
        subtotal = self.round(unit * quantity)
        row = {
            "item": item,
            "quantity": quantity,
            "subtotal": subtotal,
            "total": subtotal,
        }
        self.lines.append(row)
        return row

    def some_lines(self, most: int = 3) -> None:
        """Add a few different ordinary items."""
        for sku in self.rng.sample(PLAIN, self.rng.randint(1, most)):
            self.line(sku, self.rng.choice((1, 1, 1, 2, 3, 4)))

    def ship(self, title: str = "", cost: str = "") -> None:
        """Add a shipping line."""
        choices = (
            ("UPS® Ground", "ups", "13.37"),
            ("Flat rate", "flat_rate", "9.95"),
            ("Free shipping", "free_shipping", "0.00"),
        )
        name, method, price = self.rng.choice(choices)
        if title:
            name, method = title, "flat_rate"
        self.shipping.append((name, method, self.round(Decimal(cost or price))))

    def fee(self, name: str, total: str, taxable: bool) -> None:
        """Add a fee, perhaps a negative one."""
        amount = self.round(Decimal(total))
        self.fees.append({"name": name, "total": amount, "taxable": taxable})

    def percent_coupon(self, code: str, percent: int) -> None:
        """Take so many percent off each line."""
        taken = Decimal(0)
        for row in self.lines:
            cut = self.round(row["total"] * percent / 100)
            row["total"] -= cut
            taken += cut
        self.coupon(code, "percent", percent, taken)

    def fixed_coupon(self, code: str, amount: str, kind: str = "fixed_cart") -> Decimal:
        """Take an amount off the cart, shared out to the last cent."""
        base = sum((row["total"] for row in self.lines), Decimal(0))
        value = min(Decimal(amount), base)
        shares = share(value, [row["total"] for row in self.lines], self.quantum)
        for row, cut in zip(self.lines, shares):
            row["total"] -= cut
        self.coupon(code, kind, Decimal(amount), value)
        return value

    def coupon(
        self, code: str, kind: str, nominal: Decimal | int, taken: Decimal
    ) -> None:
        shown = None if kind == "fixed_cart" else kind
        info = json.dumps([32, code, shown, number(Decimal(nominal))])
        self.coupons.append(
            {
                "id": self.row_id(),
                "code": code,
                "discount": _short(taken),
                "discount_tax": "0",
                "meta_data": [
                    {
                        "id": self.row_id() * 10,
                        "key": "coupon_info",
                        "value": info.replace(" ", ""),
                        "display_key": "coupon_info",
                        "display_value": info.replace(" ", ""),
                    }
                ],
                "discount_type": kind,
                "nominal_amount": number(Decimal(nominal)),
                "free_shipping": False,
            }
        )

    def rates(self) -> tuple[Rate, ...]:
        """Return the tax rates of where the order goes."""
        if not self.taxed:
            return ()
        person = self.ship_to or self.person
        state = person.state if person.country in ("US", "CA") else ""
        return RATES.get((person.country, state), ())

    def taxes(
        self, amount: Decimal, tax_class: str = "", shipping: bool = False
    ) -> dict[int, Decimal]:
        """Return rate id -> tax of one line."""
        out: dict[int, Decimal] = {}
        for rate in self.rates():
            if rate.tax_class != tax_class or (shipping and not rate.shipping):
                continue
            base = amount + (sum(out.values(), Decimal(0)) if rate.compound else 0)
            out[rate.id] = self.round(base * Decimal(rate.percent) / 100)
        return out

    # the whole

    def build(self) -> dict[str, Any]:
        """Put it together; every sum is made from the rows that are shown."""
        data, text = self.data, self.text
        if not self.payment:
            self.payment = self.rng.choice(PAYMENTS)
        by_rate: dict[int, list[Decimal]] = {}
        classes = {rate.tax_class for rate in self.rates()}
        for row in self.lines:
            item: Item = row["item"]
            tax_class = item.tax_class if item.tax_class in classes else ""
            row["taxes"] = self.taxes(row["total"], tax_class)
            row["subtaxes"] = self.taxes(row["subtotal"], tax_class)
            for rate_id, tax in row["taxes"].items():
                by_rate.setdefault(rate_id, [Decimal(0), Decimal(0)])[0] += tax
        data["line_items"] = [self._line(row) for row in self.lines]
        shipping_total = shipping_tax = Decimal(0)
        for name, method, cost in self.shipping:
            taxes = self.taxes(cost, "", True)
            for rate_id, tax in taxes.items():
                by_rate.setdefault(rate_id, [Decimal(0), Decimal(0)])[1] += tax
            shipping_total += cost
            shipping_tax += sum(taxes.values(), Decimal(0))
            data["shipping_lines"].append(self._ship_line(name, method, cost, taxes))
        fee_total = fee_tax = Decimal(0)
        for fee in self.fees:
            taxes = self.taxes(fee["total"]) if fee["taxable"] else {}
            for rate_id, tax in taxes.items():
                by_rate.setdefault(rate_id, [Decimal(0), Decimal(0)])[0] += tax
            fee_total += fee["total"]
            fee_tax += sum(taxes.values(), Decimal(0))
            data["fee_lines"].append(self._fee_line(fee, taxes))
        data["tax_lines"] = [self._tax_line(r, *by_rate[r]) for r in sorted(by_rate)]
        data["coupon_lines"] = self.coupons
        lines_total = sum((r["total"] for r in self.lines), Decimal(0))
        lines_tax = sum((sum(r["taxes"].values()) for r in self.lines), Decimal(0))
        full = sum((r["subtotal"] for r in self.lines), Decimal(0))
        full_tax = sum((sum(r["subtaxes"].values()) for r in self.lines), Decimal(0))
        tax = lines_tax + shipping_tax + fee_tax
        total = lines_total + shipping_total + fee_total + tax - self.credit
        data.update(
            id=self.id,
            number=str(self.id),
            currency=self.currency,
            currency_symbol=SYMBOLS[self.currency],
            prices_include_tax=self.include_tax,
            discount_total=text(full - lines_total + self.smart_discount),
            discount_tax=text(full_tax - lines_tax),
            shipping_total=text(shipping_total),
            shipping_tax=text(shipping_tax),
            cart_tax=text(lines_tax + fee_tax),
            total_tax=text(tax),
            total=text(total),
            customer_id=self.rng.choice((0, 0, 2, 5, 17, 230)),
            order_key=f"wc_order_{self.rng.getrandbits(64):016x}"[:22],
            customer_ip_address=f"192.0.2.{self.rng.randint(1, 254)}",
            customer_user_agent="Mozilla/5.0 (X11; Linux x86_64) Example/1.0",
            cart_hash=f"{self.rng.getrandbits(128):032x}",
        )
        data["payment_url"] = (
            f"{self.site_url}/checkout/order-pay/{self.id}/"
            f"?pay_for_order=true&key={data['order_key']}"
        )
        self._people()
        self._dates()
        self._pay(total)
        self._attribution()
        data["meta_data"] = [
            {"id": self.id * 30 + at, "key": key, "value": value}
            for at, (key, value) in enumerate(self.meta)
        ]
        data.update(self.extra)
        return data

    def _line(self, row: dict[str, Any]) -> dict[str, Any]:
        item: Item = row["item"]
        taxes, subtaxes = row["taxes"], row["subtaxes"]
        quantity = row["quantity"]
        price = float(row["total"]) / float(quantity)
        meta: list[dict[str, Any]] = [
            {
                "id": self.row_id() * 10,
                "key": key,
                "value": value,
                "display_key": key.capitalize(),
                "display_value": value,
            }
            for key, value in item.options
        ]
        if not item.options and self.rng.random() < 0.4:
            shown = str(quantity)
            meta.append(
                {
                    "id": self.row_id() * 10,
                    "key": "_reduced_stock",
                    "value": shown,
                    "display_key": "_reduced_stock",
                    "display_value": shown,
                }
            )
        return {
            "id": self.row_id(),
            "name": item.description,
            "product_id": item.product_id,
            "variation_id": item.variation_id,
            "quantity": number(Decimal(quantity)),
            "tax_class": item.tax_class,
            "subtotal": self.text(row["subtotal"]),
            "subtotal_tax": self.text(sum(subtaxes.values(), Decimal(0))),
            "total": self.text(row["total"]),
            "total_tax": self.text(sum(taxes.values(), Decimal(0))),
            "taxes": [
                {
                    "id": rate_id,
                    "total": self.text(tax),
                    "subtotal": self.text(subtaxes[rate_id]),
                }
                for rate_id, tax in taxes.items()
            ],
            "meta_data": meta,
            "sku": item.sku,
            "price": int(price) if price.is_integer() else price,
            "image": {"id": "", "src": ""},
            "parent_name": item.parent_name,
        }

    def _ship_line(
        self, name: str, method: str, cost: Decimal, taxes: dict[int, Decimal]
    ) -> dict[str, Any]:
        packed = ", ".join(
            f"{row['item'].description} &times; {row['quantity']}" for row in self.lines
        )
        return {
            "id": self.row_id(),
            "method_title": name,
            "method_id": method,
            "instance_id": str(self.rng.randint(1, 4)),
            "total": self.text(cost),
            "total_tax": self.text(sum(taxes.values(), Decimal(0))),
            "taxes": [
                {"id": rate_id, "total": self.text(tax), "subtotal": ""}
                for rate_id, tax in taxes.items()
            ],
            "tax_status": "taxable",
            "meta_data": [
                {
                    "id": self.row_id() * 10,
                    "key": "Items",
                    "value": packed,
                    "display_key": "Items",
                    "display_value": packed,
                }
            ],
        }

    def _fee_line(
        self, fee: dict[str, Any], taxes: dict[int, Decimal]
    ) -> dict[str, Any]:
        return {
            "id": self.row_id(),
            "name": fee["name"],
            "tax_class": "",
            "tax_status": "taxable" if fee["taxable"] else "none",
            "amount": "",
            "total": self.text(fee["total"]),
            "total_tax": self.text(sum(taxes.values(), Decimal(0))),
            "taxes": [
                {"id": rate_id, "total": self.text(tax), "subtotal": ""}
                for rate_id, tax in taxes.items()
            ],
            "meta_data": [],
        }

    def _tax_line(
        self, rate_id: int, tax: Decimal, shipping_tax: Decimal
    ) -> dict[str, Any]:
        rate = next(rate for rate in self.rates() if rate.id == rate_id)
        return {
            "id": self.row_id(),
            "rate_code": rate.code,
            "rate_id": rate.id,
            "label": rate.label,
            "compound": rate.compound,
            "tax_total": self.text(tax),
            "shipping_tax_total": self.text(shipping_tax),
            "rate_percent": number(Decimal(rate.percent)),
            "meta_data": [],
        }

    def _people(self) -> None:
        phone = f"+1 555 01{self.rng.randint(0, 99):02d}"
        email = f"customer{self.id}@example.{self.rng.choice(('com', 'org', 'net'))}"
        self.data["billing"] = self.person.address(email, phone)
        goods = any(row["item"].kind == "Inventory" for row in self.lines)
        to = self.ship_to or self.person
        if goods or self.ship_to:
            self.data["shipping"] = to.address(None, phone)

    def _dates(self) -> None:
        modified = self.created + timedelta(seconds=95)
        self.data["date_created_gmt"] = iso_seconds(self.created)
        self.data["date_modified_gmt"] = iso_seconds(modified)
        self.data["date_paid_gmt"] = iso_seconds(modified)

    def _pay(self, total: Decimal) -> None:
        data, rng = self.data, self.rng
        if total == 0:
            return
        method = self.payment
        data["payment_method"] = method
        data["payment_method_title"] = PAYMENT_TITLES[method]
        digits = f"{rng.getrandbits(128):032x}"
        if method.startswith("stripe"):
            charge, intent = f"ch_{digits[:24]}", f"pi_{digits[::-1][:24]}"
            data["transaction_id"] = rng.choice((charge, intent))
            self.meta += [
                ("_stripe_intent_id", intent),
                ("_stripe_source_id", f"pm_{digits[4:28]}"),
                ("_stripe_customer_id", f"cus_{digits[:14]}"),
                ("_stripe_charge_captured", "yes"),
                ("_stripe_currency", self.currency),
                ("_stripe_fee", "1.47"),
                ("_stripe_upe_payment_type", "card"),
            ]
        elif method == "ppcp-gateway":
            data["transaction_id"] = digits[:17].upper()
            self.meta.append(("_ppcp_paypal_order_id", digits[15:32].upper()))
        elif method == "klarna_payments":
            known = str(uuid.UUID(int=rng.getrandbits(128)))
            data["transaction_id"] = known
            self.meta += [
                ("_wc_klarna_order_id", known),
                ("_wc_klarna_environment", "test"),
                ("_kp_session_id", f"{digits}0001"),
            ]
        else:
            data["date_paid_gmt"] = None
            if method == "bacs":
                data["needs_payment"] = False

    def _attribution(self) -> None:
        if self.rng.random() < 0.2:
            return
        source = self.rng.choice(
            (("utm", "newsletter"), ("organic", "search"), ("typein", "(direct)"))
        )
        self.meta += [
            ("_wc_order_attribution_source_type", source[0]),
            ("_wc_order_attribution_utm_source", source[1]),
            ("_wc_order_attribution_device_type", "Mobile"),
            ("_wc_order_attribution_session_entry", f"{self.site_url}/"),
        ]


def share(total: Decimal, weights: list[Decimal], quantum: Decimal) -> list[Decimal]:
    """Share out by largest remainder, to the last minor unit."""
    whole = sum(weights, Decimal(0))
    if not whole:
        return [Decimal(0) for _ in weights]
    exact = [total * weight / whole for weight in weights]
    parts = [part.quantize(quantum, ROUND_FLOOR) for part in exact]
    left = int((total - sum(parts, Decimal(0))) / quantum)
    order = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    for at in order[:left]:
        parts[at] += quantum
    return parts


def number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _short(value: Decimal) -> str:
    """Print a discount as coupon lines do: without fixed decimals."""
    text = format(value.normalize(), "f")
    return text if text != "-0" else "0"


PAYMENTS = (
    "stripe",
    "stripe",
    "stripe_klarna",
    "ppcp-gateway",
    "ppcp-gateway",
    "klarna_payments",
    "bacs",
    "cod",
    "cheque",
)
PAYMENT_TITLES = {
    "stripe": "Credit Card (Stripe)",
    "stripe_klarna": "Klarna",
    "ppcp-gateway": "PayPal",
    "klarna_payments": "Klarna",
    "bacs": "Direct bank transfer",
    "cod": "Cash on delivery",
    "cheque": "Check payments",
}
PLAIN = [
    "COMP-A",
    "COMP-B",
    "BGM-STK-5A",
    "BGM-SN14",
    "bk/ü 12-x",
    "TEE-S-BLK",
    "TEE-M-BLK",
    "TEE-M-SND",
    "CYM-16",
    "CYM-18",
    "MUG-BLU",
    "LAMP-01",
    "BGM-HH-14",
    "BGM-TOM-12",
    "BGM-BD-22",
    "BGM-THR-1",
    "BGM-RUG-M",
    "BGM-PED-S",
    "BGM-PED-D",
    "BGM-MET-1",
    "BGM-EAR-20",
    "BGM-MAL-1",
    "BGM-BAG-SN",
    "BGM-STD-CY",
    "BGM-CAJ-1",
    "BGM-KAL-17",
    "BGM-SHK-E",
    "COMP-C",
    "COMP-D",
]
