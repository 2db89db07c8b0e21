-- What the connection itself asks.

-- Every session is the same, whatever the server's own settings are. A
-- statement waits less long for a lock than the heartbeat's 20 s. Level 1 keeps
-- originals 8 % larger than 6 does, for two thirds of its time.
-- name: session_modes
SET SESSION
	sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION',
	time_zone = '+00:00',
	autocommit = 1,
	column_compression_zlib_level = 1,
	lock_wait_timeout = 10,
	innodb_lock_wait_timeout = 5

-- READ COMMITTED, not REPEATABLE READ: no decision here rests on a snapshot
-- (each change has the old value in its WHERE), a read after a lost race must see
-- who won it, and without gap locks two workers' upserts do not lock each other
-- out.
-- name: session_isolation
SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED

-- name: session_charset
SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci

-- name: session_limit
SET SESSION max_statement_time = ?

-- name: session_facts
SELECT @@max_allowed_packet AS max_packet

-- Tests only: what NOW() and its like answer from here on.
-- name: session_timestamp
SET SESSION timestamp = ?

-- Galera: a read waits until this node has applied what the others committed.
-- name: session_sync_wait
SET SESSION wsrep_sync_wait = ?

-- name: session_now
SELECT UTC_TIMESTAMP(3) AS now, VERSION() AS version

-- name: transaction_begin
START TRANSACTION

-- name: transaction_commit
COMMIT

-- name: transaction_rollback
ROLLBACK

-- name: savepoint_inner
SAVEPOINT inside

-- name: savepoint_inner_undo
ROLLBACK TO SAVEPOINT inside

-- name: savepoint_many
SAVEPOINT many

-- name: savepoint_many_undo
ROLLBACK TO SAVEPOINT many
