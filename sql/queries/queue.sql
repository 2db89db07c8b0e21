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
