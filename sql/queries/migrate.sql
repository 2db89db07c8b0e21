-- What the migrator records. Its lease uses the statements of queue.sql.

-- name: schema_list
SELECT version, step, name, checksum, started_at, finished_at
FROM rm_schema
ORDER BY version, step
LIMIT 10000

-- A step that was begun and not finished may come with a mended text.
-- name: schema_start
INSERT INTO rm_schema (version, step, name, checksum, started_at)
VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3))
ON DUPLICATE KEY UPDATE
	checksum = IF(finished_at IS NULL, VALUE(checksum), checksum),
	started_at = IF(finished_at IS NULL, VALUE(started_at), started_at)

-- name: schema_finish
UPDATE rm_schema
SET finished_at = UTC_TIMESTAMP(3)
WHERE version = ?
	AND step = ?
	AND finished_at IS NULL

-- name: schema_table_rows
SELECT table_rows
FROM information_schema.tables
WHERE table_schema = DATABASE()
	AND table_name = ?
