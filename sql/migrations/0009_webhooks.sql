-- What shops told us (RELIABILITY 2.5, 6.7): hints, by which orders are fetched.
-- dedup: SHA-256 of topic and body, since a delivery's id is not unique.
CREATE TABLE IF NOT EXISTS rm_webhook_in (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	site_id BIGINT UNSIGNED NOT NULL,
	topic VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
	platform_order_id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
	dedup BINARY(32) NOT NULL,
	delivery_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
	ip VARCHAR(45) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
	spooled TINYINT UNSIGNED NOT NULL CHECK (spooled IN (0, 1)),
	state VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL CHECK (state IN ('pending', 'done', 'ignored')),
	operation_id BIGINT UNSIGNED NULL,
	received_at DATETIME(3) NOT NULL,
	done_at DATETIME(3) NULL,
	body MEDIUMBLOB NOT NULL,
	UNIQUE KEY uq_rm_webhook_in_site_id_dedup (site_id, dedup),
	KEY ix_rm_webhook_in_state_site_id_platform_order_id_topic (state, site_id, platform_order_id, topic),
	KEY ix_rm_webhook_in_state_received_at_id (state, received_at, id),
	KEY ix_rm_webhook_in_received_at_id (received_at, id),
	KEY ix_rm_webhook_in_platform_order_id_received_at_id (platform_order_id, received_at, id),
	KEY ix_rm_webhook_in_site_id_received_at_id (site_id, received_at, id),
	CONSTRAINT fk_rm_webhook_in_site_id FOREIGN KEY (site_id) REFERENCES rm_sites (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- A shop's subscriptions to our address as the last check found them.
CREATE TABLE IF NOT EXISTS rm_webhook_check (
	site_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	url VARCHAR(400) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
	checked_at DATETIME(3) NOT NULL,
	is_fine TINYINT UNSIGNED NOT NULL CHECK (is_fine IN (0, 1)),
	repaired INT UNSIGNED NOT NULL,
	subscriptions LONGTEXT NOT NULL CHECK (JSON_VALID(subscriptions)),
	CONSTRAINT fk_rm_webhook_check_site_id FOREIGN KEY (site_id) REFERENCES rm_sites (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- A shop disables what fails too often, and tells nobody (2.6 d).
INSERT INTO rm_schedule (name, kind, is_enabled, frequency, start_at, next_run_at)
	SELECT 'webhook_check', 'webhook_check', 1, 'daily', '1970-01-01 05:00:00',
		DATE(UTC_TIMESTAMP() - INTERVAL 5 HOUR) + INTERVAL 29 HOUR
	WHERE NOT EXISTS (SELECT 1 FROM rm_schedule WHERE name = 'webhook_check');
