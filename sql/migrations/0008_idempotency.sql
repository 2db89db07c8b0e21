-- Answers of POSTs that carried an Idempotency-Key, for a day (UX 3).
CREATE TABLE IF NOT EXISTS rm_idempotency (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	request BINARY(32) NOT NULL,
	body BINARY(32) NOT NULL,
	state VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL CHECK (state IN ('running', 'done')),
	status SMALLINT UNSIGNED NOT NULL DEFAULT 0,
	headers VARCHAR(2000) NOT NULL DEFAULT '',
	reply MEDIUMTEXT NULL,
	created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
	UNIQUE KEY uq_rm_idempotency_request (request),
	KEY ix_rm_idempotency_created_at (created_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;
