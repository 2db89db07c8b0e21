-- People, their sessions and tokens, and the trail of what they did.

-- name: role_list
SELECT slug, name, capabilities, is_builtin, version
FROM rm_role
ORDER BY is_builtin DESC, slug
LIMIT 100

-- name: role_find
SELECT slug, name, capabilities, is_builtin, version
FROM rm_role
WHERE slug = ?

-- name: role_insert
INSERT INTO rm_role (slug, name, capabilities)
SELECT ?, ?, ?
FROM DUAL
WHERE (SELECT COUNT(*) FROM rm_role) < 100

-- name: role_update
UPDATE rm_role
SET name = ?, capabilities = ?, version = version + 1
WHERE slug = ?
  AND is_builtin = 0
  AND version = ?

-- name: role_delete
DELETE FROM rm_role
WHERE slug = ?
  AND is_builtin = 0
  AND NOT EXISTS (SELECT 1 FROM rm_user WHERE role = rm_role.slug)

-- name: user_count
SELECT COUNT(*) AS users
FROM (SELECT 1 FROM rm_user LIMIT 1) AS any_user

-- name: user_insert
INSERT INTO rm_user (login, name, email, role, all_sites, password_hash,
       password_at, link_hash, link_until)
SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?
FROM DUAL
WHERE (SELECT COUNT(*) FROM rm_user) < 1000

-- name: user_list
SELECT u.id, u.login, u.name, u.email, u.role, u.is_active, u.all_sites,
       u.totp_secret IS NOT NULL AS has_totp, u.password_at, u.seen_at,
       u.created_at, u.version,
       (SELECT COUNT(*)
        FROM rm_session AS s
        WHERE s.user_id = u.id
          AND s.ends_at > NOW(3)) AS sessions,
       (SELECT CONCAT('[', GROUP_CONCAT(JSON_QUOTE(t.code) ORDER BY t.code), ']')
        FROM rm_grant AS g
        JOIN rm_sites AS t ON t.id = g.site_id
        WHERE g.user_id = u.id) AS sites
FROM rm_user AS u
WHERE (? IS NULL OR u.id = ?)
ORDER BY u.login
LIMIT 1000

-- name: user_find
SELECT id, login, name, email, role, is_active, all_sites, password_hash,
       totp_secret, totp_step, version
FROM rm_user
WHERE login = ?

-- name: user_load
SELECT id, login, name, email, role, is_active, all_sites, password_hash,
       totp_secret, totp_step, version
FROM rm_user
WHERE id = ?

-- name: user_update
UPDATE rm_user
SET name = ?, email = ?, role = ?, is_active = ?, all_sites = ?,
    version = version + 1
WHERE id = ?
  AND version = ?

-- name: user_hold_administrators
-- A row that each removal of an administrator writes: of two at once, also on
-- two nodes of a cluster, one comes second and sees what the first left.
UPDATE rm_role
SET version = version + 1
WHERE slug = 'administrator'

-- name: user_other_administrators
SELECT id
FROM rm_user
WHERE role = 'administrator'
  AND is_active = 1
  AND id <> ?
LIMIT 1

-- name: user_password
UPDATE rm_user
SET password_hash = ?, password_at = NOW(3), link_hash = NULL,
    link_until = NULL, version = version + 1
WHERE id = ?

-- name: user_rehash
UPDATE rm_user
SET password_hash = ?, updated_at = updated_at
WHERE id = ?
  AND password_hash = ?

-- name: user_link
UPDATE rm_user
SET link_hash = ?, link_until = ?, version = version + 1
WHERE id = ?

-- name: user_by_link
SELECT id, login, name, email
FROM rm_user
WHERE link_hash = ?
  AND link_until > NOW(3)
  AND is_active = 1

-- name: user_take_link
-- Whoever comes second with the same link changes nothing.
UPDATE rm_user
SET password_hash = ?, password_at = NOW(3), link_hash = NULL,
    link_until = NULL, version = version + 1
WHERE id = ?
  AND link_hash = ?
  AND link_until > NOW(3)
  AND is_active = 1

-- name: user_delete
DELETE FROM rm_user
WHERE id = ?
  AND version = ?

-- name: user_names
-- What nobody of this installation may take for a password.
SELECT code, name, domain
FROM rm_sites
WHERE deleted_at IS NULL
ORDER BY id
LIMIT 1000

-- name: user_totp
-- The step of the code that proved it: that code is used up.
UPDATE rm_user
SET totp_secret = ?, totp_step = ?, version = version + 1
WHERE id = ?

-- name: user_totp_older
SELECT id, totp_secret
FROM rm_user
WHERE totp_secret NOT LIKE CONCAT('v1:', ?, ':%')
ORDER BY id
LIMIT 100

-- name: user_totp_relock
UPDATE rm_user
SET totp_secret = ?, updated_at = updated_at
WHERE id = ?
  AND totp_secret = ?

-- name: user_totp_step
UPDATE rm_user
SET totp_step = ?, updated_at = updated_at
WHERE id = ?
  AND totp_step < ?

-- name: user_seen
UPDATE rm_user
SET seen_at = NOW(3), updated_at = updated_at
WHERE id = ?

-- name: grant_clear
DELETE FROM rm_grant
WHERE user_id = ?

-- name: grant_insert
INSERT INTO rm_grant (user_id, site_id)
SELECT DISTINCT ?, s.id
FROM JSON_TABLE(?, '$[*]' COLUMNS (code VARCHAR(40) PATH '$')) AS j
JOIN rm_sites AS s ON s.code = CONVERT(j.code USING utf8mb4)
  AND s.deleted_at IS NULL

-- name: grant_unknown
SELECT j.code
FROM JSON_TABLE(?, '$[*]' COLUMNS (code VARCHAR(40) PATH '$')) AS j
LEFT JOIN rm_sites AS s ON s.code = CONVERT(j.code USING utf8mb4)
  AND s.deleted_at IS NULL
WHERE s.id IS NULL
LIMIT 1

-- name: recovery_clear
DELETE FROM rm_recovery_code
WHERE user_id = ?

-- name: recovery_insert
INSERT INTO rm_recovery_code (user_id, code_hash)
VALUES (?, ?)

-- name: recovery_use
DELETE FROM rm_recovery_code
WHERE user_id = ?
  AND code_hash = ?

-- name: session_insert
INSERT INTO rm_session (user_id, token_hash, ip, agent, created_at, seen_at,
       proven_at, ends_at)
VALUES (?, ?, ?, ?, NOW(3), NOW(3), NOW(3),
       LEAST(NOW(3) + INTERVAL ? MINUTE, NOW(3) + INTERVAL ? HOUR))

-- name: session_check
-- Once a request: who it is and what the role may. The limits once more, so that
-- one that was lowered counts at once.
SELECT s.id, s.user_id, s.seen_at, s.proven_at, u.login, u.name, u.role,
       u.totp_secret IS NOT NULL AS has_totp, u.all_sites, r.capabilities
FROM rm_session AS s
JOIN rm_user AS u ON u.id = s.user_id
JOIN rm_role AS r ON r.slug = u.role
WHERE s.token_hash = ?
  AND u.is_active = 1
  AND s.ends_at > NOW(3)
  AND s.seen_at > NOW(3) - INTERVAL ? MINUTE
  AND s.created_at > NOW(3) - INTERVAL ? HOUR

-- name: grant_list
-- Apart from the one above: most people see all sites, and a subquery costs the
-- server a quarter of that statement whether it is needed or not.
SELECT site_id
FROM rm_grant
WHERE user_id = ?
ORDER BY site_id

-- name: session_seen
UPDATE rm_session AS s
JOIN rm_user AS u ON u.id = s.user_id
SET s.seen_at = NOW(3),
    s.ends_at = LEAST(NOW(3) + INTERVAL ? MINUTE,
                      s.created_at + INTERVAL ? HOUR),
    u.seen_at = NOW(3), u.updated_at = u.updated_at
WHERE s.id = ?

-- name: session_renew
-- A new text where something changed that a login stands for (ASVS 7.2.4).
UPDATE rm_session
SET token_hash = ?, proven_at = IF(? = 1, NOW(3), proven_at)
WHERE id = ?

-- name: session_list
SELECT id, ip, agent, created_at, seen_at, ends_at
FROM rm_session
WHERE user_id = ?
  AND ends_at > NOW(3)
ORDER BY seen_at DESC, id DESC
LIMIT 100

-- name: session_end
DELETE FROM rm_session
WHERE id = ?
  AND user_id = ?

-- name: session_end_all
DELETE FROM rm_session
WHERE user_id = ?
  AND id <> ?

-- name: session_end_oldest
-- What has ended, and the oldest beyond five.
DELETE FROM rm_session
WHERE user_id = ?
  AND (ends_at <= NOW(3)
       OR id IN (SELECT id
                 FROM (SELECT id
                       FROM rm_session
                       WHERE user_id = ?
                         AND ends_at > NOW(3)
                       ORDER BY created_at DESC, id DESC
                       LIMIT 100 OFFSET 5) AS older))

-- name: session_clean
DELETE FROM rm_session
WHERE ends_at < NOW(3)
ORDER BY ends_at
LIMIT 50

-- name: token_insert
INSERT INTO rm_token (user_id, kind, name, token_hash, last4, scopes,
       all_sites, created_at, expires_at)
SELECT ?, ?, ?, ?, ?, ?, ?, NOW(3), ?
FROM DUAL
WHERE (SELECT COUNT(*) FROM rm_token WHERE user_id = ?) < 100

-- name: token_site_insert
INSERT INTO rm_token_site (token_id, site_id)
SELECT DISTINCT ?, s.id
FROM JSON_TABLE(?, '$[*]' COLUMNS (code VARCHAR(40) PATH '$')) AS j
JOIN rm_sites AS s ON s.code = CONVERT(j.code USING utf8mb4)
  AND s.deleted_at IS NULL

-- name: token_owner
SELECT u.id, u.is_active, r.capabilities
FROM rm_user AS u
JOIN rm_role AS r ON r.slug = u.role
WHERE u.id = ?

-- name: token_check
SELECT t.id, t.user_id, t.kind, t.scopes, t.used_at,
       t.all_sites AS token_all_sites, u.login, u.name, u.role,
       u.totp_secret IS NOT NULL AS has_totp, u.all_sites, r.capabilities,
       (SELECT GROUP_CONCAT(k.site_id ORDER BY k.site_id)
        FROM rm_token_site AS k
        WHERE k.token_id = t.id) AS token_sites
FROM rm_token AS t
JOIN rm_user AS u ON u.id = t.user_id
JOIN rm_role AS r ON r.slug = u.role
WHERE t.token_hash = ?
  AND u.is_active = 1
  AND t.expires_at > NOW(3)

-- name: token_used
UPDATE rm_token
SET used_at = NOW(3), used_ip = ?
WHERE id = ?

-- name: token_list
SELECT t.id, t.kind, t.name, t.last4, t.scopes, t.all_sites, t.created_at,
       t.expires_at, t.used_at, t.used_ip, u.login,
       (SELECT CONCAT('[', GROUP_CONCAT(JSON_QUOTE(s.code) ORDER BY s.code), ']')
        FROM rm_token_site AS k
        JOIN rm_sites AS s ON s.id = k.site_id
        WHERE k.token_id = t.id) AS sites
FROM rm_token AS t
JOIN rm_user AS u ON u.id = t.user_id
WHERE t.kind = ?
  AND (? IS NULL OR t.user_id = ?)
ORDER BY t.id DESC
LIMIT 1000

-- name: token_find
SELECT id
FROM rm_token
WHERE id = ?
  AND kind = ?
  AND (? IS NULL OR user_id = ?)

-- name: token_site_clear
DELETE FROM rm_token_site
WHERE token_id = ?

-- name: token_delete
DELETE FROM rm_token
WHERE id = ?

-- name: token_expired
-- For a month the list still says what it was.
SELECT id
FROM rm_token
WHERE user_id = ?
  AND expires_at < NOW(3) - INTERVAL 30 DAY
LIMIT 100

-- name: token_of_user
SELECT id
FROM rm_token
WHERE user_id = ?
LIMIT 100

-- name: login_try_find
-- Always one row, for the server's clock.
SELECT t.failures, t.began_at, t.not_before, NOW(3) AS now
FROM (SELECT ? AS subject) AS wanted
LEFT JOIN rm_login_try AS t ON t.subject = wanted.subject

-- name: login_try_begin
-- Changes nothing where another one began: locked as a change would lock it.
INSERT INTO rm_login_try (subject, failures, began_at, not_before)
VALUES (?, ?, ?, ?)
ON DUPLICATE KEY UPDATE failures = failures

-- name: login_try_count
-- Not by began_at, whose index would be walked: two at once would each hold
-- what the other needs.
UPDATE rm_login_try
SET failures = ?, began_at = ?, not_before = ?
WHERE subject = ?
  AND failures = ?
  AND not_before = ?

-- name: login_try_return
-- A try that was none: nobody waits for it.
UPDATE rm_login_try
SET failures = failures - 1, not_before = NOW(3)
WHERE subject = ?
  AND failures > 0

-- name: login_try_forget
DELETE FROM rm_login_try
WHERE subject = ?

-- name: login_try_clean
DELETE FROM rm_login_try
WHERE began_at < NOW(3) - INTERVAL 1 DAY
ORDER BY began_at
LIMIT 50

-- name: audit_head
SELECT seq, mac
FROM rm_audit
WHERE chain = ?
ORDER BY seq DESC
LIMIT 1

-- name: audit_insert
INSERT INTO rm_audit (chain, seq, at, user_id, who, ip, request_id, action,
       object, old_value, new_value, mac)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: audit_chains
SELECT chain, MAX(seq) AS last
FROM rm_audit
GROUP BY chain
ORDER BY chain
LIMIT 1000

-- name: audit_walk
SELECT id, chain, seq, at, user_id, who, ip, request_id, action, object,
       old_value, new_value, mac
FROM rm_audit
WHERE chain = ?
  AND seq > ?
ORDER BY seq
LIMIT 1000

-- name: audit_link
SELECT seq, mac
FROM rm_audit
WHERE chain = ?
  AND seq = ?

-- name: audit_landed
-- Under a lock: a COMMIT that the server is still busy with is waited for.
SELECT mac
FROM rm_audit
WHERE chain = ?
  AND seq = ?
FOR UPDATE

-- name: audit_heads
SELECT a.chain, a.seq, a.mac
FROM (SELECT chain, MAX(seq) AS seq
      FROM rm_audit
      GROUP BY chain) AS head
JOIN rm_audit AS a ON a.chain = head.chain
  AND a.seq = head.seq
ORDER BY a.chain
LIMIT 1000

-- name: audit_anchors
SELECT new_value
FROM rm_audit
WHERE action = ?
ORDER BY at DESC, id DESC
LIMIT 20

-- name: audit_purged
SELECT new_value
FROM rm_audit
WHERE action = 'audit.purge'
  AND object COLLATE utf8mb4_nopad_bin = ?
ORDER BY CAST(JSON_VALUE(new_value, '$.seq') AS UNSIGNED) DESC
LIMIT 1

-- name: audit_old
-- Of each chain its beginning, as far as all of it is older.
SELECT c.chain, c.first,
       COALESCE((SELECT a.seq
                 FROM rm_audit AS a
                 WHERE a.chain = c.chain
                   AND a.at >= ?
                 ORDER BY a.seq
                 LIMIT 1) - 1, c.last) AS last
FROM (SELECT chain, MIN(seq) AS first, MAX(seq) AS last
      FROM rm_audit
      GROUP BY chain) AS c
ORDER BY c.chain
LIMIT 1000

-- name: audit_remove
DELETE FROM rm_audit
WHERE chain = ?
  AND seq <= ?
LIMIT 1000

-- name: view_find
SELECT views, version
FROM rm_view
WHERE user_id = ?

-- name: view_insert
INSERT INTO rm_view (views, user_id)
VALUES (?, ?)

-- name: view_update
UPDATE rm_view
SET views = ?, version = version + 1
WHERE user_id = ?
  AND version = ?

-- name: view_clear
DELETE FROM rm_view
WHERE user_id = ?
