// What an administrator may set on screens, where it comes from, and how the host is.
import { useState } from "preact/hooks";
import { call, post } from "../api.js";
import { day, plural, weekday, zone } from "../format.js";
import { useLive } from "../live.js";
import { useStatus } from "../status.js";
import { Button, Chip, Icon, PageHead, Panel, Time } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { Field, useForm, useGuard } from "../ui/form.js";
import { html } from "../ui/html.js";
import { copy, ErrorCard, Loaded, Skeleton } from "../ui/states.js";
import { Parts, partNow } from "../ui/tabs.js";
import { toast, toastProblem } from "../ui/toast.js";
import { Connection, Steps } from "./bc_connection.js";

const WEEK_MS = 7 * 24 * 3600 * 1000;
const WINDOWS = 4;

/** Which settings a tab has, and how each is called. @type {Record<string, [string, string][]>} */
const tabKeys = {
  general: [["web.public_url", "Public address"], ["log.level", "Log level"], ["auth.idle_min", "Sessions end after, unused"], ["auth.absolute_h", "Sessions end in any case after"],
    ["auth.require_totp", "Roles that need a second factor"]],
  orders: [["sync.overlap_min", "Read again at each run"], ["sync.sku_wait_days", "Wait for a missing SKU"], ["sync.allowed_status", "Items that may be sold"],
    ["kits.price", "Price of a kit"], ["queue.max_unexported", "Orders that may wait for Business Central"]],
  retention: [["retention.log_days", "Log entries"], ["retention.operation_days", "Operations"], ["retention.failed_operation_days", "Failed operations"],
    ["retention.webhook_days", "Webhooks"], ["retention.audit_days", "Audit trail"]],
};

/** Settings of the file that belong to the tab, shown for what they are. @type {Record<string, [string, string][]>} */
const fixedKeys = {
  general: [],
  orders: [["queue.retry_waits_s", "Waits before a retry, in seconds"], ["sync.page_size", "Orders a request"], ["net.shop_rate", "Requests a second and shop"], ["kits.max_depth", "Kits within kits"]],
  retention: [],
};

/** @type {Record<string, string>} */
const words = { active: "Active", sell_through: "Sell-through", blocked: "Blocked", discontinued: "Discontinued", administrator: "Administrator", operator: "Operator", analyst: "Analyst", viewer: "Viewer", all: "All", parent: "Keep it on the kit's line", allocate: "Share it out to the components" };
const wordOf = (/** @type {string} */ value) => words[value] ?? value;

/** What may be entered, as the server says it in words. @param {string} wanted */
function kindOf(wanted) {
  const range = wanted.match(/^a number from (\d+) to (\d+)$/);
  if (range) return { type: "number", min: Number(range[1]), max: Number(range[2]), options: /** @type {string[]} */ ([]) };
  const options = wanted.replace(/^a list of /, "").split(/, | or /);
  if (wanted.startsWith("a list of ") && options.length > 1) return { type: "list", options };
  if (options.length > 1 && options.every((each) => /^[a-z_]+$/.test(each))) return { type: "choice", options };
  return { type: "text", options: /** @type {string[]} */ ([]) };
}

/** @type {Record<string, string>} */
const origins = { default: "default", setting: "set here", file: "orderbridge.ini", environment: "environment", flag: "command line" };

/** @param {{setting: any, label: string, form: any, onReset: () => void}} props */
function Setting({ setting, label, form, onReset }) {
  const { name } = setting;
  const kind = kindOf(setting.wanted);
  const isChanged = form.values[name] !== setting.value;
  const list = form.values[name].split(",").map((/** @type {string} */ each) => each.trim()).filter(Boolean);
  const toggle = (/** @type {string} */ option, /** @type {boolean} */ isOn) =>
    form.set(name, kind.options.filter((each) => (each === option ? isOn : list.includes(each))).join(", "));
  const help = html`${setting.help[0].toUpperCase()}${setting.help.slice(1)}.${kind.type === "number" && html` ${kind.min} to ${kind.max}.`}
    ${setting.locked && ` Set in ${origins[setting.origin] ?? setting.origin}, which wins.`}`;
  const control = (/** @type {any} */ props) => kind.type === "choice" ? html`<select class="in" name=${name} disabled=${setting.locked} ...${props}
      onChange=${(/** @type {any} */ e) => form.set(name, e.target.value)}>${kind.options.map((option) => html`<option value=${option} selected=${option === form.values[name]}>${wordOf(option)}</option>`)}</select>` :
    html`<input class=${`in ${setting.locked ? "locked" : ""}`} name=${name} type=${kind.type} min=${kind.min} max=${kind.max} readonly=${setting.locked} ...${props} ...${form.text(name)} />`;
  return html`<div class="stack">
    ${kind.type === "list" ? html`<fieldset class="field"><legend class="label">${label}</legend>${kind.options.map((option) => html`<label class="check" key=${option}><input type="checkbox" checked=${list.includes(option)}
        disabled=${setting.locked} onChange=${(/** @type {any} */ e) => toggle(option, e.target.checked)} /><span>${wordOf(option)}</span></label>`)}
        ${form.wrong(name) ? html`<p data-s="err"><${Icon} name="x" /> ${form.wrong(name)}</p>` : html`<p>${help}</p>`}</fieldset>` :
      html`<${Field} label=${label} help=${help} wrong=${form.wrong(name)}>${control}<//>`}
    <div class="row tiny">${isChanged ? html`<span class="ink" data-s="info"><${Icon} name="pen" /> changed, was ${wordOf(setting.value) || "empty"}</span>
        <button type="button" class="link" onClick=${() => form.set(name, setting.value)}>Undo</button>` :
      !setting.locked && setting.origin === "setting" && html`<span class="muted">default: ${wordOf(setting.default) || "empty"}</span><button type="button" class="link" onClick=${onReset}>Back to default</button>`}</div>
  </div>`;
}

/** @param {{tab: string, settings: any[], etag: string|null, again: () => void}} props */
function Tab({ tab, settings, etag, again }) {
  const of = (/** @type {string} */ name) => settings.find((each) => each.name === name);
  const keys = tabKeys[tab].filter(([name]) => of(name));
  const [start] = useState(() => Object.fromEntries(keys.map(([name]) => [name, of(name).value])));
  const form = useForm(start);
  const changed = keys.filter(([name]) => form.values[name] !== of(name).value).map(([name]) => name);
  useGuard(changed.length > 0);
  const write = async (/** @type {Record<string, string|null>} */ what) => {
    const { data } = await call("PATCH", "/settings", { body: { settings: what }, match: etag ?? "*" });
    for (const name of Object.keys(what)) form.set(name, data.find((/** @type {any} */ each) => each.name === name).value);
    toast({ s: "ok", icon: "ok", text: "Saved: it counts from the next request and the next run on" });
    again();
  };
  const save = form.submit(() => write(Object.fromEntries(changed.map((name) => [name, form.values[name]]))));
  const reset = (/** @type {string} */ name) => write({ [name]: null }).catch(toastProblem);
  const fixed = fixedKeys[tab].filter(([name]) => of(name));
  return html`<form class="stack roomy" onSubmit=${save} novalidate>
    <section class="panel" aria-label="Settings"><div class="pad form">${keys.map(([name, label]) => html`<${Setting} key=${name} setting=${of(name)} label=${label} form=${form} onReset=${() => reset(name)} />`)}</div></section>
    ${fixed.length > 0 && html`<${Panel} title="Set in orderbridge.ini"><dl class="kv pad">${fixed.map(([name, label]) => html`<dt key=${name}>${label}</dt><dd>${of(name).value || "none"} <span class="muted mono small">${name}</span></dd>`)}</dl><//>`}
    ${form.problem && Object.keys(form.problem.params).every((name) => !(name in form.values)) && html`<div class="panel"><${ErrorCard} problem=${form.problem} again=${form.problem.status === 412 ? again : undefined} /></div>`}
    ${changed.length > 0 && html`<div class="panel savebar item" role="status"><span class="grow">${plural(changed.length, "setting")} changed, not saved</span>
      <${Button} kind="quiet" onClick=${() => form.setValues(Object.fromEntries(keys.map(([name]) => [name, of(name).value])))}>Undo all<//>
      <${Button} kind="primary" type="submit" disabled=${form.isBusy}>Save<//></div>`}
  </form>`;
}

/** The next times at which Business Central is in maintenance. */
function Windows() {
  const next = useStatus()?.window;
  void zone.value;
  if (!next) return html`<${Panel} title="Maintenance of Business Central"><${Skeleton} rows=${4} /><//>`;
  const all = Array.from({ length: WINDOWS }, (_, i) => {
    const ends = Date.parse(next.ends_at) + i * WEEK_MS;
    return { starts: ends - 9 * 3600 * 1000, ends };
  });
  return html`<${Panel} title="Maintenance of Business Central"><p class="pad small muted">Sunday 19:00 to Monday 04:00 UTC, required by Business Central: it cannot be changed. What is started in it waits and begins by itself.</p>
    <ul class="split line">${all.map(({ starts, ends }, i) => html`<li class="item" key=${starts}><span class="grow num"><span class="strong">${day(new Date(starts))}</span> <span class="muted">${weekday(new Date(starts))} to ${weekday(new Date(ends))}</span></span>
      ${i === 0 && (next.active ? html`<${Chip} s="pause" icon="pause">Now<//>` : html`<span class="small muted"><${Time} at=${next.starts_at} how="ago" /></span>`)}</li>`)}</ul><//>`;
}

function Cache() {
  const [asks, ask] = useState(false);
  const flush = async () => {
    const { data } = await post("/cache/flush");
    toast({ s: "ok", icon: "ok", text: `Forgotten: ${plural(data.sku, "verdict")} on SKUs, ${plural(data.token, "token")}` });
  };
  return html`<${Panel} title="Cache"><div class="pad stack roomy"><p>What Business Central said about a SKU is believed for some minutes, and its access token until it expires. Forget both after a change there that should count at once.</p>
    <div class="row"><${Button} icon="trash" onClick=${() => ask(true)}>Flush…<//></div></div>
    ${asks && html`<${Dialog} title="Forget what Business Central said?" verb="Flush" onDo=${flush} onClose=${() => ask(false)}><p>Nothing is lost: the next run asks again, and takes a little longer.</p><//>`}<//>`;
}

/** @param {{settings: any[]}} props */
function About({ settings }) {
  const doctor = useLive("/doctor");
  const [only, setOnly] = useState("");
  const [isAll, showAll] = useState(false);
  const rows = settings.filter((each) => (isAll || each.origin !== "default") && `${each.name} ${each.help}`.toLowerCase().includes(only.toLowerCase()));
  const report = () => copy(doctor.data.steps.map((/** @type {any} */ step) => `${step.status.toUpperCase().padEnd(5)} ${step.label}${step.status === "pass" ? "" : `: ${step.why}${step.fix ? ` Fix: ${step.fix}` : ""}`}`).join("\n"));
  return html`<${Panel} title="Doctor" tools=${html`${doctor.data && html`<${Button} small kind="quiet" icon="copy" onClick=${report}>Copy report<//>`}<${Button} small icon="retry" onClick=${doctor.again}>Look again<//>`}>
      <${Loaded} of=${doctor}>${(/** @type {any} */ data) => html`<${Steps} steps=${data.steps} />`}<//><//>
    <${Panel} title="Every setting, and where it comes from" tools=${html`<label class="check"><input type="checkbox" checked=${isAll} onChange=${(/** @type {any} */ e) => showAll(e.target.checked)} /><span>Also defaults</span></label>
      <label class="in bar combo"><${Icon} name="find" /><span class="sr">Search settings</span><input type="search" placeholder="Search settings" value=${only} onInput=${(/** @type {any} */ e) => setOnly(e.target.value)} /></label>`}>
      ${rows.length === 0 ? html`<p class="pad muted">None${only ? " fits" : ""}: all others are at their default.</p>` : html`<div class="scroll"><table class="tbl cards" data-density="compact"><thead><tr><th scope="col">Setting</th><th scope="col">Value</th><th scope="col">From</th><th scope="col">Default</th></tr></thead>
        <tbody>${rows.map((each) => html`<tr key=${each.name}><th scope="row" class="t"><span class="mono">${each.name}</span><small>${each.help}</small></th>
          <td class="a mono small code">${each.value || "–"}</td><td class="st">${html`<${Chip} s=${each.origin === "default" ? "neutral" : "info"}>${origins[each.origin] ?? each.origin}<//>`}</td>
          <td class="mono small code">${each.default || "–"}</td></tr>`)}</tbody></table></div>`}<//>`;
}

const parts = /** @type {[string, string][]} */ ([["general", "General"], ["orders", "Orders & items"], ["bc", "Business Central"], ["retention", "Retention"], ["about", "About"]]);

export default function Settings() {
  const settings = useLive("/settings");
  const tab = partNow(parts.map(([value]) => value));
  return html`<${PageHead} title="Settings" />
    <${Parts} label="Settings" parts=${parts} />
    ${tab === "bc" ? html`<div class="cols"><div><${Connection} /></div><div class="stack roomy"><${Windows} /><${Cache} /></div></div>` :
      html`<${Loaded} of=${settings}>${(/** @type {any[]} */ data) => tab === "about" ? html`<${About} settings=${data} />` :
        html`<${Tab} key=${tab} tab=${tab} settings=${data} etag=${settings.etag} again=${settings.again} />`}<//>`}`;
}
