// Synchronization operations: what was asked for, how it went, and what to do.
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { span, now } from "../format.js";
import { place, siteNow, to } from "../router.js";
import { can } from "../session.js";
import { useIsPaused, useStatus, useStatusNow } from "../status.js";
import { syncOrders } from "../sync.js";
import { Button, Icon, PageHead, StateChip, states, Time } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { CheckField, SelectField, useForm } from "../ui/form.js";
import { Choice, Days, Search } from "../ui/filters.js";
import { html } from "../ui/html.js";
import { copy } from "../ui/states.js";
import { filtersOf, NoRows, Table, useList } from "../ui/table.js";
import { toast } from "../ui/toast.js";

const FAST_S = 2;
const SLOW_S = 30;

/** Works, or may begin at any moment. @param {any} row */
const isMoving = (row) => row.state === "in_progress" || (row.state === "not_processed" && !row.pause_reason);

/** What is said below the state: how far it is, what it waits for. @param {{row: any}} props */
export function StateLine({ row }) {
  const { progress } = row;
  const words = row.state === "in_progress" && progress.total ? `${progress.done} of ${progress.total} ${progress.unit ?? ""}` :
    row.state === "in_progress" && progress.phase ? progress.phase :
    row.retrying && row.next_attempt_at ? `retry ${row.attempts} of ${row.max_attempts - 1} in ${span((Date.parse(row.next_attempt_at) - now()) / 1000)}` :
    row.state === "not_processed" && row.pause_reason === "window" ? "waits for BC window" :
    row.state === "not_processed" ? "queued" : "";
  return words && html`<small>${row.retrying && html`<${Icon} name="retry" /> `}${words}</small>`;
}

/** Its whole text opens below; two lines are enough for most. @param {{error: any}} props */
export function ErrorCell({ error }) {
  const [isOpen, open] = useState(false);
  if (!error) return html`<span class="muted none">–</span>`;
  return html`<span class=${isOpen ? "" : "clip"}>${error.message ?? error.what}</span>
    ${(error.reason || error.fix) && html`<button type="button" class="link small" aria-expanded=${String(isOpen)} onClick=${() => open(!isOpen)}>${isOpen ? "Less" : "Why and what to do"}</button>`}
    ${isOpen && html`<small>${error.reason}<br />${error.fix}</small>`}`;
}

export const kindWords = (/** @type {string} */ kind) => {
  const words = kind.replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1);
};

/** What a copied error tells whoever has to mend it. @param {any} row */
export const errorText = (row) => [`Operation ${row.id}, ${row.kind}, ${row.site?.code ?? "all sites"}, created ${row.created_at}`,
  `${row.error.code}: ${row.error.full_text}`, row.error.reason, `Fix: ${row.error.fix}`].join("\n");

/** @type {import("../ui/table.js").Column[]} */
const columns = [
  { key: "site", label: "Webshop", head: true, card: "t", cell: (row) => html`<a href=${to(`/operations/${row.id}`)}>${row.site?.name ?? "All webshops"}</a>
    ${row.site && html`<small>${row.site.url.replace(/^https?:\/\//, "")}</small>`}` },
  { key: "kind", label: "Kind", sort: "kind", card: "k", cell: (row) => kindWords(row.kind) },
  { key: "full", label: "Synchronize all", sort: "full", cell: (row) => (row.full ? "Yes" : "No") },
  { key: "state", label: "State", sort: "state", card: "st", cell: (row) => html`<${StateChip} state=${row.state} /><${StateLine} row=${row} />` },
  { key: "error", label: "Error", card: "a", cell: (row) => html`<${ErrorCell} error=${row.error} />` },
  { key: "created_at", label: "Created on", sort: "created_at", card: "k", cell: (row) => html`<${Time} at=${row.created_at} />` },
  { key: "started_at", label: "Started on", sort: "started_at", cell: (row) => html`<${Time} at=${row.started_at} />` },
  { key: "completed_at", label: "Completed on", sort: "completed_at", card: "k", cell: (row) => html`<${Time} at=${row.completed_at} />` },
  { key: "duration", label: "Duration", extra: true, num: true, cell: (row) => (row.started_at && row.completed_at ? span((Date.parse(row.completed_at) - Date.parse(row.started_at)) / 1000) : "–") },
  { key: "attempts", label: "Attempts", extra: true, num: true, cell: (row) => `${row.attempts} of ${row.max_attempts}` },
  { key: "created_by", label: "Started by", extra: true, cell: (row) => row.created_by ?? row.source },
  { key: "host", label: "Host", extra: true, cell: (row) => row.host ?? "–" },
  { key: "id", label: "ID", extra: true, num: true, cell: (row) => row.id },
];

/** @param {{onClose: () => void, onDone: () => void}} props */
function SyncDialog({ onClose, onDone }) {
  const sites = (useStatus()?.sites ?? []).filter((site) => site.enabled);
  const isPaused = useIsPaused();
  const form = useForm({ site: siteNow() ?? "", full: false });
  const start = async () => {
    await syncOrders({ ...form.values, isPaused });
    onDone();
  };
  return html`<${Dialog} title="Fetch new orders?" verb=${isPaused ? "Queue" : "Sync orders"} onDo=${start} onClose=${onClose}>
    <${SelectField} form=${form} name="site" label="Webshop" options=${[["", "All webshops"], ...sites.map((site) => [site.code, site.name])]} />
    <${CheckField} form=${form} name="full" label="Synchronize all" help="reads every order again, not only what changed; nothing is stored twice" />
    ${isPaused && html`<p class="small muted">Business Central is in maintenance: it starts when the window ends.</p>`}
  <//>`;
}

/** @param {{filter: Record<string, string>, ids: string[], total: string, onClose: () => void, onDone: () => void}} props */
function RetryDialog({ filter, ids, total, onClose, onDone }) {
  const what = ids.length > 0 ? { ids } : { filter };
  const retry = async () => {
    const { data } = await post("/operations/bulk", { action: "retry", ...what });
    toast({ s: "ok", icon: "retry", text: `${data.changed ?? data.count ?? ""} tried again` });
    onDone();
  };
  return html`<${Dialog} title=${`Try ${ids.length > 0 ? ids.length : `all ${total} matching`} operations again?`} verb="Retry" onDo=${retry} onClose=${onClose}>
    <p>Only those that failed are tried again; orders that are stored stay stored, once.</p><//>`;
}

export default function Operations() {
  const { query } = place.value;
  const list = useList("/operations", { sort: "-created_at", ...query },
    (rows) => rows?.some(isMoving) ? FAST_S : SLOW_S);
  const [picks, pick] = useState(/** @type {Set<string>} */ (new Set()));
  const [asks, ask] = useState(/** @type {""|"sync"|"retry"} */ (""));
  const statusNow = useStatusNow();
  const sites = useStatus()?.sites ?? [];
  const chosen = list.rows?.filter((/** @type {any} */ row) => picks.has(row.id)) ?? [];
  const failed = chosen.find((/** @type {any} */ row) => row.error);
  const refresh = () => { list.renew(); statusNow(); };
  const done = () => { pick(new Set()); refresh(); };
  const filter = { ...filtersOf(query), ...(query.site && { site: query.site }) };
  const failedFilter = { ...filter, state: "failed" };
  return html`
    <${PageHead} title="Operations" aside=${list.at && html`<span class="muted small not-narrow">Updated <${Time} at=${list.at.toISOString()} how="ago" /></span>`}>
      <span class="not-narrow"><${Button} icon="copy" disabled=${!failed} onClick=${() => copy(errorText(failed))}>Copy error<//></span>
      <span class="not-narrow"><${Button} icon="retry" onClick=${refresh}>Refresh<//></span>
      ${can("sync") && html`<${Button} kind="primary" icon="sync" onClick=${() => ask("sync")}>${useIsPaused() ? "Queue orders" : "Sync orders"}<//>`}
    <//>
    <${Table} name="operations" label="Operations" tight list=${list} columns=${columns} sort="-created_at" picks=${picks} onPick=${pick}
      filters=${html`
        <${Choice} name="state" label="State" options=${Object.entries(states).map(([value, [, , word]]) => [value, word])} counts=${list.meta.counts} />
        ${sites.length > 1 && html`<${Choice} name="site" label="Webshop" options=${sites.map((site) => [site.code, site.name])} />`}
        <${Choice} name="full" label="Synchronize all" options=${[["true", "Yes"], ["false", "No"]]} />
        <${Days} name="created_at" label="Created" /><${Days} name="started_at" label="Started" /><${Days} name="completed_at" label="Completed" /><${Search} name="error_text" label="Error contains" />`}
      tools=${can("sync") && (picks.size > 0 || query.state === "failed") && html`<${Button} small icon="retry" onClick=${() => ask("retry")}>
        ${picks.size > 0 ? `Retry ${picks.size}…` : "Retry all matching…"}<//>`}
      empty=${html`<${NoRows} isFiltered=${Object.keys(filter).length > 0} title="Nothing has run yet." text="The first synchronization fetches the shop's new orders.">
        ${can("sync") && html`<${Button} kind="primary" onClick=${() => ask("sync")}>Sync orders<//>`}<//>`} />
    ${asks === "sync" && html`<${SyncDialog} onClose=${() => ask("")} onDone=${done} />`}
    ${asks === "retry" && html`<${RetryDialog} filter=${failedFilter} ids=${[...picks]} total=${String(list.meta.total)} onClose=${() => ask("")} onDone=${done} />`}`;
}
