-- What pages of the lists are found by (PERFORMANCE 3), beside what is there. The
-- tables of operations and errors are written seldom; that of the log, which is
-- written often, has as many indexes as before.
ALTER TABLE rm_operation
	ADD INDEX IF NOT EXISTS ix_rm_operation_is_full_created_at_id (is_full, created_at, id),
	ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE rm_error_orders
	ADD INDEX IF NOT EXISTS ix_rm_error_orders_last_at_id (last_at, id),
	ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE rm_log
	ADD INDEX IF NOT EXISTS ix_rm_log_kind_site_id_at_id (kind, site_id, at, id),
	DROP INDEX IF EXISTS ix_rm_log_site_id_at_id,
	ALGORITHM = INPLACE, LOCK = NONE;
