-- Ground: settings, leases, upstreams, secrets, connections (SCHEMA.md).

CREATE TABLE IF NOT EXISTS rm_setting (
	name VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
	value VARCHAR(2000) NOT NULL,
	updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
	updated_by VARCHAR(80) NULL,
	version INT UNSIGNED NOT NULL DEFAULT 0,
	PRIMARY KEY (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;
