-- How far readers have come.

-- name: watermark_find
SELECT value_at, value_id
  FROM rm_watermark
 WHERE name = ?

-- name: watermark_make
INSERT IGNORE INTO rm_watermark (name, site_id, entity)
VALUES (?, ?, ?)

-- name: watermark_move
UPDATE rm_watermark
   SET value_at = ?, value_id = ?, version = version + 1,
       updated_at = UTC_TIMESTAMP(3)
 WHERE name = ? AND value_at <=> ? AND value_id <=> ?
