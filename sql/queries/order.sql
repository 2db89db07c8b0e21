-- Orders: what was met, what is stored, what failed, what is still to mark.

-- name: order_seen_match
-- One query for a page: the keys come as a JSON array.
SELECT s.id, s.platform_order_id, s.outcome, s.code, s.content_hash, o.state,
       o.mark_state, o.bc_state, r.status AS error
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
	id VARCHAR(64) CHARACTER SET utf8mb4 PATH '$')) AS k
  STRAIGHT_JOIN rm_order_seen AS s
    ON s.site_id = ?
   AND s.platform_order_id = k.id COLLATE utf8mb4_nopad_bin
  LEFT JOIN rm_order AS o ON o.id = s.id
  LEFT JOIN rm_error_orders AS r ON r.order_id = s.id

-- name: order_seen_upsert
-- "stored" is never taken back: it is what stops a second import (I1). The row's
-- lock keeps writers of the same order one behind the other. What came without
-- a date (gone, or no order at all) stands in lists where it was met first.
INSERT INTO rm_order_seen (site_id, platform_order_id, number, outcome, code,
       content_hash, order_date, currency, total, first_at, last_at)
VALUES (?, ?, ?, ?, ?, ?, COALESCE(?, ?), ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE
       number = COALESCE(VALUES(number), number),
       outcome = IF(outcome IN ('stored', 'cancelled')
                    AND VALUES(outcome) NOT IN ('stored', 'cancelled'),
                    outcome, VALUES(outcome)),
       code = VALUES(code),
       content_hash = COALESCE(VALUES(content_hash), content_hash),
       order_date = COALESCE(?, order_date),
       currency = COALESCE(VALUES(currency), currency),
       total = IF(?, VALUES(total), total),
       last_at = VALUES(last_at)
RETURNING id

-- name: order_number_holders
-- Which stored orders hold these numbers.
SELECT o.number, o.site_id, o.platform_order_id, s.code AS site_code
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
	number VARCHAR(35) CHARACTER SET utf8mb4 PATH '$')) AS k
  STRAIGHT_JOIN rm_order AS o ON o.number = k.number COLLATE utf8mb4_nopad_bin
  JOIN rm_sites AS s ON s.id = o.site_id

-- name: order_existing
SELECT o.id, o.content_hash, o.bc_state, o.state, o.changed_upstream
  FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS k
  STRAIGHT_JOIN rm_order AS o ON o.id = k.id

-- name: order_payload_latest
SELECT p.order_id, p.revision, p.body_hash
  FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS k
  STRAIGHT_JOIN rm_order_payload AS p
        FORCE INDEX (uq_rm_order_payload_order_id_revision)
    ON p.order_id = k.id
 ORDER BY p.order_id, p.revision

-- name: order_payload_insert
INSERT INTO rm_order_payload (order_id, revision, body, body_hash, fetched_at)
VALUES (?, ?, ?, ?, ?)

-- name: order_payload
SELECT revision, body
  FROM rm_order_payload
 WHERE order_id = ? AND (? = 0 OR revision = ?)
 ORDER BY revision DESC
 LIMIT 1

-- name: order_upsert
-- A changed order is written anew; what its export made of it stays.
INSERT INTO rm_order (id, site_id, platform_order_id, number, order_date,
       platform_modified, paid_at, platform_status, currency, display_currency,
       prices_include_tax, customer_id, email, customer_note, staff_notes,
       bill_first_name, bill_last_name, bill_company, bill_address1,
       bill_address2, bill_city, bill_state, bill_postcode, bill_country,
       bill_phone, ship_first_name, ship_last_name, ship_company, ship_address1,
       ship_address2, ship_city, ship_state, ship_postcode, ship_country,
       ship_phone, ship_same, ship_method, ship_cost, payment_method,
       payment_provider, klarna, stripe, paypal, trans_id, total_before_credit,
       credit_total, total_due, tax_total, proof_ok, proof_residual, has_kit,
       line_count, extra, content_hash, revision, state, mark_state, bc_state,
       fully_import_from_website, imported, stored_at, operation_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
       ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
       ?, ?, ?, ?, ?, ?, ?, 'pending', ?, 1, ?, ?, ?)
    ON DUPLICATE KEY UPDATE
       number = VALUES(number), order_date = VALUES(order_date),
       platform_modified = VALUES(platform_modified),
       paid_at = VALUES(paid_at), platform_status = VALUES(platform_status),
       currency = VALUES(currency), display_currency = VALUES(display_currency),
       prices_include_tax = VALUES(prices_include_tax),
       customer_id = VALUES(customer_id), email = VALUES(email),
       customer_note = VALUES(customer_note), staff_notes = VALUES(staff_notes),
       bill_first_name = VALUES(bill_first_name),
       bill_last_name = VALUES(bill_last_name),
       bill_company = VALUES(bill_company),
       bill_address1 = VALUES(bill_address1),
       bill_address2 = VALUES(bill_address2), bill_city = VALUES(bill_city),
       bill_state = VALUES(bill_state), bill_postcode = VALUES(bill_postcode),
       bill_country = VALUES(bill_country), bill_phone = VALUES(bill_phone),
       ship_first_name = VALUES(ship_first_name),
       ship_last_name = VALUES(ship_last_name),
       ship_company = VALUES(ship_company),
       ship_address1 = VALUES(ship_address1),
       ship_address2 = VALUES(ship_address2), ship_city = VALUES(ship_city),
       ship_state = VALUES(ship_state), ship_postcode = VALUES(ship_postcode),
       ship_country = VALUES(ship_country), ship_phone = VALUES(ship_phone),
       ship_same = VALUES(ship_same), ship_method = VALUES(ship_method),
       ship_cost = VALUES(ship_cost), payment_method = VALUES(payment_method),
       payment_provider = VALUES(payment_provider), klarna = VALUES(klarna),
       stripe = VALUES(stripe), paypal = VALUES(paypal),
       trans_id = VALUES(trans_id),
       total_before_credit = VALUES(total_before_credit),
       credit_total = VALUES(credit_total), total_due = VALUES(total_due),
       tax_total = VALUES(tax_total), proof_ok = VALUES(proof_ok),
       proof_residual = VALUES(proof_residual), has_kit = VALUES(has_kit),
       line_count = VALUES(line_count), extra = VALUES(extra),
       content_hash = VALUES(content_hash), revision = VALUES(revision),
       state = VALUES(state), bc_state = VALUES(bc_state),
       imported = VALUES(imported), version = version + 1

-- name: order_flag_changed
-- Changed at the shop after its export: a person decides (R-35).
UPDATE rm_order
   SET changed_upstream = 1, version = version + 1
 WHERE id = ? AND changed_upstream = 0

-- name: order_cancel
-- Cancelled or gone at the shop before it was sent on: it never will be (D-23).
UPDATE rm_order
   SET state = 'cancelled', bc_state = 'cancelled', imported = 2,
       version = version + 1
 WHERE id = ? AND state = 'stored'
   AND bc_state IN ('none', 'pending', 'error')

-- name: order_cancel_lines
UPDATE rm_lineitems AS l
  JOIN rm_order AS o ON o.id = l.order_id
   SET l.imported = 2
 WHERE l.order_id = ? AND o.state = 'cancelled'

-- name: order_remove_lines
DELETE l
  FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS k
  STRAIGHT_JOIN rm_lineitems AS l ON l.order_id = k.id

-- name: order_remove_addresses
DELETE a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS k
  STRAIGHT_JOIN rm_address AS a ON a.order_id = k.id

-- name: order_address_insert
INSERT INTO rm_address (order_id, kind, first_name, last_name, company,
       address1, address2, city, state, phone, postcode, country, email)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: order_line_insert
INSERT INTO rm_lineitems (order_id, line_no, line_type, parent_line,
       platform_line_id, sku, name, quantity, unit_price, discount_amount,
       amount, credit_amount, tax_amount, is_memo, code, options, gl_account,
       imported)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: order_event_insert
INSERT INTO rm_order_event (order_id, operation_id, at, step, outcome, code,
       message, actor)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: order_errors_fixed
-- Those of an export or a mark are mended by their own step.
UPDATE JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS k
  STRAIGHT_JOIN rm_error_orders AS r ON r.order_id = k.id
   SET r.status = 'fixed', r.version = r.version + 1
 WHERE r.status IN ('open', 'requeued')
   AND r.stage NOT IN ('mark', 'export')

-- name: order_error_upsert
-- Once an order: the same error again is counted.
INSERT INTO rm_error_orders (order_id, site_id, number, stage, code, sku, field,
       message, detail, total, currency, cause_hash, status, count, first_at,
       last_at, operation_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', 1, ?, ?, ?)
    ON DUPLICATE KEY UPDATE number = VALUES(number), stage = VALUES(stage),
       code = VALUES(code), sku = VALUES(sku), field = VALUES(field),
       message = VALUES(message), detail = VALUES(detail),
       total = VALUES(total), currency = VALUES(currency),
       cause_hash = VALUES(cause_hash), status = 'open', count = count + 1,
       last_at = VALUES(last_at), operation_id = VALUES(operation_id),
       version = version + 1

-- name: order_give_up_find
-- A job that is tried again, and the order that waits for it, with the words of
-- its last try. A fetch that failed is shown as what could not be read.
SELECT j.site_id, j.operation_id, j.wait_sku, s.id AS order_id, s.number,
       s.currency, COALESCE(s.total, 0) AS total, s.code,
       COALESCE(NULLIF(v.step, 'fetch'), 'normalise') AS stage,
       COALESCE(v.message, j.last_error, '') AS message
  FROM rm_job AS j
  LEFT JOIN rm_order_seen AS s
    ON j.kind = 'order_retry' AND s.site_id = j.site_id
   AND s.platform_order_id = j.ref
  LEFT JOIN rm_order_event AS v
    ON v.id = (SELECT w.id
                 FROM rm_order_event AS w
                WHERE w.order_id = s.id AND w.outcome = 'soft'
                  AND w.step <> 'result'
                ORDER BY w.id DESC
                LIMIT 1)
 WHERE j.id = ?

-- name: order_give_up
UPDATE rm_order_seen
   SET outcome = 'error'
 WHERE id = ?
   AND outcome = 'soft'

-- name: order_give_up_job
UPDATE rm_job
   SET state = 'done', done_at = UTC_TIMESTAMP(3), open_key = NULL,
       fence = fence + 1
 WHERE id = ?
   AND state IN ('ready', 'dead')

-- name: order_to_mark
SELECT id, platform_order_id, number
  FROM rm_order FORCE INDEX (ix_rm_order_mark_state_order_date_id)
 WHERE mark_state = 'pending' AND site_id = ?
 ORDER BY order_date, id
 LIMIT ?

-- name: order_marked
UPDATE JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS k
  STRAIGHT_JOIN rm_order AS o ON o.id = k.id
   SET o.mark_state = ?, o.marked_at = ?, o.version = o.version + 1
 WHERE o.mark_state = 'pending'

-- name: order_mark_again
-- A person's "try again" of one whose mark failed, or waits.
UPDATE rm_order
   SET mark_state = 'pending', version = version + 1
 WHERE id = ? AND mark_state IN ('pending', 'failed')

-- name: order_unmark
UPDATE rm_order
   SET mark_state = 'pending', version = version + 1
 WHERE site_id = ? AND platform_order_id = ? AND mark_state = 'done'

-- name: order_count_waiting
SELECT COUNT(*) AS waiting
  FROM (SELECT 1
          FROM rm_order
         WHERE imported = 0
         LIMIT ?) AS w

-- name: error_find
SELECT r.*, t.code AS site_code
  FROM rm_error_orders AS r
  JOIN rm_sites AS t ON t.id = r.site_id
 WHERE r.order_id = ?

-- name: error_handle
UPDATE rm_error_orders
   SET status = 'handled', handled_by = ?, resolution = ?, reviewed_at = ?,
       version = version + 1
 WHERE order_id = ? AND status IN ('open', 'requeued')

-- name: error_handle_many
-- A part of a JSON list of orders, so that no transaction grows with it.
UPDATE JSON_TABLE(?, '$[*]' COLUMNS (place FOR ORDINALITY,
                                     id BIGINT UNSIGNED PATH '$')) AS k
  STRAIGHT_JOIN rm_error_orders AS r ON r.order_id = k.id
   SET r.status = 'handled', r.handled_by = ?, r.resolution = ?,
       r.reviewed_at = ?, r.version = r.version + 1
 WHERE k.place > ? AND k.place <= ?
   AND r.status IN ('open', 'requeued')

-- name: error_handled_events
-- Of those that error_handle_many has just changed.
INSERT INTO rm_order_event (order_id, at, step, outcome, message, actor)
SELECT r.order_id, ?, 'person', 'ok', ?, ?
  FROM JSON_TABLE(?, '$[*]' COLUMNS (place FOR ORDINALITY,
                                     id BIGINT UNSIGNED PATH '$')) AS k
  STRAIGHT_JOIN rm_error_orders AS r ON r.order_id = k.id
 WHERE k.place > ? AND k.place <= ?
   AND r.status = 'handled' AND r.reviewed_at = ? AND r.handled_by = ?

-- name: order_find
-- By number, else by id. Of several orders that claim a number the stored one
-- holds it.
SELECT id, IF(outcome = 'stored', 0, 1) AS preference
  FROM rm_order_seen
 WHERE number = ?
 UNION ALL
SELECT id, 2 AS preference
  FROM rm_order_seen
 WHERE id = ?
 ORDER BY preference, id
 LIMIT 1

-- name: order_read
SELECT s.id, s.site_id, s.platform_order_id,
       COALESCE(o.number, s.number) AS number,
       COALESCE(o.order_date, s.order_date) AS order_date,
       COALESCE(o.currency, s.currency) AS currency,
       COALESCE(o.total_due, s.total) AS total_due,
       s.outcome, s.code AS seen_code, s.first_at, s.last_at,
       t.code AS site_code, t.name AS site_name,
       o.platform_modified, o.paid_at, o.platform_status, o.display_currency,
       o.prices_include_tax, o.customer_id, o.email, o.customer_note,
       o.staff_notes, o.bill_first_name, o.bill_last_name, o.bill_company,
       o.bill_address1, o.bill_address2, o.bill_city, o.bill_state,
       o.bill_postcode, o.bill_country, o.bill_phone, o.ship_first_name,
       o.ship_last_name, o.ship_company, o.ship_address1, o.ship_address2,
       o.ship_city, o.ship_state, o.ship_postcode, o.ship_country, o.ship_phone,
       o.ship_same, o.ship_method, o.ship_cost, o.payment_method,
       o.payment_provider, o.klarna, o.stripe, o.paypal, o.trans_id,
       o.total_before_credit, o.credit_total, o.tax_total, o.proof_ok,
       o.proof_residual, o.has_kit, o.line_count, o.extra, o.revision, o.state,
       o.mark_state, o.bc_state, o.changed_upstream,
       o.fully_import_from_website, o.imported, o.imported_date, o.verified,
       o.verified_at, o.nav_sales_order_number, o.stored_at, o.marked_at,
       o.operation_id, o.version
  FROM rm_order_seen AS s
  JOIN rm_sites AS t ON t.id = s.site_id
  LEFT JOIN rm_order AS o ON o.id = s.id
 WHERE s.id = ?

-- name: order_read_lines
SELECT *
  FROM rm_lineitems
 WHERE order_id = ?
 ORDER BY line_no

-- name: order_read_addresses
SELECT *
  FROM rm_address
 WHERE order_id = ?
 ORDER BY kind

-- name: order_read_events
SELECT *
  FROM (SELECT *
          FROM rm_order_event
         WHERE order_id = ?
         ORDER BY id DESC
         LIMIT 1000) AS latest
 ORDER BY id

-- name: order_read_payloads
SELECT revision, LENGTH(body) AS bytes, fetched_at
  FROM rm_order_payload
 WHERE order_id = ?
 ORDER BY revision DESC

-- Lists are newest first, one statement an index: a range on (order_date, id)
-- behind equal values. Without FORCE INDEX the server reads every row that is
-- equal (PERFORMANCE 3).
