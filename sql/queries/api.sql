-- What the responder needs beside the lists and the packages' own statements.

-- name: idempotency_begin
INSERT INTO rm_idempotency (request, body, state, created_at)
VALUES (?, ?, 'running', NOW(3))

-- name: idempotency_find
SELECT body, state, status, headers, reply
FROM rm_idempotency
WHERE request = ?

-- name: idempotency_done
UPDATE rm_idempotency
SET state = 'done', status = ?, headers = ?, reply = ?
WHERE request = ?
  AND state = 'running'

-- name: idempotency_forget
-- It failed: the same key may try again.
DELETE FROM rm_idempotency
WHERE request = ?
  AND state = 'running'

-- name: idempotency_expire
-- A process that died in the middle frees its key after two minutes.
DELETE FROM rm_idempotency
WHERE request = ?
  AND (created_at < NOW(3) - INTERVAL 1 DAY
       OR state = 'running'
       AND created_at < NOW(3) - INTERVAL 2 MINUTE)

-- name: idempotency_clean
DELETE FROM rm_idempotency
WHERE created_at < NOW(3) - INTERVAL 1 DAY
ORDER BY created_at
LIMIT 20

-- name: health_ping
DO 1

-- name: api_sites
-- Without the hint what waits is read whole for each site, with its rows. What
-- waits and what is open is counted up to 10,000, as lists are; 10001: more.
SELECT s.id, s.code, s.prefix, s.platform, s.name, s.site_url AS url,
       s.is_active AS enabled, s.orders_sync, s.time_zone AS zone,
       NULLIF(s.currency, '') AS currency, s.source_status AS status,
       s.min_date_modified AS min_date, s.max_orders, s.skip_test,
       s.infer_gift_card, s.health_url, s.order_last_run,
       IF(s.auth_failed_at IS NULL, NULL, s.auth_failed) AS auth_failed,
       s.fetchable, s.version,
       IF((SELECT 1
           FROM rm_order AS o
             FORCE INDEX (ix_rm_order_site_id_imported_order_date_id)
           WHERE o.site_id = s.id
             AND o.imported = 0
           LIMIT 1 OFFSET 10000), 10001,
          (SELECT COUNT(*)
           FROM rm_order AS o
             FORCE INDEX (ix_rm_order_site_id_imported_order_date_id)
           WHERE o.site_id = s.id
             AND o.imported = 0)) AS pending,
       IF((SELECT 1
           FROM rm_error_orders AS r
             FORCE INDEX (ix_rm_error_orders_site_id_status_last_at)
           WHERE r.site_id = s.id
             AND r.status = 'open'
           LIMIT 1 OFFSET 10000), 10001,
          (SELECT COUNT(*)
           FROM rm_error_orders AS r
             FORCE INDEX (ix_rm_error_orders_site_id_status_last_at)
           WHERE r.site_id = s.id
             AND r.status = 'open')) AS errors,
       (SELECT h.next_run_at
        FROM rm_schedule AS h
        WHERE h.name = CONCAT('order_sync:', s.code)
          AND h.is_enabled = 1) AS next_run_at,
       (SELECT p.state
        FROM rm_operation AS p FORCE INDEX (ix_rm_operation_site_id_created_at_id)
        WHERE p.site_id = s.id
          AND p.kind = 'order_sync'
          AND p.completed_at IS NOT NULL
        ORDER BY p.created_at DESC, p.id DESC
        LIMIT 1) AS last_result,
       (SELECT k.set_at
        FROM rm_secret AS k
        WHERE k.name = CONCAT('site.', s.code, '.consumer_secret')) AS keys_set_at,
       NOT EXISTS (
         SELECT 1
         FROM rm_secret AS k
         WHERE k.name = CONCAT('site.', s.code, '.consumer_key'))
         OR NOT EXISTS (
              SELECT 1
              FROM rm_secret AS k
              WHERE k.name = CONCAT('site.', s.code, '.consumer_secret')
            ) AS needs_keys
FROM rm_sites AS s
WHERE (? IS NULL OR s.id = ?)
  AND s.deleted_at IS NULL
ORDER BY s.code
LIMIT 1000

-- name: api_site_findings
SELECT statuses, fetchable
FROM rm_sites
WHERE id = ?
  AND deleted_at IS NULL

-- name: api_order_detail
-- Stored or not: what is not stored has only what rm_order_seen knows, and the
-- words of its error or, while it waits by itself, of its last try.
SELECT s.id, s.site_id, t.code AS site, t.name AS site_name,
       s.platform_order_id, COALESCE(o.number, s.number) AS number, s.outcome,
       COALESCE(s.code, IF(r.status IN ('open', 'requeued'), r.code, NULL))
         AS code,
       COALESCE(IF(r.status IN ('open', 'requeued'), r.message, NULL),
                (SELECT v.message
                 FROM rm_order_event AS v FORCE INDEX (ix_rm_order_event_order_id_id)
                 WHERE v.order_id = s.id
                   AND s.outcome NOT IN ('stored', 'cancelled')
                   AND v.outcome IN ('soft', 'hard', 'skipped')
                   AND v.message IS NOT NULL
                 ORDER BY v.id DESC
                 LIMIT 1)) AS message,
       r.id AS error_order_id, s.first_at, s.last_at,
       COALESCE(o.order_date, s.order_date) AS order_date,
       COALESCE(o.order_date, s.order_date) AS placed,
       o.platform_status, COALESCE(o.currency, s.currency) AS currency,
       o.total_before_credit, o.credit_total,
       COALESCE(o.total_due, s.total) AS total_due, o.tax_total,
       o.payment_method, o.payment_provider, o.trans_id, o.email, o.state,
       o.mark_state, o.bc_state, o.imported, o.verified, o.proof_ok,
       o.proof_residual, o.has_kit, o.line_count, o.changed_upstream,
       o.nav_sales_order_number AS bc_number, o.stored_at, o.marked_at,
       o.customer_note, o.revision, COALESCE(o.version, 0) AS version
FROM rm_order_seen AS s
JOIN rm_sites AS t ON t.id = s.site_id
LEFT JOIN rm_order AS o ON o.id = s.id
LEFT JOIN rm_error_orders AS r ON r.order_id = s.id
WHERE s.id = ?

-- name: api_import_results
SELECT s.id AS order_id, s.platform_order_id, s.number, v.outcome, v.code,
       v.message
FROM rm_order_event AS v
JOIN rm_order_seen AS s ON s.id = v.order_id
WHERE v.operation_id = ?
  AND v.step = 'result'
  AND (? IS NULL OR v.outcome = ?)
ORDER BY v.outcome, v.id
LIMIT 10000

-- name: api_operation_log
SELECT id, at, level, kind, status, ms, error_code, message
FROM rm_log
WHERE operation_id = ?
ORDER BY id
LIMIT 1000

-- name: api_error_order
SELECT r.order_id, r.site_id, r.status, r.version
FROM rm_error_orders AS r
WHERE r.id = ?

-- name: api_error_order_ids
-- Orders behind rows of rm_error_orders, by their ids as a JSON list and in its
-- order.
SELECT r.id, r.order_id
FROM JSON_TABLE(?, '$[*]' COLUMNS (place FOR ORDINALITY,
                                   id BIGINT UNSIGNED PATH '$')) AS j
JOIN rm_error_orders AS r ON r.id = j.id
WHERE r.status IN ('open', 'requeued')
ORDER BY j.place

-- name: api_schedules
SELECT h.id, h.name, h.kind, t.code AS site, h.site_id, h.is_enabled,
       h.frequency, h.every_min, h.start_at, h.next_run_at, h.last_run_at,
       COALESCE(JSON_VALUE(h.params, '$.update_type'), 'incremental')
         AS update_type,
       JSON_VALUE(h.params, '$.batch_size') AS batch_size, h.version
FROM rm_schedule AS h
LEFT JOIN rm_sites AS t ON t.id = h.site_id
WHERE (? IS NULL OR h.id = ?)
ORDER BY h.name
LIMIT 1000

-- name: api_schedule_save
-- The moment 0, which counts as none when it is bound, is where some begin.
UPDATE rm_schedule
SET is_enabled = ?, frequency = ?, every_min = ?,
    start_at = COALESCE(?, '1970-01-01'),
    next_run_at = ?, version = version + 1
WHERE id = ?
  AND version = ?

-- name: api_schedule_params
-- What is null in the object is taken away.
UPDATE rm_schedule
SET params = JSON_MERGE_PATCH(params, ?)
WHERE id = ?

-- name: api_settings
SELECT name, value, updated_at, updated_by
FROM rm_setting
ORDER BY name
LIMIT 1000

-- name: api_setting_hold
-- One row that is always there: whoever else would change a setting waits.
INSERT INTO rm_setting (name, value, updated_at, updated_by)
VALUES ('settings_changed', '', NOW(3), ?)
ON DUPLICATE KEY UPDATE updated_at = VALUES(updated_at),
	updated_by = VALUES(updated_by)

-- name: api_setting_set
INSERT INTO rm_setting (name, value, updated_at, updated_by)
VALUES (?, ?, NOW(3), ?)
ON DUPLICATE KEY UPDATE value = VALUES(value),
  updated_at = VALUES(updated_at), updated_by = VALUES(updated_by),
  version = version + 1

-- name: api_setting_reset
DELETE FROM rm_setting
WHERE name = ?

-- name: api_overview_facts
SELECT (SELECT value FROM rm_setting
         WHERE name = 'cron_last_seen') AS cron_last_seen,
       (SELECT value FROM rm_setting
         WHERE name = 'cron_seen_before') AS cron_seen_before,
       (SELECT value FROM rm_setting
         WHERE name = 'cron_host') AS cron_host,
       EXISTS (SELECT 1
               FROM rm_connection AS c
               STRAIGHT_JOIN rm_secret AS k ON k.name = 'bc.client_secret'
               WHERE c.kind = 'bc'
                 AND c.is_active = 1) AS bc_connected

-- name: api_overview_sites
-- The ids are a JSON list; NULL: all.
SELECT s.id, s.code, s.name, s.site_url AS url, s.platform,
       s.is_active AS enabled, s.orders_sync, s.order_last_run, s.created_at,
       s.auth_failed_at, h.id AS schedule_id, h.is_enabled AS scheduled,
       IF(h.is_enabled = 1, h.next_run_at, NULL) AS next_run_at, h.frequency,
       h.every_min
FROM rm_sites AS s
LEFT JOIN rm_schedule AS h ON h.name = CONCAT('order_sync:', s.code)
WHERE (? IS NULL OR JSON_CONTAINS(?, s.id))
  AND s.deleted_at IS NULL
ORDER BY s.code
LIMIT 1000

-- name: api_overview_expiring
-- Keys to other systems; tokens that were bought with one renew themselves.
SELECT k.name, k.expires_at
FROM rm_secret AS k
WHERE k.kind = 'secret'
  AND k.expires_at < ?
ORDER BY k.expires_at, k.name
LIMIT 100

-- name: api_overview_stored
-- Orders by the time they were placed, a row a bucket of so many seconds: the
-- latest so many of them, so that a busy month is not read without end.
SELECT TIMESTAMPDIFF(SECOND, ?, p.order_date) DIV ? AS bucket,
       COUNT(*) AS orders, COUNT(*) AS seen
FROM (SELECT o.order_date
      FROM rm_order AS o FORCE INDEX (ix_rm_order_order_date_id)
      WHERE o.order_date >= ?
        AND o.order_date < ?
      ORDER BY o.order_date DESC
      LIMIT ?) AS p
GROUP BY bucket

-- name: api_overview_stored_of
-- The same of a site.
SELECT TIMESTAMPDIFF(SECOND, ?, p.order_date) DIV ? AS bucket,
       COUNT(*) AS orders, COUNT(*) AS seen
FROM (SELECT o.order_date
      FROM rm_order AS o FORCE INDEX (ix_rm_order_site_id_order_date_id)
      WHERE o.site_id = ?
        AND o.order_date >= ?
        AND o.order_date < ?
      ORDER BY o.order_date DESC
      LIMIT ?) AS p
GROUP BY bucket

-- name: api_overview_met
-- What was placed then and is not stored, for one reason. No index has the site:
-- the latest so many of all sites are read, and those of others are not counted.
SELECT TIMESTAMPDIFF(SECOND, ?, p.order_date) DIV ? AS bucket,
       SUM(? IS NULL OR JSON_CONTAINS(?, p.site_id)) AS orders,
       COUNT(*) AS seen
FROM (SELECT s.order_date, s.site_id
      FROM rm_order_seen AS s FORCE INDEX (ix_rm_order_seen_outcome_order_date_id)
      WHERE s.outcome = ?
        AND s.order_date >= ?
        AND s.order_date < ?
      ORDER BY s.order_date DESC
      LIMIT ?) AS p
GROUP BY bucket

-- name: worker_cron
-- The last two times that cron came.
SELECT (SELECT value FROM rm_setting
         WHERE name = 'cron_last_seen') AS last,
       (SELECT value FROM rm_setting
         WHERE name = 'cron_seen_before') AS `before`

-- name: api_order_payload
SELECT p.revision, p.body, p.fetched_at, s.site_id
FROM rm_order_seen AS s
JOIN rm_order_payload AS p ON p.order_id = s.id
WHERE s.id = ?
ORDER BY p.revision DESC
LIMIT 1

-- name: api_job_hasten
-- A person's "now": whoever claimed it meanwhile keeps it.
UPDATE rm_job
SET run_after = NOW(6), fence = fence + 1
WHERE id = ?
  AND state = 'ready'

-- name: api_job
SELECT id, operation_id, site_id, kind, state
FROM rm_job
WHERE id = ?

-- name: api_watermarks
SELECT w.name, w.site_id, w.value_at, w.value_id, w.version, t.code AS site
FROM rm_watermark AS w
LEFT JOIN rm_sites AS t ON t.id = w.site_id
WHERE w.entity = ?
ORDER BY w.name
LIMIT 1000

-- name: api_metrics
SELECT
  (SELECT COUNT(*)
   FROM (SELECT 1
         FROM rm_error_orders AS r FORCE INDEX (ix_rm_error_orders_status_last_at_id)
         WHERE r.status = 'open'
         LIMIT 10001) AS a) AS errors,
  (SELECT COUNT(*)
   FROM (SELECT 1 FROM rm_job AS j WHERE j.state = 'ready' LIMIT 10001) AS b)
    AS jobs_ready,
  (SELECT COUNT(*)
   FROM (SELECT 1 FROM rm_job AS j WHERE j.state = 'leased' LIMIT 10001) AS c)
    AS jobs_leased,
  (SELECT COUNT(*)
   FROM (SELECT 1 FROM rm_job AS j WHERE j.state = 'dead' LIMIT 10001) AS d)
    AS jobs_dead,
  (SELECT COUNT(*)
   FROM (SELECT 1
         FROM rm_operation AS p
         WHERE p.state = 'in_progress'
         LIMIT 1001) AS f) AS operations_running,
  (SELECT COUNT(*)
   FROM (SELECT 1
         FROM rm_webhook_in AS w
         WHERE w.state = 'pending'
         LIMIT 10001) AS g) AS webhooks_pending

-- name: api_metrics_refused
SELECT w.site_id, COALESCE(t.code, '') AS site, w.code, w.refused
FROM rm_webhook_refused AS w
LEFT JOIN rm_sites AS t ON t.id = w.site_id
WHERE t.deleted_at IS NULL
ORDER BY w.site_id, w.code
LIMIT 1000

-- name: api_site_webhooks
SELECT c.url, c.checked_at, COALESCE(c.is_fine, 0) AS is_fine,
       COALESCE(c.repaired, 0) AS repaired, c.subscriptions,
       (SELECT w.received_at
        FROM rm_webhook_in AS w
        WHERE w.site_id = t.id
        ORDER BY w.received_at DESC
        LIMIT 1) AS received_at,
       (SELECT CONCAT('[',
                      COALESCE(GROUP_CONCAT(JSON_OBJECT('code', f.code,
                                                        'count', f.refused)
                                            ORDER BY f.code), ''),
                      ']')
        FROM rm_webhook_refused AS f
        WHERE f.site_id = t.id) AS refused,
       (SELECT MAX(f.last_at)
        FROM rm_webhook_refused AS f
        WHERE f.site_id = t.id) AS refused_at
FROM rm_sites AS t
LEFT JOIN rm_webhook_check AS c ON c.site_id = t.id
WHERE t.id = ?
  AND t.deleted_at IS NULL
