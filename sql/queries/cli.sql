-- What commands ask beside the packages' own statements.

-- name: setting_note
-- What the program notes of itself: cron_last_seen,
-- cron_seen_before, cron_host, epoch.
INSERT INTO rm_setting (name, value)
VALUES (?, ?)
    ON DUPLICATE KEY UPDATE value = VALUES(value), version = version + 1

-- name: cron_seen
SELECT value
  FROM rm_setting
 WHERE name = 'cron_last_seen'

-- name: cron_ready
SELECT COUNT(*) AS ready
  FROM (SELECT 1
          FROM rm_job
         WHERE state = 'ready' AND run_after <= UTC_TIMESTAMP(6)
         LIMIT ?) AS due

-- Runs that a process holds; whose process is gone was repaired before.
-- name: cron_running
SELECT o.id, o.kind, COALESCE(s.code, '') AS site_code, o.started_at
  FROM rm_job AS j
  JOIN rm_operation AS o ON o.id = j.operation_id
  LEFT JOIN rm_sites AS s ON s.id = o.site_id
 WHERE j.state = 'leased' AND j.kind = 'run' AND o.started_at IS NOT NULL
 ORDER BY o.started_at
 LIMIT 100

-- name: cron_ended
INSERT INTO rm_log (at, level, kind, message, detail)
VALUES (UTC_TIMESTAMP(3), 'info', 'system', 'worker ended', ?)

-- name: sync_sites
SELECT id
  FROM rm_sites
 WHERE is_active = 1 AND orders_sync = 1 AND deleted_at IS NULL
 ORDER BY sort, code

-- name: import_results
-- One line an order of an operation (IMP-11).
SELECT COALESCE(s.number, s.platform_order_id) AS `order`, v.outcome, v.code,
       s.total, v.message
  FROM rm_order_event AS v
  JOIN rm_order_seen AS s ON s.id = v.order_id
 WHERE v.operation_id = ? AND v.step = 'result'
 ORDER BY v.outcome, v.id

-- name: retry_find
-- Failed or waiting orders by id or number.
SELECT id
  FROM rm_order_seen
 WHERE id = ?
   AND outcome IN ('error', 'soft')
 UNION
SELECT id
  FROM rm_order_seen
 WHERE number = ?
   AND outcome IN ('error', 'soft')

-- name: retry_filter
SELECT r.order_id AS id
  FROM rm_error_orders AS r FORCE INDEX (ix_rm_error_orders_status_last_at_id)
 WHERE r.status = 'open'
   AND (? IS NULL OR r.site_id = (SELECT id FROM rm_sites WHERE code = ?))
   AND (? IS NULL OR r.code = ?)
   AND (? IS NULL OR r.sku = ?)
 ORDER BY r.order_id
 LIMIT 100000

-- name: status_facts
SELECT (SELECT COUNT(*) FROM rm_order) AS orders,
       (SELECT COUNT(*) FROM rm_items) AS items,
       (SELECT COUNT(DISTINCT parent_sku) FROM rm_kits) AS kits,
       (SELECT COUNT(*) FROM rm_order WHERE imported = 0) AS pending,
       (SELECT COUNT(*) FROM rm_order_seen WHERE outcome = 'soft') AS soft,
       (SELECT COUNT(*) FROM rm_error_orders WHERE status = 'open') AS errors,
       (SELECT COUNT(*) FROM rm_job WHERE state = 'leased') AS running,
       (SELECT COUNT(*) FROM rm_job
         WHERE state = 'ready' AND run_after <= UTC_TIMESTAMP(6)) AS ready,
       (SELECT COUNT(*) FROM rm_job
         WHERE state = 'ready' AND run_after > UTC_TIMESTAMP(6)) AS waiting,
       (SELECT COUNT(*) FROM rm_job WHERE state = 'dead') AS dead,
       (SELECT MIN(run_after) FROM rm_job
         WHERE state = 'ready' AND run_after > UTC_TIMESTAMP(6)) AS next_job,
       (SELECT value FROM rm_setting
         WHERE name = 'cron_last_seen') AS cron_seen,
       (SELECT value FROM rm_setting WHERE name = 'cron_host') AS cron_host,
       s.order_last_run AS last_sync, s.code AS last_site
  FROM (SELECT 1) AS one
  LEFT JOIN (SELECT code, order_last_run
               FROM rm_sites
              WHERE order_last_run IS NOT NULL
              ORDER BY order_last_run DESC
              LIMIT 1) AS s
    ON 1 = 1

-- name: status_sites
-- Without the hints what waits is read whole for each site; of two states in one
-- list the server reads all states.
SELECT s.code, s.platform, s.is_active, s.order_last_run, s.auth_failed_at,
       (SELECT COUNT(*)
          FROM rm_order AS o
            FORCE INDEX (ix_rm_order_site_id_imported_order_date_id)
         WHERE o.site_id = s.id AND o.imported = 0) AS pending,
       (SELECT COUNT(*)
          FROM rm_job AS j FORCE INDEX (ix_rm_job_kind_site_id_state)
         WHERE j.kind = 'order_retry' AND j.site_id = s.id
           AND j.state = 'ready')
         + (SELECT COUNT(*)
              FROM rm_job AS j FORCE INDEX (ix_rm_job_kind_site_id_state)
             WHERE j.kind = 'order_retry' AND j.site_id = s.id
               AND j.state = 'leased') AS soft,
       (SELECT COUNT(*) FROM rm_error_orders AS r
         WHERE r.site_id = s.id AND r.status = 'open') AS errors
  FROM rm_sites AS s
 WHERE s.deleted_at IS NULL
 ORDER BY s.sort, s.code

-- name: doctor_webhooks
-- What the last check found of each shop that tells us, and what came since.
SELECT s.code, c.checked_at, c.subscriptions,
       (SELECT w.received_at FROM rm_webhook_in AS w
         WHERE w.site_id = s.id
         ORDER BY w.received_at DESC LIMIT 1) AS received_at,
       (SELECT f.last_at FROM rm_webhook_refused AS f
         WHERE f.site_id = s.id AND f.code = 'ob_bad_signature') AS refused_at,
       (SELECT o.order_date FROM rm_order AS o
         WHERE o.site_id = s.id
         ORDER BY o.order_date DESC LIMIT 1) AS ordered_at
  FROM rm_webhook_check AS c
  JOIN rm_sites AS s ON s.id = c.site_id
 WHERE s.is_active = 1 AND s.deleted_at IS NULL
 ORDER BY s.id

-- name: operation_show
SELECT o.id, o.kind, s.code AS site_code, o.state, o.is_full, o.dry_run,
       o.scope, o.phase, o.done, o.total, o.unit, o.fetched, o.stored,
       o.unchanged, o.skipped, o.soft, o.hard, o.paused_until, o.pause_reason,
       o.error_code, o.error, o.superseded_by, o.source, o.created_by, o.host,
       o.cancel_at, o.created_at, o.started_at, o.completed_at, o.heartbeat_at
  FROM rm_operation AS o
  LEFT JOIN rm_sites AS s ON s.id = o.site_id
 WHERE o.id = ?

-- name: operation_jobs
SELECT id, kind, ref, state, attempts, max_attempts, run_after, last_code,
       last_error
  FROM rm_job
 WHERE operation_id = ?
 ORDER BY id
 LIMIT 1000

-- name: log_latest
-- The last ones, oldest first; a filter that is NULL takes all.
SELECT *
  FROM (SELECT l.id, l.at AS time, s.code AS site, l.entity, l.status,
               l.rows_pushed AS `rows`, l.ms AS seconds, l.message
          FROM rm_log AS l
          LEFT JOIN rm_sites AS s ON s.id = l.site_id
         WHERE (? IS NULL OR l.kind = ?)
           AND (? IS NULL OR l.entity = ?)
           AND (? IS NULL OR l.status = ?)
           AND (? IS NULL OR l.site_id = ?)
           AND (? IS NULL OR l.operation_id = ?)
           AND (? IS NULL OR l.at >= ?)
           AND (? IS NULL OR l.at < ?)
         ORDER BY l.at DESC, l.id DESC
         LIMIT ?) AS latest
 ORDER BY time, id

-- name: log_newer
-- What came after a row, for --follow.
SELECT l.id, l.at AS time, s.code AS site, l.entity, l.status,
       l.rows_pushed AS `rows`, l.ms AS seconds, l.message
  FROM rm_log AS l
  LEFT JOIN rm_sites AS s ON s.id = l.site_id
 WHERE l.id > ?
   AND (? IS NULL OR l.kind = ?)
   AND (? IS NULL OR l.entity = ?)
   AND (? IS NULL OR l.status = ?)
   AND (? IS NULL OR l.site_id = ?)
   AND (? IS NULL OR l.operation_id = ?)
 ORDER BY l.id
 LIMIT 1000

-- name: log_last_id
SELECT COALESCE(MAX(id), 0) AS id
  FROM rm_log
