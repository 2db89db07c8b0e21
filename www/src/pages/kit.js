// One kit: its components, and what one of it comes to, proven while it is edited.
import { useEffect, useState } from "preact/hooks";
import { call, post } from "../api.js";
import { Conflict, pick, same, saveOver } from "../edit.js";
import { count, plural } from "../format.js";
import { bcVerdicts, itemStates } from "../items.js";
import { useLive } from "../live.js";
import { go, to } from "../router.js";
import { can } from "../session.js";
import { useIsPaused } from "../status.js";
import { Button, Chip, Icon, PageHead, Panel, Time } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { TextField, useForm, useGuard } from "../ui/form.js";
import { html } from "../ui/html.js";
import { MergeDialog } from "../ui/merge.js";
import { MenuItem, Pop } from "../ui/pop.js";
import { Loaded } from "../ui/states.js";
import { Summary } from "../ui/summary.js";
import { toast, toastProblem } from "../ui/toast.js";
import { useWork } from "../work.js";

const LOOK_WAITS_MS = 300;
const EVER = "1970-01-01";
const pathOf = (/** @type {string} */ sku) => `/kits/${encodeURIComponent(sku)}`;

/** @typedef {{component: string, quantity: string, price_weight: string|null, valid_from: string|null, valid_to: string|null, key?: number}} Row */

/** As a person edits it: the beginning of time is no date. @param {any} kit @returns {Row[]} */
const rowsOf = (kit) => kit.components.map((/** @type {any} */ each) => ({
  component: each.component, quantity: each.quantity, price_weight: each.price_weight,
  valid_from: each.valid_from?.startsWith(EVER) ? null : each.valid_from, valid_to: each.valid_to,
}));

let lastKey = 0;
const keyed = (/** @type {Row[]} */ rows) => rows.map((row) => ({ ...row, key: ++lastKey }));
const plain = (/** @type {Row[]} */ rows) => rows.map(({ key: _, ...row }) => ({ ...row, component: row.component.trim().toUpperCase(), quantity: row.quantity.trim(), price_weight: row.price_weight || null }));
const blank = () => keyed([{ component: "", quantity: "1", price_weight: null, valid_from: null, valid_to: null }])[0];

/** For the API, without rows that nobody has filled in. @param {Row[]} rows */
const bodyOf = (rows) => plain(rows).filter((row) => row.component !== "").map(({ price_weight, valid_from, valid_to, ...row }) => ({
  ...row, ...(price_weight && { price_weight }), ...(valid_from && { valid_from }), ...(valid_to && { valid_to }),
}));

/** Whether it is whole, asked of the server when typing pauses. @param {string} sku @param {any[]} components */
function useProof(sku, components) {
  const [proof, setProof] = useState(/** @type {{of: string, data?: any, problem?: any}} */ ({ of: "" }));
  const isFilled = sku !== "" && components.length > 0 && components.every((each) => each.quantity !== "");
  const of = isFilled ? JSON.stringify([sku, components]) : "";
  useEffect(() => {
    if (!of) return undefined;
    let isOver = false;
    const timer = setTimeout(() => call("POST", "/kits/validate", { body: { sku, components } }).then(
      ({ data }) => !isOver && setProof({ of, data }), (problem) => !isOver && setProof({ of, problem })), LOOK_WAITS_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [of]);
  return { data: of ? proof.data : undefined, problem: of ? proof.problem : undefined, isCurrent: of !== "" && proof.of === of };
}

/** "6" of "3" and 2: exact to five decimals, as quantities are. @param {string} quantity @param {number} times */
const times = (quantity, times) => String(Math.round(Number(quantity) * times * 1e5) / 1e5);

/** @param {{proof: ReturnType<typeof useProof>}} props */
function Proof({ proof }) {
  const [tried, setTried] = useState("1");
  const { data, problem } = proof;
  const n = Math.max(Number(tried) || 0, 0);
  const leaves = data?.expansion.filter((/** @type {any} */ part) => !part.is_kit) ?? [];
  return html`<${Panel} title="What it comes to"><div class=${`pad stack roomy ${proof.isCurrent || !data ? "" : "old"}`} role="status">
    ${problem ? html`<p><span class="ink" data-s="err"><${Icon} name="x" /> ${problem.message}</span></p>` : !data ? html`<p class="small muted">Each component needs a SKU and a quantity.</p>` :
      !data.valid ? html`<p><span class="ink strong" data-s="err"><${Icon} name="x" /> ${data.message}</span></p>` : html`
      <label class="bar"><span class="label nowrap">Quantity</span><input class="in" type="number" min="1" step="1" inputmode="numeric" value=${tried} onInput=${(/** @type {any} */ e) => setTried(e.target.value)} /></label>
      ${leaves.length === 0 ? html`<p>It has no parts today.</p>` : html`<p>Expands to ${plural(leaves.length, "line")}${data.depth > 1 && `, over ${data.depth} levels`}:</p>
        <table class="tbl tight"><tbody>${leaves.map((/** @type {any} */ part, /** @type {number} */ i) => html`<tr key=${i}><th scope="row" class="mono">${part.sku}</th><td class="num">${times(part.quantity, n)}</td></tr>`)}</tbody></table>`}
      ${data.missing.length > 0 && html`<p class="small"><span class="ink" data-s="warn"><${Icon} name="warn" /> No items yet:</span> ${data.missing.map((/** @type {string} */ sku, /** @type {number} */ i) => html`${i > 0 && ", "}<a class="mono" href=${to("/items", { search: sku })}>${sku}</a>`)}. Orders of the kit fail until they are.</p>`}`}
  </div><//>`;
}

/** What is known of a component here. @param {{sku: string, checks: number}} props checks: how often Business Central was asked meanwhile */
function Known({ sku, checks }) {
  const [asked, ask] = useState(sku.trim());
  useEffect(() => {
    const timer = setTimeout(() => ask(sku.trim()), LOOK_WAITS_MS);
    return () => clearTimeout(timer);
  }, [sku]);
  const shown = useLive(asked ? `/items/${encodeURIComponent(asked)}` : null);
  useEffect(() => {
    if (checks > 0) shown.again();
  }, [checks]);
  if (!asked || shown.busy) return null;
  if (shown.problem) return html`<${Chip} s="warn" icon="what">${shown.problem.status === 404 ? "No item here" : "Not known"}<//>`;
  if (!shown.data) return null;
  const [s, icon, word] = itemStates[shown.data.status] ?? ["neutral", "what", shown.data.status];
  const [bcS, bcIcon, bcWord] = bcVerdicts[shown.data.bc] ?? bcVerdicts.unknown;
  return html`<span class="row"><${Chip} s=${s} icon=${icon}>${word}<//><${Chip} s=${bcS} icon=${bcIcon}>BC: ${bcWord.toLowerCase()}<//></span>
    <small>${shown.data.description}${shown.data.checked_at && html` · checked <${Time} at=${shown.data.checked_at} how="ago" />`}</small>`;
}

/**
 * @param {{rows: Row[], onRows: (rows: Row[]) => void, hasDates: boolean, mayWrite: boolean, checks: number}} props
 */
function Components({ rows, onRows, hasDates, mayWrite, checks }) {
  const set = (/** @type {number} */ at, /** @type {any} */ change) => onRows(rows.map((row, i) => (i === at ? { ...row, ...change } : row)));
  const move = (/** @type {number} */ at, /** @type {number} */ by) => {
    const next = [...rows];
    [next[at], next[at + by]] = [next[at + by], next[at]];
    onRows(next);
  };
  const date = (/** @type {Row} */ row, /** @type {number} */ i, /** @type {"valid_from"|"valid_to"} */ name, /** @type {string} */ word) => html`<td class="k" data-l=${word}>
    <input class="in" type="date" aria-label=${`${word}, component ${i + 1}`} disabled=${!mayWrite} value=${row[name]?.slice(0, 10) ?? ""}
      onChange=${(/** @type {any} */ e) => set(i, { [name]: e.target.value ? `${e.target.value}T00:00:00.000Z` : null })} /></td>`;
  return html`<div class="scroll"><table class="tbl tight cards"><thead><tr><th scope="col">Component</th><th scope="col">Quantity</th><th scope="col">Price weight</th>
    ${hasDates && html`<th scope="col">From (UTC)</th><th scope="col">Until (UTC)</th>`}<th scope="col">Item</th>${mayWrite && html`<th scope="col"><span class="sr">Actions</span></th>`}</tr></thead>
    <tbody>${rows.map((row, i) => html`<tr key=${row.key}>
      <th scope="row" class="a"><input class="in mono" aria-label=${`SKU, component ${i + 1}`} name=${`component-${i}`} maxlength="100" autocomplete="off" spellcheck="false" readonly=${!mayWrite} value=${row.component}
        onInput=${(/** @type {any} */ e) => set(i, { component: e.target.value })} /></th>
      <td class="k" data-l="Quantity"><input class="in num" aria-label=${`Quantity, component ${i + 1}`} inputmode="decimal" size="6" readonly=${!mayWrite} value=${row.quantity} onInput=${(/** @type {any} */ e) => set(i, { quantity: e.target.value })} /></td>
      <td class="k" data-l="Price weight"><input class="in num" aria-label=${`Price weight, component ${i + 1}`} inputmode="decimal" size="6" placeholder="even" readonly=${!mayWrite} value=${row.price_weight ?? ""}
        onInput=${(/** @type {any} */ e) => set(i, { price_weight: e.target.value || null })} /></td>
      ${hasDates && html`${date(row, i, "valid_from", "From (UTC)")}${date(row, i, "valid_to", "Until (UTC)")}`}
      <td class="a"><${Known} sku=${row.component} checks=${checks} /></td>
      ${mayWrite && html`<td class="a"><span class="bar"><${Button} small kind="quiet" icon="up" label=${`Move component ${i + 1} up`} disabled=${i === 0} onClick=${() => move(i, -1)} />
        <${Button} small kind="quiet" icon="down" label=${`Move component ${i + 1} down`} disabled=${i === rows.length - 1} onClick=${() => move(i, 1)} />
        <${Button} small kind="quiet" icon="trash" label=${`Remove component ${i + 1}`} disabled=${rows.length === 1} onClick=${() => onRows(rows.filter((_, at) => at !== i))} /></span></td>`}
    </tr>`)}</tbody></table></div>`;
}

const listed = (/** @type {Row[]} */ rows) => html`<ul class="stack">${rows.map((row, i) => html`<li key=${i}><span class="mono">${row.component}</span> × ${row.quantity}${row.price_weight && `, weight ${row.price_weight}`}${
  (row.valid_from || row.valid_to) && `, ${row.valid_from?.slice(0, 10) ?? "…"} – ${row.valid_to?.slice(0, 10) ?? "…"}`}</li>`)}</ul>`;

/** @param {{kit: any|null, checks?: number, onSaved: (kit: any) => void}} props kit: null for a new one */
function Editor({ kit, checks = 0, onSaved }) {
  const mayWrite = can("items.write");
  const [base, setBase] = useState(() => kit && pick(kit, ["components"]));
  const [theirs, setTheirs] = useState(/** @type {any} */ (null));
  const form = useForm({ sku: kit?.sku ?? "", rows: kit ? keyed(rowsOf(kit)) : [blank()], dates: kit !== null && rowsOf(kit).some((row) => row.valid_from || row.valid_to) });
  const rows = /** @type {Row[]} */ (form.values.rows);
  const components = bodyOf(rows);
  const sku = form.values.sku.trim().toUpperCase();
  const proof = useProof(sku, components);
  const isChanged = kit ? !same(plain(rows), rowsOf(base)) : sku !== "" || components.length > 0;
  const canSave = isChanged && proof.isCurrent && proof.data?.valid === true;
  useGuard(isChanged && !form.isBusy);
  useEffect(() => {
    if (!kit || isChanged || same(base, pick(kit, ["components"]))) return;
    setBase(pick(kit, ["components"]));
    form.set("rows", keyed(rowsOf(kit)));
  }, [kit]);
  const send = async (/** @type {any} */ over, /** @type {Row[]} */ mine) => {
    try {
      const { data } = await saveOver(pathOf(kit.sku), over, { components: bodyOf(mine) });
      setBase(pick(data, ["components"]));
      form.set("rows", keyed(rowsOf(data)));
      toast({ s: "ok", icon: "ok", text: "Saved. Orders that failed by kits are tried again." });
      onSaved(data);
    } catch (failed) {
      if (!(failed instanceof Conflict)) throw failed;
      setTheirs(failed.theirs);
    }
  };
  const save = form.submit(async () => {
    if (kit) return send(base, rows);
    const { data } = await post("/kits", { sku, components });
    toast({ s: "ok", icon: "ok", text: `${data.sku} is added` });
    onSaved(data);
  });
  const merge = async (/** @type {any} */ merged) => {
    form.set("rows", keyed(merged.rows));
    await send(pick(theirs, ["components"]), merged.rows);
  };
  return html`<${Summary} form=${form} labels=${{ sku: "Parent SKU", components: "Components" }} />
    <div class="cols"><div><form id="kit-form" class="panel" onSubmit=${save} novalidate aria-label="Components">
      ${!kit && html`<div class="pad"><${TextField} form=${form} name="sku" label="Parent SKU" help="As it is sold; kept in capital letters" maxlength="100" autocomplete="off" spellcheck="false" required /></div>`}
      <${Components} rows=${rows} onRows=${(/** @type {Row[]} */ next) => form.set("rows", next)} hasDates=${form.values.dates} mayWrite=${mayWrite} checks=${checks} />
      ${mayWrite && html`<footer class="small"><${Button} small icon="plus" onClick=${() => form.set("rows", [...rows, blank()])}>Add component<//>
        ${!form.values.dates && html`<${Button} small kind="quiet" onClick=${() => form.set("dates", true)}>With dates<//>`}</footer>`}</form>
      ${mayWrite && (isChanged || !kit) && html`<div class="panel savebar item"><span class="grow small" role="status">${proof.data?.valid === false && proof.isCurrent ? html`<span class="ink" data-s="err"><${Icon} name="x" /> Cannot be saved like this</span>` : kit ? "Changed" : ""}</span>
        ${kit ? html`<${Button} kind="quiet" onClick=${() => form.set("rows", keyed(rowsOf(base)))}>Discard<//>` : html`<${Button} kind="quiet" href=${to("/kits")}>Cancel<//>`}
        <${Button} kind="primary" type="submit" form="kit-form" disabled=${form.isBusy || !canSave}>${kit ? "Save" : "Add kit"}<//></div>`}
    </div><div><${Proof} proof=${proof} /></div></div>
    ${theirs && html`<${MergeDialog} title=${`Which components of ${kit.sku} shall stay?`} parts=${[{ name: "rows", label: "Components", show: listed }]} base=${{ rows: rowsOf(base) }}
      mine=${{ rows: plain(rows) }} theirs=${{ rows: rowsOf(theirs) }} onMerge=${merge} onClose=${() => setTheirs(null)} />`}`;
}

/** @param {{sku: string, onClose: () => void}} props */
function RemoveDialog({ sku, onClose }) {
  const remove = async () => {
    await call("DELETE", pathOf(sku), { match: "*" });
    toast({ s: "ok", icon: "trash", text: `The kit ${sku} is removed` });
    go("/kits");
  };
  return html`<${Dialog} title=${`Remove the kit ${sku}?`} verb="Remove" danger typed=${sku} onDo=${remove} onClose=${onClose}>
    <p>From then on ${sku} is sent as an item of its own, without parts. Orders that are stored keep theirs.</p><//>`;
}

/** @param {{sku: string}} props */
function OldKit({ sku }) {
  const shown = useLive(pathOf(sku));
  const isPaused = useIsPaused();
  const [isRemoving, remove] = useState(false);
  const [checks, setChecks] = useState(0);
  const work = useWork(({ result, error }) => {
    setChecks((n) => n + 1);
    toast(!result ? { s: "err", icon: "x", text: error?.message ?? error?.what ?? "The check did not come to an end" } : !result.valid ? { s: "err", icon: "x", text: result.message } :
      result.failed > 0 ? { s: "warn", icon: "warn", text: `${plural(result.failed, "component")} of ${count(result.count)} would not pass in Business Central` } :
      { s: "ok", icon: "ok", text: `Business Central has ${result.count === 1 ? "its component" : `all of its ${count(result.count)} components`}` });
  });
  const check = () => post(`${pathOf(sku)}/check`).then(({ data }) => work.follow(data), toastProblem);
  if (!shown.data) return html`<h1 tabindex="-1">${sku}</h1><div class="panel"><${Loaded} of=${shown} rows=${5}>${() => ""}<//></div>
    ${shown.problem?.status === 404 && html`<p class="row"><${Button} href=${to("/kits")}>All kits<//></p>`}`;
  return html`
    <${PageHead} title=${html`<span class="mono">${shown.data.sku}</span>`} aside=${work.isBusy && html`<${Chip} s="info" icon="run">${work.operation.paused_until ? "Waits for BC" : "Asking Business Central"}<//>`}>
      <${Button} icon="retry" disabled=${work.isBusy} onClick=${check}>${isPaused ? "Queue a check in BC" : "Check in BC now"}<//>
      ${can("items.write") && html`<${Pop} label="More actions" role="menu" end button=${(/** @type {any} */ props) => html`<${Button} icon="more" label="More actions" ...${props} />`}>${(/** @type {() => void} */ close) => html`
        <${MenuItem} onClick=${() => { close(); remove(true); }}><${Icon} name="trash" />Remove…<//>`}<//>`}<//>
    ${shown.problem && html`<div class="panel"><${Loaded} of=${shown}>${() => ""}<//></div>`}
    <${Editor} checks=${checks} kit=${shown.data} onSaved=${() => shown.again()} />
    ${isRemoving && html`<${RemoveDialog} sku=${shown.data.sku} onClose=${() => remove(false)} />`}`;
}

/** @param {{sku?: string}} props */
export default function Kit({ sku }) {
  return sku !== undefined ? html`<${OldKit} sku=${sku} />` :
    html`<${PageHead} title="Add a kit" /><${Editor} kit=${null} onSaved=${(/** @type {any} */ kit) => go(`/kits/${encodeURIComponent(kit.sku)}`)} />`;
}
