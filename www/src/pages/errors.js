// Error orders: what they share as one root cause, mended once for all of them.
import { useEffect, useState } from "preact/hooks";
import { call, post } from "../api.js";
import { count, money, now, plural } from "../format.js";
import { useLive } from "../live.js";
import { sum } from "../orders.js";
import { place, to } from "../router.js";
import { can } from "../session.js";
import { useIsPaused, useStatus } from "../status.js";
import { Button, Chip, Dot, Icon, PageHead, Panel, Progress, Time } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { Choice, Days, Others, Search } from "../ui/filters.js";
import { TextField, useForm } from "../ui/form.js";
import { html } from "../ui/html.js";
import { Empty, ErrorCard, Skeleton } from "../ui/states.js";
import { filtersOf, NoRows, Table, useList, useTableKeys } from "../ui/table.js";
import { toast, toastProblem } from "../ui/toast.js";
import { useWork } from "../work.js";
import { FixDialog, fixWord, retryCause } from "./fix.js";

const FAST_S = 3;
const SLOW_S = 30;
const CAUSES = 100;
const SHOWN = 10;
const WEEK_MS = 7 * 86_400_000;

/** @type {Record<string, [import("../ui/basics.js").Status, string, string]>} */
const statuses = {
  open: ["err", "x", "Needs a person"],
  requeued: ["info", "retry", "Tried again"],
  fixed: ["ok", "ok", "Fixed"],
  handled: ["neutral", "minus", "Handled"],
  gone: ["ok", "ok", "No longer here"],
};

/** @type {[string, string][]} */
const stages = [["normalise", "Normalise"], ["verify", "Verify SKUs"], ["kits", "Kits"], ["credit", "Credit"], ["store", "Store"], ["mark", "Tell the shop"], ["export", "Business Central"]];

/** @type {Record<string, string>} */
const words = { cause: "Cause", operation_id: "Operation", code: "Code", sku: "SKU", order_id: "Order", number: "Order" };

/** By currency, the largest first. @param {Record<string, string>} value */
const values = (value) => Object.entries(value).sort(([, a], [, b]) => Number(b) - Number(a));

/** @param {{name: string, n: any, href?: string, below?: any, s?: string}} props */
const Tile = ({ name, n, href, below, s }) => html`<a class="tile" href=${href}>
  <span class="small muted">${name}</span><span class=${`big ${s ? "ink" : ""}`} data-s=${s}>${n}</span><span class="tiny muted">${below || html`<br />`}</span></a>`;

/** @param {{groups: any[], meta: any, tick: string}} props tick: changes when work has gone on */
function Tiles({ groups, meta, tick }) {
  const site = place.value.query.site;
  const status = useStatus();
  const since = new Date(Math.floor((now() - WEEK_MS) / 86_400_000) * 86_400_000).toISOString().slice(0, 10) + "T00:00:00Z..";
  const soft = useLive("/orders", { view: "soft", site, per_page: 1 }, SLOW_S);
  const fixed = useLive("/error-orders", { status: "fixed", last_at: since, site, per_page: 1 }, SLOW_S);
  useEffect(() => {
    soft.again();
    fixed.again();
  }, [tick]);
  const open = groups.reduce((n, group) => n + group.orders, 0);
  const of = (/** @type {import("../live.js").Shown} */ list) => (list.data ? count(list.meta.total, list.meta.total_relation) : "–");
  /** @type {Record<string, string>} */
  const value = {};
  for (const group of groups) for (const [currency, amount] of Object.entries(group.value)) value[currency] = sum([value[currency] ?? "0", /** @type {string} */ (amount)]);
  const [first, ...rest] = values(value);
  const next = !site && status?.overview.tiles.retrying_next_at;
  return html`<section class="panel tiles" aria-label="Figures">
    <${Tile} name="Need a person" n=${count(open, meta.total > groups.length ? "gte" : meta.total_relation)} href=${to("/errors", { site, status: "open" })} s=${open > 0 ? "err" : undefined} below=${plural(meta.total ?? groups.length, "cause")} />
    <${Tile} name="Value held up" n=${first ? money(first[1]) : "0"} href=${to("/errors", { site, status: "open" })} below=${first && [first[0], ...rest.map(([currency, amount]) => money(amount, currency))].join(" · ")} />
    <${Tile} name="Waiting by themselves" n=${of(soft)} href=${to("/orders", { site, view: "soft" })} below=${next ? html`next try <${Time} at=${next} how="ago" />` : "tried again without anybody"} />
    <${Tile} name="Failed and fixed" n=${of(fixed)} href=${to("/errors", { site, status: "fixed", last_at: since })} below="in the last 7 days" />
  </section>`;
}

/** What was started here, and what came of it. @param {{work: any}} props */
function WorkNote({ work }) {
  const { operation } = work;
  if (!operation) return null;
  const parts = [[operation.stored, "stored"], [operation.unchanged, "unchanged"], [operation.soft, "waiting"], [operation.hard, "failed again"], [operation.skipped, "skipped"]]
    .filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`);
  const s = work.isBusy ? "info" : operation.error || operation.hard > 0 ? "warn" : "ok";
  return html`<div class="banner" data-s=${s} role="status"><${Icon} name=${work.isBusy ? "run" : s === "ok" ? "ok" : "warn"} />
    <span class="grow stack"><span>${work.isBusy ? operation.paused_until ? html`The retry waits for Business Central's maintenance to end: <${Time} at=${operation.paused_until} />.` : "The orders are tried again." :
      operation.error ? operation.error.message ?? operation.error.what : `Tried again: ${parts.join(", ") || "nothing was left to do"}.`}</span>
      ${work.isBusy && !operation.paused_until && html`<${Progress} label="Retry" value=${operation.progress?.done ?? 0} max=${operation.progress?.total ?? null} />`}</span>
    <${Button} small href=${to(`/operations/${operation.id}`)}>Operation<//>
    ${!work.isBusy && html`<${Button} small kind="quiet" icon="x" label="Dismiss" onClick=${work.forget} />`}</div>`;
}

/** The orders of an open group, below it. @param {{cause: any, site: string|undefined}} props */
function OrdersOf({ cause, site }) {
  const list = useLive("/error-orders", { status: "open", cause: cause.cause, site, per_page: SHOWN }, SLOW_S);
  if (!list.data) return html`<tr><td colspan="6">${list.problem ? html`<${ErrorCard} problem=${list.problem} again=${list.again} />` : html`<${Skeleton} rows=${1} />`}</td></tr>`;
  return html`${list.data.map((/** @type {any} */ row) => html`<tr key=${row.id}>
      <th scope="row" class="t"><span class="bar sub"><a href=${to(`/orders/${row.order_id}`)}>${row.number ?? row.platform_order_id}</a><span class="muted small">${row.message !== cause.what && row.message}</span></span></th>
      <td></td><td class="num st">${money(row.total, row.currency)}</td><td>${row.site}</td><td class="k" data-l="Since"><${Time} at=${row.first_at} /></td><td></td></tr>`)}
    ${list.meta.total > SHOWN && html`<tr><td class="a" colspan="6"><span class="sub"><a href=${to("/errors", { status: "open", cause: cause.cause, site })}>All ${count(list.meta.total, list.meta.total_relation)} orders</a></span></td></tr>`}`;
}

/** @param {{cause: any, isGone: boolean, isBusy: boolean, onFix: (cause: any) => void, onRetry: (cause: any) => void}} props */
function Actions({ cause, isGone, isBusy, onFix, onRetry }) {
  const isPaused = useIsPaused();
  if (isGone) return html`<${Chip} s="ok" icon="ok">No order is left<//>`;
  if (!can("orders.write")) return null;
  return html`<span class="bar end">${fixWord(cause.code) && html`<${Button} small onClick=${() => onFix(cause)}>${fixWord(cause.code)}<//>`}
    <${Button} small kind="quiet" disabled=${isBusy} onClick=${() => onRetry(cause)}>${isPaused ? "Queue" : "Retry"} ${cause.orders}<//></span>`;
}

/** @param {{list: any, site: string|undefined, isBusy: boolean, onFix: (cause: any) => void, onRetry: (cause: any) => void}} props */
function Causes({ list, site, isBusy, onFix, onRetry }) {
  useTableKeys();
  const [opened, open] = useState(/** @type {Set<string>} */ (new Set()));
  const toggle = (/** @type {string} */ cause) => {
    const next = new Set(opened);
    if (!next.delete(cause)) next.add(cause);
    open(next);
  };
  const here = new Set(list.data?.map((/** @type {any} */ row) => row.cause));
  return html`<section class="panel" aria-label="Causes" aria-busy=${list.busy ? "true" : undefined}>
    ${list.fresh > 0 && html`<div class="item line small"><button type="button" class="chip" data-s="info" onClick=${list.showFresh}><${Icon} name="up" />${list.fresh} new, show</button></div>`}
    ${list.problem && html`<${ErrorCard} problem=${list.problem} again=${list.again} staleSince=${list.at} />`}
    ${!list.rows ? !list.problem && html`<${Skeleton} rows=${5} />` : list.rows.length === 0 ? html`<${AllWell} site=${site} />` : html`
    <div class="scroll"><table class=${`tbl tight cards ${list.busy ? "old" : ""}`}>
      <thead><tr><th scope="col">Root cause</th><th scope="col" class="num">Orders</th><th scope="col" class="num">Value</th><th scope="col">Webshops</th><th scope="col">Since</th><th scope="col"><span class="sr">What to do</span></th></tr></thead>
      <tbody>${list.rows.map((/** @type {any} */ cause) => {
        const isOpen = opened.has(cause.cause);
        const isGone = !here.has(cause.cause);
        return html`<tr key=${cause.cause} tabindex="-1" class=${isGone ? "old" : ""}>
          <th scope="row" class="t"><span class="bar"><${Button} small kind="quiet" icon=${isOpen ? "down" : "right"} label=${isOpen ? "Hide its orders" : "Show its orders"} aria-expanded=${String(isOpen)} disabled=${isGone} onClick=${() => toggle(cause.cause)} />
            <span class="ink" data-s=${isGone ? "ok" : "err"}><${Icon} name=${isGone ? "ok" : "x"} /></span>
            <span class="stack"><span class="strong">${cause.what}</span><small>${cause.why} ${cause.fix && `What to do: ${cause.fix}.`}</small></span></span></th>
          <td class="num k" data-l="Orders">${isGone ? html`<span class="muted">0</span>` : html`<a href=${to("/errors", { status: "open", cause: cause.cause, site })}>${count(cause.orders)}</a>`}</td>
          <td class="num k" data-l="Value">${values(cause.value).map(([currency, amount], i) => i === 0 ? money(amount, currency) : html`<small key=${currency}>${money(amount, currency)}</small>`)}</td>
          <td class="k" data-l="Webshops">${cause.sites.length > 2 ? `${cause.sites.length} webshops` : cause.sites.join(", ")}</td>
          <td class="k" data-l="Since"><${Time} at=${cause.first_at} /></td>
          <td class="a"><${Actions} cause=${cause} isGone=${isGone} isBusy=${isBusy} onFix=${onFix} onRetry=${onRetry} /></td></tr>
          ${isOpen && !isGone && html`<${OrdersOf} key=${`${cause.cause}-orders`} cause=${cause} site=${site} />`}`;
      })}</tbody></table></div>
      ${list.meta.total > CAUSES && html`<footer class="small muted">The ${CAUSES} causes with the most orders, of ${count(list.meta.total, list.meta.total_relation)}.</footer>`}`}
  </section>`;
}

/** @param {{site: string|undefined}} props */
function AllWell({ site }) {
  const last = useLive("/error-orders", { status: "fixed,handled", site, sort: "-last_at", per_page: 1 });
  return html`<${Empty} s="ok" icon="ok" title="No error orders." text=${last.data?.[0] ? html`The last one failed <${Time} at=${last.data[0].last_at} how="ago" /> and is done with.` : "Every order is on its way."}>
    <${Button} href=${to("/orders", { site })}>Orders<//><//>`;
}

/**
 * Waiting orders by what they wait for; jobs tells when each comes next.
 * @param {any[]} orders @param {any[]} jobs
 */
function waitsOf(orders, jobs) {
  /** @type {Map<string, any>} */
  const waits = new Map();
  for (const order of orders) {
    const job = jobs.find((each) => each.ref === order.platform_order_id && each.site === order.site);
    const what = order.message ?? order.code;
    const wait = waits.get(what) ?? { code: order.code, what, sku: null, why: "", next: null, orders: [], jobs: [] };
    wait.orders.push(order);
    if (job) wait.jobs.push(job);
    wait.sku ??= job?.wait_sku ?? null;
    wait.why ||= job?.why ?? "";
    if (job && (!wait.next || job.run_after < wait.next)) wait.next = job.run_after;
    waits.set(what, wait);
  }
  return [...waits.values()];
}

/** What comes by itself: nobody has to do anything, but may. @param {{site: string|undefined, tick: string, onFix: (cause: any) => void}} props */
function Waiting({ site, tick, onFix }) {
  const list = useLive("/orders", { view: "soft", site, per_page: CAUSES }, SLOW_S);
  const jobs = useLive(can("logs") ? "/retry-queue" : null, { kind: "order_retry", site, per_page: CAUSES }, SLOW_S);
  const isPaused = useIsPaused();
  const again = () => { list.again(); jobs.again(); };
  useEffect(again, [tick]);
  const hasten = async (/** @type {any} */ wait) => {
    try {
      for (const job of wait.jobs) await post(`/retry-queue/${job.id}/retry`);
      toast({ s: "ok", icon: "retry", text: isPaused ? "They are tried when Business Central's maintenance ends." : `${plural(wait.jobs.length, "order")} tried now` });
    } catch (problem) {
      toastProblem(problem);
    }
    again();
  };
  if (!list.data || list.data.length === 0) return null;
  return html`<${Panel} title="Waiting by themselves" tools=${html`<span class="small muted">tried again without anybody</span>`}>
    <ul class="split line">${waitsOf(list.data, jobs.data ?? []).map((wait) => html`<li class="item" key=${wait.what}><${Dot} s="warn" icon="clock" />
      <span class="stack grow"><span class="strong">${wait.what}</span>
        <span class="small muted"><a href=${to("/orders", { view: "soft", site, platform_order_id: wait.orders.map((/** @type {any} */ each) => each.platform_order_id).join(",") })}>${plural(wait.orders.length, "order")}</a>
          ${wait.next && html`${" · "}next try <${Time} at=${wait.next} how="ago" />`}${wait.why && ` · ${wait.why}`}</span></span>
      <span class="row">${can("items.write") && wait.code === "ob_sku_wait" && wait.sku && html`<${Button} small onClick=${() => onFix({ ...wait, orders: wait.orders.length })}>${fixWord(wait.code)}<//>`}
        ${can("sync") && wait.jobs.length > 0 && html`<${Button} small kind="quiet" onClick=${() => hasten(wait)}>${isPaused ? "Queue" : "Try now"}<//>`}</span></li>`)}</ul><//>`;
}

/** The cause that a list is narrowed to, with what to do about it. @param {{cause: any, isBusy: boolean, onFix: (cause: any) => void, onRetry: (cause: any) => void}} props */
const CauseCard = ({ cause, isBusy, onFix, onRetry }) => html`<section class="panel" aria-label="Root cause"><div class="item">
  <${Dot} s="err" icon="x" /><span class="stack grow"><span class="strong">${cause.what}</span><span class="small">${cause.why}</span><span class="small muted">What to do: ${cause.fix}.</span></span>
  <${Actions} cause=${cause} isGone=${false} isBusy=${isBusy} onFix=${onFix} onRetry=${onRetry} /></div></section>`;

/** What a change of many would be about, before it is done. @param {{action: "retry"|"handled", what: any, onClose: () => void, onDone: (answer: any) => void}} props */
function BulkDialog({ action, what, onClose, onDone }) {
  const isPaused = useIsPaused();
  const form = useForm({ reason: "" });
  const [look, setLook] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const [key] = useState(() => crypto.randomUUID());
  const isRetry = action === "retry";
  const reason = form.values.reason.trim();
  useEffect(() => {
    const body = { action, ...what, ...(!isRetry && { reason: "only counted" }) };
    call("POST", "/error-orders/bulk", { query: { dry_run: 1 }, body, key: `${key}-look` }).then(({ data }) => setLook(data), setProblem);
  }, []);
  const n = look?.orders;
  const verb = isRetry ? (isPaused ? "Queue" : "Retry") : "Mark as handled";
  const act = async () => onDone((await call("POST", "/error-orders/bulk", { body: { action, ...what, ...(!isRetry && { reason }) }, key })).data);
  return html`<${Dialog} title=${n === undefined ? "Counting the orders" : isRetry ? `Try ${plural(n, "order")} again?` : `Mark ${plural(n, "order")} as handled?`} verb=${n ? `${verb} ${count(n)}` : verb}
    ready=${n > 0 && (isRetry || reason.length >= 3)} onDo=${act} onClose=${onClose}>
    ${problem && html`<${ErrorCard} problem=${problem} />`}
    ${n === 0 && html`<p>None of them needs it any more.</p>`}
    ${n > 0 && html`<p>${isRetry ? "Each is read from its shop and goes through every step again. What is stored stays stored, once." : "They leave the list of errors and are not stored. Each can still be tried again on its own page."}</p>
      <ul class="small panel split tall">${look.first.map((/** @type {any} */ row) => html`<li class="item" key=${row.id}><span>${row.number ?? row.platform_order_id}</span><span class="muted grow clip">${row.message}</span></li>`)}
        ${n > look.first.length && html`<li class="item muted">and ${count(n - look.first.length)} more</li>`}</ul>`}
    ${!isRetry && html`<${TextField} form=${form} name="reason" label="What was done about them" help="for whoever asks later: entered by hand in BC" required maxlength="500" />`}
    ${isRetry && isPaused && html`<p class="small muted">Business Central is in maintenance: it starts when the window ends.</p>`}
  <//>`;
}

/** @param {boolean} hasSites @param {(row: any) => void} onFix @returns {import("../ui/table.js").Column[]} */
const columns = (hasSites, onFix) => [
  { key: "number", label: "Order", head: true, card: "t", cell: (row) => html`<a class="nowrap" href=${to(`/orders/${row.order_id}`)}>${row.number ?? row.platform_order_id}</a>` },
  .../** @type {import("../ui/table.js").Column[]} */ (hasSites ? [{ key: "site", label: "Webshop", sort: "site", cell: (row) => row.site_name }] : []),
  { key: "message", label: "Reason", card: "a", cell: (row) => html`<span class="clip">${row.message}</span><small>${[!row.message.includes(row.what) && row.what, row.count > 1 && `failed ${row.count} times`].filter(Boolean).join(" · ")}</small>` },
  { key: "order_date", label: "Placed", cell: (row) => html`<${Time} at=${row.order_date} />` },
  { key: "total", label: "Value", num: true, card: "k", cell: (row) => money(row.total, row.currency) },
  { key: "last_at", label: "Last failure", sort: "last_at", card: "k", cell: (row) => html`<${Time} at=${row.last_at} />` },
  { key: "status", label: "State", card: "st", cell: (row) => {
    const [s, icon, word] = statuses[row.isGone ? "gone" : row.status];
    return html`<${Chip} s=${s} icon=${icon}>${word}<//>${row.status === "handled" && html`<small>${[row.handled_by, row.resolution].filter(Boolean).join(": ")}</small>`}`;
  } },
  { key: "act", label: html`<span class="sr">Actions</span>`, card: "a", cell: (row) => can("orders.write") && row.status === "open" && !row.isGone && fixWord(row.code) ?
    html`<${Button} small kind="quiet" onClick=${() => onFix({ ...row, orders: 1, what: row.message })}>${fixWord(row.code)}<//>` : html`<span class="none"></span>` },
];

/** @param {{work: any, tick: string, onFix: (cause: any, orders?: any[]) => void, onRetry: (cause: any) => void}} props */
function ByOrder({ work, tick, onFix, onRetry }) {
  const { query } = place.value;
  const { group: _, ...asked } = query;
  const { group: __, ...filters } = filtersOf(query);
  const list = useList("/error-orders", { ...asked, counts: "status" }, work.isBusy ? FAST_S : SLOW_S);
  useEffect(() => list.again(), [tick]);
  const cause = useLive(query.cause ? "/error-orders" : null, { group: "cause", status: "open", cause: query.cause, site: query.site }, SLOW_S);
  const [picks, pick] = useState(/** @type {Set<string>} */ (new Set()));
  const [asks, ask] = useState(/** @type {""|"retry"|"handled"} */ (""));
  const sites = useStatus()?.sites ?? [];
  const here = new Set(list.data?.map((/** @type {any} */ row) => row.id));
  const shown = { ...list, rows: list.rows?.map((/** @type {any} */ row) => (here.has(row.id) ? row : { ...row, isGone: true })) };
  const filter = { ...filters, ...(query.site && { site: query.site }) };
  const what = picks.size > 0 ? { ids: [...picks] } : { filter };
  const many = picks.size > 0 ? count(picks.size) : `${list.meta.total > 1 ? "all " : ""}${count(list.meta.total ?? 0, list.meta.total_relation)}`;
  const done = (/** @type {any} */ answer) => {
    pick(new Set());
    if (answer.state) work.follow(answer);
    else toast({ s: "ok", icon: "ok", text: `${plural(answer.orders, "order")} marked as handled` });
    list.renew();
  };
  const isDone = Boolean(query.status) && !/open|requeued/.test(query.status);
  const canAct = can("orders.write") && !isDone && (list.meta.total > 0 || picks.size > 0);
  return html`
    ${cause.data?.[0] && html`<${CauseCard} cause=${cause.data[0]} isBusy=${work.isBusy} onFix=${onFix} onRetry=${onRetry} />`}
    <${Table} name="error-orders" label="Error orders" tight list=${shown} columns=${columns(sites.length > 1 && !query.site, (row) => onFix(row, [row]))} sort="-last_at" picks=${can("orders.write") && !isDone ? picks : undefined} onPick=${pick}
      filters=${html`<${Search} label="Order number, SKU, words of the reason" />
        <${Choice} name="status" label="State" options=${Object.entries(statuses).filter(([key]) => key !== "gone").map(([key, [, , word]]) => [key, word])} counts=${list.meta.counts} />
        ${sites.length > 1 && html`<${Choice} name="site" label="Webshop" options=${sites.map((site) => [site.code, site.name])} />`}
        <${Choice} name="stage" label="Step" options=${stages} /><${Days} name="last_at" label="Last failure" />
        <${Others} known=${["search", "status", "site", "stage", "last_at", "group"]} words=${words} told=${cause.data?.[0] ? { cause: "the one above" } : {}} />`}
      tools=${canAct && html`<${Button} small icon="retry" disabled=${work.isBusy} onClick=${() => ask("retry")}>Retry ${many}…<//>
        <${Button} small kind="quiet" onClick=${() => ask("handled")}>Mark ${many} as handled…<//>`}
      empty=${query.status === "open" && Object.keys(filters).length === 1 ? html`<${AllWell} site=${query.site} />` : html`<${NoRows} isFiltered title="" />`} />
    ${asks && html`<${BulkDialog} action=${asks} what=${what} onDone=${done} onClose=${() => ask("")} />`}`;
}

/** @param {{work: any, tick: string, onFix: (cause: any, orders?: any[]) => void, onRetry: (cause: any) => void}} props */
function ByCause({ work, tick, onFix, onRetry }) {
  const { site } = place.value.query;
  const list = useList("/error-orders", { group: "cause", site, per_page: CAUSES }, work.isBusy ? FAST_S : SLOW_S);
  useEffect(() => list.again(), [tick]);
  return html`${list.data && html`<${Tiles} groups=${list.data} meta=${list.meta} tick=${tick} />`}
    <${Causes} list=${list} site=${site} isBusy=${work.isBusy} onFix=${onFix} onRetry=${onRetry} />
    <${Waiting} site=${site} tick=${tick} onFix=${onFix} />`;
}

export default function Errors() {
  const { query } = place.value;
  const isList = query.group !== "cause" && Object.keys(filtersOf(query)).length > 0;
  const work = useWork();
  const [fixed, setFixed] = useState(0);
  const [fixing, fix] = useState(/** @type {{cause: any, orders?: any[]}|null} */ (null));
  const retry = (/** @type {any} */ cause) => retryCause(cause).then((operation) => operation && work.follow(operation), toastProblem);
  const tick = `${work.operation?.state} ${fixed}`;
  const props = { work, tick, onFix: (/** @type {any} */ cause, /** @type {any[]|undefined} */ orders) => fix({ cause, orders }), onRetry: retry };
  return html`
    <${PageHead} title="Error orders"><span class="seg" role="group" aria-label="Show">
      <a href=${to("/errors", { site: query.site })} aria-current=${isList ? undefined : "true"}>By cause</a>
      <a href=${to("/errors", { site: query.site, status: "open" })} aria-current=${isList ? "true" : undefined}>By order</a></span><//>
    <${WorkNote} work=${work} />
    ${isList ? html`<${ByOrder} ...${props} />` : html`<${ByCause} ...${props} />`}
    ${fixing && html`<${FixDialog} ...${fixing} onDone=${(/** @type {any} */ operation) => { setFixed(fixed + 1); if (operation) work.follow(operation); }} onClose=${() => fix(null)} />`}`;
}
