// A CSV file of items or kits: what it would do is shown while it is chosen, then
// all of it is written, or nothing.
import { useEffect, useState } from "preact/hooks";
import { call, post } from "../api.js";
import { download, downloadCsv } from "../csv.js";
import { count, plural } from "../format.js";
import { Button, Icon } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { CheckField, useForm } from "../ui/form.js";
import { html } from "../ui/html.js";
import { ErrorCard } from "../ui/states.js";
import { toast } from "../ui/toast.js";

const LOOK_WAITS_MS = 400;
const LARGEST = 1024 * 1024;
const SHOWN = 8;

/** @type {Record<string, string>} */
const columns = {
  items: "sku,description,status,bc_number,gl_account,barcode,list_price",
  kits: "parent_sku,component_sku,quantity,sort,price_weight,valid_from,valid_to",
};

const counted = (/** @type {any} */ plan) => plan.added + plan.changed + plan.removed;

const summary = (/** @type {any} */ plan) => [`${count(plan.added)} new`, `${count(plan.changed)} changed`, `${count(plan.unchanged)} unchanged`,
  plan.removed > 0 && `${count(plan.removed)} removed`].filter(Boolean).join(" · ");

/** What the text would do, asked when typing pauses. @param {string} kind @param {string} csv @param {boolean} removes */
function useLook(kind, csv, removes) {
  const [look, setLook] = useState(/** @type {{of: string, plan?: any, problem?: any}} */ ({ of: "" }));
  const of = csv && JSON.stringify([csv, removes]);
  useEffect(() => {
    if (!of) return setLook({ of: "" });
    if (csv.length > LARGEST) return undefined;
    let isOver = false;
    const timer = setTimeout(() => call("POST", `/${kind}/upload`, { query: { dry_run: 1 }, body: { csv, remove_missing: removes } }).then(
      ({ data }) => !isOver && setLook({ of, plan: data }), (problem) => !isOver && setLook({ of, problem })), LOOK_WAITS_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [of]);
  return { ...look, isBusy: look.of !== of && csv.length <= LARGEST };
}

/** @param {{kind: "items"|"kits", rows: any[], s: string, title: string}} props */
const Faults = ({ kind, rows, s, title }) => rows.length > 0 && html`<div class="note" data-s=${s}><${Icon} name=${s === "err" ? "x" : "warn"} /><p class="strong">${title}</p>
  <ul class="stack small">${rows.slice(0, SHOWN).map((each) => html`<li key=${each.line + each.why}>${each.line > 0 ? `Line ${each.line}: ` : ""}${each.why}</li>`)}</ul>
  ${rows.length > SHOWN && html`<p class="small">and ${rows.length - SHOWN} more</p>`}
  <div class="row"><${Button} small icon="get" onClick=${() => downloadCsv(`${kind}-errors.csv`, ["line", "why"], rows)}>Download as CSV<//></div></div>`;

/** @param {{kind: "items"|"kits", onClose: () => void, onDone: () => void}} props */
export function UploadDialog({ kind, onClose, onDone }) {
  const form = useForm({ csv: "", removes: false });
  const { csv, removes } = form.values;
  const look = useLook(kind, csv, removes);
  const { plan } = look;
  const isReady = Boolean(plan) && !look.isBusy && plan.faults.length === 0 && counted(plan) > 0;
  const read = async (/** @type {File|undefined} */ file) => file && form.set("csv", await file.text());
  const apply = async () => {
    const { data } = await post(`/${kind}/upload`, { csv, remove_missing: removes });
    toast({ s: "ok", icon: "ok", text: `${summary(data)}. Orders that waited for them are tried again.` });
    onDone();
  };
  return html`<${Dialog} side title=${`Upload ${kind} from a CSV file?`} verb=${isReady ? `Apply ${count(counted(plan))}` : "Apply"} ready=${isReady}
    typed=${plan?.removed > 0 ? String(plan.removed) : undefined} onDo=${apply} onClose=${onClose}>
    <p class="small muted">First line: the names of the columns, in any order, by comma or semicolon. ${kind === "kits" ? "One component a line; the lines of a parent replace its kit as a whole." : "Only the SKU is required."}
      Nothing is written before you apply it.</p>
    <div class="row"><label class="field grow"><span class="label">File</span><input class="in" type="file" accept=".csv,text/csv,text/plain" onChange=${(/** @type {any} */ e) => read(e.target.files[0])} /></label></div>
    <div><${Button} small icon="get" onClick=${() => download(`${kind}.csv`, `${columns[kind]}\r\n`, "text/csv;charset=utf-8")}>Empty template<//></div>
    <label class="field"><span class="label">Or paste it here</span><textarea class="in mono" rows="6" spellcheck="false" ...${form.text("csv")}></textarea></label>
    <${CheckField} form=${form} name="removes" label=${`Remove ${kind} that are not in the file`} />
    ${csv.length > LARGEST ? html`<div class="note" data-s="err" role="alert"><${Icon} name="x" /><p class="strong">The file is larger than 1 MiB.</p><p>The command line takes any size: <span class="mono">orderbridge ${kind === "kits" ? "kit" : "item"} import FILE</span></p></div>` :
      look.problem ? html`<${ErrorCard} problem=${look.problem} />` : html`<div role="status" class=${`stack ${look.isBusy ? "old" : ""}`}>
      ${plan ? html`<p><strong>${summary(plan)}</strong>${plan.faults.length > 0 ? html` · <span class="ink" data-s="err">${plural(plan.faults.length, "error")}</span>` : counted(plan) === 0 ? ": nothing to do" : ""}</p>
        <${Faults} kind=${kind} rows=${plan.faults} s="err" title="Nothing can be written while a line is wrong." />
        <${Faults} kind=${kind} rows=${plan.warnings} s="warn" title="Written as it is, but look at it:" />` : look.isBusy && html`<p class="small muted">Looking at it…</p>`}</div>`}
    ${plan?.removed > 0 && html`<p class="small">To remove ${plural(plan.removed, kind === "kits" ? "kit" : "item")} cannot be undone.</p>`}
  <//>`;
}
