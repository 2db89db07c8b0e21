// The imports that were asked for by hand.
import { place, siteNow, to } from "../router.js";
import { can } from "../session.js";
import { useStatus } from "../status.js";
import { Button, CountLink, PageHead, StateChip, states, Time } from "../ui/basics.js";
import { Choice, Days, Others } from "../ui/filters.js";
import { html } from "../ui/html.js";
import { filtersOf, NoRows, Table, useList } from "../ui/table.js";
import { StateLine } from "./operations.js";
import { moment } from "./import_parts.js";

const FAST_S = 2;
const SLOW_S = 30;

const link = (/** @type {any} */ row, /** @type {string} */ result) => to(`/import/results/${row.id}`, { result });

/** @type {import("../ui/table.js").Column[]} */
const columns = [
  { key: "created_at", label: "Asked for", sort: "created_at", head: true, card: "t", cell: (row) => html`<a class="num" href=${link(row, "")}>${moment(row.created_at)}</a>` },
  { key: "site", label: "Webstore", card: "k", cell: (row) => row.site?.code ?? "–" },
  { key: "state", label: "State", sort: "state", card: "st", cell: (row) => html`<${StateChip} state=${row.state} /><${StateLine} row=${row} />` },
  { key: "fetched", label: "Found", num: true, card: "k", cell: (row) => html`<${CountLink} n=${row.fetched} href=${link(row, "")} />` },
  { key: "stored", label: "Imported", num: true, card: "k", cell: (row) => html`<${CountLink} n=${row.stored} href=${link(row, "imported")} />` },
  { key: "skipped", label: "Skipped", num: true, cell: (row) => html`<${CountLink} n=${row.skipped} href=${link(row, "skipped")} />` },
  { key: "hard", label: "Failed", num: true, card: "k", cell: (row) => html`<${CountLink} n=${row.hard + row.soft} href=${link(row, "failed")} />` },
  { key: "created_by", label: "Started by", cell: (row) => row.created_by ?? row.source },
  { key: "completed_at", label: "Completed", sort: "completed_at", cell: (row) => html`<${Time} at=${row.completed_at} />` },
];

export default function Imports() {
  const { query } = place.value;
  const list = useList("/imports", { sort: "-created_at", dry_run: false, ...query },
    (rows) => rows?.some((/** @type {any} */ row) => row.state === "in_progress") ? FAST_S : SLOW_S);
  const sites = useStatus()?.sites ?? [];
  const start = can("orders.write") && html`<${Button} kind="primary" icon="plus" href=${to("/import", { site: siteNow() })}>New import<//>`;
  return html`<${PageHead} title="Imports">${start}<//>
    <${Table} label="Imports" list=${list} columns=${columns} sort="-created_at"
      filters=${html`<${Choice} name="state" label="State" options=${Object.entries(states).map(([value, [, , word]]) => [value, word])} />
        ${sites.length > 1 && html`<${Choice} name="site" label="Webstore" options=${sites.map((site) => [site.code, site.name])} />`}
        <${Days} name="created_at" label="Asked for" /><${Others} known=${["state", "site", "created_at"]} />`}
      empty=${html`<${NoRows} isFiltered=${Object.keys(filtersOf(query)).length > 0} title="Nothing was imported by hand yet."
        text="The synchronization brings orders in by itself; an import is for the others.">${start}<//>`} />`;
}
