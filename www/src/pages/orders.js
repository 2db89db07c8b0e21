// Orders: how far each one is on its way from the shop to Business Central.
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { money, now, plural } from "../format.js";
import { bcStates, customer, hasPage, isZero, markStates, orderState, payments, paymentWord } from "../orders.js";
import { place, to } from "../router.js";
import { can } from "../session.js";
import { useIsPaused, useStatus, useStatusNow } from "../status.js";
import { Amounts } from "../ui/amounts.js";
import { Button, Chip, Icon, PageHead, Time } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { Choice, Days, Others, Search } from "../ui/filters.js";
import { html } from "../ui/html.js";
import { Empty } from "../ui/states.js";
import { filtersOf, NoRows, Table, useList } from "../ui/table.js";
import { Tabs } from "../ui/tabs.js";
import { toast } from "../ui/toast.js";

const FAST_S = 3;
const SLOW_S = 30;
const SPAN_DAYS = 92;
const DAY_MS = 86_400_000;

/** Views, what each is called, whether it tells of stored orders, whether it is always there. @type {[string, string, boolean, boolean][]} */
const views = [
  ["all", "All", true, true],
  ["waiting", "Waiting for BC", true, true],
  ["exported", "In BC", true, false],
  ["soft", "Retrying", false, true],
  ["error", "Errors", false, true],
  ["changed", "Changed in the shop", true, true],
  ["unmarked", "Shop not told", true, false],
  ["held", "Held", true, false],
  ["test", "Test", false, true],
  ["skipped", "Skipped", false, false],
];

/** Filters of stored orders that are looked up day by day, and those that all views know. */
const spanned = ["has_kit", "has_credit", "total_due", "payment_method", "klarna", "stripe", "paypal", "currency", "platform_status"];
const everywhere = ["site", "search", "order_date", "per_page", "number", "platform_order_id", "total_due", "currency"];
/** What leads to orders without going through days. */
const found = ["search", "number", "platform_order_id", "sku", "trans_id", "email", "bc_number", "id"];

const pills = ["search", "site", "order_date", "bc_state", "has_kit", "has_credit", "payment_method", "total_due"];
/** @type {Record<string, string>} */
const words = { imported: "In BC", sku: "SKU", trans_id: "Transaction", email: "E-mail", bc_number: "BC document", mark_state: "Shop told", changed_upstream: "Changed since", platform_order_id: "Id in the shop" };

/** @type {Record<string, string>} */
const imported = { 0: "not yet", 1: "yes", 2: "never will be" };

const iso = (/** @type {number} */ ms) => new Date(ms).toISOString().slice(0, 10) + "T00:00:00Z";

/**
 * The days that a filter needs beside it, where the address has none or too many:
 * the newest of those that it has.
 * @param {Record<string, string>} query @returns {string|undefined}
 */
function daysBeside(query) {
  if (!spanned.some((name) => query[name]) || found.some((name) => query[name])) return undefined;
  const [from = "", until = ""] = (query.order_date ?? "").split("..");
  if (query.order_date && !query.order_date.includes("..")) return undefined;
  const end = until ? Date.parse(until) : from ? Math.min(Date.parse(from) + SPAN_DAYS * DAY_MS, now() + DAY_MS) : now() + DAY_MS;
  const start = from ? Date.parse(from) : -Infinity;
  if (end - start <= SPAN_DAYS * DAY_MS && until) return undefined;
  return `${iso(Math.max(start, end - (SPAN_DAYS - 1) * DAY_MS))}..${until || iso(end)}`;
}

/** Eight steps: six are done once it is stored, then the shop is told, then Business Central. @param {{row: any}} props */
function Pipeline({ row }) {
  const [mark, , markWord] = markStates[row.mark_state] ?? markStates.none;
  const [bc, , bcWord] = bcStates[row.bc_state] ?? bcStates.none;
  const text = `Stored; shop: ${markWord}; ${bcWord}`;
  return html`<svg class="chart" width="86" height="10" role="img" aria-label=${text}><title>${text}</title>
    ${[...Array(6).fill("ok"), mark, bc].map((s, i) => html`<circle key=${i} data-s=${s} cx=${5 + i * 11} cy="5" r="4" />`)}</svg>`;
}

/** @type {import("../ui/table.js").Column[]} */
const lead = [
  { key: "number", label: "Order", sort: "number", head: true, card: "t", cell: (row) => html`<a class="nowrap" href=${to(`/orders/${row.id}`)}>${row.number ?? row.platform_order_id}</a>` },
  { key: "site", label: "Webshop", sort: "site", cell: (row) => row.site_name },
  { key: "order_date", label: "Placed", sort: "order_date", card: "k", cell: (row) => html`<${Time} at=${row.order_date} />` },
];

const total = { key: "total_due", label: "Total", num: true, card: /** @type {"k"} */ ("k"), cell: (/** @type {any} */ row) => money(row.total_due, row.currency) };

/** @param {{row: any}} props */
function State({ row }) {
  const [s, icon, word] = orderState(row);
  return html`<${Chip} s=${s} icon=${icon}>${word}<//>${row.changed_upstream && html`<small>changed in the shop since</small>`}${
    row.mark_state === "failed" && html`<small>the shop could not be told</small>`}`;
}

/** @type {import("../ui/table.js").Column[]} */
const storedColumns = [
  ...lead,
  { key: "customer", label: "Customer", card: "k", cell: (row) => html`${customer(row) || html`<span class="muted">–</span>`}<small>${[row.city, row.country].filter(Boolean).join(", ")}</small>` },
  total,
  { key: "payment", label: "Payment", extra: true, cell: (row) => paymentWord(row.payment_method) },
  { key: "credit", label: "Store credit", extra: true, num: true, cell: (row) => (isZero(row.credit_total) ? html`<span class="muted">–</span>` : money(row.credit_total, row.currency)) },
  { key: "email", label: "E-mail", extra: true, cell: (row) => row.email ?? "–" },
  { key: "trans_id", label: "Transaction", extra: true, cell: (row) => html`<span class="mono">${row.trans_id ?? "–"}</span>` },
  { key: "stored_at", label: "Stored", extra: true, cell: (row) => html`<${Time} at=${row.stored_at} />` },
  { key: "platform_order_id", label: "Id in the shop", extra: true, cell: (row) => row.platform_order_id },
  { key: "lines", label: "Lines", num: true, cell: (row) => html`${row.has_kit && html`<span class="muted" title="with a kit"><${Icon} name="kit" /><span class="sr">with a kit</span></span> `}${row.line_count}` },
  { key: "pipeline", label: "Pipeline", cell: (row) => html`<${Pipeline} row=${row} />` },
  { key: "bc", label: "BC document", cell: (row) => row.bc_number ? html`<span class="mono">${row.bc_number}</span>` : html`<span class="muted">–</span>` },
  { key: "state", label: "State", card: "st", cell: (row) => html`<${State} row=${row} />` },
];

/** @param {{row: any, onAsk: (row: any) => void}} props what a person can do about an order that is not stored */
const Act = ({ row, onAsk }) => can("orders.write") && (row.code === "skipped_test" || row.outcome === "soft" || row.outcome === "error") &&
  html`<${Button} small kind="quiet" onClick=${() => onAsk(row)}>${row.code === "skipped_test" ? "Import anyway" : "Try now"}<//>`;

/** @param {(row: any) => void} onAsk @returns {import("../ui/table.js").Column[]} */
const metColumns = (onAsk) => [
  ...lead.map((column) => (column.sort === "order_date" ? column : { ...column, sort: undefined })),
  total,
  { key: "message", label: "Reason", card: "a", cell: (row) => row.message ? html`<span class="clip">${row.message}</span>` : html`<span class="muted none">–</span>` },
  { key: "updated_at", label: "Last look", cell: (row) => html`<${Time} at=${row.updated_at} />` },
  { key: "state", label: "State", card: "st", cell: (row) => html`<${State} row=${row} />` },
  { key: "act", label: html`<span class="sr">Actions</span>`, card: "a", cell: (row) => html`<${Act} row=${row} onAsk=${onAsk} />` },
];

/** @param {{row: any, onClose: () => void, onDone: () => void}} props */
function TakeDialog({ row, onClose, onDone }) {
  const isPaused = useIsPaused();
  const isTest = row.code === "skipped_test";
  const name = row.number ?? row.platform_order_id;
  const take = async () => {
    const { data } = await post(`/orders/${row.id}/refetch`);
    toast({ s: "ok", icon: "retry", text: `${name} is ${isPaused ? "queued" : "read from the shop again"}`,
      action: { label: "Show operation", run: () => { location.hash = to(`/operations/${data.id}`); } } });
    onDone();
  };
  return html`<${Dialog} title=${isTest ? `Import the test order ${name}?` : `Try ${name} again now?`} verb=${isPaused ? "Queue" : isTest ? "Import" : "Try now"} onDo=${take} onClose=${onClose}>
    <p>${isTest ? "It is stored like any other order and goes to Business Central." : "It is read from the shop and goes through every step again."}</p>
    <p class="small muted">${row.message}</p>
    ${isPaused && html`<p class="small muted">Business Central is in maintenance: it starts when the window ends.</p>`}
  <//>`;
}

/** What a search did not find here may stand in another view. @param {{tabs: import("../ui/tabs.js").Tab[], view: string}} props */
const Elsewhere = ({ tabs, view }) => {
  const others = tabs.filter((tab) => tab.key !== view && tab.n);
  return others.length === 0 ? html`<${NoRows} isFiltered title="" />` :
    html`<${Empty} icon="find" title="Nothing fits here." text=${`It fits ${plural(others.reduce((n, tab) => n + (tab.n ?? 0), 0), "order")} in other views.`}>
      <span class="row">${others.map((tab) => html`<${Button} key=${tab.key} href=${tab.href}>${tab.word} (${tab.n})<//>`)}</span><//>`;
};

export default function Orders() {
  const { query } = place.value;
  const view = query.view ?? "all";
  const isStored = views.find(([key]) => key === view)?.[2] ?? true;
  const days = daysBeside(query);
  const status = useStatus();
  const statusNow = useStatusNow();
  const [asked, ask] = useState(/** @type {any} */ (null));
  const list = useList("/orders", { ...query, ...(days && { order_date: days }), counts: "view" }, status?.operations.length ? FAST_S : SLOW_S);
  const sites = status?.sites ?? [];
  const { view: _, ...filters } = filtersOf(query);
  const counts = list.meta.counts ?? {};
  const kept = (/** @type {boolean} */ stored) => stored === isStored && stored ? { ...query, page: "" } :
    Object.fromEntries(Object.entries(query).filter(([name]) => everywhere.includes(name)));
  const tabs = views.filter(([key, , , always]) => always || counts[key] > 0 || key === view).map(([key, word, stored]) => ({
    key, word, n: counts[key], relation: list.meta.counts_relation?.[key], s: key === "error" ? "err" : undefined,
    href: to("/orders", { ...kept(stored), view: key === "all" ? "" : key }),
  }));
  const columns = (isStored ? storedColumns : metColumns(ask)).filter((column) => column.key !== "site" || (sites.length > 1 && !query.site));
  const done = () => { list.renew(); statusNow(); };
  const isNarrowed = Object.keys(filters).length > 0 || Boolean(query.site);
  return html`
    <${PageHead} title="Orders" aside=${list.at && html`<span class="muted small not-narrow">Updated <${Time} at=${list.at.toISOString()} how="ago" /></span>`}>
      ${can("orders.write") && hasPage("/import") && html`<${Button} icon="get" href=${to("/import", { site: query.site })}>Import webstore orders<//>`}
    <//>
    <${Table} key=${isStored} name="orders" label="Orders" tight top=${html`<${Tabs} label="Views of orders" tabs=${tabs} now=${view} />`} list=${list} columns=${columns} sort="-order_date"
      filters=${html`
        <${Search} label="Number, id, SKU, e-mail, transaction" />
        ${sites.length > 1 && html`<${Choice} name="site" label="Webshop" options=${sites.map((site) => [site.code, site.name])} />`}
        <${Days} name="order_date" label="Placed" />
        ${isStored && html`<${Choice} name="bc_state" label="State" options=${Object.entries(bcStates).map(([value, [, , word]]) => [value, value === "none" ? "Not for BC yet" : word])} />
          <${Choice} name="has_kit" label="Kit" options=${[["true", "With a kit"], ["false", "Without"]]} />
          <${Choice} name="has_credit" label="Store credit" options=${[["true", "With credit"], ["false", "Without"]]} />
          <${Choice} name="payment_method" label="Payment" options=${payments} />`}
        <${Amounts} name="total_due" label="Total" /><${Others} known=${isStored ? pills : ["search", "site", "order_date", "total_due"]} words=${words} told=${{ imported: imported[query.imported] }} />`}
      tools=${days ? html`<span class="muted">Placed ${days.slice(0, 10)} to ${days.split("..")[1].slice(0, 10)}: this filter looks at ${SPAN_DAYS} days at a time, choose others by “Placed”.</span>` :
        view === "error" && hasPage("/errors") && html`<a href=${to("/errors", { site: query.site })}>Error orders by their cause</a>`}
      empty=${isNarrowed ? html`<${Elsewhere} tabs=${tabs} view=${view} />` :
        view === "all" ? html`<${Empty} icon="box" title="No order has come in yet." text="The next synchronization fetches the shop's orders.">
          ${hasPage("/operations") && html`<${Button} href=${to("/operations")}>Operations<//>`}<//>` :
        html`<${Empty} s="ok" icon="ok" title="None." text=${view === "error" ? "No order needs a person." : "No order stands here."}><${Button} href=${to("/orders")}>All orders<//><//>`} />
    ${asked && html`<${TakeDialog} row=${asked} onClose=${() => ask(null)} onDone=${done} />`}`;
}
