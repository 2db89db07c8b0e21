-- What a process asks when it starts.

-- name: setting_list
SELECT name, value
FROM rm_setting
ORDER BY name
LIMIT 1000
