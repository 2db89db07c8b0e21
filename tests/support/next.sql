-- A migration that a later program may bring: one step that any running shop
-- bears, and one that copies a table. It gets the number after the last.

ALTER TABLE rm_setting
	ADD COLUMN IF NOT EXISTS hint VARCHAR(80) NULL,
	ALGORITHM = INSTANT;

ALTER TABLE rm_setting
	MODIFY COLUMN hint VARCHAR(200) CHARACTER SET ascii NULL,
	ALGORITHM = COPY;
