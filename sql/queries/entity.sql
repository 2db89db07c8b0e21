-- The lists of src/entity. These are texts with places: {place}, {page},
-- {where}, {order} and {limit} are filled by src/entity/list_sql.c with names of
-- the entity's table and "?" for values; {is} becomes a comparison. {page} is
-- the entity's table alone, with the index that the list walks, or the keys of
-- one page and then that table: joins cost the rows of a page, not more.

-- name: list_within_2_s
-- What takes longer is a list nobody waits for: it asks for a filter.
SET STATEMENT max_statement_time = 2 FOR

-- name: list_count_soon
-- A count is worth less than the page it stands beside.
SET STATEMENT max_statement_time = 0.5 FOR

-- name: list_site_id
SELECT id
  FROM rm_sites
 WHERE code = ?

-- name: list_by_id
SELECT CAST({is} AS UNSIGNED) AS id

-- name: list_orders
SELECT {place}, o.id, o.number, t.code AS site, t.name AS site_name,
       o.platform_order_id, o.platform_status, o.order_date,
       o.platform_modified, o.paid_at, o.currency, o.total_before_credit,
       o.credit_total, o.total_due, o.tax_total, o.payment_method,
       o.payment_provider, o.klarna, o.stripe, o.paypal, o.trans_id, o.email,
       o.bill_first_name AS first_name, o.bill_last_name AS last_name,
       o.bill_city AS city, o.bill_country AS country, o.line_count, o.has_kit,
       'stored' AS outcome, NULL AS code, NULL AS message, o.state,
       o.mark_state, o.bc_state, o.imported, o.verified, o.proof_ok,
       o.changed_upstream, o.bc_document_kind AS bc_kind,
       o.nav_sales_order_number AS bc_number, o.stored_at, o.marked_at,
       o.imported_date, o.updated_at, o.version
  FROM {page}
  LEFT JOIN rm_sites AS t ON t.id = o.site_id
 {where}
 ORDER BY {order}
 {limit}

-- name: list_orders_by_number
SELECT o.id
  FROM rm_order AS o FORCE INDEX (uq_rm_order_number)
 WHERE o.number {is}

-- name: list_orders_by_platform_id
-- The index begins with the site, so each site is looked into.
SELECT o.id
  FROM rm_sites AS f
  STRAIGHT_JOIN rm_order AS o
    FORCE INDEX (uq_rm_order_site_id_platform_order_id)
    ON o.site_id = f.id
 WHERE o.platform_order_id {is}

-- name: list_orders_by_email
SELECT o.id
  FROM rm_order AS o FORCE INDEX (ix_rm_order_email)
 WHERE o.email {is}

-- name: list_orders_by_trans_id
SELECT o.id
  FROM rm_order AS o FORCE INDEX (ix_rm_order_trans_id)
 WHERE o.trans_id {is}

-- name: list_orders_by_bc_number
SELECT o.id
  FROM rm_order AS o FORCE INDEX (ix_rm_order_nav_sales_order_number)
 WHERE o.nav_sales_order_number {is}

-- name: list_orders_by_sku
-- An order may hold it on several lines.
SELECT DISTINCT l.order_id AS id
  FROM rm_lineitems AS l FORCE INDEX (ix_rm_lineitems_sku_order_id)
 WHERE l.sku {is}

-- name: list_orders_has_credit
o.credit_total <> 0

-- name: list_orders_met
-- What was met and is not stored: waits, failed, was skipped, is gone.
SELECT {place}, s.id, s.number, t.code AS site, t.name AS site_name,
       s.platform_order_id, NULL AS platform_status, s.order_date,
       NULL AS platform_modified, NULL AS paid_at, s.currency,
       NULL AS total_before_credit, NULL AS credit_total, s.total AS total_due,
       NULL AS tax_total, NULL AS payment_method, NULL AS payment_provider,
       NULL AS klarna, NULL AS stripe, NULL AS paypal, NULL AS trans_id,
       NULL AS email, NULL AS first_name, NULL AS last_name, NULL AS city,
       NULL AS country, NULL AS line_count, NULL AS has_kit, s.outcome, s.code,
       COALESCE(r.message,
                (SELECT v.message
                 FROM rm_order_event AS v FORCE INDEX (ix_rm_order_event_order_id_id)
                 WHERE v.order_id = s.id
                   AND s.outcome NOT IN ('stored', 'cancelled')
                   AND v.outcome IN ('soft', 'hard', 'skipped')
                   AND v.message IS NOT NULL
                 ORDER BY v.id DESC
                 LIMIT 1)) AS message,
       NULL AS state, NULL AS mark_state, NULL AS bc_state,
       NULL AS imported, NULL AS verified, NULL AS proof_ok,
       NULL AS changed_upstream, NULL AS bc_kind, NULL AS bc_number,
       NULL AS stored_at, NULL AS marked_at, NULL AS imported_date,
       s.last_at AS updated_at, 0 AS version
  FROM {page}
  LEFT JOIN rm_sites AS t ON t.id = s.site_id
  LEFT JOIN rm_error_orders AS r ON r.order_id = s.id
 {where}
 ORDER BY {order}
 {limit}

-- name: list_met_by_number
SELECT s.id
  FROM rm_order_seen AS s FORCE INDEX (ix_rm_order_seen_number)
 WHERE s.number {is}

-- name: list_met_by_platform_id
SELECT s.id
  FROM rm_sites AS f
  STRAIGHT_JOIN rm_order_seen AS s
    FORCE INDEX (uq_rm_order_seen_site_id_platform_order_id)
    ON s.site_id = f.id
 WHERE s.platform_order_id {is}

-- name: list_error_orders
SELECT {place}, r.id, r.order_id, r.number, s.platform_order_id, s.order_date,
       t.code AS site, t.name AS site_name, r.stage, r.code, r.sku, r.field,
       r.message, r.detail, r.total, r.currency, r.cause_hash AS cause,
       r.status, r.count, r.first_at, r.last_at, r.operation_id, r.reviewed_at,
       r.handled_by, r.resolution, r.version
  FROM {page}
  LEFT JOIN rm_order_seen AS s ON s.id = r.order_id
  LEFT JOIN rm_sites AS t ON t.id = r.site_id
 {where}
 ORDER BY {order}
 {limit}

-- name: list_error_causes
-- One row a cause (Z-7), most orders first. Amounts add up within a currency, over
-- all sites; each is repeated a site, hence DISTINCT.
SELECT g.cause, v.code, v.sku, v.field, v.message AS what, g.orders, g.value,
       g.sites, g.first_at, g.last_at, g.in_all, g.rows_in_all
  FROM (SELECT LOWER(HEX(s.cause_hash)) AS cause, SUM(s.orders) AS orders,
               CONCAT('{',
                      COALESCE(GROUP_CONCAT(
                                 DISTINCT CONCAT(JSON_QUOTE(s.currency), ':"',
                                                 s.value, '"')
                                 ORDER BY s.currency), ''),
                      '}') AS value,
               CONCAT('[',
                      COALESCE(GROUP_CONCAT(DISTINCT JSON_QUOTE(t.code)
                                            ORDER BY t.code), ''),
                      ']') AS sites,
               MIN(s.first_at) AS first_at, MAX(s.last_at) AS last_at,
               MAX(s.latest_id) AS latest_id, COUNT(*) OVER () AS in_all,
               SUM(SUM(s.orders)) OVER () AS rows_in_all
          FROM (SELECT r.cause_hash, r.currency, r.site_id,
                       COUNT(*) AS orders,
                       REGEXP_REPLACE(SUM(SUM(r.total))
                                        OVER (PARTITION BY r.cause_hash,
                                              r.currency),
                                      '0{1,2}$', '') AS value,
                       MIN(r.first_at) AS first_at, MAX(r.last_at) AS last_at,
                       MAX(r.id) AS latest_id
                  FROM {page}
                 GROUP BY r.cause_hash, r.currency, r.site_id) AS s
          LEFT JOIN rm_sites AS t ON t.id = s.site_id
         GROUP BY s.cause_hash
         ORDER BY orders DESC, last_at DESC, cause
         {limit}) AS g
  STRAIGHT_JOIN rm_error_orders AS v ON v.id = g.latest_id
 ORDER BY g.orders DESC, g.last_at DESC, g.cause

-- name: list_errors_by_order
SELECT r.id
  FROM rm_error_orders AS r FORCE INDEX (uq_rm_error_orders_order_id)
 WHERE r.order_id {is}

-- name: list_errors_by_number
SELECT r.id
  FROM rm_order_seen AS s FORCE INDEX (ix_rm_order_seen_number)
  STRAIGHT_JOIN rm_error_orders AS r
    FORCE INDEX (uq_rm_error_orders_order_id)
    ON r.order_id = s.id
 WHERE s.number {is}

-- name: list_errors_by_sku
SELECT r.id
  FROM rm_error_orders AS r FORCE INDEX (ix_rm_error_orders_sku_status)
 WHERE r.sku {is}

-- name: list_items
SELECT {place}, i.id, i.sku, i.description, i.status, i.bc_number,
       i.gl_account, i.barcode, i.list_price, i.unit,
       COALESCE((SELECT c.verdict
                   FROM rm_connection AS n
                   STRAIGHT_JOIN rm_sku_check AS c
                     ON c.connection_id = n.id AND c.sku = i.sku
                  WHERE n.kind = 'bc'
                  ORDER BY c.checked_at DESC
                  LIMIT 1), 'unknown') AS bc,
       (SELECT MAX(c.checked_at)
          FROM rm_connection AS n
          STRAIGHT_JOIN rm_sku_check AS c
            ON c.connection_id = n.id AND c.sku = i.sku
         WHERE n.kind = 'bc') AS checked_at,
       (SELECT COUNT(DISTINCT k.parent_sku)
          FROM rm_kits AS k
         WHERE k.component_sku = i.sku) AS in_kits,
       (SELECT o.order_date
          FROM rm_lineitems AS l FORCE INDEX (ix_rm_lineitems_sku_order_id)
          STRAIGHT_JOIN rm_order AS o ON o.id = l.order_id
         WHERE l.sku = i.sku
         ORDER BY l.order_id DESC
         LIMIT 1) AS last_ordered_at,
       i.created_at, i.updated_at, i.version
  FROM {page}
 {where}
 ORDER BY {order}
 {limit}

-- name: list_items_by_sku
SELECT i.id
  FROM rm_items AS i FORCE INDEX (uq_rm_items_sku)
 WHERE i.sku {is}

-- name: list_items_by_barcode
SELECT i.id
  FROM rm_items AS i FORCE INDEX (ix_rm_items_barcode)
 WHERE i.barcode {is}

-- name: list_items_in_kit
EXISTS (SELECT 1
          FROM rm_kits AS k
         WHERE k.component_sku = i.sku)

-- name: list_items_bc
COALESCE((SELECT c.verdict
            FROM rm_connection AS n
            STRAIGHT_JOIN rm_sku_check AS c
              ON c.connection_id = n.id AND c.sku = i.sku
           WHERE n.kind = 'bc'
           ORDER BY c.checked_at DESC
           LIMIT 1), 'unknown') {is}

-- name: list_kits
-- A row a kit, which is as many rows of rm_kits as it has components.
SELECT {place}, page.place_key AS sku, COALESCE(i.description, '') AS description,
       i.status, COUNT(k.id) AS components,
       SUM(c.id IS NULL) AS missing, MIN(k.valid_from) AS valid_from,
       IF(COUNT(k.valid_to) = COUNT(k.id), MAX(k.valid_to), NULL) AS valid_to,
       MAX(k.updated_at) AS updated_at, MAX(k.version) AS version
  FROM {page}
  STRAIGHT_JOIN rm_kits AS k
    FORCE INDEX (uq_rm_kits_parent_sku_component_sku_valid_from)
    ON k.parent_sku = page.place_key
  LEFT JOIN rm_items AS i ON i.sku = page.place_key
  LEFT JOIN rm_items AS c ON c.sku = k.component_sku
 GROUP BY page.place_key
 ORDER BY {order}

-- name: list_kits_status
(SELECT p.status FROM rm_items AS p WHERE p.sku = k.parent_sku) {is}

-- name: list_kits_by_component
SELECT k.parent_sku AS id
  FROM rm_kits AS k FORCE INDEX (ix_rm_kits_component_sku)
 WHERE k.component_sku {is}

-- name: list_sites
SELECT {place}, s.id, s.code, s.prefix, s.platform, s.name, s.site_url AS url,
       s.is_active AS enabled, s.orders_sync, s.time_zone, s.currency,
       s.order_last_run, s.fetchable, s.auth_failed_at, s.auth_failed,
       (SELECT COUNT(*)
          FROM rm_order AS o
            FORCE INDEX (ix_rm_order_site_id_imported_order_date_id)
         WHERE o.site_id = s.id AND o.imported = 0) AS pending,
       (SELECT COUNT(*)
          FROM rm_error_orders AS r
         WHERE r.site_id = s.id AND r.status = 'open') AS errors,
       (SELECT p.state
          FROM rm_operation AS p
         WHERE p.site_id = s.id
         ORDER BY p.created_at DESC, p.id DESC
         LIMIT 1) AS last_state,
       h.next_run_at, s.sort, s.deleted_at, s.created_at, s.updated_at,
       s.version
  FROM {page}
  LEFT JOIN rm_schedule AS h
    ON h.name = CONCAT('order_sync:', s.code) AND h.is_enabled = 1
 {where}
 ORDER BY {order}
 {limit}

-- name: list_sites_not_deleted
s.deleted_at IS NULL

-- name: list_operations
-- An operation's first job is its run; those beside it may be thousands.
SELECT {place}, p.id, p.kind, p.parent_id, p.site_id AS `site.id`,
       t.code AS `site.code`, COALESCE(p.site_name, t.name) AS `site.name`,
       COALESCE(p.site_url, t.site_url) AS `site.url`, p.is_full AS full,
       p.dry_run, p.state, p.error_code AS `error.code`,
       SUBSTRING_INDEX(p.error, '\n', 1) AS `error.message`,
       p.error AS `error.full_text`, p.phase AS `progress.phase`,
       p.done AS `progress.done`, p.total AS `progress.total`,
       p.unit AS `progress.unit`,
       IF(p.state = 'in_progress' AND p.done > 0 AND p.total > p.done
            AND COALESCE(j.attempts, 0) = 0,
          CEILING(TIMESTAMPDIFF(SECOND, p.started_at, p.heartbeat_at)
                    * (p.total - p.done) / p.done), NULL) AS `progress.eta_s`,
       CONCAT('/operations/', p.id, '/log') AS `links.log`,
       IF(p.kind = 'import', CONCAT('/imports/', p.id), NULL)
         AS `links.results`,
       p.fetched, p.stored, p.unchanged, p.skipped,
       p.soft, p.hard, p.failed_count,
       p.paused_until, p.pause_reason, p.superseded_by, p.source, p.created_by,
       p.host, p.schedule_id, p.cancel_at, p.created_at, p.started_at,
       p.completed_at, p.heartbeat_at, p.scope, p.result, p.version,
       COALESCE(j.attempts, 0) AS attempts,
       COALESCE(j.max_attempts, 5) AS max_attempts,
       IF(p.state = 'not_processed' AND j.attempts > 0, j.run_after, NULL)
         AS next_attempt_at,
       COALESCE(p.state = 'not_processed' AND j.attempts > 0, 0) AS retrying
  FROM {page}
  LEFT JOIN rm_sites AS t ON t.id = p.site_id
  LEFT JOIN rm_job AS j
    ON j.id = (SELECT f.id
                 FROM rm_job AS f FORCE INDEX (ix_rm_job_operation_id)
                WHERE f.operation_id = p.id
                ORDER BY f.id
                LIMIT 1)
   AND j.kind = 'run'
 {where}
 ORDER BY {order}
 {limit}

-- name: list_operations_retrying
p.state = 'not_processed'
AND EXISTS (SELECT 1
              FROM rm_job AS f
             WHERE f.operation_id = p.id AND f.kind = 'run'
               AND f.attempts > 0)

-- name: list_retry_queue
SELECT {place}, j.id, j.kind, j.ref, t.code AS site, t.name AS site_name,
       j.operation_id, p.kind AS operation_kind, j.state, j.run_after,
       j.attempts, j.max_attempts, j.first_failed_at, j.give_up_at, j.wait_sku,
       j.last_code, j.last_error, j.created_at
  FROM {page}
  LEFT JOIN rm_sites AS t ON t.id = j.site_id
  LEFT JOIN rm_operation AS p ON p.id = j.operation_id
 {where}
 ORDER BY {order}
 {limit}

-- name: list_retry_queue_always
-- What is done is history; a run that never failed is no retry.
j.state <> 'done' AND (j.attempts > 0 OR j.kind <> 'run')

-- name: list_jobs_by_operation
SELECT j.id
  FROM rm_job AS j FORCE INDEX (ix_rm_job_operation_id)
 WHERE j.operation_id {is}

-- name: list_jobs_by_wait_sku
SELECT j.id
  FROM rm_job AS j FORCE INDEX (ix_rm_job_wait_sku)
 WHERE j.wait_sku {is}

-- name: list_log
SELECT {place}, l.id, l.at, l.level, l.kind, t.code AS site,
       l.entity AS entity_type, l.status, l.rows_pushed,
       ROUND(l.ms / 1000) AS duration_seconds, l.ms, l.error_code, l.message,
       l.operation_id, l.request_id, l.host, l.detail
  FROM {page}
  LEFT JOIN rm_sites AS t ON t.id = l.site_id
 {where}
 ORDER BY {order}
 {limit}

-- name: list_log_by_operation
SELECT l.id
  FROM rm_log AS l FORCE INDEX (ix_rm_log_operation_id_id)
 WHERE l.operation_id {is}

-- name: list_schedules
SELECT {place}, c.id, c.name, c.kind, t.code AS site, t.name AS site_name,
       c.is_enabled AS enabled, c.frequency, c.every_min, c.start_at,
       c.next_run_at, c.last_run_at, c.last_operation_id, c.params,
       c.created_at, c.updated_at, c.version
  FROM {page}
  LEFT JOIN rm_sites AS t ON t.id = c.site_id
 {where}
 ORDER BY {order}
 {limit}

-- name: list_watermarks
SELECT {place}, w.name, t.code AS site, t.name AS site_name, w.entity,
       w.value_at, w.value_id, w.updated_at, w.version
  FROM {page}
  LEFT JOIN rm_sites AS t ON t.id = w.site_id
 {where}
 ORDER BY {order}
 {limit}

-- name: list_audit
SELECT {place}, a.id, a.at, a.who AS user, a.ip, a.action, a.object,
       a.old_value AS `before`, a.new_value AS after, a.request_id
  FROM {page}
 {where}
 ORDER BY {order}
 {limit}

-- name: list_webhooks
SELECT {place}, w.id, w.received_at, t.code AS site, w.topic,
       w.platform_order_id, s.id AS order_id, w.delivery_id, w.ip,
       1 AS is_signed, w.spooled, w.state, w.operation_id, w.done_at,
       LENGTH(w.body) AS bytes
  FROM {page}
  LEFT JOIN rm_sites AS t ON t.id = w.site_id
  LEFT JOIN rm_order_seen AS s
    ON s.site_id = w.site_id AND s.platform_order_id = w.platform_order_id
 {where}
 ORDER BY {order}
 {limit}
