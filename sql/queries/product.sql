-- Items, kits, and what Business Central said of a SKU.

-- name: items_match
SELECT i.sku, i.status, i.bc_number, i.gl_account, i.list_price
FROM JSON_TABLE(?, '$[*]' COLUMNS (
	sku VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PATH '$'
)) AS wanted
STRAIGHT_JOIN rm_items AS i ON i.sku = wanted.sku

-- name: item_rows
SELECT i.id, i.sku, i.description, i.status, i.bc_number, i.gl_account,
	i.barcode, i.list_price, i.unit, i.bc_modified_at, i.last_ordered_at,
	i.updated_at, i.version
FROM JSON_TABLE(?, '$[*]' COLUMNS (
	sku VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PATH '$'
)) AS wanted
STRAIGHT_JOIN rm_items AS i ON i.sku = wanted.sku

-- name: item_find
SELECT i.id, i.sku, i.description, i.status, i.bc_number, i.gl_account,
	i.barcode, i.list_price, i.unit, i.bc_modified_at, i.last_ordered_at,
	i.updated_at, i.version
FROM rm_items AS i
WHERE i.sku = ?

-- name: item_insert
INSERT INTO rm_items (sku, description, status, bc_number, gl_account, barcode,
	list_price, unit, bc_modified_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: item_update
UPDATE rm_items
SET description = ?, status = ?, bc_number = ?, gl_account = ?, barcode = ?,
	list_price = ?, unit = ?, bc_modified_at = ?, version = version + 1
WHERE id = ?
	AND version = ?

-- Each column of a row that is there already is written only where its flag
-- says so: what a file or Business Central does not speak of stays.
-- name: item_put
INSERT INTO rm_items (sku, description, status, bc_number, gl_account, barcode,
	list_price, unit, bc_modified_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON DUPLICATE KEY UPDATE
	description = IF(?, VALUES(description), description),
	status = IF(?, VALUES(status), status),
	bc_number = IF(?, VALUES(bc_number), bc_number),
	gl_account = IF(?, VALUES(gl_account), gl_account),
	barcode = IF(?, VALUES(barcode), barcode),
	list_price = IF(?, VALUES(list_price), list_price),
	unit = IF(?, VALUES(unit), unit),
	bc_modified_at = IF(?, VALUES(bc_modified_at), bc_modified_at),
	version = version + 1

-- name: item_delete
DELETE FROM rm_items
WHERE sku = ?
	AND version = ?

-- name: item_remove
DELETE FROM rm_items
WHERE sku = ?

-- name: item_skus_after
SELECT sku
FROM rm_items
WHERE sku > ?
ORDER BY sku
LIMIT ?

-- name: item_page
SELECT i.id, i.sku, i.description, i.status, i.bc_number, i.gl_account,
	i.barcode, i.list_price, i.unit, i.bc_modified_at, i.last_ordered_at,
	i.updated_at, i.version
FROM rm_items AS i
WHERE i.sku > ?
ORDER BY i.sku
LIMIT ?

-- name: sku_cache_read
SELECT c.sku, c.verdict, c.item_id, c.detail
FROM JSON_TABLE(?, '$[*]' COLUMNS (
	sku VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PATH '$'
)) AS wanted
STRAIGHT_JOIN rm_sku_check AS c
	ON c.connection_id = ? AND c.sku = wanted.sku
WHERE c.checked_at > UTC_TIMESTAMP(3) - INTERVAL ? SECOND

-- name: sku_cache_write
INSERT INTO rm_sku_check (connection_id, sku, verdict, item_id, detail,
	checked_at)
VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3))
ON DUPLICATE KEY UPDATE
	verdict = VALUES(verdict),
	item_id = VALUES(item_id),
	detail = VALUES(detail),
	checked_at = VALUES(checked_at)

-- name: sku_cache_forget
DELETE c
FROM rm_connection AS n
STRAIGHT_JOIN JSON_TABLE(?, '$[*]' COLUMNS (
	sku VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PATH '$'
)) AS changed
STRAIGHT_JOIN rm_sku_check AS c
	ON c.connection_id = n.id AND c.sku = changed.sku

-- name: sku_cache_flush
DELETE FROM rm_sku_check

-- name: kit_level
SELECT k.parent_sku, k.component_sku, k.quantity, k.sort, k.price_weight,
	k.valid_from, k.valid_to, k.version
FROM JSON_TABLE(?, '$[*]' COLUMNS (
	sku VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PATH '$'
)) AS wanted
STRAIGHT_JOIN rm_kits AS k ON k.parent_sku = wanted.sku

-- name: kit_lock
SELECT MAX(version) AS version
FROM rm_kits
WHERE parent_sku = ?
FOR UPDATE

-- name: kit_remove
DELETE FROM rm_kits
WHERE parent_sku = ?

-- name: kit_insert
INSERT INTO rm_kits (parent_sku, component_sku, quantity, sort, price_weight,
	valid_from, valid_to, version)
VALUES (?, ?, ?, ?, ?, COALESCE(?, '1970-01-01'), ?, ?)

-- name: kit_parents_after
SELECT DISTINCT parent_sku
FROM rm_kits
WHERE parent_sku > ?
ORDER BY parent_sku
LIMIT ?
