-- Views that a person saved of the lists, all of them in one row: they are read
-- and written as a whole (UX 3).
CREATE TABLE IF NOT EXISTS rm_view (
	user_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	views LONGTEXT NOT NULL CHECK (JSON_VALID(views)),
	version INT UNSIGNED NOT NULL DEFAULT 1,
	updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
	CONSTRAINT fk_rm_view_user_id FOREIGN KEY (user_id) REFERENCES rm_user (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;
