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

-- What the migrations made and is no longer there: a table as a whole by its
-- name, a column as table.column.
-- name: schema_lacks
SELECT DISTINCT IF(t.table_name IS NULL, wanted.t,
	CONCAT(wanted.t, '.', wanted.c)) AS name
FROM JSON_TABLE(?, '$[*]' COLUMNS (
	nth FOR ORDINALITY,
	t VARCHAR(64) CHARACTER SET utf8mb3 PATH '$.t',
	c VARCHAR(64) CHARACTER SET utf8mb3 PATH '$.c'
)) AS wanted
LEFT JOIN information_schema.tables AS t
	ON t.table_schema = DATABASE() AND t.table_name = wanted.t
LEFT JOIN information_schema.columns AS c
	ON c.table_schema = DATABASE() AND c.table_name = wanted.t
	AND c.column_name = wanted.c
WHERE c.column_name IS NULL
ORDER BY wanted.nth
LIMIT 1000
