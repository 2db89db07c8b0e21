"""Webhooks that a shop sends by itself: signed, once, and given up on early."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any

import aiohttp

from .woo_store import Shop

# A webhook whose counter of failures in a row already exceeds this is disabled.
FAILURES_MAX = 5
TIMEOUT_S = 60


def signature(hook: dict[str, Any], body: str) -> str:
    """Sign a body as WooCommerce does."""
    mac = hmac.new(str(hook["secret"]).encode(), body.encode(), hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def headers(shop: Shop, hook: dict[str, Any], body: str) -> dict[str, str]:
    """Return the headers of a delivery; its id is that of the second."""
    second = f"{hook['id']}{int(shop.clock.now().timestamp())}"
    return {
        "Content-Type": "application/json",
        "User-Agent": agent(shop),
        "X-WC-Webhook-Source": f"{shop.site_url}/",
        "X-WC-Webhook-Topic": hook["topic"],
        "X-WC-Webhook-Resource": hook["resource"],
        "X-WC-Webhook-Event": hook["event"],
        "X-WC-Webhook-Signature": signature(hook, body),
        "X-WC-Webhook-ID": str(hook["id"]),
        "X-WC-Webhook-Delivery-ID": hashlib.md5(second.encode()).hexdigest(),
    }


def agent(shop: Shop) -> str:
    """Return the User-Agent of a shop's own calls."""
    return f"WooCommerce/{shop.settings.version} Hookshot (WordPress/7.0.4)"


def body_of(shop: Shop, topic: str, order_id: int) -> str:
    """Return what a delivery tells: the order as REST shows it, or its id."""
    order = shop.orders.get(order_id)
    if topic == "order.deleted" or order is None:
        return json.dumps({"id": order_id}, separators=(",", ":"))
    return order.text(shop.site_url, None)


class Deliverer:
    """Sends what the shops have to tell, one after the other."""

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None

    def kick(self, shops: dict[str, Shop]) -> None:
        """Begin to send, if there is anything and nobody does."""
        waiting = any(shop.outbox for shop in shops.values())
        if waiting and (self.task is None or self.task.done()):
            self.task = asyncio.get_running_loop().create_task(self._run(shops))

    async def _run(self, shops: dict[str, Shop]) -> None:
        limit = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with aiohttp.ClientSession(timeout=limit) as session:
            while any(shop.outbox for shop in shops.values()):
                for shop in list(shops.values()):
                    while shop.outbox:
                        await self._send(session, shop, *shop.outbox.popleft())

    async def _send(
        self, session: aiohttp.ClientSession, shop: Shop, hook_id: int, order_id: int
    ) -> None:
        hook = shop.webhooks.get(hook_id)
        if hook is None or hook["status"] != "active":
            return
        row: dict[str, Any] = {"webhook": hook_id, "topic": hook["topic"]}
        if order_id == 0:  # the ping of its creation: a form, without signature
            row["ping"] = True
            status = await self._post(
                session,
                hook["delivery_url"],
                f"webhook_id={hook_id}",
                {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "User-Agent": agent(shop),
                },
            )
        else:
            body = body_of(shop, hook["topic"], order_id)
            row["order"] = order_id
            status = await self._post(
                session, hook["delivery_url"], body, headers(shop, hook, body)
            )
            settle(hook, status)
        shop.deliveries.append({**row, "status": status})

    async def _post(
        self,
        session: aiohttp.ClientSession,
        url: str,
        body: str,
        sent: dict[str, str],
    ) -> int:
        try:
            async with session.post(
                url, data=body.encode(), headers=sent, allow_redirects=False
            ) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return 0


def settle(hook: dict[str, Any], status: int) -> None:
    """Count failures in a row; after more than five the shop gives up."""
    if 200 <= status <= 302:
        hook["failures"] = 0
        return
    # Re-activation keeps the counter, so one more failure disables again.
    if hook.get("failures", 0) > FAILURES_MAX:
        hook["status"] = "disabled"
    hook["failures"] = hook.get("failures", 0) + 1
