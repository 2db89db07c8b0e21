// What became of each order of one import.
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { downloadCsv } from "../csv.js";
import { plural, span } from "../format.js";
import { useLive } from "../live.js";
import { siteNow, to } from "../router.js";
import { can } from "../session.js";
import { useIsPaused, useStatusNow } from "../status.js";
import { Button, Icon, PageHead, Progress, StateChip } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { html } from "../ui/html.js";
import { Empty, ErrorCard, Loaded, Skeleton } from "../ui/states.js";
import { partNow, Parts } from "../ui/tabs.js";
import { toast, toastProblem } from "../ui/toast.js";
import { StateLine } from "./operations.js";
import { countOutcomes, Figures, groupOf, moment, OrderRows, PastImports } from "./import_parts.js";

const FAST_S = 2;
const isOpen = (/** @type {any} */ data) => data && (data.state === "in_progress" || data.state === "not_processed");

/** Site, when, how long, by whom. @param {any} data */
const aside = (data) => [data.site?.name, moment(data.created_at),
  data.completed_at && data.started_at && span((Date.parse(data.completed_at) - Date.parse(data.started_at)) / 1000),
  `started by ${data.created_by ?? data.source}`].filter(Boolean).join(" · ");

/** The filters that stood in place of the site's own. @param {{scope: any}} props */
function Scope({ scope }) {
  const parts = [scope?.order_id && `Order ID ${scope.order_id}`, scope?.status && `Status: ${scope.status.split(",").join(", ")}`,
    scope?.start_date && `From ${scope.start_date}`].filter(Boolean);
  return html`<div class="item line small"><span class="muted">Filters</span>${parts.length > 0 ?
    html`${parts.map((part) => html`<span class="chip" data-s="neutral" key=${part}>${part}</span>`)}<span class="muted not-narrow">in place of the site's own</span>` : "the site's own"}</div>`;
}

/** @param {{id: string, onClose: () => void, onDone: () => void}} props */
function RetryDialog({ id, onClose, onDone }) {
  const isPaused = useIsPaused();
  const look = useLive("/error-orders", { operation_id: id, status: "open", per_page: 1 });
  const n = look.data ? look.meta.total : undefined;
  const retry = async () => {
    const { data } = await post("/error-orders/bulk", { action: "retry", filter: { operation_id: id, status: "open" } });
    toast({ s: "ok", icon: "retry", text: `${plural(data.orders ?? n, "order")} ${isPaused ? "queued" : "tried again"}` });
    onDone();
  };
  return html`<${Dialog} title=${n === undefined ? "Try the failed orders again?" : n === 0 ? "Nothing is left to try again" : `Try ${plural(n, "order")} again?`}
    verb=${n === 0 ? undefined : isPaused ? `Queue ${n ?? ""}` : `Retry ${n ?? ""}`} ready=${n !== undefined} onDo=${retry} onClose=${onClose}>
    ${look.problem ? html`<${ErrorCard} problem=${look.problem} again=${look.again} />` : n === 0 ? html`<p>All of them were mended, or are being tried again.</p>` :
      html`<p>Each is fetched from the shop and checked anew. Those whose cause is still there fail again, and stay under Error orders.</p>`}<//>`;
}

/** @param {{id: string, isDone: boolean, data: any}} props */
function Orders({ id, isDone, data }) {
  const result = useLive(`/imports/${id}`, {}, isDone ? 0 : FAST_S);
  const rows = /** @type {any[]} */ (result.data ?? []);
  const { by, why } = countOutcomes(rows);
  const only = partNow(["all", "imported", "skipped", "failed"], "result");
  const shown = only === "all" ? rows : rows.filter((row) => groupOf(row) === only);
  return html`<${Loaded} of=${result}>${() => html`
    <section class="panel" aria-label="Result"><${Figures} by=${by} why=${why} isLook=${false} /><${Scope} scope=${data.scope} /></section>
    <section class="panel" aria-label="Orders">
      <${Parts} label="Results" name="result" parts=${[["all", "All", by.all], ["imported", "Imported", by.imported], ["skipped", "Skipped", by.skipped], ["failed", "Failed", by.failed]]} />
      ${rows.length === 0 ? (isDone ? html`<${Empty} icon="find" title="No order fitted." text="Take a status more, an earlier day, or leave a filter out.">
          <${Button} href=${to("/import", { site: siteNow() })}>New import<//><//>` : html`<p class="pad muted">Each order stands here as soon as it is done.</p>`) :
        shown.length === 0 ? html`<p class="pad muted">None.</p>` : html`<${OrderRows} key=${only} rows=${shown} />`}
    </section>`}<//>`;
}

/** @param {{op: string}} props */
export default function ImportResult({ op }) {
  const shown = useLive(`/operations/${op}`, {}, (data) => (isOpen(data) ? FAST_S : 0));
  const [isSaving, save] = useState(false);
  const [isRetrying, retry] = useState(false);
  const statusNow = useStatusNow();
  const { data } = shown;
  const csv = async () => {
    save(true);
    try {
      const answer = await get(`/imports/${op}`);
      downloadCsv(`import-${op}.csv`, ["number", "platform_order_id", "outcome", "code", "message"], answer.data);
    } catch (problem) {
      toastProblem(problem);
    }
    save(false);
  };
  const isDone = data && !isOpen(data);
  return html`<${PageHead} title="Import results" aside=${data && html`<span class="small muted">${aside(data)}</span>`}>
      ${isDone && html`<span class="not-narrow"><${Button} icon="get" disabled=${isSaving} onClick=${csv}>Download CSV<//></span>`}
      ${isDone && can("orders.write") && data.hard + data.soft > 0 && html`<${Button} icon="retry" onClick=${() => retry(true)}>Retry failed…<//>`}
      ${can("orders.write") && html`<${Button} kind="primary" icon="plus" href=${to("/import", { site: siteNow() })}>New import<//>`}<//>
    <div class="cols slim"><div>
      ${shown.problem && html`<div class="panel"><${ErrorCard} problem=${shown.problem} again=${shown.again} staleSince=${shown.at} /></div>`}
      ${!data && !shown.problem && html`<div class="panel"><${Skeleton} /></div>`}
      ${data && isOpen(data) && html`<section class="panel pad stack" aria-label="Progress"><span class="row"><${StateChip} state=${data.state} /><span class="small muted"><${StateLine} row=${data} /></span>
        <span class="grow"></span><a class="small" href=${to(`/operations/${op}`)}>Show the operation</a></span>
        ${data.state === "in_progress" && html`<${Progress} label="Progress" value=${data.progress.done} max=${data.progress.total} />`}
        ${data.pause_reason === "window" && html`<p class="small muted">Business Central is in maintenance: it begins by itself when that is over.</p>`}</section>`}
      ${data?.error && html`<div class="note" data-s="err" role="alert"><${Icon} name="x" /><p class="strong">${data.error.message}</p>
        <p>${data.error.reason}</p><p class="muted">${data.error.fix}</p><p><a href=${to(`/operations/${op}`)}>Show the operation</a></p></div>`}
      ${data && html`<${Orders} id=${op} isDone=${isDone} data=${data} />`}
    </div><${PastImports} except=${op} /></div>
    ${isRetrying && html`<${RetryDialog} id=${op} onClose=${() => retry(false)} onDone=${statusNow} />`}`;
}
