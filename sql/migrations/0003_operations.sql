-- What people see (operations), what workers claim (jobs), and what starts them.

CREATE TABLE IF NOT EXISTS rm_operation (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
	parent_id BIGINT UNSIGNED NULL,
	site_id BIGINT UNSIGNED NULL,
	site_name VARCHAR(120) NULL,
	site_url VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NULL,
	is_full TINYINT UNSIGNED NOT NULL DEFAULT 0 CHECK (is_full IN (0, 1)),
	scope LONGTEXT NOT NULL DEFAULT '{}' CHECK (JSON_VALID(scope)),
	dry_run TINYINT UNSIGNED NOT NULL DEFAULT 0 CHECK (dry_run IN (0, 1)),
	open_key BINARY(32) NULL,
	state VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL DEFAULT 'not_processed' CHECK (state IN ('not_processed', 'in_progress', 'completed', 'aborted', 'webshop_not_found', 'failed')),
	paused_until DATETIME(3) NULL,
	pause_reason VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL,
	phase VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL,
	done INT UNSIGNED NOT NULL DEFAULT 0,
	total INT NULL,
	unit VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL,
	fetched INT UNSIGNED NOT NULL DEFAULT 0,
	stored INT UNSIGNED NOT NULL DEFAULT 0,
	unchanged INT UNSIGNED NOT NULL DEFAULT 0,
	skipped INT UNSIGNED NOT NULL DEFAULT 0,
	soft INT UNSIGNED NOT NULL DEFAULT 0,
	hard INT UNSIGNED NOT NULL DEFAULT 0,
	failed_count INT UNSIGNED NOT NULL DEFAULT 0,
	error_code VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL,
	error TEXT NULL,
	result LONGTEXT NULL CHECK (JSON_VALID(result)),
	superseded_by BIGINT UNSIGNED NULL,
	source VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL CHECK (source IN ('cron', 'cli', 'api', 'webhook', 'schedule')),
	created_by VARCHAR(80) NULL,
	host VARCHAR(64) NULL,
	schedule_id BIGINT UNSIGNED NULL,
	cancel_at DATETIME(3) NULL,
	created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
	started_at DATETIME(3) NULL,
	completed_at DATETIME(3) NULL,
	heartbeat_at DATETIME(3) NULL,
	version INT UNSIGNED NOT NULL DEFAULT 0,
	UNIQUE KEY uq_rm_operation_open_key (open_key),
	KEY ix_rm_operation_state_created_at_id (state, created_at, id),
	KEY ix_rm_operation_site_id_created_at_id (site_id, created_at, id),
	KEY ix_rm_operation_kind_created_at_id (kind, created_at, id),
	KEY ix_rm_operation_created_at_id (created_at, id),
	KEY ix_rm_operation_started_at_id (started_at, id),
	KEY ix_rm_operation_completed_at_id (completed_at, id),
	KEY ix_rm_operation_parent_id (parent_id),
	CONSTRAINT fk_rm_operation_parent_id FOREIGN KEY (parent_id) REFERENCES rm_operation (id) ON DELETE CASCADE,
	CONSTRAINT fk_rm_operation_site_id FOREIGN KEY (site_id) REFERENCES rm_sites (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS rm_job (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	operation_id BIGINT UNSIGNED NOT NULL,
	kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
	site_id BIGINT UNSIGNED NULL,
	ref VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NULL,
	open_key BINARY(32) NULL,
	state VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'leased', 'done', 'dead')),
	run_after DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
	attempts INT UNSIGNED NOT NULL DEFAULT 0,
	max_attempts INT UNSIGNED NOT NULL DEFAULT 5,
	first_failed_at DATETIME(3) NULL,
	give_up_at DATETIME(3) NULL,
	wait_sku VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NULL,
	last_code VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL,
	last_error VARCHAR(1000) NULL,
	checkpoint LONGTEXT NULL CHECK (JSON_VALID(checkpoint)),
	item_in_flight VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NULL,
	crashes INT UNSIGNED NOT NULL DEFAULT 0,
	owner VARBINARY(128) NOT NULL DEFAULT '',
	fence BIGINT UNSIGNED NOT NULL DEFAULT 0,
	hb_seq BIGINT UNSIGNED NOT NULL DEFAULT 0,
	until_at DATETIME(6) NOT NULL DEFAULT '1970-01-01',
	created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
	done_at DATETIME(3) NULL,
	UNIQUE KEY uq_rm_job_open_key (open_key),
	KEY ix_rm_job_state_run_after_id (state, run_after, id),
	KEY ix_rm_job_state_until_at (state, until_at),
	KEY ix_rm_job_operation_id (operation_id),
	KEY ix_rm_job_wait_sku (wait_sku),
	KEY ix_rm_job_kind_site_id_state (kind, site_id, state),
	CONSTRAINT fk_rm_job_operation_id FOREIGN KEY (operation_id) REFERENCES rm_operation (id) ON DELETE CASCADE,
	CONSTRAINT fk_rm_job_site_id FOREIGN KEY (site_id) REFERENCES rm_sites (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- The next run is start_at + k times the interval, so that a late run shifts
-- nothing.
CREATE TABLE IF NOT EXISTS rm_schedule (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	name VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
	kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
	site_id BIGINT UNSIGNED NULL,
	is_enabled TINYINT UNSIGNED NOT NULL DEFAULT 0 CHECK (is_enabled IN (0, 1)),
	frequency VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL CHECK (frequency IN ('minutes', 'hourly', 'twice_daily', 'daily', 'weekly')),
	every_min INT UNSIGNED NOT NULL DEFAULT 0,
	start_at DATETIME(3) NOT NULL,
	next_run_at DATETIME(3) NOT NULL,
	last_run_at DATETIME(3) NULL,
	last_operation_id BIGINT UNSIGNED NULL,
	params LONGTEXT NOT NULL DEFAULT '{}' CHECK (JSON_VALID(params)),
	version INT UNSIGNED NOT NULL DEFAULT 0,
	created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
	updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
	UNIQUE KEY uq_rm_schedule_name (name),
	KEY ix_rm_schedule_is_enabled_next_run_at (is_enabled, next_run_at),
	CONSTRAINT fk_rm_schedule_site_id FOREIGN KEY (site_id) REFERENCES rm_sites (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS rm_watermark (
	name VARBINARY(160) NOT NULL PRIMARY KEY,
	site_id BIGINT UNSIGNED NULL,
	entity VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
	value_at DATETIME(3) NULL,
	value_id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NULL,
	updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
	version INT UNSIGNED NOT NULL DEFAULT 0,
	CONSTRAINT fk_rm_watermark_site_id FOREIGN KEY (site_id) REFERENCES rm_sites (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- No foreign keys: a log outlives what it tells of.
CREATE TABLE IF NOT EXISTS rm_log (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	at DATETIME(3) NOT NULL,
	level VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
	kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL CHECK (kind IN ('run', 'line', 'call', 'system')),
	operation_id BIGINT UNSIGNED NULL,
	site_id BIGINT UNSIGNED NULL,
	entity VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL,
	status VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL,
	rows_pushed INT UNSIGNED NOT NULL DEFAULT 0,
	ms INT UNSIGNED NOT NULL DEFAULT 0,
	error_code VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL,
	message VARCHAR(1000) NOT NULL,
	request_id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NULL,
	host VARCHAR(64) NULL,
	detail LONGTEXT NULL CHECK (JSON_VALID(detail)),
	KEY ix_rm_log_at_id (at, id),
	KEY ix_rm_log_kind_at_id (kind, at, id),
	KEY ix_rm_log_operation_id_id (operation_id, id),
	KEY ix_rm_log_site_id_at_id (site_id, at, id),
	KEY ix_rm_log_entity_status_at_id (entity, status, at, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- Old rows go at night; the first time is the next three o'clock.
INSERT INTO rm_schedule (name, kind, is_enabled, frequency, start_at, next_run_at)
	SELECT 'retention', 'retention', 1, 'daily', '1970-01-01 03:00:00',
		DATE(UTC_TIMESTAMP() - INTERVAL 3 HOUR) + INTERVAL 27 HOUR
	WHERE NOT EXISTS (SELECT 1 FROM rm_schedule WHERE name = 'retention');

-- Off until Business Central is set up.
INSERT INTO rm_schedule (name, kind, is_enabled, frequency, start_at, next_run_at)
	SELECT 'item_sync', 'item_sync', 0, 'hourly', '1970-01-01', UTC_TIMESTAMP(3)
	WHERE NOT EXISTS (SELECT 1 FROM rm_schedule WHERE name = 'item_sync');
