// What happened, who did it, what is tried again, what shops told by themselves.
import { useEffect, useState } from "preact/hooks";
import { post } from "../api.js";
import { allRows, downloadCsv } from "../csv.js";
import { count, plural, span, now } from "../format.js";
import { place, setQuery, to } from "../router.js";
import { can } from "../session.js";
import { useStatus, useStatusNow } from "../status.js";
import { Button, Chip, PageHead, StateChip, states, Time } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { Choice, Days, Others, Search } from "../ui/filters.js";
import { html } from "../ui/html.js";
import { Parts, partNow } from "../ui/tabs.js";
import { filtersOf, NoRows, Table, useList } from "../ui/table.js";
import { toast, toastProblem } from "../ui/toast.js";

/** @typedef {import("../ui/table.js").Column} Column */

const FOLLOW_S = 2;
const RETRY_S = 5;
const SLOW_S = 30;

const opLink = (/** @type {string|null} */ id) => (id ? html`<a class="num" href=${to(`/operations/${id}`)}>${id}</a>` : html`<span class="muted none">–</span>`);
const words = (/** @type {string|null} */ text) => (text ?? "–").replaceAll("_", " ");

/** Filters of the address by which a list is asked, without what only the page needs. */
function queryOf() {
  const { tab: _, ...query } = place.value.query;
  return query;
}

/** @param {{label?: string}} props a choice of one of several sites */
function SiteChoice({ label = "Site" }) {
  const sites = useStatus()?.sites ?? [];
  return sites.length > 1 && html`<${Choice} name="site" label=${label} options=${sites.map((site) => [site.code, site.name])} />`;
}

/** What the filters let through, as a file. @param {{path: string, name: string, fields: string[], query: any}} props */
function Export({ path, name, fields, query }) {
  const [isBusy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const { rows, isWhole } = await allRows(path, query);
      downloadCsv(`${name}.csv`, fields, rows);
      toast({ s: isWhole ? "ok" : "warn", icon: "get", text: isWhole ? `${plural(rows.length, "row")} exported` : `The first ${count(rows.length)} rows were exported: narrow the filters for the others.` });
    } catch (problem) {
      toastProblem(problem);
    }
    setBusy(false);
  };
  return html`<${Button} icon="get" disabled=${isBusy} onClick=${save}>${isBusy ? "Exporting…" : "Export CSV"}<//>`;
}

/* ---- sync log */

/** @param {{row: any}} props */
const LogMessage = ({ row }) => html`<span>${row.message}${row.why && html`<br /><span class="muted">${row.why} ${row.fix && `Fix: ${row.fix}.`}</span>`}</span>`;

/** @type {Column[]} */
const syncColumns = [
  { key: "at", label: "Time", sort: "at", head: true, card: "t", cell: (row) => html`<${Time} at=${row.at} />` },
  { key: "site", label: "Site", card: "k", cell: (row) => row.site ?? "–" },
  { key: "entity_type", label: "What", card: "k", cell: (row) => words(row.entity_type) },
  { key: "status", label: "Status", card: "st", cell: (row) => row.status ? html`<${StateChip} state=${row.status} />` : "–" },
  { key: "rows_pushed", label: "Stored", num: true, card: "k", cell: (row) => count(row.rows_pushed ?? 0) },
  { key: "ms", label: "Took", num: true, cell: (row) => (row.ms === null ? "–" : row.ms < 10_000 ? `${(row.ms / 1000).toFixed(1)} s` : span(row.ms / 1000)) },
  { key: "message", label: "Message", card: "a", cell: (row) => html`<${LogMessage} row=${row} />` },
  { key: "operation_id", label: "Operation", card: "k", cell: (row) => opLink(row.operation_id) },
  { key: "host", label: "Host", extra: true, cell: (row) => row.host ?? "–" },
];

function SyncLog() {
  const [isFollowing, follow] = useState(false);
  const query = queryOf();
  const list = useList("/sync/logs", { sort: "-at", ...query }, isFollowing ? FOLLOW_S : SLOW_S);
  useEffect(() => {
    if (isFollowing && list.fresh > 0 && scrollY < 80) list.showFresh();
  }, [isFollowing, list.fresh]);
  useEffect(() => {
    if (isFollowing) list.again();
  }, [isFollowing]);
  return html`<${Table} name="sync-logs" label="Sync log" tight top=${html`<${LogTabs} />`} list=${list} columns=${syncColumns} sort="-at"
    filters=${html`<${Search} label="Words of the message" />
      <${Choice} name="status" label="Status" options=${["completed", "failed", "aborted", "webshop_not_found"].map((value) => [value, states[value][2]])} />
      <${Choice} name="entity_type" label="What" options=${[["orders", "Orders"], ["items", "Items"]]} /><${SiteChoice} /><${Days} name="at" label="Time" />
      <${Others} known=${["status", "entity_type", "site", "at", "search"]} words=${{ operation_id: "Operation", error_code: "Code" }} />
      <${Button} small kind="quiet" icon=${isFollowing ? "pause" : "run"} aria-pressed=${String(isFollowing)} onClick=${() => follow(!isFollowing)}>${isFollowing ? "Following" : "Follow"}<//>`}
    empty=${html`<${NoRows} isFiltered=${Object.keys(filtersOf(query)).length > 0} title="Nothing has run yet." text="Each run writes one line here when it ends.">
      <${Button} href=${to("/operations")}>Operations<//><//>`} />`;
}

/* ---- retry queue */

/** What is tried again, as its page calls it. @param {{row: any}} props */
const RetryWhat = ({ row }) => html`<span>${row.ref ?? words(row.operation_kind ?? row.kind)}<small>${[row.site_name ?? row.site, words(row.kind)].filter(Boolean).join(" · ")}</small></span>`;

/** @param {{onNow: (row: any) => void, onDrop: (row: any) => void}} does @returns {Column[]} */
const retryColumns = ({ onNow, onDrop }) => [
  { key: "ref", label: "What", head: true, card: "t", cell: (row) => html`<${RetryWhat} row=${row} />` },
  { key: "state", label: "State", card: "st", cell: (row) => row.state === "dead" ? html`<${Chip} s="err" icon="x">Given up<//>` :
    row.state === "leased" ? html`<${Chip} s="info" icon="run">Running<//>` : html`<${Chip} s="warn" icon="retry">Waits<//>` },
  { key: "attempts", label: "Attempt", num: true, card: "k", cell: (row) => `${row.attempts} of ${row.max_attempts}` },
  { key: "run_after", label: "Next", sort: "run_after", card: "k", cell: (row) => row.state === "ready" ? html`<${Time} at=${row.run_after} how="ago" />` : html`<span class="muted">–</span>` },
  { key: "why", label: "Why", card: "a", cell: (row) => html`<span>${row.last_error ?? row.last_code ?? "–"}${row.wait_sku && html` <span class="muted">waits for SKU ${row.wait_sku}</span>`}
    ${row.fix && html`<br /><span class="muted">Fix: ${row.fix}</span>`}</span>` },
  { key: "operation_id", label: "Operation", card: "k", cell: (row) => opLink(row.operation_id) },
  { key: "do", label: html`<span class="sr">Actions</span>`, card: "a", cell: (row) => can("sync") && html`<span class="row end">
    ${row.state === "ready" && html`<${Button} small onClick=${() => onNow(row)}>Now<//>`}
    ${row.state !== "leased" && html`<${Button} small kind="quiet" onClick=${() => onDrop(row)}>Give up…<//>`}</span>` },
];

function RetryQueue() {
  const query = queryOf();
  const list = useList("/retry-queue", { sort: "run_after", ...query }, RETRY_S);
  const [drops, drop] = useState(/** @type {any} */ (null));
  const statusNow = useStatusNow();
  const hasten = async (/** @type {any} */ row) => {
    try {
      const { data } = await post(`/retry-queue/${row.id}/retry`);
      toast({ s: "ok", icon: "retry", text: `${row.ref ?? "It"} is tried now`, action: { label: "Show operation", run: () => { location.hash = to(`/operations/${data.id}`); } } });
      list.again();
      statusNow();
    } catch (problem) {
      toastProblem(problem);
    }
  };
  const giveUp = async () => {
    await post(`/retry-queue/${drops.id}/drop`);
    toast({ s: "ok", icon: "x", text: drops.kind === "run" ? "The operation was stopped" : "It stands under Error orders now" });
    list.again();
    statusNow();
  };
  const isRun = drops?.kind === "run";
  return html`<${Table} name="retry-queue" label="Retry queue" top=${html`<${LogTabs} />`} list=${list} columns=${retryColumns({ onNow: hasten, onDrop: drop })} sort="run_after"
      filters=${html`<${Search} label="Order or SKU" /><${Choice} name="state" label="State" options=${[["ready", "Waits"], ["leased", "Running"], ["dead", "Given up"]]} /><${SiteChoice} />
        <${Others} known=${["state", "site", "search"]} words=${{ operation_id: "Operation", wait_sku: "SKU", last_code: "Code" }} />`}
      empty=${html`<${NoRows} isFiltered=${Object.keys(filtersOf(query)).length > 0} title="Nothing waits to be tried again." text="What fails for a while is tried again after 1 m, 5 m, 30 m and 3 h.">
        <${Button} href=${to("/errors")}>Error orders<//><//>`} />
    ${drops && html`<${Dialog} title=${isRun ? "Stop this operation?" : `Give ${drops.ref ?? "this"} up?`} verb=${isRun ? "Stop it" : "Give up"} danger onDo=${giveUp} onClose=${() => drop(null)}>
      <p>${isRun ? "It is not tried again. What was stored stays; the next synchronization fetches the rest." :
        "It is not tried again by itself. The order then stands under Error orders, where it can be retried at any time."}</p><//>`}`;
}

/* ---- audit */

/** "order_status" and its value before and after, of a change. @param {any} row @returns {[string, string, string][]} */
function changesOf(row) {
  const flat = (/** @type {any} */ value) => (value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));
  const isObject = (/** @type {any} */ value) => value !== null && typeof value === "object" && !Array.isArray(value);
  if (!isObject(row.before) && !isObject(row.after))
    return row.before === null && row.after === null ? [] : [["", flat(row.before), flat(row.after)]];
  return [...new Set([...Object.keys(row.before ?? {}), ...Object.keys(row.after ?? {})])]
    .map((name) => [name, flat(row.before?.[name]), flat(row.after?.[name])]);
}

/** @param {{row: any, onClose: () => void}} props */
function AuditEntry({ row, onClose }) {
  const changes = changesOf(row);
  const isChange = row.before !== null;
  return html`<${Dialog} title=${`${row.user ?? "Somebody"}: ${row.action} ${row.object ?? ""}`} onClose=${onClose}>
    <dl class="kv"><dt>When</dt><dd><${Time} at=${row.at} /></dd><dt>From</dt><dd class="mono">${row.ip ?? "this machine"}</dd>
      <dt>Request</dt><dd class="mono">${row.request_id ?? "–"}</dd></dl>
    ${changes.length === 0 ? html`<p class="muted">No values were changed by it, or none that are kept.</p>` : html`<div class="scroll tall"><table class="tbl" data-density="compact"><thead><tr><th scope="col">Field</th>
      ${isChange && html`<th scope="col">Before</th>`}<th scope="col">${isChange ? "After" : "Value"}</th></tr></thead>
      <tbody>${changes.map(([name, before, after]) => html`<tr key=${name}><th scope="row">${words(name) || "–"}</th>${isChange && html`<td class="mono small">${before || "–"}</td>`}
        <td class="mono small">${isChange && before !== after ? html`<mark data-s="info">${after || "–"}</mark>` : after || "–"}</td></tr>`)}</tbody></table></div>`}<//>`;
}

/** @param {string} name @param {string|null} value */
const filterLink = (name, value) => value ? html`<button type="button" class="link" title=${`Only ${value}`} onClick=${() => setQuery({ [name]: value })}>${value}</button>` : "–";

/** @param {(row: any) => void} onOpen @returns {Column[]} */
const auditColumns = (onOpen) => [
  { key: "at", label: "Time", sort: "at", head: true, card: "t", cell: (row) => html`<${Time} at=${row.at} />` },
  { key: "user", label: "Who", card: "st", cell: (row) => filterLink("user", row.user) },
  { key: "action", label: "Did", card: "k", cell: (row) => filterLink("action", row.action) },
  { key: "object", label: "To what", card: "k", cell: (row) => row.object ?? "–" },
  { key: "ip", label: "From", cell: (row) => html`<span class="mono small">${row.ip ?? "–"}</span>` },
  { key: "request_id", label: "Request", extra: true, cell: (row) => html`<span class="mono small">${row.request_id ?? "–"}</span>` },
  { key: "change", label: html`<span class="sr">What changed</span>`, card: "a", cell: (row) => html`<span class="row end"><${Button} small kind="quiet" onClick=${() => onOpen(row)}>${changesOf(row).length > 0 ? plural(changesOf(row).length, "value") : "Details"}<//></span>` },
];

function Audit() {
  const query = queryOf();
  const list = useList("/audit", { sort: "-at", ...query }, SLOW_S);
  const [opened, open] = useState(/** @type {any} */ (null));
  return html`<${Table} name="audit" label="Audit" top=${html`<${LogTabs} />`} list=${list} columns=${auditColumns(open)} sort="-at"
      filters=${html`<${Search} label="Who, or to what" /><${Days} name="at" label="Time" />
        <${Others} known=${["at", "search", "site"]} words=${{ user: "Who", action: "Did", ip: "From", request_id: "Request" }} />`}
      empty=${html`<${NoRows} isFiltered=${Object.keys(filtersOf(query)).length > 0} title="Nothing was changed yet." text="Each change of a person or a script is kept here, and cannot be edited." />`} />
    ${opened && html`<${AuditEntry} row=${opened} onClose=${() => open(null)} />`}`;
}

/* ---- webhooks */

/** @type {Record<string, [import("../ui/basics.js").Status, string, string]>} */
const deliveryStates = { pending: ["info", "o", "Waits"], done: ["ok", "ok", "Fetched"], ignored: ["neutral", "minus", "Ignored"] };

/** @type {Column[]} */
const deliveryColumns = [
  { key: "received_at", label: "Received", sort: "received_at", head: true, card: "t", cell: (row) => html`<${Time} at=${row.received_at} />` },
  { key: "site", label: "Site", card: "k", cell: (row) => row.site },
  { key: "topic", label: "Topic", card: "k", cell: (row) => row.topic },
  { key: "is_signed", label: "Signature", cell: (row) => row.is_signed ? html`<${Chip} s="ok" icon="ok">Right<//>` : html`<${Chip} s="neutral" icon="minus">None<//>` },
  { key: "state", label: "State", card: "st", cell: (row) => {
    const [s, icon, word] = deliveryStates[row.state] ?? ["neutral", "what", row.state];
    return html`<${Chip} s=${s} icon=${icon}>${word}<//>`;
  } },
  { key: "order_id", label: "Order", card: "k", cell: (row) => row.order_id ? html`<a href=${to(`/orders/${row.order_id}`)}>${row.platform_order_id}</a>` : row.platform_order_id || "–" },
  { key: "operation_id", label: "Operation", card: "k", cell: (row) => opLink(row.operation_id) },
  { key: "done_at", label: "Took", num: true, cell: (row) => (row.done_at ? span((Date.parse(row.done_at) - Date.parse(row.received_at)) / 1000) : row.state === "pending" ? html`<span class="muted">since ${span((now() - Date.parse(row.received_at)) / 1000)}</span>` : "–") },
  { key: "ip", label: "From", extra: true, cell: (row) => html`<span class="mono small">${row.ip}</span>` },
  { key: "delivery_id", label: "Delivery", extra: true, cell: (row) => html`<span class="mono small">${row.delivery_id}</span>` },
];

function Deliveries() {
  const query = queryOf();
  const list = useList("/webhooks/deliveries", { sort: "-received_at", ...query }, RETRY_S);
  return html`<${Table} name="webhook-deliveries" label="Webhooks" top=${html`<${LogTabs} />`} list=${list} columns=${deliveryColumns} sort="-received_at"
    filters=${html`<${Choice} name="state" label="State" options=${Object.entries(deliveryStates).map(([value, [, , word]]) => [value, word])} />
      <${SiteChoice} /><${Days} name="received_at" label="Received" /><${Others} known=${["state", "site", "received_at"]} words=${{ platform_order_id: "Order", spooled: "Kept on disk" }} />`}
    empty=${html`<${NoRows} isFiltered=${Object.keys(filtersOf(query)).length > 0} title="No shop has told anything by itself yet." text="A synchronization finds every order; webhooks let them come within seconds.">
      ${can("sites.write") && html`<${Button} href=${to("/sites")}>Sites<//>`}<//>`} />`;
}

/* ---- the page */

const LogTabs = () => html`<${Parts} label="Logs" parts=${[["sync", "Sync log"], ["retry", "Retry queue"], ["audit", "Audit"], ["webhooks", "Webhooks"]]} />`;

/** @type {Record<string, {view: any, path: string, sort: string, fields: string[]}>} */
const parts = {
  sync: { view: SyncLog, path: "/sync/logs", sort: "-at", fields: ["at", "site", "entity_type", "status", "rows_pushed", "duration_seconds", "error_code", "message", "operation_id", "host"] },
  retry: { view: RetryQueue, path: "/retry-queue", sort: "run_after", fields: ["id", "kind", "ref", "site", "state", "attempts", "max_attempts", "run_after", "last_code", "last_error", "wait_sku", "operation_id"] },
  audit: { view: Audit, path: "/audit", sort: "-at", fields: ["at", "user", "ip", "action", "object", "before", "after", "request_id"] },
  webhooks: { view: Deliveries, path: "/webhooks/deliveries", sort: "-received_at", fields: ["received_at", "site", "topic", "platform_order_id", "is_signed", "state", "operation_id", "done_at", "ip", "delivery_id"] },
};

export default function Logs() {
  const tab = partNow(Object.keys(parts));
  const { view, path, sort, fields } = parts[tab];
  return html`<${PageHead} title="Logs & audit"><span class="not-narrow"><${Export} key=${tab} path=${path} name=${`orderbridge-${tab}`} fields=${fields} query=${{ sort, ...queryOf() }} /></span><//>
    <${view} key=${tab} />`;
}
