-- Shops, what they sell, and what their kits consist of.

-- order_last_run is the one TIMESTAMP: the requirement's monitoring query
-- compares it with NOW(), whose zone is the session's. bc_ in a name stands for
-- BigCommerce here, as in the names the requirement gives.
CREATE TABLE IF NOT EXISTS rm_sites (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	code VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
	prefix VARCHAR(14) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
	platform VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL CHECK (platform IN ('woocommerce', 'bigcommerce')),
	name VARCHAR(120) NOT NULL,
	site_url VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
	domain VARCHAR(253) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
	is_active TINYINT UNSIGNED NOT NULL DEFAULT 0 CHECK (is_active IN (0, 1)),
	orders_sync TINYINT UNSIGNED NOT NULL DEFAULT 1 CHECK (orders_sync IN (0, 1)),
	inventory_sync TINYINT UNSIGNED NOT NULL DEFAULT 0 CHECK (inventory_sync IN (0, 1)),
	tracking_sync TINYINT UNSIGNED NOT NULL DEFAULT 0 CHECK (tracking_sync IN (0, 1)),
	staging TINYINT UNSIGNED NOT NULL DEFAULT 0 CHECK (staging IN (0, 1)),
	order_last_run TIMESTAMP(3) NULL DEFAULT NULL,
	min_date_modified DATETIME(3) NULL,
	first_sync_at DATETIME(3) NULL,
	max_orders INT UNSIGNED NOT NULL DEFAULT 100 CHECK (max_orders BETWEEN 1 AND 1000),
	skip_test TINYINT UNSIGNED NOT NULL DEFAULT 1 CHECK (skip_test IN (0, 1)),
	test_below DECIMAL(19,4) NOT NULL DEFAULT 1,
	source_status VARCHAR(200) NOT NULL,
	target_status VARCHAR(60) NOT NULL,
	mark_key VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NULL DEFAULT 'sumatra_wc_integrator_exported',
	mark_value VARCHAR(40) NULL DEFAULT '1',
	time_zone VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL DEFAULT 'UTC',
	currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NULL,
	bc_store_hash VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NULL,
	bc_channel_id INT UNSIGNED NOT NULL DEFAULT 0,
	connection_id BIGINT UNSIGNED NULL,
	credit_mode VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL DEFAULT 'distribute' CHECK (credit_mode IN ('distribute', 'line')),
	kit_mode VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL DEFAULT 'both' CHECK (kit_mode IN ('both', 'components', 'parent')),
	create_missing_items TINYINT UNSIGNED NOT NULL DEFAULT 0 CHECK (create_missing_items IN (0, 1)),
	create_missing_customers TINYINT UNSIGNED NOT NULL DEFAULT 1 CHECK (create_missing_customers IN (0, 1)),
	infer_gift_card TINYINT UNSIGNED NOT NULL DEFAULT 0 CHECK (infer_gift_card IN (0, 1)),
	mapping LONGTEXT NOT NULL DEFAULT '{}' CHECK (JSON_VALID(mapping)),
	statuses LONGTEXT NULL CHECK (JSON_VALID(statuses)),
	fetchable INT NULL,
	health_url VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NULL,
	auth_failed_at DATETIME(3) NULL,
	auth_failed VARCHAR(500) NULL,
	sort INT UNSIGNED NOT NULL DEFAULT 0,
	deleted_at DATETIME(3) NULL,
	version INT UNSIGNED NOT NULL DEFAULT 0,
	created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
	updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
	UNIQUE KEY uq_rm_sites_code (code),
	UNIQUE KEY uq_rm_sites_prefix (prefix),
	CONSTRAINT fk_rm_sites_connection_id FOREIGN KEY (connection_id) REFERENCES rm_connection (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS rm_items (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	sku VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
	description VARCHAR(250) NOT NULL,
	status VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL CHECK (status IN ('active', 'sell_through', 'blocked', 'discontinued')),
	bc_number VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NULL,
	gl_account VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NULL,
	barcode VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NULL,
	list_price DECIMAL(19,4) NOT NULL DEFAULT 0,
	unit VARCHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NULL,
	bc_modified_at DATETIME(3) NULL,
	last_ordered_at DATETIME(3) NULL,
	version INT UNSIGNED NOT NULL DEFAULT 0,
	created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
	updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
	UNIQUE KEY uq_rm_items_sku (sku),
	KEY ix_rm_items_status_sku (status, sku),
	KEY ix_rm_items_barcode (barcode),
	KEY ix_rm_items_updated_at_id (updated_at, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- No foreign key to rm_items: a component may arrive later (R-21). valid_from is
-- never NULL, so that the unique key bites.
CREATE TABLE IF NOT EXISTS rm_kits (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	parent_sku VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
	component_sku VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
	quantity DECIMAL(19,5) NOT NULL CHECK (quantity > 0),
	sort INT UNSIGNED NOT NULL DEFAULT 0,
	price_weight DECIMAL(9,4) NULL,
	valid_from DATETIME(3) NOT NULL DEFAULT '1970-01-01',
	valid_to DATETIME(3) NULL,
	version INT UNSIGNED NOT NULL DEFAULT 0,
	created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
	updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
	UNIQUE KEY uq_rm_kits_parent_sku_component_sku_valid_from (parent_sku, component_sku, valid_from),
	KEY ix_rm_kits_component_sku (component_sku)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS rm_sku_check (
	connection_id BIGINT UNSIGNED NOT NULL,
	sku VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
	verdict VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL CHECK (verdict IN ('ok', 'blocked', 'missing')),
	item_id VARCHAR(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NULL,
	detail VARCHAR(200) NULL,
	checked_at DATETIME(3) NOT NULL,
	PRIMARY KEY (connection_id, sku),
	CONSTRAINT fk_rm_sku_check_connection_id FOREIGN KEY (connection_id) REFERENCES rm_connection (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;
