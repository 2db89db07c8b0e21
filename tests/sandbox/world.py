"""Everything that the sandbox knows, and how one call runs through it."""

from __future__ import annotations

import asyncio
import copy
import re
import time
from datetime import timedelta
from typing import Any

from . import faults as fault_kinds
from . import woo_rest, woocommerce
from .business_central import BusinessCentral
from .clock import Clock, http_date, iso_utc, parse_moment
from .entra import Entra
from .faults import Fault, Faults
from .ledger import Ledger
from .orders import generate
from .wire import Call, Reply, Wire, compress
from .woo_store import Shop
from .woo_webhooks import Deliverer

DEFAULT_SHOP = "demo"
DEFAULT_ORDERS = 100
DEFAULT_SEED = 1


class World:
    """Shops, Entra, Business Central, faults, clock and ledger."""

    def __init__(self, clock: Clock, latency_ms: float = 0.0) -> None:
        self.clock = clock
        self.ledger = Ledger(clock)
        self.faults = Faults()
        self.latency_ms = latency_ms
        self.base = "http://127.0.0.1"
        self.shops: dict[str, Shop] = {}
        self.last_lists: dict[tuple[str, str], Reply] = {}
        self.deliverer = Deliverer()
        self.seed = DEFAULT_SEED
        self.entra = Entra(clock, self.ledger)
        self.bc = BusinessCentral(clock, self.ledger, self.entra)

    # setting up

    def reset(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Begin anew. `shops` maps codes to settings; `base` is the newest moment."""
        self.seed = int(wish.get("seed", self.seed))
        count = int(wish.get("orders", DEFAULT_ORDERS))
        self.faults.disarm()
        self.ledger.clear()
        self.last_lists.clear()
        self.shops.clear()
        self.entra = Entra(self.clock, self.ledger)
        self.bc = BusinessCentral(self.clock, self.ledger, self.entra)
        if "latency" in wish:
            self.latency_ms = float(wish["latency"])
        shops = wish.get("shops") or {DEFAULT_SHOP: {}}
        for code, settings in shops.items():
            settings = dict(settings)
            orders = int(settings.pop("orders", count))
            seed = int(settings.pop("seed", self.seed))
            shop = self.open_shop(code)
            shop.configure(settings)
            self.fill(
                shop,
                {
                    "count": orders,
                    "seed": seed,
                    "mix": wish.get("mix"),
                    "base": wish.get("base"),
                },
            )
        return {"seed": self.seed, "shops": sorted(self.shops)}

    def open_shop(self, code: str) -> Shop:
        """Return a shop, made on demand."""
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,30}", code):
            raise ValueError(f"bad shop code: {code!r}")
        if code not in self.shops:
            self.shops[code] = Shop(code, self.clock, self.ledger, self.base)
        return self.shops[code]

    def fill(self, shop: Shop, wish: dict[str, Any]) -> list[int]:
        """Add generated orders; returns their ids."""
        base, status = wish.get("base"), wish.get("status")
        moment = parse_moment(base) if base else self.clock.now() - timedelta(hours=1)
        made = generate(
            int(wish.get("seed", self.seed)),
            int(wish.get("count", 1)),
            first_id=int(wish.get("first_id") or shop.next_id),
            newest=moment.replace(microsecond=0),
            days=float(wish.get("days", 30)),
            variety=wish.get("variety"),
            mix=wish.get("mix"),
            site_url=shop.site_url,
            mark_key=shop.settings.mark_key,
        )
        for order in made:
            if status:
                # Outside the expected counts: a sync that asks for processing
                # orders must never see these.
                shop.store({**order.data, "status": status})
                continue
            shop.store(order.data)
            shop.expected[order.data["id"]] = order.expectation()
            for refund in order.refunds:
                shop.refunds[refund["id"]] = refund
                shop.next_id = max(shop.next_id, refund["id"] + 1)
        shop.next_id += 100  # room, so that new posts do not follow closely
        shop.journal.clear()
        return [order.data["id"] for order in made]

    # one call

    def route(self, call: Call) -> bool:
        """Say whose call this is; False when it is nobody's."""
        path = call.raw_path
        match = re.match(r"/shop/([^/?]+)(/.*)?$", path)
        if match and match[1] in self.shops:
            call.upstream, call.shop = "woocommerce", match[1]
            call.rest = match[2] or "/"
            return True
        for prefix, upstream in (("/entra", "entra"), ("/bc", "business_central")):
            if path.startswith(prefix + "/"):
                call.upstream, call.rest = upstream, path[len(prefix) :]
                return True
        return False

    async def answer(self, call: Call) -> Reply:
        """Run one upstream call: faults, execution, latency, log.

        Its own work counts into the latency, so that an upstream that takes 200 ms
        takes no more. A call that a reset overtook is dropped: it must not touch
        the new state.
        """
        epoch, began = self.ledger.epoch, time.monotonic()
        row = self.ledger.begin(
            {
                "upstream": call.upstream,
                "shop": call.shop,
                "method": call.method,
                "path": call.safe_target,
            }
        )
        status, size = None, 0
        try:
            hits = self.faults.take(call)
            row["faults"] = [fault.kind for fault in hits]
            if call.upstream == "business_central":
                async with self.bc.slot(call) as refusal:
                    began = time.monotonic()
                    reply = refusal or await self._run(call, hits, row["seq"], epoch)
                    await self._lag(began)
            else:
                reply = await self._run(call, hits, row["seq"], epoch)
                await self._lag(began)
            if not reply.date:
                reply.date = http_date(self.clock.now())
            if not reply.wire.silent:
                status, size = reply.status, len(reply.body)
            return reply
        finally:
            if epoch == self.ledger.epoch:
                self.ledger.end(row, status, size)

    async def _lag(self, began: float) -> None:
        left = self.latency_ms / 1000 - (time.monotonic() - began)
        if left > 0:
            await asyncio.sleep(left)

    async def _run(
        self, call: Call, hits: list[Fault], request: int, epoch: int
    ) -> Reply:
        for fault in hits:
            early = await fault_kinds.before(fault, call, self)
            if early is not None:
                return early
        if epoch != self.ledger.epoch:
            return Reply(wire=Wire(silent="close"))
        self.ledger.current = request
        reply = self._execute(call, lose=any(f.kind == "lose_write" for f in hits))
        for fault in hits:
            reply = await fault_kinds.after(fault, call, reply, self)
        compress(reply, call.headers.get("Accept-Encoding", ""))
        return reply

    def _execute(self, call: Call, *, lose: bool) -> Reply:
        owner: Any = self.entra
        if call.upstream == "woocommerce":
            owner = self.shops[call.shop]
        elif call.upstream == "business_central":
            owner = self.bc
        undo, effects = (owner.snapshot() if lose else None), len(self.ledger.effects)
        if call.upstream == "woocommerce":
            reply = woocommerce.handle(owner, call)
        else:
            reply = owner.handle(call)
        if undo is not None:
            owner.restore(undo)
            del self.ledger.effects[effects:]
        if call.method == "GET" and reply.status == 200:
            self.last_lists[call.upstream, call.raw_path] = copy.deepcopy(reply)
        return reply

    def refusal(self, call: Call) -> Reply:
        """Return the 401 that this upstream gives to a token or key gone bad."""
        if call.upstream == "business_central":
            return self.bc.refused()
        if call.upstream == "woocommerce":
            return woo_rest.captured("errors/401-wrong-secret.http")
        return Reply(
            status=401,
            body=b'{"error":"invalid_client","error_description":"AADSTS7000222"}',
        )

    def state(self, *, brief: bool = False) -> dict[str, Any]:
        """Return what GET /_state shows."""
        return {
            "now": iso_utc(self.clock.now()),
            "seed": self.seed,
            "shops": {
                code: shop.state(brief=brief) for code, shop in self.shops.items()
            },
            "entra": self.entra.state(),
            "business_central": self.bc.state(),
            **self.ledger.counts(),
            "merchant_changes": len(self.ledger.merchant),
        }
