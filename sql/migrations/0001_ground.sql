-- Ground: the migrations' own records, settings, leases, upstreams, secrets,
-- connections.
--
-- What all migrations keep to:
-- * One statement is one step. Each may run twice (IF NOT EXISTS, a WHERE that
--   finds nothing the second time), because a kill between the step and its
--   record repeats it.
-- * ALTER TABLE names ALGORITHM = INSTANT or INPLACE and LOCK = NONE, so that
--   the server refuses what would copy a table under a running shop.
-- * A file that is on main is never changed: a new one goes after it.
--
-- Short types of SCHEMA.md: code is VARCHAR(40) ascii_nopad_bin, key(n)
-- VARCHAR(n) utf8mb4_nopad_bin (compared byte for byte, also at the end), money
-- DECIMAL(19,4), quantities DECIMAL(19,5), times DATETIME(3) in UTC, times of
-- leases DATETIME(6) by the database's own clock. Names and owners of leases
-- are VARBINARY: no collation has a say in who holds what.

-- The first two steps run before every migration: they must stay repeatable.
CREATE TABLE IF NOT EXISTS rm_schema (
	version INT UNSIGNED NOT NULL DEFAULT 0,
	step INT UNSIGNED NOT NULL DEFAULT 0,
	name VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
	checksum BINARY(32) NOT NULL,
	started_at DATETIME(3) NOT NULL,
	finished_at DATETIME(3) NULL,
	PRIMARY KEY (version, step)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS rm_lease (
	name VARBINARY(96) NOT NULL PRIMARY KEY,
	owner VARBINARY(128) NOT NULL DEFAULT '',
	fence BIGINT UNSIGNED NOT NULL DEFAULT 0,
	hb_seq BIGINT UNSIGNED NOT NULL DEFAULT 0,
	until_at DATETIME(6) NOT NULL DEFAULT '1970-01-01'
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS rm_setting (
	name VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL PRIMARY KEY,
	value VARCHAR(2000) NOT NULL,
	updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
	updated_by VARCHAR(80) NULL,
	version INT UNSIGNED NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- One row per shop, tenant or service that is called. tat and n are the state
-- of the rate limit (GCRA).
CREATE TABLE IF NOT EXISTS rm_upstream (
	name VARBINARY(96) NOT NULL PRIMARY KEY,
	breaker VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL DEFAULT 'closed' CHECK (breaker IN ('closed', 'open', 'half_open')),
	failures INT UNSIGNED NOT NULL DEFAULT 0,
	window_calls INT UNSIGNED NOT NULL DEFAULT 0,
	window_failures INT UNSIGNED NOT NULL DEFAULT 0,
	window_at DATETIME(6) NULL,
	open_until DATETIME(6) NULL,
	not_before DATETIME(6) NULL,
	open_s INT UNSIGNED NOT NULL DEFAULT 0,
	probe_fence BIGINT UNSIGNED NOT NULL DEFAULT 0,
	tat DATETIME(6) NOT NULL DEFAULT '1970-01-01',
	n BIGINT UNSIGNED NOT NULL DEFAULT 0,
	retry_at DATETIME(6) NULL,
	retry_calls INT UNSIGNED NOT NULL DEFAULT 0,
	retry_count INT UNSIGNED NOT NULL DEFAULT 0,
	quota_left INT NULL,
	quota_limit INT NULL,
	quota_reset_at DATETIME(6) NULL,
	last_ok_at DATETIME(3) NULL,
	last_error_at DATETIME(3) NULL,
	last_error VARCHAR(500) NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS rm_secret (
	name VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL PRIMARY KEY,
	kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL CHECK (kind IN ('secret', 'token')),
	key_id INT UNSIGNED NOT NULL DEFAULT 0,
	value VARBINARY(16384) NOT NULL,
	last4 VARCHAR(4) NULL,
	expires_at DATETIME(3) NULL,
	set_at DATETIME(3) NOT NULL,
	set_by VARCHAR(80) NULL,
	version INT UNSIGNED NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS rm_connection (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL CHECK (kind IN ('bc', 'powerbi', 'fabric', 'mail', 'slack')),
	name VARCHAR(80) NOT NULL,
	is_active TINYINT UNSIGNED NOT NULL DEFAULT 0 CHECK (is_active IN (0, 1)),
	settings LONGTEXT NOT NULL DEFAULT '{}' CHECK (JSON_VALID(settings)),
	last_test_at DATETIME(3) NULL,
	last_test_ok TINYINT UNSIGNED NOT NULL DEFAULT 0 CHECK (last_test_ok IN (0, 1)),
	last_test LONGTEXT NULL CHECK (JSON_VALID(last_test)),
	version INT UNSIGNED NOT NULL DEFAULT 0,
	created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
	updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
	UNIQUE KEY uq_rm_connection_kind_name (kind, name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;
