// One glance: do orders flow, what needs a person?
import { useEffect, useState } from "preact/hooks";
import { count, day, now, span } from "../format.js";
import { useLive } from "../live.js";
import { siteNow, to } from "../router.js";
import { can } from "../session.js";
import { sandbox } from "../sandbox.js";
import { useIsPaused, useStatusNow, useStatusShown } from "../status.js";
import { syncOrders } from "../sync.js";
import { Button, Chip, CountLink, Dot, PageHead, Panel, Progress, StateChip, Time } from "../ui/basics.js";
import { Bars, Strip } from "../ui/chart.js";
import { html } from "../ui/html.js";
import { copy, Empty, ErrorCard, Loaded } from "../ui/states.js";
import { toastProblem } from "../ui/toast.js";

const CHART_S = 60;

/** @param {{name: string, n: number, link: any, below?: any, s?: string}} props */
const Tile = ({ name, n, link, below, s }) => html`<a class="tile" href=${link.route}>
  <span class="small muted">${name}</span>
  <span class=${`big ${s ? "ink" : ""}`} data-s=${s}>${count(n, link.relation)}</span>
  <span class="tiny muted">${below ?? ""}</span></a>`;

/** @param {{overview: any}} props */
function Tiles({ overview }) {
  const { tiles, cron } = overview;
  const { links } = tiles;
  const waits = (/** @type {string|null} */ at) => at && span((now() - Date.parse(at)) / 1000);
  return html`<section class="panel tiles" aria-label="Figures">
    <${Tile} name="Orders today" n=${tiles.orders_today} link=${links.orders_today} below="placed today, UTC" />
    <${Tile} name="Waiting for BC" n=${tiles.pending_bc} link=${links.pending_bc} below=${tiles.pending_bc_oldest_at && `oldest ${waits(tiles.pending_bc_oldest_at)}`} />
    <${Tile} name="Error orders" n=${tiles.error_orders} link=${links.error_orders} s=${tiles.error_orders > 0 ? "err" : undefined}
      below=${tiles.error_orders > 0 && `${count(tiles.error_causes)} ${tiles.error_causes === 1 ? "cause" : "causes"}`} />
    <${Tile} name="Retrying" n=${tiles.retrying} link=${links.retrying} below=${tiles.retrying_next_at && html`next <${Time} at=${tiles.retrying_next_at} how="ago" />`} />
    <div class="tile"><span class="small muted">Cron</span>
      <span class="big">${cron.last_seen_at ? waits(cron.last_seen_at) : "never"}</span>
      <span class="tiny muted">${cron.interval_s && `every ${span(cron.interval_s)}`}${cron.host && ` on ${cron.host}`}</span></div>
  </section>`;
}

/** @param {{list: any[]}} props */
const Attention = ({ list }) => html`<${Panel} title="Needs attention" tools=${list.length > 0 && html`<span class="muted">${list.length}</span>`}>
  ${list.length === 0 ? html`<${Empty} s="ok" icon="ok" title="Nothing needs you." text="Orders come in by themselves." />` :
    html`<ul class="split line">${list.map((each) => html`<li class="item" key=${each.id}>
      <${Dot} s=${each.severity === "error" ? "err" : "warn"} icon=${each.severity === "error" ? "x" : "warn"} />
      <span class="stack grow"><span class="strong">${each.what}</span>
        <span class="small muted">${each.count > 1 && `${count(each.count, each.relation)} of them · `}${each.fix}${each.since && html` · since <${Time} at=${each.since} how="ago" />`}</span></span>
      <${Button} href=${each.fix_route}>Fix<//></li>`)}</ul>`}<//>`;

/** @param {{site: any}} props */
function SiteRow({ site }) {
  const statusNow = useStatusNow();
  const isPaused = useIsPaused();
  const running = site.running_operation;
  const sync = async () => {
    try {
      await syncOrders({ site: site.code, isPaused });
      statusNow();
    } catch (problem) {
      toastProblem(problem);
    }
  };
  return html`<tr>
    <th scope="row" class="t"><span class="stack"><span>${site.name}</span><small>${site.code} · ${site.platform}</small></span></th>
    <td class="st">${!site.enabled ? html`<${Chip} s="neutral" icon="pause">Disabled<//>` : site.last_run ?
      html`<a href=${to(`/operations/${site.last_run.id}`)}><${StateChip} state=${site.last_run.state} /></a>` : html`<span class="muted">Never</span>`}</td>
    <td class="k" data-l="Last sync"><${Time} at=${site.order_last_run} how="ago" /></td>
    <td class="k" data-l="Now">${running ? html`<a class="stack" href=${to(`/operations/${running.id}`)}><span>${running.progress?.total ?
      `${running.progress.done} of ${running.progress.total}` : "Running"}</span>
      <${Progress} label="Progress" value=${running.progress?.done ?? 0} max=${running.progress?.total ?? null} /></a>` : html`<span class="muted">Idle</span>`}</td>
    <td class="num k" data-l="Pending"><${CountLink} n=${site.pending} href=${site.links.pending.route} text=${count(site.pending, site.links.pending.relation)} /></td>
    <td class="num k" data-l="Errors"><${CountLink} n=${site.errors} href=${site.links.errors.route} text=${count(site.errors, site.links.errors.relation)} /></td>
    <td class="k" data-l="Next"><${Time} at=${site.next_run_at} /></td>
    <td class="not-narrow"><${Strip} runs=${site.runs} /></td>
    <td class="a">${can("sync") && site.enabled && html`<${Button} small kind="quiet" onClick=${sync}>${isPaused ? "Queue" : "Sync orders"}<//>`}</td>
  </tr>`;
}

/** @param {{sites: any[]}} props */
const Sites = ({ sites }) => html`<${Panel} title="Sites">${sites.length === 0 ?
  html`<${Empty} icon="globe" title="No site yet." text="Connect a shop to fetch its first orders." />` :
  html`<div class="scroll"><table class="tbl cards"><thead><tr>
    ${["Site", "Last result", "Last sync", "Now"].map((word) => html`<th scope="col">${word}</th>`)}
    <th scope="col" class="num">Pending</th><th scope="col" class="num">Errors</th><th scope="col">Next</th>
    <th scope="col">Last ${Math.max(...sites.map((site) => site.runs.length), 1)} runs</th><th scope="col"><span class="sr">Actions</span></th>
  </tr></thead><tbody>${sites.map((site) => html`<${SiteRow} key=${site.id} site=${site} />`)}</tbody></table></div>`}<//>`;

/** @type {[string, string][]} */
const ranges = [["24h", "24 h"], ["7d", "7 d"], ["30d", "30 d"]];

function Series() {
  const [range, setRange] = useState(localStorage.getItem("ob.range") ?? "7d");
  const [asTable, setTable] = useState(false);
  const shown = useLive("/overview", { range, site: siteNow() }, CHART_S);
  const choose = (/** @type {string} */ value) => {
    localStorage.setItem("ob.range", value);
    setRange(value);
  };
  return html`<${Panel} title="Orders by the hour" tools=${html`
    <span class="seg" role="group" aria-label="Range">${ranges.map(([value, word]) => html`
      <button type="button" aria-pressed=${String(value === range)} onClick=${() => choose(value)}>${word}</button>`)}</span>
    <${Button} small kind="quiet" aria-pressed=${String(asTable)} onClick=${() => setTable(!asTable)}>As table<//>`}>
    <${Loaded} of=${shown} rows=${4}>${(/** @type {any} */ data) => html`<${Bars} series=${data.series} windows=${data.windows} asTable=${asTable} />`}<//><//>`;
}

/** @param {{list: any[]}} props */
const RecentErrors = ({ list }) => html`<${Panel} title="Recent errors" tools=${can("logs") && html`<a class="small" href=${to("/errors")}>All errors</a>`}>
  ${list.length === 0 ? html`<${Empty} s="ok" icon="ok" title="None." />` : html`<ul class="split line">${list.map((each) => html`
    <li class="item" key=${each.kind + each.id}><${Dot} s="err" icon="x" />
      <span class="stack grow"><span>${each.what ?? each.code}</span>
        <span class="tiny muted"><${Time} at=${each.at} how="ago" />${[each.site, each.number ?? (each.operation_id && `operation ${each.operation_id}`)].filter(Boolean).map((word) => ` · ${word}`)}</span></span>
      <${Button} small kind="quiet" icon="copy" label="Copy" onClick=${() => copy([each.code, each.what, each.why, each.fix].filter(Boolean).join("\n"))} />
      <${Button} small href=${each.route}>Open<//></li>`)}</ul>`}<//>`;

/** Loaded where there is a sandbox, so that no shop's dashboard carries it. */
function TryThis() {
  const [view, setView] = useState(/** @type {{card: any}|null} */ (null));
  useEffect(() => {
    if (sandbox) import("./try.js").then((found) => setView({ card: found.default }));
  }, []);
  return view && html`<${view.card} />`;
}

export default function Overview() {
  const status = useStatusShown();
  const site = siteNow();
  const narrowed = useLive(site ? "/overview" : null, { site }, 30);
  const shown = site ? narrowed : { ...status, data: status.data?.overview };
  if (!shown.data) return html`<h1 tabindex="-1">Overview</h1><div class="panel"><${Loaded} of=${shown} rows=${8}>${() => ""}<//></div>`;
  const overview = shown.data;
  const [first, ...rest] = overview.health.sentence.split(/(?<=\.) /);
  return html`
    <${PageHead} title=${html`${first} <span class="muted">${rest.join(" ")}</span>`} aside=${html`<span class="muted small not-narrow">${day(new Date(now()))}</span>`} />
    ${shown.problem && html`<${ErrorCard} problem=${shown.problem} again=${shown.again} staleSince=${shown.at} />`}
    <${TryThis} />
    <${Tiles} overview=${overview} />
    <${Attention} list=${overview.attention} />
    <${Sites} sites=${overview.sites} />
    <div class="cols even"><${Series} /><${RecentErrors} list=${overview.recent_errors} /></div>`;
}
