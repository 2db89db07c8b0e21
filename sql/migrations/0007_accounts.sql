-- Who may do what, and what they did (RELIABILITY 6.1, 6.2, 6.8).

-- capabilities: names, comma-separated, as account/right.h spells them.
CREATE TABLE IF NOT EXISTS rm_role (
	slug VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL PRIMARY KEY,
	name VARCHAR(80) NOT NULL,
	capabilities VARCHAR(400) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
	is_builtin TINYINT UNSIGNED NOT NULL DEFAULT 0 CHECK (is_builtin IN (0, 1)),
	version INT UNSIGNED NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

INSERT INTO rm_role (slug, name, capabilities, is_builtin)
	SELECT b.slug, b.name, b.capabilities, 1
	FROM (
		SELECT 'administrator' AS slug, 'Administrator' AS name, 'view,pii,sync,orders.write,items.write,sites.write,powerbi.write,query,export,alerts.write,logs,users,settings' AS capabilities
		UNION ALL SELECT 'operator', 'Operator', 'view,pii,sync,orders.write,items.write,export,logs'
		UNION ALL SELECT 'analyst', 'Analyst', 'view,powerbi.write,query,export,alerts.write'
		UNION ALL SELECT 'viewer', 'Viewer', 'view'
		UNION ALL SELECT 'integrator', 'Integrator', 'view,sync,orders.write,export'
	) AS b
	WHERE NOT EXISTS (SELECT 1 FROM rm_role AS r WHERE r.slug = b.slug);

-- link_hash: SHA-256 of a one-time link's secret, for the first password.
CREATE TABLE IF NOT EXISTS rm_user (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	login VARCHAR(60) NOT NULL,
	name VARCHAR(120) NOT NULL DEFAULT '',
	email VARCHAR(254) NOT NULL DEFAULT '',
	role VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
	is_active TINYINT UNSIGNED NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
	all_sites TINYINT UNSIGNED NOT NULL DEFAULT 1 CHECK (all_sites IN (0, 1)),
	password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL DEFAULT '',
	password_at DATETIME(3) NULL,
	link_hash BINARY(32) NULL,
	link_until DATETIME(3) NULL,
	totp_secret VARCHAR(400) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL,
	totp_step BIGINT UNSIGNED NOT NULL DEFAULT 0,
	seen_at DATETIME(3) NULL,
	created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
	updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
	version INT UNSIGNED NOT NULL DEFAULT 0,
	UNIQUE KEY uq_rm_user_login (login),
	UNIQUE KEY uq_rm_user_link_hash (link_hash),
	KEY ix_rm_user_role (role),
	CONSTRAINT fk_rm_user_role FOREIGN KEY (role) REFERENCES rm_role (slug)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- Sites of a user who may not see all.
CREATE TABLE IF NOT EXISTS rm_grant (
	user_id BIGINT UNSIGNED NOT NULL,
	site_id BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (user_id, site_id),
	KEY ix_rm_grant_site_id (site_id),
	CONSTRAINT fk_rm_grant_user_id FOREIGN KEY (user_id) REFERENCES rm_user (id),
	CONSTRAINT fk_rm_grant_site_id FOREIGN KEY (site_id) REFERENCES rm_sites (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS rm_recovery_code (
	user_id BIGINT UNSIGNED NOT NULL,
	code_hash BINARY(32) NOT NULL,
	PRIMARY KEY (user_id, code_hash),
	CONSTRAINT fk_rm_recovery_code_user_id FOREIGN KEY (user_id) REFERENCES rm_user (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- proven_at: when the password was given last. ends_at: when nobody uses it any
-- more by then, by the settings at its last use.
CREATE TABLE IF NOT EXISTS rm_session (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	user_id BIGINT UNSIGNED NOT NULL,
	token_hash BINARY(32) NOT NULL,
	ip VARCHAR(45) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
	agent VARCHAR(200) NOT NULL DEFAULT '',
	created_at DATETIME(3) NOT NULL,
	seen_at DATETIME(3) NOT NULL,
	proven_at DATETIME(3) NOT NULL,
	ends_at DATETIME(3) NOT NULL,
	UNIQUE KEY uq_rm_session_token_hash (token_hash),
	KEY ix_rm_session_user_id_ends_at (user_id, ends_at),
	KEY ix_rm_session_ends_at (ends_at),
	CONSTRAINT fk_rm_session_user_id FOREIGN KEY (user_id) REFERENCES rm_user (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- Application passwords (Basic) and bearer tokens: the same thing, sent two ways.
CREATE TABLE IF NOT EXISTS rm_token (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	user_id BIGINT UNSIGNED NOT NULL,
	kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL CHECK (kind IN ('password', 'token')),
	name VARCHAR(80) NOT NULL,
	token_hash BINARY(32) NOT NULL,
	last4 VARCHAR(4) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
	scopes VARCHAR(400) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
	all_sites TINYINT UNSIGNED NOT NULL DEFAULT 1 CHECK (all_sites IN (0, 1)),
	created_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	used_at DATETIME(3) NULL,
	used_ip VARCHAR(45) CHARACTER SET ascii COLLATE ascii_nopad_bin NULL,
	UNIQUE KEY uq_rm_token_token_hash (token_hash),
	KEY ix_rm_token_user_id_id (user_id, id),
	CONSTRAINT fk_rm_token_user_id FOREIGN KEY (user_id) REFERENCES rm_user (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- Sites of a token that is not for all that its owner may see.
CREATE TABLE IF NOT EXISTS rm_token_site (
	token_id BIGINT UNSIGNED NOT NULL,
	site_id BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (token_id, site_id),
	KEY ix_rm_token_site_site_id (site_id),
	CONSTRAINT fk_rm_token_site_token_id FOREIGN KEY (token_id) REFERENCES rm_token (id),
	CONSTRAINT fk_rm_token_site_site_id FOREIGN KEY (site_id) REFERENCES rm_sites (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- What was tried and failed, by what it is counted for: account and address,
-- address, everybody. subject: SHA-256, so that no name of a stranger is kept.
CREATE TABLE IF NOT EXISTS rm_login_try (
	subject BINARY(32) NOT NULL PRIMARY KEY,
	failures INT UNSIGNED NOT NULL,
	began_at DATETIME(3) NOT NULL,
	not_before DATETIME(3) NOT NULL,
	KEY ix_rm_login_try_began_at (began_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- One chain a host and kind of process (one for all would be a row that every
-- node of a cluster waits for). mac: over the one before and this row. No fk to
-- the user: what somebody did outlives them.
CREATE TABLE IF NOT EXISTS rm_audit (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	chain VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
	seq BIGINT UNSIGNED NOT NULL,
	at DATETIME(3) NOT NULL,
	user_id BIGINT UNSIGNED NULL,
	who VARCHAR(80) NOT NULL,
	ip VARCHAR(45) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
	request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
	action VARCHAR(48) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,
	object VARCHAR(160) NOT NULL,
	old_value LONGTEXT NULL CHECK (JSON_VALID(old_value)),
	new_value LONGTEXT NULL CHECK (JSON_VALID(new_value)),
	mac BINARY(32) NOT NULL,
	UNIQUE KEY uq_rm_audit_chain_seq (chain, seq),
	KEY ix_rm_audit_at_id (at, id),
	KEY ix_rm_audit_user_id_at_id (user_id, at, id),
	KEY ix_rm_audit_action_at_id (action, at, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;
