// Mending what made orders fail, where they are shown: each code has its form, and
// each form ends with the orders that it mends being tried again.
import { useEffect, useState } from "preact/hooks";
import { call, get, post, Problem } from "../api.js";
import { money, now, plural } from "../format.js";
import { useLive } from "../live.js";
import { hasPage } from "../orders.js";
import { to } from "../router.js";
import { can } from "../session.js";
import { useIsPaused, useStatus } from "../status.js";
import { Button, Icon, Progress, Time } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { SelectField, TextField, useForm } from "../ui/form.js";
import { html } from "../ui/html.js";
import { Loaded } from "../ui/states.js";
import { toast, toastProblem } from "../ui/toast.js";
import { isOpen, useWork } from "../work.js";

const SHOWN = 10;
const LOOK_WAITS_MS = 250;

/** Which form mends a code. @type {Record<string, "sku"|"blocked"|"kit"|"site"|"shop">} */
const forms = {
  ob_sku_unknown: "sku", ob_sku_wait: "sku", ob_sku_long: "sku", ob_sku_expired: "sku", ob_kit_component: "sku", ob_sku_blocked: "blocked",
  ob_kit_empty: "kit", ob_kit_cycle: "kit", ob_kit_depth: "kit",
  ob_payment_unmapped: "site", ob_payment_unpaid: "site", ob_number: "site", ob_multi_ship: "site", ob_sku_missing: "site",
  ob_addr_name: "shop", ob_addr_line1: "shop", ob_addr_city: "shop", ob_addr_country: "shop", ob_addr_zip: "shop", ob_addr_state: "shop",
  ob_addr_email: "shop", ob_addr_length: "shop", ob_field: "shop", ob_json: "shop", ob_line_qty: "shop", ob_payment_trans: "shop",
  ob_total_mismatch: "shop", ob_credit_exceeds: "shop",
};

const words = { sku: "Map SKU…", blocked: "Unblock…", kit: "Edit kit…", site: "Fix…", shop: "Correct…" };

/** What the button says that opens the form; undefined: a retry is all there is. @param {string} code */
export const fixWord = (code) => code === "ob_sku_wait" ? "Add item…" :
  forms[code] && words[forms[code] === "kit" && !hasPage("/kits/x") ? "site" : forms[code]];

/** The operation that a saved item has started by itself; null: its orders only waited. @param {number} since */
async function retryStarted(since) {
  const { data } = await get("/operations", { kind: "retry", sort: "-created_at", per_page: 1 });
  return data[0] && (isOpen(data[0]) || Date.parse(data[0].created_at) >= since) ? data[0] : null;
}

/** Tries all open orders of a cause again. @param {any} cause @returns {Promise<any>} the operation, or null */
export async function retryCause(cause) {
  const { data } = await post("/error-orders/bulk", { action: "retry", ...(cause.order_id ? { ids: [cause.id] } : { filter: { status: "open", cause: cause.cause } }) });
  return data.state ? data : null;
}

const retryWords = (/** @type {any} */ cause, /** @type {boolean} */ isPaused) =>
  `${isPaused ? "Queue" : "Retry"} ${cause.orders === 1 ? "the order" : `the ${cause.orders} orders`}`;

/** What Business Central says of a SKU just now. @param {{sku: string, onResult?: (result: any) => void}} props */
function CheckNow({ sku, onResult }) {
  const work = useWork((operation) => operation.result && onResult?.(operation.result));
  const isPaused = useIsPaused();
  const { operation } = work;
  const result = operation?.result;
  const ask = () => post(`/items/${encodeURIComponent(sku)}/check`).then(({ data }) => work.follow(data), toastProblem);
  const here = result && (result.here ? `Here it is ${result.here.replace("_", " ")}.` : "Here it is not known.");
  /** @type {Record<string, string>} */
  const there = { ok: "Business Central has it.", blocked: "Business Central has blocked it.", missing: "Business Central has no item of this number.", not_asked: "Business Central is not asked about it." };
  return html`<div class="stack"><div class="row"><${Button} small icon="retry" disabled=${work.isBusy || !sku} onClick=${ask}>${isPaused ? "Queue a check in BC" : "Check in BC now"}<//>
      <span class="mono small">${sku}</span></div>
    <div role="status" class="small">${work.isBusy ? operation?.retrying && operation.error ? html`${operation.error.message} It is tried again <${Time} at=${operation.next_attempt_at} how="ago" />.` : operation?.paused_until ? html`Waits for Business Central's maintenance to end: <${Time} at=${operation.paused_until} />.` : html`<span class="muted">Asking Business Central…</span><${Progress} label="Asking Business Central" value=${0} max=${null} />` :
      operation?.error ? html`<span class="ink" data-s="err"><${Icon} name="x" /> ${operation.error.message ?? operation.error.what}</span>` :
      result && html`<span class="ink" data-s=${result.bc === "ok" ? "ok" : "err"}><${Icon} name=${result.bc === "ok" ? "ok" : "x"} /> ${there[result.bc] ?? result.message}</span> ${here}`}</div></div>`;
}

/** Items to choose from, found while one types. @param {{text: string, onPick: (item: any) => void, picked: string}} props */
function Items({ text, onPick, picked }) {
  const [asked, ask] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => ask(text.trim()), LOOK_WAITS_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const found = useLive(asked.length > 1 ? "/items" : null, { search: asked, per_page: 5 });
  const items = asked.length > 1 ? found.data ?? [] : [];
  if (items.length === 0) return null;
  return html`<div class="panel split" role="radiogroup" aria-label="Items that fit">${items.map((/** @type {any} */ item) => html`<label class="opt" key=${item.sku}>
    <input type="radio" name="item" checked=${picked === (item.bc_number ?? item.sku)} onChange=${() => onPick(item)} />
    <span class="stack grow"><span><span class="mono">${item.sku}</span> ${item.description}</span>
      <span class="tiny muted">${item.status.replace("_", " ")}${item.bc !== "unknown" && ` · in Business Central: ${item.bc}`}${item.last_ordered_at && html` · last ordered <${Time} at=${item.last_ordered_at} how="ago" />`}</span></span></label>`)}</div>`;
}

/** What is wrong, in the words of the list. @param {{cause: any, s?: string}} props */
const Wrong = ({ cause, s = "err" }) => html`<div class="note" data-s=${s}><${Icon} name=${s === "err" ? "x" : "warn"} /><p class="strong">${cause.what}</p><p class="small">${cause.why}</p></div>`;

/** @typedef {{cause: any, orders?: any[], onClose: () => void, onDone: (operation: any) => void}} Fixing */

/** The item as it is here; null: there is none. @param {string} sku */
async function itemOf(sku) {
  try {
    return await get(`/items/${encodeURIComponent(sku)}`);
  } catch (problem) {
    if (/** @type {Problem} */ (problem).status === 404) return null;
    throw problem;
  }
}

/** @param {string} sku @param {any} change */
async function saveItem(sku, change) {
  const since = now();
  const item = await itemOf(sku);
  await (item ? call("PUT", `/items/${encodeURIComponent(sku)}`, { body: change, match: item.etag ?? "*" }) : post("/items", { sku, ...change }));
  toast({ s: "ok", icon: "ok", text: `${sku} is saved, its orders go on` });
  return retryStarted(since);
}

/** @type {[string, string][]} */
const ways = [["other", "It has another number there"], ["same", "Business Central has it by this number"], ["account", "It is no item: book it to an account"]];

/** A SKU that Business Central does not know by this name. @param {Fixing} props */
function SkuFix({ cause, onClose, onDone }) {
  const { sku } = cause;
  const isPaused = useIsPaused();
  const isWaiting = cause.code === "ob_sku_wait";
  const form = useForm({ way: cause.code === "ob_sku_expired" || isWaiting ? "same" : "other", number: "", description: "", account: "" });
  const [isThere, setThere] = useState(isWaiting);
  const { way, number, description, account } = form.values;
  const pick = (/** @type {any} */ item) => form.setValues({ ...form.values, number: item.bc_number ?? item.sku, description: item.description });
  const save = async () => onDone(await saveItem(sku, {
    ...(description && { description }), ...(way === "other" && { bc_number: number.trim() }), ...(way === "account" && { gl_account: account.trim() }),
    ...(way === "same" && !description && { description: sku }),
  }));
  const isReady = way === "other" ? number.trim() !== "" : way === "account" ? account.trim() !== "" : isThere;
  const options = ways.filter(([key]) => key !== "same" || sku.length <= 20);
  return html`<${Dialog} side title=${isWaiting ? `Add the item ${sku}?` : `Which item is ${sku}?`} verb=${`Save and ${retryWords(cause, isPaused).toLowerCase()}`} ready=${isReady && can("items.write")} onDo=${save} onClose=${onClose}>
    <${Wrong} cause=${cause} s=${isWaiting ? "warn" : "err"} />
    ${!can("items.write") && html`<p class="small muted">Changing items needs the right “items.write”.</p>`}
    <${SelectField} form=${form} name="way" label="In Business Central" options=${options} />
    ${way === "other" && html`<${TextField} form=${form} name="number" label="Item number in Business Central" help=${`From now on ${sku} is sent as this item`} maxlength="20" autocomplete="off" />
      <${Items} text=${number} picked=${number} onPick=${pick} />
      ${number.trim() !== "" && html`<${CheckNow} key=${number} sku=${number.trim()} />`}`}
    ${way === "same" && html`<${CheckNow} sku=${sku} onResult=${(/** @type {any} */ result) => setThere(result.bc === "ok")} />
      <${TextField} form=${form} name="description" label="Description" help="the item is added here, so that orders may hold it; empty: its SKU" maxlength="250" />`}
    ${way === "account" && html`<${TextField} form=${form} name="account" label="G/L account" help="for services and the like; no item is asked for" maxlength="20" autocomplete="off" />`}
    ${cause.code === "ob_kit_component" && hasPage("/kits") && html`<p class="small">It is part of a kit: <a href=${to("/kits", { component: sku })}>show the kits that hold it</a>.</p>`}
  <//>`;
}

/** @type {[string, string][]} */
const sellable = [["active", "Active"], ["sell_through", "Sell through: until it is out of stock"]];

/** Blocked here, or in Business Central, which is asked. @param {Fixing} props */
function BlockedFix({ cause, onClose, onDone }) {
  const { sku } = cause;
  const isPaused = useIsPaused();
  const item = useLive(`/items/${encodeURIComponent(sku)}`);
  const form = useForm({ status: "active" });
  const [passes, setPasses] = useState(false);
  const isBlockedHere = item.data && item.data.status !== "active" && item.data.status !== "sell_through";
  const save = async () => onDone(isBlockedHere ? await saveItem(sku, { status: form.values.status }) : await retryCause(cause));
  return html`<${Dialog} side title=${`Unblock ${sku}?`} verb=${isBlockedHere ? `Unblock and ${retryWords(cause, isPaused).toLowerCase()}` : retryWords(cause, isPaused)}
    ready=${isBlockedHere ? can("items.write") : passes} onDo=${save} onClose=${onClose}>
    <${Wrong} cause=${cause} />
    ${isBlockedHere ? html`<p>Its status here, <strong>${item.data.status}</strong>, does not allow sales.</p>
      <${SelectField} form=${form} name="status" label="Status here" options=${sellable} />
      ${!can("items.write") && html`<p class="small muted">Changing items needs the right “items.write”.</p>`}` :
      html`<p>Take the block off in Business Central, on the item's card. Then ask here: what it says is good for the retry.</p>`}
    <${CheckNow} sku=${sku} onResult=${(/** @type {any} */ result) => setPasses(result.passes)} />
  <//>`;
}

/** One order: its page in the shop, and whether it passes by now. @param {{row: any, onPass: (id: string, passes: boolean) => void}} props */
function ShopOrder({ row, onPass }) {
  const id = row.order_id ?? row.id;
  const order = useLive(`/orders/${id}`);
  const work = useWork(({ result }) => result && onPass(id, result.outcome === "stored" || result.outcome === "unchanged"));
  const result = work.operation?.result;
  const passes = result && (result.outcome === "stored" || result.outcome === "unchanged");
  const check = () => post(`/orders/${id}/plan`).then(({ data }) => work.follow(data), toastProblem);
  return html`<li class="item"><span class="stack grow"><span><a href=${to(`/orders/${id}`)}>${row.number ?? row.platform_order_id}</a> <span class="muted">${money(row.total ?? row.total_due, row.currency)}</span></span>
      <span class="small" role="status">${work.isBusy ? html`<span class="muted">Reading it from the shop…</span><${Progress} label="Reading it from the shop" value=${0} max=${null} />` :
        work.operation?.error ? html`<span class="ink" data-s="err">${work.operation.error.message ?? work.operation.error.what}</span>` :
        result ? html`<span class="ink" data-s=${passes ? "ok" : "err"}><${Icon} name=${passes ? "ok" : "x"} /> ${passes ? "passes every step now" : result.message}</span>` :
        html`<span class="muted">${row.message}</span>`}</span>
    <span class="row">${order.data?.platform_url && html`<${Button} small href=${order.data.platform_url} target="_blank" rel="noopener noreferrer" icon="out">Open in the shop<//>`}
      <${Button} small disabled=${work.isBusy} onClick=${check}>Check<//></span></span></li>`;
}

/** The open orders of a cause, the first of them. @param {any} cause @param {any[]|undefined} orders */
function useOrders(cause, orders) {
  const asked = useLive(orders ? null : "/error-orders", { status: "open", cause: cause.cause, per_page: SHOWN });
  return orders ? { data: orders, problem: null } : asked;
}

/** What only the shop can put right, or its settings here: there, then here again. @param {Fixing & {where?: {href: string, word: string}|null}} props */
function ShopFix({ cause, orders, where, onClose, onDone }) {
  const isPaused = useIsPaused();
  const list = useOrders(cause, orders);
  const [passed, pass] = useState(/** @type {Record<string, boolean>} */ ({}));
  const note = (/** @type {string} */ id, /** @type {boolean} */ passes) => pass((old) => ({ ...old, [id]: passes }));
  const failing = Object.values(passed).filter((each) => !each).length;
  return html`<${Dialog} side title=${where ? "How is this put right?" : cause.orders === 1 ? "Correct the order in the shop?" : `Correct ${plural(cause.orders, "order")} in the shop?`} verb=${retryWords(cause, isPaused)}
    onDo=${async () => onDone(await retryCause(cause))} onClose=${onClose}>
    <${Wrong} cause=${cause} />
    <p>What to do: ${cause.fix}. “Check” then reads the order from the shop and takes it through every step without writing.</p>
    ${where && html`<p><${Button} href=${where.href}>${where.word}<//></p>`}
    <div class="panel"><${Loaded} of=${list} rows=${2}>${(/** @type {any[]} */ rows) => html`<ul class="split">${rows.map((row) => html`<${ShopOrder} key=${row.id} row=${row} onPass=${note} />`)}</ul>`}<//></div>
    ${cause.orders > SHOWN && html`<p class="small muted">These are ${SHOWN} of ${cause.orders}; the retry takes all of them.</p>`}
    ${failing > 0 && html`<p class="small ink" data-s="warn"><${Icon} name="warn" /> ${plural(failing, "order")} would fail again.</p>`}
  <//>`;
}

/** What a page of its own mends; a retry ends it. @param {Fixing & {where: {href: string, word: string}|null}} props */
function PageFix({ cause, where, onClose, onDone }) {
  const isPaused = useIsPaused();
  return html`<${Dialog} side title="How is this put right?" verb=${retryWords(cause, isPaused)} onDo=${async () => onDone(await retryCause(cause))} onClose=${onClose}>
    <${Wrong} cause=${cause} />
    <p>What to do: ${cause.fix}.</p>
    ${where && html`<p><${Button} href=${where.href}>${where.word}<//></p>`}
    <p class="small muted">When it is done, the retry takes ${cause.orders === 1 ? "the order" : "the orders"} through every step again.</p>
  <//>`;
}

/** Where a kit or a site is changed, as far as the dashboard has such a page. @param {any} cause @param {string} form @param {any[]} sites */
function pageFor(cause, form, sites) {
  if (form === "kit") return hasPage("/kits/x") && cause.sku ? { href: to(`/kits/${encodeURIComponent(cause.sku)}`), word: "Edit the kit" } : null;
  const site = cause.site ?? (cause.sites?.length === 1 ? cause.sites[0] : "");
  const id = sites.find((each) => each.code === site)?.id;
  if (id && hasPage(`/sites/${id}`)) return { href: to(`/sites/${id}`), word: "Settings of the site" };
  return hasPage("/sites") ? { href: to("/sites"), word: "Settings of the sites" } : null;
}

/**
 * cause: a group of /error-orders, or one row of it (then with order_id); orders:
 * where they are known already; onDone: gets the operation that tries them again.
 * @param {Fixing} props
 */
export function FixDialog(props) {
  const sites = useStatus()?.sites ?? [];
  const form = forms[props.cause.code];
  const where = form === "kit" || form === "site" ? pageFor(props.cause, form, sites) : null;
  if ((form === "sku" || form === "blocked") && !props.cause.sku) return html`<${PageFix} ...${props} where=${null} />`;
  if (form === "sku") return html`<${SkuFix} ...${props} />`;
  if (form === "blocked") return html`<${BlockedFix} ...${props} />`;
  if (form === "shop" || form === "site") return html`<${ShopFix} ...${props} where=${where} />`;
  return html`<${PageFix} ...${props} where=${where} />`;
}
