"""A shop of some years: 100,000 orders and all that stands beside them.

Made by INSERT ... SELECT from the sequence engine, so that it takes seconds. The
odd states stand where they do in life: what waits is new, what is done is most.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
from typing import Iterator

from conftest import Database, MariaDb

# make bench asks for more of them.
ORDERS = int(os.environ.get("OB_BIG_ORDERS", 100_000))
SITES = 5
ITEMS = 100_000
KITS = 5_000
OPERATIONS = 10_000
JOBS = 20_000
LOG = 100_000
AUDIT = 100_000
DELIVERIES = 20_000
FAILED, WAITING, SKIPPED = 5_000, 1_000, 3_000

# Order k is placed ten minutes after order k - 1; the last is the newest.
PLACED = (
    "TIMESTAMP'2026-11-20 12:00:00'"
    f" + INTERVAL 10 * (CAST(seq AS SIGNED) - {ORDERS}) MINUTE"
)
SITE = f"1 + seq MOD {SITES}"
MET = ORDERS + FAILED + WAITING + SKIPPED

GROUND = f"""
INSERT INTO rm_connection (kind, name, is_active)
SELECT ELT(seq, 'bc', 'powerbi', 'mail'), 'main', 1 FROM seq_1_to_3;
INSERT INTO rm_sites (code, prefix, platform, name, site_url, domain, is_active,
    source_status, target_status, connection_id, order_last_run)
SELECT CONCAT('shop', seq), CONCAT('S', seq), 'woocommerce', CONCAT('Shop ', seq),
    CONCAT('https://shop', seq, '.example'), CONCAT('shop', seq, '.example'), 1,
    'processing', 'completed', 1, '2026-11-20 11:00:00' FROM seq_1_to_{SITES};
INSERT INTO rm_schedule (name, kind, site_id, is_enabled, frequency, start_at,
    next_run_at)
SELECT CONCAT('order_sync:shop', seq), 'order_sync', seq, 1, 'hourly',
    '2025-01-01', '2026-11-20 12:00:00' FROM seq_1_to_{SITES};
INSERT INTO rm_watermark (name, site_id, entity, value_at, value_id)
SELECT CONCAT('fetch:orders:', seq), seq, 'orders', '2026-11-20', '1'
FROM seq_1_to_{SITES};
INSERT INTO rm_secret (name, kind, value, set_at)
SELECT CONCAT('secret.', seq), IF(seq MOD 5, 'secret', 'token'), REPEAT('x', 60),
    '2025-01-01' FROM seq_1_to_30;
INSERT INTO rm_setting (name, value)
SELECT CONCAT('setting.', seq), 'x' FROM seq_1_to_50;
INSERT INTO rm_upstream (name)
SELECT CONCAT('woocommerce:', seq) FROM seq_1_to_20;
INSERT INTO rm_lease (name)
SELECT CONCAT('run:order_sync:', seq) FROM seq_1_to_40;
"""

PRODUCTS = f"""
INSERT INTO rm_items (sku, description, status, barcode, list_price)
SELECT CONCAT('SKU-', LPAD(seq, 6, '0')), CONCAT('Item number ', seq),
    IF(seq MOD 100, 'active', 'blocked'), LPAD(seq, 13, '4'), seq / 100
FROM seq_1_to_{ITEMS};
INSERT INTO rm_kits (parent_sku, component_sku, quantity, sort)
SELECT CONCAT('SKU-', LPAD(1 + seq DIV 3, 6, '0')),
    CONCAT('SKU-', LPAD(50000 + seq * 7 MOD 40000, 6, '0')), 2, seq MOD 3
FROM seq_0_to_{3 * KITS - 1};
INSERT INTO rm_sku_check (connection_id, sku, verdict, checked_at)
SELECT 1, CONCAT('SKU-', LPAD(seq * 4, 6, '0')), 'ok', UTC_TIMESTAMP(3)
FROM seq_1_to_20000;
"""

QUEUE = f"""
INSERT INTO rm_operation (kind, site_id, state, source, created_at, started_at,
    completed_at, heartbeat_at, stored)
SELECT IF(seq MOD 10, 'order_sync', 'import'), {SITE},
    CASE WHEN seq > {OPERATIONS} - 10 THEN 'not_processed'
        WHEN seq > {OPERATIONS} - 14 THEN 'in_progress'
        WHEN seq MOD 50 = 0 THEN 'failed' ELSE 'completed' END,
    'cron', TIMESTAMP'2026-11-20 12:00:00' - INTERVAL ({OPERATIONS} - seq) HOUR,
    IF(seq > {OPERATIONS} - 10, NULL,
        TIMESTAMP'2026-11-20 12:00:01' - INTERVAL ({OPERATIONS} - seq) HOUR),
    IF(seq > {OPERATIONS} - 14, NULL,
        TIMESTAMP'2026-11-20 12:00:09' - INTERVAL ({OPERATIONS} - seq) HOUR),
    TIMESTAMP'2026-11-20 12:00:09' - INTERVAL ({OPERATIONS} - seq) HOUR, 20
FROM seq_1_to_{OPERATIONS};
INSERT INTO rm_job (operation_id, kind, site_id, ref, open_key, state, run_after,
    owner, fence, until_at, wait_sku, last_code, attempts, done_at)
SELECT seq, 'run', {SITE}, NULL, NULL,
    CASE WHEN seq > {OPERATIONS} - 10 THEN 'ready'
        WHEN seq > {OPERATIONS} - 14 THEN 'leased' ELSE 'done' END,
    TIMESTAMP'2026-11-20 12:00:00' - INTERVAL ({OPERATIONS} - seq) HOUR,
    'host', 1, '2026-11-20 12:02:00', NULL, NULL, 0,
    IF(seq > {OPERATIONS} - 14, NULL, '2026-11-20')
FROM seq_1_to_{OPERATIONS};
INSERT INTO rm_job (operation_id, kind, site_id, ref, open_key, state, run_after,
    fence, wait_sku, last_code, attempts, first_failed_at, done_at)
SELECT seq, 'order_retry', {SITE}, {ORDERS + FAILED} + seq,
    IF(seq <= {WAITING}, UNHEX(SHA2(seq, 256)), NULL),
    CASE WHEN seq <= {WAITING} THEN 'ready' WHEN seq MOD 20 THEN 'done'
        ELSE 'dead' END,
    IF(seq MOD 2, TIMESTAMP'2026-11-20 00:00:00', TIMESTAMP'2037-01-01 00:00:00'), 1,
    CONCAT('SKU-', LPAD(seq, 6, '0')), 'ob_sku_wait', 1, '2026-11-19',
    IF(seq <= {WAITING}, NULL, '2026-11-20')
FROM seq_1_to_{JOBS - OPERATIONS};
INSERT INTO rm_log (at, level, kind, operation_id, site_id, entity, status, message)
SELECT TIMESTAMP'2026-11-20 12:00:00' - INTERVAL ({LOG} - seq) MINUTE, 'info',
    CASE WHEN seq MOD 50 = 0 THEN 'system' ELSE ELT(1 + seq MOD 3, 'run', 'line',
        'call') END,
    1 + seq DIV 10 MOD {OPERATIONS}, {SITE}, 'orders', 'completed',
    CONCAT('message number ', seq)
FROM seq_1_to_{LOG};
"""

ORDER_ROWS = f"""
INSERT INTO rm_order_seen (id, site_id, platform_order_id, number, outcome, code,
    content_hash, order_date, currency, total, first_at, last_at)
SELECT seq, {SITE}, seq, CONCAT('S', {SITE}, '-', seq),
    CASE WHEN seq <= {ORDERS} THEN 'stored'
        WHEN seq <= {ORDERS + FAILED} THEN 'error'
        WHEN seq <= {ORDERS + FAILED + WAITING} THEN 'soft' ELSE 'skipped' END,
    NULL, UNHEX(SHA2(seq, 256)), {PLACED}, 'EUR', 119, {PLACED}, {PLACED}
FROM seq_1_to_{MET};
INSERT INTO rm_order (id, site_id, platform_order_id, number, order_date,
    platform_modified, platform_status, currency, email, bill_first_name,
    bill_last_name, bill_city, bill_country, payment_method, trans_id,
    total_before_credit, total_due, proof_ok, line_count, content_hash, revision,
    mark_state, bc_state, fully_import_from_website, imported, stored_at, marked_at,
    updated_at)
SELECT seq, {SITE}, seq, CONCAT('S', {SITE}, '-', seq), {PLACED}, {PLACED},
    'processing', 'EUR', CONCAT('person', seq, '@example.org'), 'Ada', 'Sample',
    'Berlin', 'DE', 'card', CONCAT('ch_', seq), 119, 119, 1, 3,
    UNHEX(SHA2(seq, 256)), 1,
    IF(seq > {ORDERS} - 1000 AND seq MOD 5 = 0, 'pending', 'done'),
    IF(seq > {ORDERS} - 2000, 'pending', 'sent'), 1, seq <= {ORDERS} - 2000,
    {PLACED}, {PLACED}, {PLACED}
FROM seq_1_to_{ORDERS};
INSERT INTO rm_address (order_id, kind, first_name, last_name, address1, city,
    postcode, country)
SELECT (seq + 1) DIV 2, IF(seq MOD 2, 'bill', 'ship'), 'Ada', 'Sample',
    'Example Street 1', 'Berlin', '10115', 'DE' FROM seq_1_to_{2 * ORDERS - 1};
INSERT INTO rm_lineitems (order_id, line_no, line_type, sku, name, quantity,
    unit_price, amount)
SELECT 1 + seq DIV 3, 1 + seq MOD 3, ELT(1 + seq MOD 3, 1, 1, 3),
    IF(seq MOD 3 = 2, NULL, CONCAT('SKU-', LPAD(1 + seq MOD {ITEMS}, 6, '0'))),
    'A thing', 1, 50, ELT(1 + seq MOD 3, 50, 50, 19) FROM seq_0_to_{3 * ORDERS - 1};
INSERT INTO rm_order_payload (order_id, revision, body, body_hash, fetched_at)
SELECT seq, 1, '{{}}', UNHEX(SHA2(seq, 256)), {PLACED} FROM seq_1_to_{ORDERS};
INSERT INTO rm_order_event (order_id, operation_id, at, step, outcome)
SELECT 1 + seq DIV 3, 1 + seq DIV 30 MOD {OPERATIONS}, '2026-11-20',
    ELT(1 + seq MOD 3, 'fetch', 'store', 'result'),
    ELT(1 + seq MOD 3, 'ok', 'stored', 'stored') FROM seq_0_to_{3 * ORDERS - 1};
INSERT INTO rm_error_orders (order_id, site_id, number, stage, code, sku, message,
    total, cause_hash, status, count, first_at, last_at)
SELECT seq, {SITE}, CONCAT('S', {SITE}, '-', seq), 'verify', 'ob_sku_unknown',
    CONCAT('GHOST-', seq MOD 50), 'SKU is nowhere', 119,
    UNHEX(SHA2(seq MOD 50, 256)),
    CASE seq DIV 5 MOD 10 WHEN 0 THEN 'open' WHEN 1 THEN 'open'
        WHEN 2 THEN 'handled' ELSE 'fixed' END,
    1, {PLACED}, {PLACED} FROM seq_{ORDERS + 1}_to_{ORDERS + FAILED};
"""

# Shops tell each order twice; what came last still waits.
WEBHOOKS = f"""
INSERT INTO rm_webhook_in (site_id, topic, platform_order_id, dedup, delivery_id,
    ip, spooled, state, operation_id, received_at, body)
SELECT {SITE}, ELT(1 + seq DIV 5 MOD 2, 'order.created', 'order.updated'),
    seq - seq DIV 5 MOD 2 * 5, UNHEX(SHA2(seq, 256)), 'e5a5', '192.0.2.7', 0,
    IF(seq > {DELIVERIES} - 2000, 'pending', 'done'),
    IF(seq > {DELIVERIES} - 2000, NULL, 1 + seq MOD {OPERATIONS}),
    TIMESTAMP'2026-11-20 12:00:00' - INTERVAL ({DELIVERIES} - seq) MINUTE, '{{}}'
FROM seq_1_to_{DELIVERIES};
"""

# A table of one row makes the server join from that row, if it is let.
ONE_OF_EACH = """
UPDATE rm_order_seen SET site_id = 1;
UPDATE rm_order SET site_id = 1, updated_at = updated_at;
UPDATE rm_error_orders SET site_id = 1;
UPDATE rm_job SET site_id = 1, operation_id = 1 WHERE state <> 'leased';
UPDATE rm_log SET site_id = 1;
UPDATE rm_webhook_in SET site_id = 1;
DELETE FROM rm_operation WHERE id > 1;
UPDATE rm_operation SET site_id = 1;
DELETE FROM rm_watermark WHERE site_id > 1;
DELETE FROM rm_schedule WHERE site_id > 1;
DELETE FROM rm_grant WHERE site_id > 1;
DELETE FROM rm_sites WHERE id > 1;
DELETE FROM rm_connection WHERE id > 1;
"""


# Five sessions and ten tokens a user; a trail of four chains with an anchor a day.
ACCOUNTS = f"""
INSERT INTO rm_user (login, name, role, all_sites, totp_secret, link_hash,
    link_until)
SELECT CONCAT('user', seq), CONCAT('User ', seq),
    ELT(1 + seq MOD 4, 'administrator', 'operator', 'analyst', 'viewer'),
    seq MOD 2, IF(seq MOD 3, NULL, 'v1:1:x:y:z'), UNHEX(SHA2(seq, 256)),
    '2026-11-20 12:30:00' FROM seq_1_to_500;
INSERT INTO rm_grant (user_id, site_id)
SELECT 1 + seq DIV 3, 1 + seq MOD 3 FROM seq_0_to_1199;
INSERT INTO rm_session (user_id, token_hash, ip, created_at, seen_at, proven_at,
    ends_at)
SELECT 1 + seq MOD 500, UNHEX(SHA2(seq, 256)), '192.0.2.1', '2026-11-20 11:00:00',
    '2026-11-20 11:59:00', '2026-11-20 11:00:00',
    IF(seq MOD 100, '2026-11-20 12:30:00', '2026-11-20 11:30:00')
FROM seq_1_to_2500;
INSERT INTO rm_token (user_id, kind, name, token_hash, last4, scopes, all_sites,
    created_at, expires_at)
SELECT 1 + seq MOD 500, IF(seq MOD 2, 'token', 'password'), 'a script',
    UNHEX(SHA2(seq, 256)), 'abcd', 'view', seq MOD 5 > 0, '2026-11-01', '2027-01-01'
FROM seq_1_to_5000;
INSERT INTO rm_token_site (token_id, site_id)
SELECT id, 1 FROM rm_token WHERE all_sites = 0;
INSERT INTO rm_recovery_code (user_id, code_hash)
SELECT 1 + seq MOD 500, UNHEX(SHA2(seq, 256)) FROM seq_1_to_5000;
INSERT INTO rm_view (user_id, views) SELECT seq, '[]' FROM seq_1_to_499;
INSERT INTO rm_login_try (subject, failures, began_at, not_before)
SELECT UNHEX(SHA2(seq, 256)), 3,
    TIMESTAMP'2026-11-20 12:00:00' - INTERVAL seq * 4 SECOND,
    TIMESTAMP'2026-11-20 12:00:00' - INTERVAL seq * 4 SECOND
FROM seq_1_to_20000;
INSERT INTO rm_audit (chain, seq, at, user_id, who, ip, request_id, action, object,
    new_value, mac)
SELECT CONCAT('api:web', seq MOD 4), 1 + seq DIV 4,
    TIMESTAMP'2026-11-20 12:00:00' - INTERVAL 5 * ({AUDIT} - seq) MINUTE,
    1 + seq MOD 500, CONCAT('user', 1 + seq MOD 500), '192.0.2.1', 'request',
    CASE WHEN seq MOD 288 = 0 THEN 'audit.anchor' WHEN seq MOD 288 = 1
        THEN 'audit.purge' ELSE 'site.enable' END,
    IF(seq MOD 288 = 1, 'api:web1', 'site shop1'),
    IF(seq MOD 288 = 1, JSON_OBJECT('seq', 1), NULL), UNHEX(SHA2(seq, 256))
FROM seq_0_to_{AUDIT - 1};
"""


@contextlib.contextmanager
def empty(template: pathlib.Path) -> Iterator[Database]:
    """Its schema, still without rows, on a server that has room for it."""
    server = MariaDb(
        template,
        "--innodb-buffer-pool-size=512M",
        "--innodb-log-file-size=128M",
        "--innodb-flush-log-at-trx-commit=0",
    )
    try:
        server.run("CREATE DATABASE big")
        database = Database(server, "big")
        database.migrate()
        yield database
    finally:
        server.close()


def fill(database: Database) -> dict[str, int]:
    """Fill a migrated schema; return the rows of each table."""
    return run(database, GROUND, PRODUCTS, QUEUE, ORDER_ROWS, WEBHOOKS, ACCOUNTS)


def leave_one_of_each(database: Database) -> dict[str, int]:
    """All orders become those of one site, all jobs those of one operation."""
    return run(database, ONE_OF_EACH)


def run(database: Database, *parts: str) -> dict[str, int]:
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET SESSION innodb_lock_wait_timeout = 60")
        for part in parts:
            for statement in part.split(";\n")[:-1]:
                cursor.execute(statement)
        cursor.execute("SHOW TABLES")
        tables = [table for (table,) in cursor.fetchall()]
        cursor.execute("ANALYZE TABLE " + ", ".join(tables))
        cursor.fetchall()
        counts = {}
        for table in tables:
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            counts[table] = cursor.fetchall()[0][0]
    return counts
