-- What tests/support/db_probe.c asks of a table of its own; never shipped.

-- name: probe_make
CREATE TABLE probe (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	ref VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
	number BIGINT NULL,
	amount DECIMAL(19,4) NULL,
	quantity DECIMAL(19,5) NULL,
	at DATETIME(3) NULL,
	note VARCHAR(40) NULL,
	body MEDIUMBLOB NULL,
	is_good TINYINT UNSIGNED NOT NULL DEFAULT 0 CHECK (is_good IN (0, 1)),
	UNIQUE KEY uq_probe_ref (ref)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci

-- name: probe_put
INSERT INTO probe (ref, number, amount, quantity, at, note, body)
VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: probe_put_returning
INSERT INTO probe (ref, number)
VALUES (?, ?)
RETURNING id, ref

-- name: probe_upsert_returning
INSERT INTO probe (ref, number)
VALUES (?, ?)
ON DUPLICATE KEY UPDATE
	number = VALUE(number)
RETURNING id, ref

-- name: probe_note
UPDATE probe
SET note = ?
WHERE ref = ?

-- name: probe_raise
UPDATE probe
SET number = number + 1
WHERE ref = ?

-- name: probe_add_amount
UPDATE probe
SET amount = amount + ?
WHERE ref = ?

-- name: probe_one
SELECT id, ref, number, amount, quantity, at, note, body, is_good
FROM probe
WHERE ref = ?

-- name: probe_list
SELECT ref, number, note
FROM probe
ORDER BY id
LIMIT 100

-- name: probe_sums
SELECT COUNT(*) AS row_count, SUM(number) AS number_sum, SUM(amount) AS amount_sum,
	MIN(ref) AS first_ref, MAX(id) AS last_id, AVG(number) AS average
FROM probe

-- name: probe_moments
SELECT ? AS bound, NOW(6) AS now_six, UTC_TIMESTAMP(3) AS now_three, CURRENT_DATE AS today,
	18446744073709551615 AS huge, 1.5 AS broken

-- name: probe_sleep
SELECT SLEEP(?) AS done

-- name: probe_nonsense
SELECT nothing_like_it
FROM probe

-- name: probe_session
SELECT @@sql_mode AS sql_mode, @@time_zone AS time_zone, @@tx_isolation AS isolation,
	@@autocommit AS autocommit, @@lock_wait_timeout AS lock_wait,
	@@innodb_lock_wait_timeout AS row_wait, @@max_statement_time AS statement_time,
	@@character_set_client AS charset, @@collation_connection AS collation,
	CONNECTION_ID() AS connection
