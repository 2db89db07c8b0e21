"""Holds what the middleware stored against what the sandbox says happened.

Arguments: address of the sandbox, rows of rm_order, rows that wait for Business
Central, open error orders. Ends with 1 when anything was lost or doubled.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from collections import Counter


def main() -> int:
    """Print the comparison; return the exit status."""
    base, stored, pending, errors = sys.argv[1], *map(int, sys.argv[2:5])
    with urllib.request.urlopen(base + "/_state") as answer:
        shop = json.load(answer)["shops"]["demo"]
    with urllib.request.urlopen(base + "/_effects") as answer:
        effects = json.load(answer)
    rows = effects["effects"] if isinstance(effects, dict) else effects
    marks = Counter(str(row["order"]) for row in rows if row["effect"] == "mark")
    expected = Counter(order["outcome"] for order in shop["orders"].values())
    unmarked = [
        number
        for number, order in shop["orders"].items()
        if order["outcome"] == "stored" and not order["marked"]
    ]
    print(f"shop:       {len(shop['orders'])} orders, expected {dict(expected)}")
    print(f"middleware: {stored} stored, {pending} wait for BC, {errors} errors")
    print(f"marks:      {len(marks)} orders marked, {sum(marks.values())} marks")
    fine = stored == len(marks) and pending == stored and not unmarked
    print("every order exactly once" if fine else f"NOT equal: {unmarked[:5]}")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
