-- What a process asks when it starts.

-- name: setting_list
SELECT name, value
FROM rm_setting
ORDER BY name
LIMIT 1000

-- name: call_note
-- One call of an upstream: address without query, and how it went.
INSERT INTO rm_log (at, level, kind, operation_id, status, ms, error_code,
       message, detail)
VALUES (?, ?, 'call', ?, ?, ?, ?, LEFT(?, 1000), ?)

-- The set-up tries each right on a table that comes and goes.

-- name: probe_create
CREATE TABLE IF NOT EXISTS rm_probe (
	id INT UNSIGNED NOT NULL PRIMARY KEY,
	other INT UNSIGNED NULL
) ENGINE = InnoDB

-- name: probe_alter
ALTER TABLE rm_probe
	ADD COLUMN IF NOT EXISTS note VARCHAR(10) NULL

-- name: probe_index
CREATE INDEX IF NOT EXISTS ix_rm_probe_other ON rm_probe (other)

-- name: probe_references
ALTER TABLE rm_probe
	ADD CONSTRAINT fk_rm_probe_other FOREIGN KEY IF NOT EXISTS (other)
		REFERENCES rm_probe (id)

-- name: probe_insert
INSERT IGNORE INTO rm_probe (id)
VALUES (1)

-- name: probe_select
SELECT id
FROM rm_probe
WHERE id = 1

-- name: probe_update
UPDATE rm_probe
SET note = 'here'
WHERE id = 1

-- name: probe_delete
DELETE FROM rm_probe
WHERE id = 1

-- name: probe_drop
DROP TABLE IF EXISTS rm_probe

-- name: setup_steps
-- Which steps of the set-up are done or passed over; no row: it is over.
SELECT value
FROM rm_setting
WHERE name = 'setup_steps'
