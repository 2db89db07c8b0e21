-- Sites, connections and secrets.

-- name: site_find
SELECT *
  FROM rm_sites
 WHERE code = ?

-- name: site_load
SELECT *
  FROM rm_sites
 WHERE id = ?

-- name: site_list
SELECT s.id, s.code, s.prefix, s.platform, s.name, s.site_url, s.is_active,
       s.orders_sync, s.order_last_run, s.fetchable, s.auth_failed,
       s.deleted_at, s.version
  FROM rm_sites AS s
 WHERE s.deleted_at IS NULL OR ? = 1
 ORDER BY s.sort, s.code

-- name: site_insert
INSERT INTO rm_sites (code, prefix, platform, name, site_url, domain, is_active,
       orders_sync, inventory_sync, tracking_sync, staging, min_date_modified,
       max_orders, skip_test, test_below, source_status, target_status,
       mark_key, mark_value, time_zone, currency, bc_store_hash, bc_channel_id,
       connection_id, credit_mode, kit_mode, create_missing_items,
       create_missing_customers, infer_gift_card, mapping, health_url)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
       ?, ?, ?, ?, ?, ?, ?)

-- name: site_url
SELECT site_url
  FROM rm_sites
 WHERE id = ? AND version = ?

-- name: site_save
UPDATE rm_sites
   SET name = ?, site_url = ?, domain = ?, is_active = ?, orders_sync = ?,
       inventory_sync = ?, tracking_sync = ?, staging = ?,
       min_date_modified = ?, max_orders = ?, skip_test = ?, test_below = ?,
       source_status = ?, target_status = ?, mark_key = ?, mark_value = ?,
       time_zone = ?, currency = ?, bc_store_hash = ?, bc_channel_id = ?,
       connection_id = ?, credit_mode = ?, kit_mode = ?,
       create_missing_items = ?, create_missing_customers = ?,
       infer_gift_card = ?, mapping = ?, health_url = ?, version = version + 1
 WHERE id = ? AND version = ? AND deleted_at IS NULL

-- name: site_enable
UPDATE rm_sites
   SET is_active = ?, version = version + 1
 WHERE id = ? AND version = ? AND deleted_at IS NULL

-- name: site_delete
UPDATE rm_sites
   SET is_active = 0, deleted_at = ?, version = version + 1
 WHERE id = ? AND version = ? AND deleted_at IS NULL

-- name: site_stop_schedules
UPDATE rm_schedule
   SET is_enabled = 0, version = version + 1
 WHERE site_id = ?

-- The anchor is the full hour, so that it runs when a clock strikes.
-- name: site_add_schedule
INSERT INTO rm_schedule (name, kind, site_id, is_enabled, frequency, every_min,
       start_at, next_run_at, params)
VALUES (CONCAT('order_sync:', ?), 'order_sync', ?, 1, 'hourly', 0, ?, ?, '{}')

-- What work finds out is no new version: it takes nothing from a person who
-- saves a form that was read before.
-- name: site_pause_auth
UPDATE rm_sites
   SET auth_failed_at = ?, auth_failed = ?
 WHERE id = ? AND auth_failed_at IS NULL

-- name: site_clear_auth
UPDATE rm_sites
   SET auth_failed_at = NULL, auth_failed = NULL
 WHERE id = ? AND auth_failed_at IS NOT NULL

-- What a test learned of the shop.
-- name: site_tested
UPDATE rm_sites
   SET statuses = COALESCE(?, statuses), auth_mode = COALESCE(?, auth_mode),
       fetchable = ?
 WHERE id = ?

-- name: site_synced
UPDATE rm_sites
   SET order_last_run = CURRENT_TIMESTAMP(3),
       first_sync_at = COALESCE(first_sync_at, UTC_TIMESTAMP(3))
 WHERE id = ?

-- name: connection_find
SELECT *
  FROM rm_connection
 WHERE kind = ? AND (? IS NULL OR name = ?)
 ORDER BY is_active DESC, id
 LIMIT 1

-- name: connection_load
SELECT *
  FROM rm_connection
 WHERE id = ?

-- name: connection_insert
INSERT INTO rm_connection (kind, name, is_active, settings)
VALUES (?, ?, ?, ?)

-- name: connection_save
UPDATE rm_connection
   SET name = ?, is_active = ?, settings = ?, version = version + 1
 WHERE id = ? AND version = ?

-- name: connection_tested
UPDATE rm_connection
   SET last_test_at = ?, last_test_ok = ?, last_test = ?, version = version + 1
 WHERE id = ?

-- name: connection_list
SELECT id, kind, name, is_active, settings, last_test_at, last_test_ok, version
  FROM rm_connection
 ORDER BY kind, name

-- name: secret_set
INSERT INTO rm_secret (name, kind, key_id, value, last4, expires_at, set_at,
       set_by)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE kind = VALUES(kind), key_id = VALUES(key_id),
       value = VALUES(value), last4 = VALUES(last4),
       expires_at = VALUES(expires_at), set_at = VALUES(set_at),
       set_by = VALUES(set_by), version = version + 1

-- name: secret_make
INSERT IGNORE INTO rm_secret (name, kind, key_id, value, set_at)
VALUES (?, 'secret', ?, ?, ?)

-- name: secret_get
SELECT value, expires_at
  FROM rm_secret
 WHERE name = ?

-- name: secret_delete
DELETE FROM rm_secret
 WHERE name = ?

-- name: secret_flush_tokens
DELETE FROM rm_secret
 WHERE kind = 'token'

-- name: secret_list
SELECT name, kind, last4, expires_at, set_at, set_by
  FROM rm_secret
 ORDER BY name

-- name: secret_older
SELECT name, value, version
  FROM rm_secret
 WHERE key_id <> ?
 ORDER BY name
 LIMIT 100

-- name: secret_relock
UPDATE rm_secret
   SET value = ?, key_id = ?, version = version + 1
 WHERE name = ? AND version = ?

-- name: webhook_site
SELECT id
  FROM rm_sites
 WHERE code = ? AND deleted_at IS NULL

-- One that is there already changes nothing, and says so by no changed row.
-- name: webhook_add
INSERT INTO rm_webhook_in (site_id, topic, platform_order_id, dedup,
       delivery_id, ip, spooled, state, received_at, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE id = id

-- name: webhook_refused_add
INSERT INTO rm_webhook_refused (site_id, code, refused, last_at)
VALUES (?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE refused = refused + VALUES(refused),
       last_at = GREATEST(last_at, VALUES(last_at))
