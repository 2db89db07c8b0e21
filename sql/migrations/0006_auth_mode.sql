-- How a shop is shown its key, as the last good test found out.
ALTER TABLE rm_sites
	ADD COLUMN IF NOT EXISTS auth_mode VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL DEFAULT 'header',
	ALGORITHM = INSTANT, LOCK = NONE;
