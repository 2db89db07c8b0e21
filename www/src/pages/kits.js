// Kits: what is sold as one and sent as its parts.
import { useState } from "preact/hooks";
import { place, to } from "../router.js";
import { can } from "../session.js";
import { Button, Chip, PageHead, Time } from "../ui/basics.js";
import { Others, Search } from "../ui/filters.js";
import { html } from "../ui/html.js";
import { filtersOf, NoRows, Table, useList } from "../ui/table.js";
import { UploadDialog } from "./upload.js";

const SLOW_S = 30;

/** @type {import("../ui/table.js").Column[]} */
const columns = [
  { key: "sku", label: "Parent SKU", sort: "sku", head: true, card: "t", cell: (row) => html`<a class="mono" href=${to(`/kits/${encodeURIComponent(row.sku)}`)}>${row.sku}</a>${row.description && html`<small>${row.description}</small>`}` },
  { key: "valid", label: "Valid", card: "st", cell: (row) => !row.valid ? html`<${Chip} s="err" icon="x">Not valid<//>` :
    row.depth === 0 ? html`<${Chip} s="warn" icon="pause">No parts today<//>` : html`<${Chip} s="ok" icon="ok">Valid<//>` },
  { key: "components", label: "Components", num: true, card: "k", cell: (row) => row.components },
  { key: "missing", label: "No items yet", num: true, card: "k", cell: (row) => row.missing > 0 ? html`<span class="ink strong" data-s="warn">${row.missing}</span>` : html`<span class="muted">0</span>` },
  { key: "depth", label: "Depth", num: true, card: "k", cell: (row) => row.depth || html`<span class="muted">–</span>` },
  { key: "updated_at", label: "Updated", card: "k", cell: (row) => html`<${Time} at=${row.updated_at} how="ago" />` },
];

export default function Kits() {
  const { query } = place.value;
  const { site: _, ...filters } = query;
  const list = useList("/kits", filters, SLOW_S);
  const [isUploading, upload] = useState(false);
  const mayWrite = can("items.write");
  return html`
    <${PageHead} title="Kits">${mayWrite && html`<${Button} icon="out" onClick=${() => upload(true)}>Upload CSV…<//>
      <${Button} kind="primary" icon="plus" href=${to("/kits/new")}>Add kit<//>`}<//>
    <${Table} name="kits" label="Kits" tight list=${list} columns=${columns} sort="sku"
      filters=${html`<${Search} label="SKU" /><${Others} known=${["search"]} words=${{ component: "With component" }} />`}
      empty=${html`<${NoRows} isFiltered=${Object.keys(filtersOf(query)).length > 0} title="No kit yet." text="A kit is sold as one item and sent as its parts.">
        ${mayWrite && html`<${Button} kind="primary" href=${to("/kits/new")}>Add kit<//>`}<//>`} />
    ${isUploading && html`<${UploadDialog} kind="kits" onDone=${() => list.renew()} onClose=${() => upload(false)} />`}`;
}
