// Schedules: what runs by itself, how often, and when next.
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { Conflict, pick, same, saveOver } from "../edit.js";
import { utcMinute } from "../format.js";
import { siteNow, to } from "../router.js";
import { can } from "../session.js";
import { useIsPaused, useStatus, useStatusNow } from "../status.js";
import { Button, Chip, PageHead, Time } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { CheckField, Field, SelectField, TextField, useForm } from "../ui/form.js";
import { html } from "../ui/html.js";
import { MergeDialog } from "../ui/merge.js";
import { Empty } from "../ui/states.js";
import { Table, useList } from "../ui/table.js";
import { toast, toastProblem } from "../ui/toast.js";

const PACE_S = 15;

/** @type {Record<string, [string, string]>} */
const kinds = {
  order_sync: ["Fetch new orders", "from the shop"],
  item_sync: ["Fetch items", "from Business Central"],
  retention: ["Clean up", "what is older than its retention goes"],
  webhook_check: ["Check webhooks", "those that a shop has silenced speak again"],
};
const wordOf = (/** @type {any} */ row) => kinds[row.kind]?.[0] ?? row.name.replaceAll("_", " ");

/** @type {[string, string][]} */
const frequencies = [["minutes", "Every few minutes"], ["hourly", "Hourly"], ["twice_daily", "Twice a day"], ["daily", "Daily"], ["weekly", "Weekly"]];
const oftenWords = (/** @type {any} */ row) => row.frequency === "minutes" ? `Every ${row.every_min} min` : frequencies.find(([value]) => value === row.frequency)?.[1] ?? row.frequency;

/** @type {Record<string, string>} */
const labels = { is_enabled: "Runs by itself", frequency: "How often", every_min: "Minutes between", start_at: "Counted from" };
const names = Object.keys(labels);
const parts = names.map((name) => ({ name, label: labels[name] }));

/** @param {{row: any, onDone: () => void, onClose: () => void}} props */
function EditDialog({ row, onDone, onClose }) {
  const [base, setBase] = useState(() => pick(row, names));
  const [theirs, setTheirs] = useState(/** @type {any} */ (null));
  const form = useForm({ ...base, every_min: base.every_min || 15 });
  const mine = () => ({ ...form.values, every_min: form.values.frequency === "minutes" ? Number(form.values.every_min) : base.every_min });
  const send = async (/** @type {any} */ values, /** @type {any} */ from) => {
    const change = Object.fromEntries(names.filter((name) => !same(values[name], from[name])).map((name) => [name, values[name]]));
    if (change.frequency === "minutes") change.every_min = values.every_min;
    try {
      await saveOver(`/schedules/${row.id}`, from, change);
    } catch (failed) {
      if (failed instanceof Conflict) setTheirs(failed.theirs);
      throw failed;
    }
    toast({ s: "ok", icon: "ok", text: `“${wordOf(row)}” is saved` });
    onDone();
  };
  const merge = async (/** @type {any} */ merged) => {
    const now = pick(theirs, names);
    form.setValues(merged);
    setBase(now);
    await send(merged, now);
    onClose();
  };
  const at = form.values.start_at;
  return html`<${Dialog} form=${form} title=${`When shall “${wordOf(row)}” run?`} verb="Save" ready=${!same(pick(mine(), names), base)} onDo=${() => send(pick(mine(), names), base)} onClose=${onClose}>
    <${CheckField} form=${form} name="is_enabled" label="Runs by itself" help="without, only when somebody starts it" isSwitch />
    <${SelectField} form=${form} name="frequency" label="How often" options=${frequencies} />
    ${form.values.frequency === "minutes" && html`<${TextField} form=${form} name="every_min" label="Minutes between" type="number" min="1" max="1440" inputmode="numeric" help="1 to 1440; cron has to come as often" />`}
    <${Field} label="Counted from (UTC)" wrong=${form.wrong("start_at")} help=${`Its runs fall on this time of day${form.values.frequency === "weekly" ? " and day of the week" : ""}`}>${(/** @type {any} */ props) => html`
      <input class="in" type="datetime-local" name="start_at" ...${props} value=${at.slice(0, 16)} onChange=${(/** @type {any} */ e) => e.target.value && form.set("start_at", `${e.target.value}:00.000Z`)} />`}<//>
  <//>${theirs && html`<${MergeDialog} title=${`What of “${wordOf(row)}” shall stay?`} parts=${parts} base=${base} mine=${pick(mine(), names)} theirs=${pick(theirs, names)} onMerge=${merge} onClose=${() => setTheirs(null)} />`}`;
}

/** @param {(row: any) => void} onEdit @param {(row: any) => void} onRun @param {boolean} isPaused @param {any[]} sites @returns {import("../ui/table.js").Column[]} */
const columns = (onEdit, onRun, isPaused, sites) => [
  { key: "kind", label: "What", head: true, card: "t", cell: (row) => html`${wordOf(row)}<small>${kinds[row.kind]?.[1] ?? row.name}</small>` },
  { key: "enabled", label: "State", card: "st", cell: (row) => row.is_enabled ? html`<${Chip} s="ok" icon="ok">On<//>` : html`<${Chip} s="neutral" icon="pause">Off<//>` },
  { key: "site", label: "Webshop", card: "k", cell: (row) => {
    const site = sites.find((each) => each.code === row.site);
    return site ? html`<a href=${to(`/sites/${site.id}`)}>${site.name}</a>` : row.site ?? html`<span class="muted">–</span>`;
  } },
  { key: "frequency", label: "How often", card: "k", cell: (row) => html`<span title=${`counted from ${utcMinute(new Date(row.start_at))} UTC`}>${oftenWords(row)}</span>` },
  { key: "last", label: "Last run", card: "k", cell: (row) => row.last_run_at ? html`<a href=${to("/operations", { kind: row.kind, site: row.site })}><${Time} at=${row.last_run_at} how="ago" /></a>` : html`<span class="muted">Never</span>` },
  { key: "next", label: "Next run", card: "k", cell: (row) => html`<${Time} at=${row.is_enabled ? row.next_run_at : null} />` },
  { key: "act", label: html`<span class="sr">Actions</span>`, card: "a", cell: (row) => can("sync") && html`<span class="bar"><${Button} small kind="quiet" onClick=${() => onRun(row)}>${isPaused ? "Queue" : "Run now"}<//>
    <${Button} small kind="quiet" icon="pen" label=${`Edit “${wordOf(row)}”${row.site ? ` of ${row.site}` : ""}`} onClick=${() => onEdit(row)} /></span>` },
];

export default function Schedules() {
  const list = useList("/schedules", {}, PACE_S);
  const status = useStatus();
  const statusNow = useStatusNow();
  const isPaused = useIsPaused();
  const [edited, edit] = useState(/** @type {any} */ (null));
  const site = siteNow();
  const rows = list.rows?.filter((/** @type {any} */ row) => !site || !row.site || row.site === site);
  const run = async (/** @type {any} */ row) => {
    try {
      const { data } = await post(`/schedules/${row.id}/run`);
      toast({ s: "ok", icon: "run", text: `“${wordOf(row)}” is ${isPaused ? "queued" : "started"}`, action: { label: "Show operation", run: () => { location.hash = to(`/operations/${data.id}`); } } });
      statusNow();
      list.again();
    } catch (problem) {
      toastProblem(problem);
    }
  };
  const cron = status?.overview.cron;
  return html`
    <${PageHead} title="Schedules" aside=${cron && html`<span class="muted small">Cron ${cron.last_seen_at ? html`was here <${Time} at=${cron.last_seen_at} how="ago" />` : "was never here: nothing runs by itself"}</span>`} />
    <${Table} label="Schedules" bare list=${{ ...list, rows }} columns=${columns(edit, run, isPaused, status?.sites ?? [])}
      empty=${html`<${Empty} icon="clock" title="Nothing runs by itself here." text="Each site that is added gets a schedule." />`} />
    ${edited && html`<${EditDialog} key=${edited.id} row=${edited} onDone=${list.again} onClose=${() => edit(null)} />`}`;
}
