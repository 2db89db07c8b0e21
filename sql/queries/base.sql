-- What the connection itself asks.

-- name: session_now
SELECT UTC_TIMESTAMP(3) AS now, VERSION() AS version
