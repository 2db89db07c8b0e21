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

-- name: watermark_reset
-- Not while its reader runs: that holds the lease of the second name.
UPDATE rm_watermark AS w
   SET w.value_at = NULL, w.value_id = NULL, w.version = w.version + 1,
       w.updated_at = UTC_TIMESTAMP(3)
 WHERE w.name = ? AND w.version = ?
   AND NOT EXISTS (SELECT 1
                     FROM rm_lease AS l
                    WHERE l.name = ?
                      AND l.until_at >= UTC_TIMESTAMP(6) - INTERVAL 30 SECOND)
