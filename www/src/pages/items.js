// Items: what orders may hold, and what Business Central says of each.
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { Conflict, pick, same, saveOver } from "../edit.js";
import { money } from "../format.js";
import { bcVerdicts, checkWords, itemStates } from "../items.js";
import { useLive } from "../live.js";
import { place, to } from "../router.js";
import { can } from "../session.js";
import { useIsPaused } from "../status.js";
import { Button, Chip, PageHead, Time } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { Choice, Others, Search } from "../ui/filters.js";
import { SelectField, TextField, useForm } from "../ui/form.js";
import { html } from "../ui/html.js";
import { MergeDialog } from "../ui/merge.js";
import { Loaded } from "../ui/states.js";
import { filtersOf, NoRows, Table, useList } from "../ui/table.js";
import { toast, toastProblem } from "../ui/toast.js";
import { useWork } from "../work.js";
import { UploadDialog } from "./upload.js";

const SLOW_S = 30;
const pathOf = (/** @type {string} */ sku) => `/items/${encodeURIComponent(sku)}`;

/** What a person may change. @type {Record<string, string>} */
const labels = { description: "Description", status: "Status", bc_number: "Number in Business Central", gl_account: "G/L account", barcode: "Barcode", list_price: "List price" };
const names = Object.keys(labels);
const parts = names.map((name) => ({ name, label: labels[name] }));
const statusOptions = Object.entries(itemStates).map(([value, [, , word]]) => [value, word]);

/** Empty and nothing are the same to a person. @param {Record<string, any>} values */
const tidy = (values) => Object.fromEntries(names.map((name) => [name, values[name] === "" ? null : values[name]]));

/** @param {{item: any|null, onDone: () => void, onClose: () => void}} props item: null for a new one */
function ItemForm({ item, onDone, onClose }) {
  const [base, setBase] = useState(() => item && pick(item, names));
  const [theirs, setTheirs] = useState(/** @type {any} */ (null));
  const form = useForm(item ? pick(item, names) : { sku: "", status: "active" });
  const changes = (/** @type {any} */ values, /** @type {any} */ from) => {
    /** @type {Record<string, any>} */
    const change = {};
    for (const name of names) if (!same(values[name], from?.[name])) change[name] = values[name] ?? "";
    return change;
  };
  const send = async (/** @type {any} */ values, /** @type {any} */ from) => {
    try {
      await saveOver(pathOf(item.sku), from, changes(values, from));
    } catch (failed) {
      if (failed instanceof Conflict) setTheirs(failed.theirs);
      throw failed;
    }
  };
  const save = async () => {
    const values = tidy(form.values);
    if (item) await send(values, base);
    else await post("/items", { sku: form.values.sku.trim(), ...changes(values, null) });
    toast({ s: "ok", icon: "ok", text: `${item?.sku ?? form.values.sku.trim()} is saved. Orders that waited for it are tried again.` });
    onDone();
  };
  const merge = async (/** @type {any} */ merged) => {
    const now = pick(theirs, names);
    form.setValues(merged);
    setBase(now);
    await send(merged, now);
    onDone();
    onClose();
  };
  const isReady = item ? Object.keys(changes(tidy(form.values), base)).length > 0 : form.values.sku.trim() !== "";
  return html`<${Dialog} side form=${form} title=${item ? `Edit ${item.sku}?` : "Add an item?"} verb=${item ? "Save" : "Add"} ready=${isReady} onDo=${save} onClose=${onClose}>
    ${!item && html`<${TextField} form=${form} name="sku" label="SKU" help="Kept in capital letters" maxlength="100" autocomplete="off" spellcheck="false" required />`}
    <${TextField} form=${form} name="description" label="Description" maxlength="250" />
    <${SelectField} form=${form} name="status" label="Status" options=${statusOptions} help="Orders may hold what is active, or sells through" />
    <${TextField} form=${form} name="bc_number" label=${labels.bc_number} help="Where it is not the SKU" maxlength="20" autocomplete="off" />
    <${TextField} form=${form} name="gl_account" label="G/L account" help="Booked to this account; Business Central is then asked for no item" maxlength="20" autocomplete="off" />
    <${TextField} form=${form} name="barcode" label="Barcode" maxlength="64" autocomplete="off" />
    <${TextField} form=${form} name="list_price" label="List price" inputmode="decimal" autocomplete="off" />
  <//>${theirs && html`<${MergeDialog} title=${`What of ${item.sku} shall stay?`} parts=${parts} base=${base} mine=${tidy(form.values)} theirs=${pick(theirs, names)} onMerge=${merge} onClose=${() => setTheirs(null)} />`}`;
}

/** As it stands now, not as the list read it. @param {{sku: string, onDone: () => void, onClose: () => void}} props */
function EditDialog({ sku, onDone, onClose }) {
  const shown = useLive(pathOf(sku));
  if (shown.data) return html`<${ItemForm} item=${shown.data} onDone=${onDone} onClose=${onClose} />`;
  return html`<${Dialog} side title=${`Edit ${sku}?`} onClose=${onClose}><${Loaded} of=${shown}>${() => ""}<//><//>`;
}

/** @param {{row: any, onEdit: () => void, onDone: () => void}} props */
function Actions({ row, onEdit, onDone }) {
  const isPaused = useIsPaused();
  const work = useWork(({ result, error }) => {
    const [s, text] = result ? checkWords(result) : ["err", error?.message ?? error?.what ?? "The check did not come to an end"];
    toast({ s: /** @type {any} */ (s), icon: s === "ok" ? "ok" : "warn", text: `${row.sku}: ${text}` });
    onDone();
  });
  const check = () => post(`${pathOf(row.sku)}/check`).then(({ data }) => {
    work.follow(data);
    if (isPaused) toast({ s: "pause", icon: "pause", text: `The check of ${row.sku} waits for Business Central's maintenance to end` });
  }, toastProblem);
  const setStatus = async (/** @type {string} */ status, /** @type {string} */ before) => {
    try {
      await saveOver(pathOf(row.sku), { status: before }, { status });
      onDone();
      return true;
    } catch (problem) {
      toastProblem(problem);
      return false;
    }
  };
  const turn = async () => {
    const before = row.status;
    const status = before === "blocked" ? "active" : "blocked";
    if (await setStatus(status, before))
      toast({ s: "ok", icon: status === "blocked" ? "ban" : "ok", text: `${row.sku} is ${status}`, action: { label: "Undo", run: () => setStatus(before, status) } });
  };
  return html`<span class="bar"><${Button} small kind="quiet" icon=${work.isBusy ? "run" : "retry"} label=${`${isPaused ? "Queue a check of" : "Check"} ${row.sku} in Business Central${isPaused ? "" : " now"}`} disabled=${work.isBusy} onClick=${check} />
    ${can("items.write") && html`<${Button} small kind="quiet" icon="pen" label=${`Edit ${row.sku}`} onClick=${onEdit} />
      <${Button} small kind="quiet" icon=${row.status === "blocked" ? "ok" : "ban"} label=${`${row.status === "blocked" ? "Unblock" : "Block"} ${row.sku}`} onClick=${turn} />`}</span>`;
}

const StateOf = (/** @type {Record<string, any>} */ states, /** @type {string} */ value) => {
  const [s, icon, word] = states[value] ?? ["neutral", "what", value];
  return html`<${Chip} s=${s} icon=${icon}>${word}<//>`;
};

/** @param {(sku: string) => void} onEdit @param {() => void} onDone @returns {import("../ui/table.js").Column[]} */
const columns = (onEdit, onDone) => [
  { key: "sku", label: "SKU", sort: "sku", head: true, card: "t", cell: (row) => html`<span class="mono nowrap">${row.sku}</span>${row.bc_number && row.bc_number !== row.sku && html`<small>in BC: ${row.bc_number}</small>`}${
    row.gl_account && html`<small>to account ${row.gl_account}</small>`}` },
  { key: "description", label: "Description", card: "a", cell: (row) => row.description || html`<span class="muted none">–</span>` },
  { key: "status", label: "Status", card: "st", cell: (row) => StateOf(itemStates, row.status) },
  { key: "bc", label: "Business Central", card: "k", cell: (row) => html`<span>${StateOf(bcVerdicts, row.bc)}${row.checked_at && html`<small class="nowrap">checked <${Time} at=${row.checked_at} how="ago" /></small>`}</span>` },
  { key: "in_kits", label: "Used in kits", num: true, card: "k", cell: (row) => row.in_kits > 0 ? html`<a class="num" href=${to("/kits", { component: row.sku })}>${row.in_kits}</a>` : html`<span class="muted">0</span>` },
  { key: "list_price", label: "List price", num: true, extra: true, cell: (row) => money(row.list_price) },
  { key: "last_ordered_at", label: "Last ordered", card: "k", cell: (row) => row.last_ordered_at ? html`<a href=${to("/orders", { sku: row.sku })}><${Time} at=${row.last_ordered_at} how="ago" /></a>` : html`<span class="muted">Never</span>` },
  { key: "updated_at", label: "Updated", sort: "updated_at", cell: (row) => html`<${Time} at=${row.updated_at} how="ago" />` },
  { key: "act", label: html`<span class="sr">Actions</span>`, card: "a", cell: (row) => html`<${Actions} row=${row} onEdit=${() => onEdit(row.sku)} onDone=${onDone} />` },
];

export default function Items() {
  const { query } = place.value;
  const { site: _, ...filters } = query;
  const list = useList("/items", filters, SLOW_S);
  const [asks, ask] = useState("");
  const [edited, edit] = useState("");
  const mayWrite = can("items.write");
  const isFiltered = Object.keys(filtersOf(query)).length > 0;
  const done = () => list.renew();
  return html`
    <${PageHead} title="Items">${mayWrite && html`<${Button} icon="out" onClick=${() => ask("upload")}>Upload CSV…<//>
      <${Button} kind="primary" icon="plus" onClick=${() => ask("new")}>Add item<//>`}<//>
    <${Table} name="items" label="Items" tight list=${list} columns=${columns(edit, list.again)} sort="sku"
      filters=${html`<${Search} label="SKU, description, barcode" />
        <${Choice} name="status" label="Status" options=${statusOptions} counts=${list.meta.counts} />
        <${Choice} name="bc" label="Business Central" options=${Object.entries(bcVerdicts).map(([value, [, , word]]) => [value, word])} />
        <${Choice} name="in_kit" label="Kits" options=${[["true", "Part of a kit"], ["false", "In no kit"]]} />
        <${Others} known=${["search", "status", "bc", "in_kit"]} words=${{ sku: "SKU" }} />`}
      empty=${html`<${NoRows} isFiltered=${isFiltered} title="No item yet." text="Orders may only hold what stands here.">
        ${mayWrite && html`<${Button} kind="primary" icon="out" onClick=${() => ask("upload")}>Upload CSV…<//>`}<//>`} />
    ${asks === "new" && html`<${ItemForm} item=${null} onDone=${done} onClose=${() => ask("")} />`}
    ${asks === "upload" && html`<${UploadDialog} kind="items" onDone=${done} onClose=${() => ask("")} />`}
    ${edited && html`<${EditDialog} key=${edited} sku=${edited} onDone=${done} onClose=${() => edit("")} />`}`;
}
