-- Deliveries that were refused, by site and reason (RELIABILITY 6.7). site_id 0:
-- addressed to no site of ours, so it is no foreign key.
CREATE TABLE IF NOT EXISTS rm_webhook_refused (
	site_id BIGINT UNSIGNED NOT NULL,
	code VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
	refused BIGINT UNSIGNED NOT NULL,
	last_at DATETIME(3) NOT NULL,
	PRIMARY KEY (site_id, code)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;
