-- What a process asks when it starts.

-- name: setting_list
SELECT name, value
FROM rm_setting
ORDER BY name
LIMIT 1000

-- name: call_note
-- One call of an upstream: address without query, and how it went.
INSERT INTO rm_log (at, level, kind, operation_id, status, ms, error_code,
       message, detail)
VALUES (?, ?, 'call', ?, ?, ?, ?, LEFT(?, 1000), ?)
