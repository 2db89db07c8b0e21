-- Leases, jobs, operations, schedules and upstreams. Moments are the database's,
-- so that hosts need not agree; each change names the old value in its WHERE and
-- changes a column, because a compare-and-set counts changed rows.

-- Leases: the rows of rm_lease, and the same for those in rm_job. 120 s is
-- LEASE_TTL_S, 30 s LEASE_SKEW_S.

-- name: lease_add
INSERT IGNORE INTO rm_lease (name)
VALUES (?)

-- name: lease_read
SELECT owner, fence, hb_seq,
	until_at < UTC_TIMESTAMP(6) - INTERVAL 30 SECOND AS is_expired
FROM rm_lease
WHERE name = ?

-- name: lease_lock
SELECT owner, fence, hb_seq,
	until_at < UTC_TIMESTAMP(6) - INTERVAL 30 SECOND AS is_expired
FROM rm_lease
WHERE name = ?
FOR UPDATE

-- name: lease_take
UPDATE rm_lease
SET owner = ?, fence = fence + 1, hb_seq = hb_seq + 1,
	until_at = UTC_TIMESTAMP(6) + INTERVAL 120 SECOND
WHERE name = ?
	AND fence = ?
	AND until_at < UTC_TIMESTAMP(6) - INTERVAL 30 SECOND

-- name: lease_take_gone
UPDATE rm_lease
SET owner = ?, fence = fence + 1, hb_seq = hb_seq + 1,
	until_at = UTC_TIMESTAMP(6) + INTERVAL 120 SECOND
WHERE name = ?
	AND fence = ?
	AND owner = ?

-- name: lease_touch
UPDATE rm_lease
SET hb_seq = hb_seq + 1, until_at = UTC_TIMESTAMP(6) + INTERVAL 120 SECOND
WHERE name = ?
	AND owner = ?
	AND fence = ?
	AND hb_seq = ?

-- name: lease_release
UPDATE rm_lease
SET hb_seq = hb_seq + 1, until_at = '1970-01-01'
WHERE name = ?
	AND owner = ?
	AND fence = ?

-- name: job_lease_read
SELECT owner, fence, hb_seq,
	until_at < UTC_TIMESTAMP(6) - INTERVAL 30 SECOND AS is_expired
FROM rm_job
WHERE id = ?

-- name: job_lease_lock
SELECT owner, fence, hb_seq,
	until_at < UTC_TIMESTAMP(6) - INTERVAL 30 SECOND AS is_expired
FROM rm_job
WHERE id = ?
FOR UPDATE

-- name: job_touch
UPDATE rm_job
SET hb_seq = hb_seq + 1, until_at = UTC_TIMESTAMP(6) + INTERVAL 120 SECOND
WHERE id = ?
	AND owner = ?
	AND fence = ?
	AND hb_seq = ?
	AND state = 'leased'

-- name: job_release
UPDATE rm_job
SET hb_seq = hb_seq + 1, until_at = '1970-01-01'
WHERE id = ?
	AND owner = ?
	AND fence = ?
	AND state = 'leased'

-- Operations: what people see.

-- name: operation_find_open
SELECT id
FROM rm_operation
WHERE open_key = ?

-- name: operation_count_waiting
SELECT COUNT(*) AS waiting
FROM rm_operation
WHERE site_id = ?
	AND state = 'not_processed'

-- name: operation_add
INSERT INTO rm_operation (kind, site_id, site_name, site_url, is_full, scope,
	dry_run, open_key, source, created_by, schedule_id, paused_until,
	pause_reason, created_at)
VALUES (?, ?, (SELECT name FROM rm_sites WHERE id = ?),
	(SELECT site_url FROM rm_sites WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: operation_exists
SELECT id
FROM rm_operation
WHERE id = ?

-- What a newer "synchronize all" makes needless.
-- name: operation_waiting_like
SELECT id, version
FROM rm_operation
WHERE state = 'not_processed'
	AND kind = ?
	AND site_id <=> ?
	AND dry_run = 0
	AND id <> ?
ORDER BY id
LIMIT 100
FOR UPDATE

-- name: operation_supersede
UPDATE rm_operation
SET superseded_by = ?, version = version + 1
WHERE state = 'in_progress'
	AND kind = ?
	AND site_id <=> ?
	AND dry_run = 0
	AND id <> ?
	AND superseded_by IS NULL

-- name: operation_load
SELECT o.id, o.kind, o.parent_id, o.site_id, s.code AS site_code, o.site_name,
	o.site_url, o.is_full, o.scope, o.dry_run, o.state, o.paused_until,
	o.pause_reason, o.phase, o.done, o.total, o.unit, o.fetched, o.stored,
	o.unchanged, o.skipped, o.soft, o.hard, o.failed_count, o.error_code,
	o.error, o.superseded_by, o.source, o.created_by, o.host, o.schedule_id,
	o.cancel_at, o.created_at, o.started_at, o.completed_at, o.heartbeat_at,
	o.version
FROM rm_operation o
LEFT JOIN rm_sites s ON s.id = o.site_id
WHERE o.id = ?

-- name: operation_lock
SELECT state, version, cancel_at, superseded_by
FROM rm_operation
WHERE id = ?
FOR UPDATE

-- What a running one is asked: to stop, by a person or by a newer one.
-- name: operation_asked
SELECT cancel_at, superseded_by
FROM rm_operation
WHERE id = ?

-- name: operation_start
UPDATE rm_operation
SET state = 'in_progress', open_key = NULL, paused_until = NULL,
	pause_reason = NULL, host = ?,
	started_at = COALESCE(started_at, UTC_TIMESTAMP(3)),
	heartbeat_at = UTC_TIMESTAMP(3), version = version + 1
WHERE id = ?
	AND state = ?
	AND version = ?

-- name: operation_progress
UPDATE rm_operation
SET phase = ?, done = ?, total = ?, unit = ?, fetched = ?, stored = ?,
	unchanged = ?, skipped = ?, soft = ?, hard = ?, failed_count = ?,
	heartbeat_at = UTC_TIMESTAMP(3)
WHERE id = ?
	AND state = 'in_progress'

-- name: operation_result
UPDATE rm_operation
SET result = ?
WHERE id = ?
	AND state = 'in_progress'

-- name: operation_pause
UPDATE rm_operation
SET state = 'not_processed', paused_until = ?, pause_reason = ?,
	error_code = ?, error = ?, version = version + 1
WHERE id = ?
	AND state = ?
	AND version = ?

-- IGNORE: an equal request may have come meanwhile and holds the key.
-- name: operation_set_key
UPDATE IGNORE rm_operation
SET open_key = ?
WHERE id = ?
	AND state = 'not_processed'

-- name: operation_close
UPDATE rm_operation
SET state = ?, error_code = ?, error = ?,
	superseded_by = COALESCE(?, superseded_by), open_key = NULL,
	paused_until = NULL, pause_reason = NULL,
	completed_at = UTC_TIMESTAMP(3), version = version + 1
WHERE id = ?
	AND state = ?
	AND version = ?

-- The one row of an ended operation in the log. No longer than its columns.
-- name: operation_log
INSERT INTO rm_log (at, level, kind, operation_id, site_id, entity, status,
	rows_pushed, ms, error_code, message, host)
SELECT UTC_TIMESTAMP(3), ?, 'run', id, site_id,
	COALESCE(?, LEFT(JSON_VALUE(scope, '$.entity'), 40)), state, stored,
	LEAST(GREATEST(COALESCE(TIMESTAMPDIFF(MICROSECOND, started_at,
		completed_at) DIV 1000, 0), 0), 4294967295),
	error_code, LEFT(?, 1000), host
FROM rm_operation
WHERE id = ?

-- name: operation_cancel
UPDATE rm_operation
SET cancel_at = COALESCE(cancel_at, ?), version = version + 1
WHERE id = ?
	AND state = 'in_progress'
	AND version = ?

-- name: operation_reopen
UPDATE rm_operation
SET state = 'not_processed', error_code = NULL, error = NULL,
	superseded_by = NULL, cancel_at = NULL, completed_at = NULL,
	paused_until = NULL, pause_reason = NULL, version = version + 1
WHERE id = ?
	AND state = 'failed'
	AND version = ?

-- Jobs: what workers claim.

-- name: job_add_run
INSERT INTO rm_job (operation_id, kind, site_id, run_after)
VALUES (?, 'run', ?, GREATEST(COALESCE(?, '1970-01-01'), UTC_TIMESTAMP(6)))

-- The state comes last: what stands before it still sees the old one. What a
-- worker has in hand, it decides on itself.
-- name: job_add
INSERT INTO rm_job (operation_id, kind, site_id, ref, open_key, run_after,
	wait_sku, give_up_at, last_code, last_error, attempts, first_failed_at)
VALUES (?, ?, ?, ?, ?, COALESCE(?, UTC_TIMESTAMP(6)), ?, ?, ?, LEFT(?, 1000),
	?, IF(? > 0, UTC_TIMESTAMP(3), NULL))
ON DUPLICATE KEY UPDATE
	operation_id = IF(state = 'leased', operation_id, VALUES(operation_id)),
	run_after = IF(state = 'leased', run_after, VALUES(run_after)),
	wait_sku = IF(state = 'leased', wait_sku, VALUES(wait_sku)),
	give_up_at = IF(state = 'leased', give_up_at,
		COALESCE(give_up_at, VALUES(give_up_at))),
	last_code = IF(state = 'leased', last_code, VALUES(last_code)),
	last_error = IF(state = 'leased', last_error, VALUES(last_error)),
	attempts = IF(state = 'leased', attempts,
		IF(state = 'dead', VALUES(attempts),
			GREATEST(attempts, VALUES(attempts)))),
	first_failed_at = COALESCE(first_failed_at, VALUES(first_failed_at)),
	done_at = NULL,
	state = IF(state = 'leased', 'leased', 'ready')

-- name: job_settle
UPDATE rm_job
SET state = 'done', done_at = UTC_TIMESTAMP(3), open_key = NULL
WHERE open_key = ?
	AND state IN ('ready', 'dead')

-- name: job_wake_sku
UPDATE rm_job j
JOIN JSON_TABLE(?, '$[*]' COLUMNS (
	sku VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PATH '$'
)) k ON k.sku = j.wait_sku
SET j.run_after = UTC_TIMESTAMP(6)
WHERE j.state = 'ready'
	AND j.run_after > UTC_TIMESTAMP(6)

-- name: job_checkpoint
UPDATE rm_job
SET checkpoint = ?
WHERE id = ?
	AND fence = ?

-- name: job_item_begin
UPDATE rm_job
SET item_in_flight = ?
WHERE id = ?
	AND fence = ?

-- name: job_item_end
UPDATE rm_job
SET item_in_flight = NULL, crashes = IF(?, 0, crashes)
WHERE id = ?
	AND fence = ?

-- name: job_close_run
UPDATE rm_job
SET state = 'done', done_at = UTC_TIMESTAMP(3)
WHERE operation_id = ?
	AND kind = 'run'
	AND state = 'ready'

-- name: job_reopen_run
UPDATE rm_job
SET state = 'ready', attempts = 0, crashes = 0, item_in_flight = NULL,
	first_failed_at = NULL, give_up_at = NULL, done_at = NULL,
	run_after = UTC_TIMESTAMP(6)
WHERE operation_id = ?
	AND kind = 'run'
	AND state IN ('done', 'dead')

-- Not the head alone: of the first 16, one at random, so that workers meet less.
-- No join: where few operations have many jobs, the server would read all jobs.
-- Only a run has its kind from its operation.
-- name: job_due
SELECT j.id, j.operation_id, j.kind,
	IF(j.kind = 'run', (SELECT o.kind
		FROM rm_operation o
		WHERE o.id = j.operation_id), NULL) AS run_kind,
	j.fence, j.hb_seq, UTC_TIMESTAMP(3) AS now
FROM rm_job j FORCE INDEX (ix_rm_job_state_run_after_id)
WHERE j.state = 'ready'
	AND j.run_after <= UTC_TIMESTAMP(6)
ORDER BY j.run_after, j.id
LIMIT 16

-- name: job_due_of
SELECT j.id, j.operation_id, j.kind, o.kind AS run_kind, j.fence,
	j.hb_seq, UTC_TIMESTAMP(3) AS now
FROM rm_job j
JOIN rm_operation o ON o.id = j.operation_id
WHERE j.state = 'ready'
	AND j.run_after <= UTC_TIMESTAMP(6)
	AND j.operation_id = ?
ORDER BY j.run_after, j.id
LIMIT 16

-- name: job_take
UPDATE rm_job
SET state = 'leased', owner = ?, fence = fence + 1, hb_seq = hb_seq + 1,
	until_at = UTC_TIMESTAMP(6) + INTERVAL 120 SECOND
WHERE id = ?
	AND fence = ?
	AND state = 'ready'

-- name: job_load
SELECT id, operation_id, site_id, kind, ref, attempts, max_attempts,
	first_failed_at, give_up_at, wait_sku, checkpoint, item_in_flight, crashes
FROM rm_job
WHERE id = ?

-- The job and, where the job is the operation itself, what people see of it.
-- name: job_pause
UPDATE rm_job j
JOIN rm_operation o ON o.id = j.operation_id
SET j.run_after = ?,
	o.version = o.version
		+ IF(j.kind = 'run' AND o.state = 'not_processed', 1, 0),
	o.paused_until = IF(j.kind = 'run' AND o.state = 'not_processed', ?,
		o.paused_until),
	o.pause_reason = IF(j.kind = 'run' AND o.state = 'not_processed', ?,
		o.pause_reason)
WHERE j.id = ?
	AND j.fence = ?
	AND j.state = 'ready'

-- name: job_finish
UPDATE rm_job
SET state = ?, run_after = COALESCE(?, UTC_TIMESTAMP(6)), attempts = ?,
	give_up_at = ?, last_code = ?, last_error = LEFT(?, 1000),
	first_failed_at = IF(attempts > 0,
		COALESCE(first_failed_at, UTC_TIMESTAMP(3)), NULL),
	open_key = IF(state = 'done', NULL, open_key),
	done_at = IF(state = 'ready', NULL, UTC_TIMESTAMP(3)),
	crashes = 0, item_in_flight = NULL, until_at = '1970-01-01'
WHERE id = ?
	AND owner = ?
	AND fence = ?
	AND state = 'leased'

-- Those that gave way to an operation of the same kind and site.
-- name: job_wake_busy
UPDATE rm_job j
JOIN rm_operation o ON o.id = j.operation_id
SET j.run_after = UTC_TIMESTAMP(6)
WHERE o.state = 'not_processed'
	AND o.kind = ?
	AND o.site_id <=> ?
	AND o.pause_reason = 'busy'
	AND j.kind = 'run'
	AND j.state = 'ready'

-- name: job_leased
SELECT j.id, j.operation_id, j.site_id, j.kind, o.kind AS run_kind, j.ref,
	j.owner, j.fence, j.attempts, j.max_attempts, j.crashes,
	j.until_at < UTC_TIMESTAMP(6) - INTERVAL 30 SECOND AS is_expired,
	UTC_TIMESTAMP(3) AS now
FROM rm_job j
JOIN rm_operation o ON o.id = j.operation_id
WHERE j.state = 'leased'
ORDER BY j.until_at
LIMIT 200

-- A lost attempt: its process is gone (then at once) or its lease has expired.
-- name: job_free
UPDATE rm_job
SET state = ?, run_after = COALESCE(?, UTC_TIMESTAMP(6)), fence = fence + 1,
	hb_seq = hb_seq + 1, until_at = '1970-01-01', attempts = attempts + 1,
	crashes = crashes + 1, last_code = 'ob_lease_lost',
	last_error = LEFT(?, 1000),
	first_failed_at = COALESCE(first_failed_at, UTC_TIMESTAMP(3)),
	done_at = IF(state = 'ready', NULL, UTC_TIMESTAMP(3))
WHERE id = ?
	AND state = 'leased'
	AND owner = ?
	AND fence = ?
	AND (? OR until_at < UTC_TIMESTAMP(6) - INTERVAL 30 SECOND)

-- name: log_line_add
INSERT INTO rm_log (at, level, kind, operation_id, site_id, entity, status,
	error_code, message, host)
VALUES (UTC_TIMESTAMP(3), ?, 'line', ?, ?, ?, ?, ?, LEFT(?, 1000), ?)

-- Schedules: what runs when.

-- name: schedule_due
SELECT sc.id, sc.name, sc.kind, sc.site_id, sc.frequency, sc.every_min,
	sc.start_at, sc.next_run_at, sc.params, UTC_TIMESTAMP(3) AS now
FROM rm_schedule sc
LEFT JOIN rm_sites s ON s.id = sc.site_id
WHERE sc.is_enabled = 1
	AND sc.next_run_at <= UTC_TIMESTAMP(3)
	AND (sc.site_id IS NULL
		OR (s.is_active = 1 AND s.deleted_at IS NULL
			AND s.auth_failed_at IS NULL))
ORDER BY sc.next_run_at, sc.id
LIMIT 200

-- name: schedule_find
SELECT id, name, kind, site_id, frequency, every_min, start_at, next_run_at,
	params, UTC_TIMESTAMP(3) AS now
FROM rm_schedule
WHERE name = ?

-- Whoever moves next_run_at makes the operation.
-- name: schedule_move
UPDATE rm_schedule
SET next_run_at = ?, last_run_at = UTC_TIMESTAMP(3), last_operation_id = ?,
	version = version + 1
WHERE id = ?
	AND next_run_at = ?
	AND is_enabled = 1

-- name: schedule_ran
UPDATE rm_schedule
SET last_run_at = UTC_TIMESTAMP(3), last_operation_id = ?,
	version = version + 1
WHERE id = ?

-- Upstreams: RELIABILITY 3.5. In an UPDATE of one table the assignments go from
-- left to right, so what is asked about a column stands before its own change.

-- name: upstream_add
INSERT IGNORE INTO rm_upstream (name)
VALUES (?)

-- Openings last 15 minutes at most and waits an hour: a moment beyond was
-- written by a clock that was wrong (RELIABILITY F44) and is not waited for.
-- name: upstream_read
SELECT breaker, failures, open_until, not_before, probe_fence,
	breaker <> 'closed' AND open_until > UTC_TIMESTAMP(6)
		AND open_until < UTC_TIMESTAMP(6) + INTERVAL 1 HOUR AS is_open,
	not_before > UTC_TIMESTAMP(6)
		AND not_before < UTC_TIMESTAMP(6) + INTERVAL 2 HOUR AS is_early,
	UTC_TIMESTAMP(3) AS now
FROM rm_upstream
WHERE name = ?

-- One probe; who was given it and never answered is followed by the next one.
-- name: upstream_probe
UPDATE rm_upstream
SET breaker = 'half_open', probe_fence = probe_fence + 1,
	open_until = UTC_TIMESTAMP(6) + INTERVAL ? SECOND
WHERE name = ?
	AND probe_fence = ?
	AND breaker IN ('open', 'half_open')
	AND (open_until <= UTC_TIMESTAMP(6)
		OR open_until >= UTC_TIMESTAMP(6) + INTERVAL 1 HOUR)

-- GCRA: tat is when all that was granted will have been used at the agreed rate.
-- name: upstream_take
UPDATE rm_upstream
SET tat = IF(tat < UTC_TIMESTAMP(6) + INTERVAL 1 HOUR,
		GREATEST(tat, UTC_TIMESTAMP(6)), UTC_TIMESTAMP(6))
		+ INTERVAL ? MICROSECOND,
	n = n + ?
WHERE name = ?
	AND (tat <= UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND
		OR tat >= UTC_TIMESTAMP(6) + INTERVAL 1 HOUR)

-- name: upstream_wait
SELECT TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), tat) AS ahead
FROM rm_upstream
WHERE name = ?

-- name: upstream_ok
UPDATE rm_upstream
SET failures = 0,
	window_calls = IF(window_at > UTC_TIMESTAMP(6) - INTERVAL 60 SECOND,
		window_calls, 0) + ?,
	window_failures = IF(window_at > UTC_TIMESTAMP(6) - INTERVAL 60 SECOND,
		window_failures, 0),
	window_at = IF(window_at > UTC_TIMESTAMP(6) - INTERVAL 60 SECOND,
		window_at, UTC_TIMESTAMP(6)),
	retry_calls = IF(retry_at > UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE,
		retry_calls, 0) + ?,
	retry_count = IF(retry_at > UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE,
		retry_count, 0),
	retry_at = IF(retry_at > UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE,
		retry_at, UTC_TIMESTAMP(6)),
	last_ok_at = UTC_TIMESTAMP(3)
WHERE name = ?

-- name: upstream_failed
UPDATE rm_upstream
SET failures = failures + ?,
	window_calls = IF(window_at > UTC_TIMESTAMP(6) - INTERVAL 60 SECOND,
		window_calls, 0) + ?,
	window_failures = IF(window_at > UTC_TIMESTAMP(6) - INTERVAL 60 SECOND,
		window_failures, 0) + ?,
	window_at = IF(window_at > UTC_TIMESTAMP(6) - INTERVAL 60 SECOND,
		window_at, UTC_TIMESTAMP(6)),
	retry_calls = IF(retry_at > UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE,
		retry_calls, 0) + ?,
	retry_count = IF(retry_at > UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE,
		retry_count, 0),
	retry_at = IF(retry_at > UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE,
		retry_at, UTC_TIMESTAMP(6)),
	last_error_at = UTC_TIMESTAMP(3), last_error = LEFT(?, 500)
WHERE name = ?

-- name: upstream_open
UPDATE rm_upstream
SET breaker = 'open', open_s = 30,
	open_until = UTC_TIMESTAMP(6) + INTERVAL 30 SECOND
WHERE name = ?
	AND breaker = 'closed'
	AND (failures >= 5
		OR (window_calls >= 20 AND window_failures * 2 >= window_calls))

-- name: upstream_reopen
UPDATE rm_upstream
SET breaker = 'open', open_s = LEAST(GREATEST(open_s, 15) * 2, 900),
	open_until = UTC_TIMESTAMP(6) + INTERVAL open_s SECOND
WHERE name = ?
	AND breaker = 'half_open'
	AND probe_fence = ?

-- name: upstream_close
UPDATE rm_upstream
SET breaker = 'closed', failures = 0, window_calls = 0, window_failures = 0,
	window_at = NULL, open_s = 0, open_until = NULL
WHERE name = ?
	AND breaker = 'half_open'
	AND probe_fence = ?

-- name: upstream_not_before
UPDATE rm_upstream
SET not_before = GREATEST(COALESCE(not_before, '1970-01-01'), ?),
	last_error_at = UTC_TIMESTAMP(3), last_error = LEFT(?, 500)
WHERE name = ?

-- name: upstream_retry
UPDATE rm_upstream
SET retry_count = IF(retry_at > UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE,
		retry_count, 0) + 1,
	retry_calls = IF(retry_at > UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE,
		retry_calls, 0),
	retry_at = IF(retry_at > UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE,
		retry_at, UTC_TIMESTAMP(6))
WHERE name = ?
	AND (retry_at IS NULL
		OR retry_at <= UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE
		OR retry_count < GREATEST(5, retry_calls DIV 10))
