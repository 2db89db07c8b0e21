"""Plausible values for the "?" of every named statement, over big_database.py.

A new statement needs an entry here: its values, and where it reads a big table
from one end to the other, the table and the reason why it may. With page, the
values are those of a page deep in the list, of which each row may cost three
reads. What else reads far more rows than it gives says why in `dear`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from big_database import LOG, ORDERS


@dataclass(frozen=True)
class Case:
    """One way to run a statement."""

    values: tuple[Any, ...] = ()
    scan: dict[str, str] = field(default_factory=dict)  # table: reason
    page: int = 0  # rows of a page that is asked for at a deep cursor
    dear: str = ""  # why it reads many more rows than it gives or changes


def case(*values: Any, page: int = 0, dear: str = "", **scan: str) -> Case:
    return Case(values, scan, page, dear)


NOW = datetime(2026, 11, 20, 12, 0)
DAY_AGO = datetime(2026, 11, 19, 12, 0)
LONG_AGO = datetime(1970, 1, 1)
HASH = b"\x01" * 32
SHA_7 = hashlib.sha256(b"7").digest()
AUDIT_AT = datetime(2026, 1, 1)
IDS = json.dumps(list(range(ORDERS - 99, ORDERS + 1)))
PLATFORM_IDS = json.dumps([str(n) for n in range(ORDERS - 99, ORDERS + 1)])
NUMBERS = json.dumps([f"S{1 + n % 5}-{n}" for n in range(ORDERS - 99, ORDERS + 1)])
SKUS = json.dumps([f"SKU-{n:06}" for n in range(1000, 1100)])
SKU = "SKU-075000"
TAKEN = ("host", 1, 1)  # owner, fence, beat
CAPPED = "counts what waits, up to its limit"
WALK = "the index in its order, as far as its LIMIT"
BARS = "counts the orders of its range, by index alone"
OPEN = "reads what is open, which people keep small"
FEW_USERS = "at most a thousand people"
VERIFY = "verify reads everything by its nature; a person asks for it"
FIGURES = "a count over all rows, of status alone"

NEW = 200_000  # an order that is not there yet
SEEN = (
    *(1, str(NEW), "S1-1", "stored", None, HASH, NOW, NOW, "EUR", 119, NOW, NOW),
    *(NOW, 1),
)
ORDER = (
    *(ORDERS, 1, str(ORDERS), f"S1-{ORDERS}", NOW, NOW, None, "processing", "EUR"),
    *(None, 0, None, None, None, None, *[None] * 20, 0, None, 0, "card", None),
    *(0, 0, 0, None, 119, 0, 119, 0, 1, 0, 0, 1, None, HASH, 2, "stored"),
    *("pending", 0, NOW, 1),
)
ITEM = ("SKU-NEW", "New", "active", None, None, None, 1, None, None)
SITE = (
    *("new", "NEW", "woocommerce", "New", "https://new.example", "new.example"),
    *(1, 1, 0, 0, 0, None, 100, 1, 1, "processing", "completed", None, None),
    *("UTC", None, None, 0, 1, "distribute", "both", 0, 1, 0, "{}", None),
)


def log_lines(dear: str = "", **given: Any) -> Case:
    names = ("kind", "entity", "status", "site", "operation", "since", "until")
    scan = {} if given else {"rm_log": WALK}
    values = (given.get(name) for name in names for _ in range(2))
    return case(*values, 20, dear=dear, **scan)


CASES: dict[str, Case | list[Case]] = {
    # app, cli
    "setting_list": case(),
    "setting_note": case("cron_last_seen", "x"),
    "cron_ready": case(1000, dear=CAPPED),
    "cron_running": case(),
    "cron_ended": case("{}"),
    "cron_seen": case(),
    "worker_cron": case(),
    "sync_sites": case(),
    "setup_steps": case(),
    "probe_insert": case(),
    "probe_select": case(),
    "probe_update": case(),
    "probe_delete": case(),
    "import_results": case(5000),
    "retry_find": case(ORDERS + 10, f"S1-{ORDERS + 10}"),
    "retry_filter": [
        case(None, None, None, None, None, None),
        case("shop1", "shop1", None, None, None, None, dear=OPEN),
        case(*[None] * 4, "GHOST-1", "GHOST-1", dear=OPEN),
    ],
    "status_facts": case(rm_order=FIGURES, rm_items=FIGURES),
    "status_sites": case(dear="counts what waits and what is open of each site"),
    "doctor_webhooks": case(),
    "operation_show": case(5000),
    "operation_jobs": case(5000),
    "log_latest": [
        log_lines(),
        log_lines(kind="run"),
        log_lines(kind="run", site=1),
        log_lines(kind="run", status="failed", dear="reads the runs of 30 days"),
        log_lines(kind="run", entity="items"),
        log_lines(operation=5000),
    ],
    "log_newer": [
        case(LOG - 20, *[None] * 10),
        case(LOG - 20, "run", "run", *[None] * 8),
    ],
    "log_last_id": case(),
    # account
    "role_list": case(),
    "role_find": case("viewer"),
    "role_insert": case("packer", "Packer", "view"),
    "role_update": case("Packer", "view", "packer", 0),
    "role_delete": case("packer"),
    "user_count": case(),
    "user_insert": case(
        *("new", "New", "", "viewer", 1, "", NOW, b"l" * 32, NOW), dear=FEW_USERS
    ),
    "user_list": [
        case(None, None, dear=FEW_USERS),
        case(1, 1),
    ],
    "user_find": case("user7"),
    "user_load": case(7),
    "user_update": case("U", "", "viewer", 1, 1, 7, 0),
    "user_hold_administrators": case(),
    "user_other_administrators": case(4),
    "user_password": case("x", 7),
    "user_rehash": case("x", 7, ""),
    "user_link": case(b"l" * 32, NOW, 7),
    "user_by_link": case(SHA_7),
    "user_take_link": case("x", 7, SHA_7),
    "user_delete": case(ORDERS, 0),
    "user_names": case(),
    "user_totp": case("v1:1:x:y:z", 1, 7),
    "user_totp_older": case(2, dear=FEW_USERS),
    "user_totp_relock": case("v1:2:x:y:z", 6, "v1:1:x:y:z"),
    "user_totp_step": case(1, 7, 1),
    "user_seen": case(7),
    "grant_clear": case(7),
    "grant_insert": case(450, '["shop1"]'),
    "grant_unknown": case('["shop1", "nowhere"]'),
    "recovery_clear": case(7),
    "recovery_insert": case(7, HASH),
    "recovery_use": case(7, HASH),
    "view_find": case(7),
    "view_insert": case("[]", 500),
    "view_update": case("[]", 7, 1),
    "view_clear": case(7),
    "session_insert": case(7, HASH, "::1", "x", 30, 12),
    "session_check": case(SHA_7, 30, 12),
    "grant_list": case(1),
    "session_seen": case(30, 12, 7),
    "session_renew": case(HASH, 1, 7),
    "session_list": case(7),
    "session_end": case(7, 8),
    "session_end_all": case(7, 0),
    "session_end_oldest": case(7, 7),
    "session_clean": case(),
    "token_insert": case(7, "token", "x", HASH, "abcd", "view", 1, NOW, 7),
    "token_site_insert": case(7, '["shop1"]'),
    "token_owner": case(7),
    "token_check": case(SHA_7),
    "token_used": case("::1", 7),
    "token_list": [
        case("token", None, None, dear="a page of a thousand"),
        case("token", 8, 8),
    ],
    "token_find": [case(7, "token", None, None), case(7, "token", 8, 8)],
    "token_site_clear": case(5),
    "token_delete": case(6),
    "token_expired": case(7),
    "token_of_user": case(7),
    "login_try_find": case(SHA_7),
    "login_try_begin": case(HASH, 1, NOW, NOW),
    "login_try_count": case(4, NOW, NOW, SHA_7, 3, NOW),
    "login_try_return": case(SHA_7),
    "login_try_forget": case(SHA_7),
    "login_try_clean": case(),
    "audit_head": case("api:web1"),
    "audit_insert": case(
        *("api:web1", ORDERS, NOW, 7, "user7", "::1", "r", "site.add", "site x"),
        *(None, None, HASH),
    ),
    "audit_chains": case(),
    "audit_walk": case("api:web1", 20_000),
    "audit_link": case("api:web1", 20_000),
    "audit_landed": case("api:web1", 20_000),
    "audit_heads": case(),
    "audit_anchors": case("audit.anchor"),
    "audit_purged": case("api:web1", dear="an entry a day and chain"),
    "audit_old": [
        case(LONG_AGO),
        case(AUDIT_AT, dear="reads what is to be removed"),
    ],
    "audit_remove": case("api:web1", 900),
    # db, migrate
    "session_facts": case(),
    "session_now": case(),
    "schema_list": case(),
    "schema_start": case(1, 1, "x", HASH),
    "schema_finish": case(1, 1),
    "schema_table_rows": case("rm_order"),
    "schema_lacks": case(
        '[{"t":"rm_order","c":"id"}]', dear="reads the catalogue, for doctor only"
    ),
    # flow
    "retry_due": case(1, 100),
    "retry_requeue_skus": case(json.dumps([f"GHOST-{n}" for n in range(10)])),
    "retry_requeue_codes": case(
        json.dumps(["ob_kit_empty", "ob_kit_cycle"]), dear=OPEN
    ),
    "retry_requeue_ids": case(json.dumps(list(range(ORDERS + 1, ORDERS + 101)))),
    "retry_hasten_ids": case(json.dumps(list(range(ORDERS + 5001, ORDERS + 5101)))),
    "retry_sites": case(),
    "retry_requeued": case(1, 0, 100),
    "retention_log": case(datetime(2026, 10, 1), 1000),
    "retention_operations": case(datetime(2026, 5, 1), 1000),
    "retention_failed_operations": case(datetime(2026, 5, 1), 1000),
    "retention_webhooks": case(datetime(2026, 11, 10), 1000),
    "webhook_sites": case(64),
    "webhook_check_sites": case(),
    "webhook_check_url": case(1),
    "webhook_check_save": case(1, "https://x", NOW, 1, 0, "[]"),
    "api_site_webhooks": case(1),
    "webhook_pending": case(1, 100),
    "webhook_done": case(1, 1, "19000", 20_000),
    "verify_seen_once": case(rm_order=VERIFY),
    "verify_one_fate": case(rm_order_seen=VERIFY),
    "verify_addresses": case(rm_order=VERIFY, rm_lineitems=VERIFY),
    "verify_money": case(rm_order=VERIFY),
    "verify_marks": case(rm_order=VERIFY),
    "verify_leases": case(dear=VERIFY),
    "verify_operations": case(dear=VERIFY),
    "verify_window": case(rm_log=VERIFY),
    "verify_memory": case(32768, dear=VERIFY),
    "verify_secret": case(
        *("a", "a", "a"), rm_log=VERIFY, rm_operation=VERIFY, rm_job=VERIFY
    ),
    "verify_sites": case(),
    # order
    "order_seen_match": case(PLATFORM_IDS, 1),
    "order_seen_upsert": case(*SEEN),
    "order_number_holders": case(NUMBERS),
    "order_existing": case(IDS),
    "order_payload_latest": case(IDS),
    "order_payload_insert": case(ORDERS, 2, b"x", HASH, NOW),
    "order_payload": case(ORDERS, 0, 0),
    "order_upsert": case(*ORDER),
    "order_flag_changed": case(ORDERS),
    "order_remove_lines": case(IDS),
    "order_remove_addresses": case(IDS),
    "order_address_insert": case(ORDERS, "ship", *[None] * 8, "10115", "DE", None),
    "order_line_insert": case(
        *(ORDERS, 4, 1, None, None, SKU, "A thing", 1, 1, 0, 1, 0, 0, 0),
        *(None, None, None, 0),
    ),
    "order_event_insert": case(ORDERS, 1, NOW, "store", "stored", None, None, None),
    "order_errors_fixed": case(IDS),
    "order_error_upsert": case(
        *(ORDERS, 1, None, "verify", "ob_sku_unknown", None, None, "x", None),
        *(1, None, HASH, NOW, NOW, 1),
    ),
    "order_give_up_find": case(5000),
    "order_give_up": case(ORDERS),
    "order_give_up_job": case(5000),
    "order_to_mark": [
        case(1, 200),
        case(2, 200, dear="reads what other sites have to mark, seldom much"),
    ],
    "order_marked": case(IDS, "done", NOW),
    "order_cancel": case(ORDERS),
    "order_cancel_lines": case(ORDERS),
    "order_mark_again": case(1),
    "order_unmark": case(1, str(ORDERS - 10)),
    "order_count_waiting": case(10000, dear=CAPPED),
    "error_find": case(ORDERS + 10),
    "error_handle_many": case(f"[{ORDERS + 8}]", "me", "because", NOW, 0, 1000),
    "error_handled_events": case(
        NOW, "because", "me", f"[{ORDERS + 8}]", 0, 1000, NOW, "me"
    ),
    "error_handle": case("me", "because", NOW, ORDERS + 8),
    "order_find": case(f"S1-{ORDERS}", ORDERS),
    "order_read": case(ORDERS),
    "order_read_lines": case(ORDERS),
    "order_read_addresses": case(ORDERS),
    "order_read_events": case(ORDERS),
    "order_read_payloads": case(ORDERS),
    # product
    "items_match": case(SKUS),
    "item_rows": case(SKUS),
    "item_find": case(SKU),
    "item_insert": case(*ITEM),
    "item_update": case(*ITEM[1:], 75_000, 0),
    "item_put": case(*ITEM, *[1] * 8),
    "item_delete": case(SKU, 0),
    "item_remove": case(SKU),
    "item_skus_after": case(SKU, 50, page=50),
    "item_page": case(SKU, 50, page=50),
    "sku_cache_read": case(SKUS, 1, 300),
    "sku_cache_write": case(1, SKU, "ok", None, None),
    "sku_cache_forget": case(SKUS),
    "sku_cache_flush": case(dear="it empties the table"),
    "kit_level": case(SKUS),
    "kit_lock": case("SKU-000100"),
    "kit_remove": case("SKU-000100"),
    "kit_insert": case("SKU-NEW", SKU, 1, 1, None, None, None, 1),
    "kit_parents_after": case("SKU-003000", 50, page=50),
    # queue
    "lease_add": case("migrate"),
    "lease_read": case("migrate"),
    "lease_lock": case("migrate"),
    "lease_take": case("host", "migrate", 1),
    "lease_take_gone": case("host", "migrate", 1, "other"),
    "lease_touch": case("migrate", *TAKEN),
    "lease_release": case("migrate", *TAKEN[:2]),
    "job_lease_read": case(5000),
    "job_lease_lock": case(5000),
    "job_touch": case(5000, *TAKEN),
    "job_release": case(5000, *TAKEN[:2]),
    "operation_find_open": case(HASH),
    "operation_count_waiting": case(1),
    "operation_add": case(
        *("import", 1, 1, 1, 0, "{}", 0, HASH, "cli", "me", None, None, None, NOW)
    ),
    "operation_exists": case(5000),
    "operation_waiting_like": case("order_sync", 1, 5),
    "operation_supersede": case(1, "order_sync", 1, 5),
    "operation_load": case(5000),
    "operation_lock": case(5000),
    "operation_asked": case(5000),
    "operation_start": case("host", 5000, "not_processed", 0),
    "operation_progress": case("fetch", 1, 1, "orders", 1, 1, 1, 1, 1, 1, 1, 5000),
    "operation_result": case("{}", 5000),
    "operation_pause": case(NOW, "window", None, None, 5000, "in_progress", 0),
    "operation_set_key": case(HASH, 5000),
    "operation_close": case("completed", None, None, None, 5000, "in_progress", 0),
    "operation_log": case("info", None, "done", 5000),
    "operation_cancel": case(NOW, 5000, 0),
    "operation_reopen": case(5000, 0),
    "job_add_run": case(1, 1, None),
    "job_add": case(1, "mark", 1, "shop1", HASH, None, None, None, None, None, 0, 0),
    "job_settle": case(HASH),
    "job_wake_sku": case(SKUS),
    "job_checkpoint": case("{}", 5000, 1),
    "job_item_begin": case("1", 5000, 1),
    "job_item_end": case(1, 5000, 1),
    "job_close_run": case(5000),
    "job_reopen_run": case(5000),
    "job_due": case(),
    "job_due_of": case(9995),
    "job_take": case("host", 9995, 1),
    "job_load": case(5000),
    "job_pause": case(NOW, NOW, "window", 9995, 1),
    "job_finish": case("done", None, 1, None, None, None, 9988, "host", 1),
    "job_wake_busy": case("order_sync", 1),
    "job_leased": case(),
    "job_free": case("ready", None, "gone", 9988, "host", 1, 1),
    "log_line_add": case("info", 1, 1, "orders", None, None, "x", None),
    "call_note": case(NOW, "info", 1, "200", 12, None, "x", "{}"),
    "schedule_due": case(),
    "schedule_find": case("retention"),
    "schedule_move": case(NOW, 1, 1, NOW),
    "schedule_ran": case(1, 1),
    "upstream_add": case("woocommerce:3"),
    "upstream_read": case("woocommerce:3"),
    "upstream_probe": case(30, "woocommerce:3", 0),
    "upstream_take": case(1000, 1, "woocommerce:3", 1000),
    "upstream_wait": case("woocommerce:3"),
    "upstream_ok": case(1, 1, "woocommerce:3"),
    "upstream_failed": case(1, 1, 1, 1, "x", "woocommerce:3"),
    "upstream_open": case("woocommerce:3"),
    "upstream_reopen": case("woocommerce:3", 0),
    "upstream_close": case("woocommerce:3", 0),
    "upstream_not_before": case(NOW, "x", "woocommerce:3"),
    "upstream_retry": case("woocommerce:3"),
    # site
    "list_site_id": case("shop1"),
    "site_find": case("shop1"),
    "site_load": case(1),
    "site_list": case(0),
    "site_insert": case(*SITE),
    "site_url": case(1, 0),
    "site_save": case(*SITE[3:], 1, 0),
    "site_enable": case(1, 1, 0),
    "site_delete": case(NOW, 1, 0),
    "site_stop_schedules": case(1),
    "site_add_schedule": case("new", 1, NOW, NOW),
    "site_pause_auth": case(NOW, "x", 1),
    "site_clear_auth": case(1),
    "site_tested": case(None, None, 1, 1),
    "site_synced": case(1),
    "connection_find": case("bc", None, None),
    "connection_load": case(1),
    "connection_insert": case("bc", "second", 1, "{}"),
    "connection_save": case("main", 1, "{}", 1, 0),
    "connection_tested": case(NOW, 1, "{}", 1),
    "connection_list": case(),
    "secret_make": case("web.key", 1, b"x", NOW),
    "secret_set": case("secret.1", "secret", 1, b"x", None, None, NOW, None),
    "secret_get": case("secret.1"),
    "secret_delete": case("secret.1"),
    "secret_flush_tokens": case(),
    "secret_list": case(),
    "secret_older": case(1),
    "secret_relock": case(b"x", 1, "secret.1", 0),
    # api
    "idempotency_begin": case(b"r" * 32, b"b" * 32),
    "idempotency_find": case(b"r" * 32),
    "idempotency_done": case(202, "", "{}", b"r" * 32),
    "idempotency_forget": case(b"r" * 32),
    "idempotency_expire": case(b"r" * 32),
    "idempotency_clean": case(),
    "api_sites": [
        case(None, None, dear="counts what waits and what is open of each site"),
        case(1, 1, dear="counts what waits and what is open of the site"),
    ],
    "api_site_findings": case(1),
    "api_order_detail": case(1),
    "api_order_payload": case(1),
    "api_import_results": [case(1, None, None), case(1, "stored", "stored")],
    "api_operation_log": case(1),
    "api_error_order": case(1),
    "api_error_order_ids": case("[1,2,3]"),
    "api_schedules": [case(None, None), case(1, 1)],
    "api_schedule_params": case('{"batch_size":50}', 1),
    "api_schedule_save": case(1, "hourly", 0, NOW, NOW, 1, 0),
    "api_settings": case(),
    "api_setting_hold": case("maria"),
    "api_setting_set": case("log.level", "info", "maria"),
    "api_setting_reset": case("log.level"),
    "api_overview_facts": case(),
    "api_overview_sites": [case(None, None), case("[1,2]", "[1,2]")],
    "api_overview_expiring": case(NOW),
    "api_overview_stored": case(LONG_AGO, 3600, LONG_AGO, NOW, 1000, dear=BARS),
    "api_overview_stored_of": case(LONG_AGO, 3600, 1, LONG_AGO, NOW, 1000, dear=BARS),
    "api_overview_met": [
        case(LONG_AGO, 3600, None, None, "error", LONG_AGO, NOW, 100, dear=BARS),
        case(LONG_AGO, 3600, "[1]", "[1]", "error", LONG_AGO, NOW, 100, dear=BARS),
    ],
    "api_watermarks": case("orders"),
    "api_metrics": case(dear=CAPPED),
    "api_metrics_refused": case(),
    "api_job": case(1),
    "api_job_hasten": case(1),
    "webhook_site": case("shop1"),
    "webhook_refused_add": case(1, "ob_bad_signature", 2, NOW),
    "webhook_add": case(
        *(1, "order.updated", "7", HASH, "e5a5", "192.0.2.7", 0, "pending", NOW),
        b"{}",
    ),
    # watermark
    "watermark_find": case("fetch:orders:1"),
    "watermark_make": case("fetch:items:1", None, "items"),
    "watermark_reset": case("fetch:orders:1", 1, "run:order_sync:1"),
    "watermark_move": case(NOW, "1", "fetch:orders:1", NOW, "1"),
}
