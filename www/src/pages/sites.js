// The shops that are connected: which of them work, and what waits at each.
import { count } from "../format.js";
import { siteNow, to } from "../router.js";
import { can } from "../session.js";
import { useStatus } from "../status.js";
import { Button, Chip, CountLink, PageHead, StateChip, Time } from "../ui/basics.js";
import { html } from "../ui/html.js";
import { Empty } from "../ui/states.js";
import { Table, useList } from "../ui/table.js";

const PACE_S = 15;

/** @type {Record<string, string>} */
export const platforms = { woocommerce: "WooCommerce" };

/** Why nothing is fetched from it, or that it is. @param {{site: any}} props */
export const SiteState = ({ site }) => !site.enabled ? html`<${Chip} s="neutral" icon="pause">Disabled<//>` :
  site.auth_failed ? html`<${Chip} s="err" icon="key">Keys refused<//>` :
  site.needs_keys ? html`<${Chip} s="warn" icon="key">Keys missing<//>` :
  !site.orders_sync ? html`<${Chip} s="neutral" icon="minus">Not by schedule<//>` : html`<${Chip} s="ok" icon="ok">Enabled<//>`;

/** @param {(site: any) => any} liveOf what the shell knows of a site @returns {import("../ui/table.js").Column[]} */
const columns = (liveOf) => [
  { key: "name", label: "Name", head: true, card: "t", cell: (site) => html`<a href=${to(`/sites/${site.id}`)}>${site.name}</a><small>${site.url.replace(/^https?:\/\//, "")}</small>` },
  { key: "enabled", label: "State", card: "st", cell: (site) => html`<${SiteState} site=${site} />` },
  { key: "code", label: "Code", card: "k", cell: (site) => html`<span class="mono">${site.code}</span>` },
  { key: "platform", label: "Platform", cell: (site) => platforms[site.platform] ?? site.platform },
  { key: "last", label: "Last sync", card: "k", cell: (site) => html`<${Time} at=${site.order_last_run} how="ago" />` },
  { key: "result", label: "Result", cell: (site) => {
    const run = liveOf(site)?.last_run;
    return run ? html`<a href=${to(`/operations/${run.id}`)}><${StateChip} state=${run.state} /></a>` : html`<span class="muted">–</span>`;
  } },
  { key: "pending", label: "Pending", num: true, card: "k", cell: (site) => html`<${Number} n=${site.pending} link=${liveOf(site)?.links.pending} />` },
  { key: "errors", label: "Errors", num: true, card: "k", cell: (site) => html`<${Number} n=${site.errors} link=${liveOf(site)?.links.errors} />` },
  { key: "next", label: "Next", card: "k", cell: (site) => html`<${Time} at=${site.enabled && site.orders_sync ? site.next_run_at : null} />` },
];

/** @param {{n: number, link: any}} props */
const Number = ({ n, link }) => link ? html`<${CountLink} n=${n} href=${link.route} text=${count(n)} />` : html`<span class="num">${count(n)}</span>`;

export default function Sites() {
  const list = useList("/sites", {}, PACE_S);
  const live = useStatus()?.overview.sites ?? [];
  const liveOf = (/** @type {any} */ site) => live.find((/** @type {any} */ each) => each.code === site.code);
  const rows = list.rows?.filter((/** @type {any} */ site) => !siteNow() || site.code === siteNow());
  return html`
    <${PageHead} title="Sites">${can("sites.write") && html`<${Button} kind="primary" icon="plus" href=${to("/sites/new")}>Add site<//>`}<//>
    <${Table} label="Sites" bare list=${{ ...list, rows }} columns=${columns(liveOf)}
      empty=${html`<${Empty} icon="globe" title="No site yet." text="Connect a shop to fetch its first orders.">
        ${can("sites.write") && html`<${Button} kind="primary" href=${to("/sites/new")}>Add site<//>`}<//>`} />`;
}
