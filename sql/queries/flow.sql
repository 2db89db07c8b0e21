-- What flows ask beside the packages' own statements.

-- name: retry_due
-- Orders of a site whose retry is due, longest waiting first.
SELECT ref, attempts, give_up_at
  FROM rm_job
 WHERE kind = 'order_retry' AND site_id = ? AND state = 'ready'
   AND run_after <= UTC_TIMESTAMP(6)
 ORDER BY run_after
 LIMIT ?

-- name: retry_requeue_skus
-- Failed orders that name one of these SKUs.
UPDATE rm_error_orders AS r
  JOIN JSON_TABLE(?, '$[*]' COLUMNS (
	sku VARCHAR(100) CHARACTER SET utf8mb4 PATH '$')) AS k
    ON r.sku = k.sku COLLATE utf8mb4_nopad_bin
   SET r.status = 'requeued', r.version = r.version + 1
 WHERE r.status = 'open'

-- name: retry_requeue_codes
-- Failed orders that stand there with one of these codes. What is open is little
-- beside the years of what was fixed, which the server does not know.
UPDATE rm_error_orders AS r FORCE INDEX (ix_rm_error_orders_status_last_at_id)
  JOIN JSON_TABLE(?, '$[*]' COLUMNS (
	code VARCHAR(40) CHARACTER SET ascii PATH '$')) AS k
    ON r.code = k.code COLLATE ascii_nopad_bin
   SET r.status = 'requeued', r.version = r.version + 1
 WHERE r.status = 'open'

-- name: retry_requeue_ids
UPDATE rm_error_orders AS r
  JOIN JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS k
    ON r.order_id = k.id
   SET r.status = 'requeued', r.version = r.version + 1
 WHERE r.status IN ('open', 'handled')

-- name: retry_hasten_ids
-- Waiting orders are due now.
UPDATE rm_job AS j
  JOIN rm_order_seen AS s
    ON s.site_id = j.site_id AND s.platform_order_id = j.ref
  JOIN JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS k
    ON s.id = k.id
   SET j.run_after = UTC_TIMESTAMP(6), j.fence = j.fence + 1
 WHERE j.kind = 'order_retry' AND j.state = 'ready'

-- name: retry_sites
-- Sites that have requeued orders.
SELECT DISTINCT r.site_id
  FROM rm_error_orders AS r
 WHERE r.status = 'requeued'
 ORDER BY r.site_id

-- name: retry_requeued
-- The next requeued orders of a site.
SELECT r.order_id, s.platform_order_id
  FROM rm_error_orders AS r
  JOIN rm_order_seen AS s ON s.id = r.order_id
 WHERE r.status = 'requeued' AND r.site_id = ? AND r.order_id > ?
 ORDER BY r.order_id
 LIMIT ?

-- name: retention_log
DELETE FROM rm_log
 WHERE at < ?
 ORDER BY at, id
 LIMIT ?

-- name: retention_operations
-- Their jobs go with them; one that still waits keeps its operation. Alone, the
-- DELETE would read and sort all that is not failed.
DELETE o
  FROM (SELECT p.id
          FROM rm_operation AS p FORCE INDEX (ix_rm_operation_completed_at_id)
         WHERE p.completed_at < ?
           AND p.state <> 'failed'
           AND NOT EXISTS (
		SELECT 1
		  FROM rm_job AS j
		 WHERE j.operation_id = p.id AND j.state IN ('ready', 'leased'))
         ORDER BY p.completed_at, p.id
         LIMIT ?) AS old
  JOIN rm_operation AS o ON o.id = old.id

-- name: retention_failed_operations
DELETE o
  FROM (SELECT p.id
          FROM rm_operation AS p FORCE INDEX (ix_rm_operation_completed_at_id)
         WHERE p.completed_at < ?
           AND NOT EXISTS (
		SELECT 1
		  FROM rm_job AS j
		 WHERE j.operation_id = p.id AND j.state IN ('ready', 'leased'))
         ORDER BY p.completed_at, p.id
         LIMIT ?) AS old
  JOIN rm_operation AS o ON o.id = old.id

-- name: retention_webhooks
DELETE FROM rm_webhook_in
 WHERE received_at < ?
 ORDER BY received_at, id
 LIMIT ?

-- name: webhook_sites
-- Sites that have told something, and may be synchronised. By EXISTS the server
-- would read all that waits.
SELECT s.id
  FROM rm_sites AS s
 WHERE s.is_active = 1 AND s.orders_sync = 1 AND s.deleted_at IS NULL
   AND s.auth_failed_at IS NULL
   AND (SELECT w.id
          FROM rm_webhook_in AS w
         WHERE w.state = 'pending' AND w.site_id = s.id
         LIMIT 1) IS NOT NULL
 ORDER BY s.id
 LIMIT ?

-- name: webhook_pending
-- The orders that were named, each once, however many deliveries name it.
SELECT platform_order_id, MAX(id) AS last,
       MAX(topic = 'order.deleted') AS is_deleted
  FROM rm_webhook_in
 WHERE state = 'pending' AND site_id = ?
 GROUP BY platform_order_id
 ORDER BY platform_order_id
 LIMIT ?

-- name: webhook_done
-- What came after the look at the shop waits for the next one.
UPDATE rm_webhook_in
   SET state = 'done', operation_id = ?, done_at = UTC_TIMESTAMP(3)
 WHERE state = 'pending' AND site_id = ? AND platform_order_id = ?
   AND id <= ?

-- name: webhook_check_sites
-- Sites whose subscriptions we look after.
SELECT s.id
  FROM rm_webhook_check AS c
  JOIN rm_sites AS s ON s.id = c.site_id
 WHERE s.is_active = 1 AND s.deleted_at IS NULL AND s.auth_failed_at IS NULL
 ORDER BY s.id

-- name: webhook_check_url
SELECT url
  FROM rm_webhook_check
 WHERE site_id = ?

-- name: webhook_check_save
INSERT INTO rm_webhook_check (site_id, url, checked_at, is_fine, repaired,
       subscriptions)
VALUES (?, ?, ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE url = VALUES(url),
       checked_at = VALUES(checked_at), is_fine = VALUES(is_fine),
       repaired = VALUES(repaired), subscriptions = VALUES(subscriptions)

-- name: verify_seen_once
-- I1: a stored order has one row, under the id that it was met with.
SELECT COUNT(*) AS breaches, MIN(o.number) AS sample
  FROM rm_order AS o
  LEFT JOIN rm_order_seen AS s
    ON s.id = o.id AND s.site_id = o.site_id
   AND s.platform_order_id = o.platform_order_id
 WHERE s.id IS NULL

-- name: verify_one_fate
-- R-48: each order that was met stands in exactly the place its outcome names.
SELECT COUNT(*) AS breaches, MIN(s.platform_order_id) AS sample
  FROM rm_order_seen AS s
  LEFT JOIN rm_order AS o ON o.id = s.id
  LEFT JOIN rm_error_orders AS r ON r.order_id = s.id
  LEFT JOIN rm_job AS j
    ON j.kind = 'order_retry' AND j.site_id = s.site_id
   AND j.ref = s.platform_order_id AND j.open_key IS NOT NULL
 WHERE (s.outcome IN ('stored', 'cancelled')) <> (o.id IS NOT NULL)
    OR (s.outcome = 'error' AND r.id IS NULL)
    OR (s.outcome = 'soft' AND j.id IS NULL)

-- name: verify_addresses
-- I3: a stored order has both addresses and at least one product line.
SELECT COUNT(*) AS breaches, MIN(o.number) AS sample
  FROM rm_order AS o
 WHERE (SELECT COUNT(*) FROM rm_address AS a WHERE a.order_id = o.id) <> 2
    OR NOT EXISTS (
	SELECT 1
	  FROM rm_lineitems AS l
	 WHERE l.order_id = o.id AND l.line_type = 1)

-- name: verify_money
-- I3: the money proof of R-16 on the stored rows, to the last minor unit. Orders
-- in the sequence of their ids, so that no table of all sums has to be made.
SELECT COUNT(*) AS breaches, MIN(t.number) AS sample
  FROM (SELECT o.number, o.total_before_credit, o.credit_total, o.total_due,
               o.proof_ok, SUM(IF(l.is_memo = 0, l.amount, 0)) AS amount,
               SUM(l.credit_amount) AS credit
          FROM rm_order AS o FORCE INDEX (PRIMARY)
          STRAIGHT_JOIN rm_lineitems AS l ON l.order_id = o.id
         GROUP BY o.id
        HAVING amount <> total_before_credit
            OR total_before_credit - credit_total <> total_due
            OR (credit <> 0 AND credit <> - credit_total)
            OR proof_ok = 0) AS t

-- name: verify_marks
-- I5: no order is marked before it was stored.
SELECT COUNT(*) AS breaches, MIN(number) AS sample
  FROM rm_order
 WHERE mark_state = 'done' AND (marked_at IS NULL OR marked_at < stored_at)

-- name: verify_leases
-- I6: what is leased has an owner and a fence, what is done has given its key
-- back. A dead job keeps it: whoever queues the same again wakes that row.
SELECT COUNT(*) AS breaches, MIN(id) AS sample
  FROM rm_job
 WHERE (state = 'leased' AND (owner = '' OR fence = 0))
    OR (state = 'done' AND open_key IS NOT NULL)

-- name: verify_operations
-- I9: an operation in progress has its run leased; one that waits has it ready.
SELECT COUNT(*) AS breaches, MIN(o.id) AS sample
  FROM rm_operation AS o
  JOIN rm_job AS j ON j.operation_id = o.id AND j.kind = 'run'
 WHERE (o.state = 'in_progress' AND j.state <> 'leased')
    OR (o.state = 'not_processed' AND j.state <> 'ready')
    OR (o.state IN ('completed', 'aborted', 'webshop_not_found')
        AND j.state <> 'done')

-- name: verify_window
-- I8: no call of a synchronisation inside the window (Sunday 19:00, 9 hours).
SELECT COUNT(*) AS breaches, MIN(id) AS sample
  FROM rm_log
 WHERE kind = 'call' AND operation_id IS NOT NULL
   AND MOD(TIMESTAMPDIFF(SECOND, '1970-01-04 19:00:00', at), 604800) < 32400

-- name: verify_memory
-- I12: the largest process of a run of at most 100 orders, in KiB.
SELECT COUNT(*) AS breaches, MAX(JSON_VALUE(detail, '$.rss_kib')) AS sample
  FROM rm_log
 WHERE kind = 'system' AND message = 'worker ended'
   AND CAST(JSON_VALUE(detail, '$.rss_kib') AS UNSIGNED) > ?

-- name: verify_secret
-- I10: in the table of the log, errors and events.
SELECT (SELECT COUNT(*) FROM rm_log WHERE LOCATE(?, message) > 0)
     + (SELECT COUNT(*) FROM rm_operation WHERE LOCATE(?, error) > 0)
     + (SELECT COUNT(*) FROM rm_job WHERE LOCATE(?, last_error) > 0) AS breaches

-- name: verify_sites
SELECT id
  FROM rm_sites
 WHERE is_active = 1 AND deleted_at IS NULL
 ORDER BY id
