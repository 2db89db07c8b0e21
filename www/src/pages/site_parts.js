// Beside the settings of a shop: whether it answers, what it tells us by itself,
// and what happens when it is enabled.
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { saveOver } from "../edit.js";
import { clock, dayIn, plural, startOfDay, utcMinute } from "../format.js";
import { useLive } from "../live.js";
import { can } from "../session.js";
import { useIsPaused } from "../status.js";
import { Button, Chip, Dot, Icon, Panel, Progress, Time } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { CheckField, Field, useForm } from "../ui/form.js";
import { html } from "../ui/html.js";
import { copy, ErrorCard, Loaded } from "../ui/states.js";
import { toast, toastProblem } from "../ui/toast.js";
import { useWork } from "../work.js";

/** @type {Record<string, [import("../ui/basics.js").Status, string, string]>} */
const verdicts = { pass: ["ok", "ok", "PASS"], warn: ["warn", "warn", "WARN"], fail: ["err", "x", "FAIL"], skip: ["neutral", "minus", "SKIP"] };

/** A test of a shop that somebody may start here; what it found stays on the page. @param {string} id */
export function useSiteTest(id) {
  const [tested, setTested] = useState(/** @type {{result: any, at: Date}|null} */ (null));
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const run = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const { data } = await post(`/sites/${id}/test`);
      setTested({ result: data, at: new Date() });
    } catch (failed) {
      setProblem(failed);
    }
    setBusy(false);
  };
  return { tested, isBusy, problem, run, forget: () => setTested(null) };
}

const asText = (/** @type {any} */ result) => result.steps.map((/** @type {any} */ step) =>
  `Step ${step.n}: ${step.label}: ${step.status.toUpperCase()}${step.why && `, ${step.why}`}${step.fix && `. Fix: ${step.fix}`}`).join("\n");

/** @param {{test: ReturnType<typeof useSiteTest>, isChanged: boolean}} props isChanged: what is tested is not yet what stands in the form */
export function TestPanel({ test, isChanged }) {
  const { tested, isBusy, problem } = test;
  const passed = tested?.result.steps.filter((/** @type {any} */ step) => step.status === "pass").length;
  return html`<${Panel} title="Test connection" busy=${isBusy} tools=${tested && html`<span class="small muted num">${clock(tested.at)}</span>`}>
    ${isBusy && html`<div class="pad stack" role="status"><p class="small">Asking the shop…</p><${Progress} label="Testing" value=${0} max=${null} /></div>`}
    ${problem && html`<${ErrorCard} problem=${problem} again=${test.run} />`}
    ${tested && html`<ol class=${`split ${isBusy ? "old" : ""}`} aria-label="Steps">${tested.result.steps.map((/** @type {any} */ step) => {
      const [s, icon, word] = verdicts[step.status];
      return html`<li class="item top-al" key=${step.n}><${Dot} s=${s} icon=${icon} /><span class="stack grow">
        <span class="row"><span class="strong grow">${step.n}. ${step.label}</span><span class="ink tiny strong" data-s=${s}>${word}</span></span>
        ${step.why && html`<span class="small muted">${step.why}</span>`}
        ${step.fix && html`<span class="note" data-s=${s}><${Icon} name="pen" /><span class="small"><strong>Fix:</strong> ${step.fix}</span></span>`}</span></li>`;
    })}</ol>`}
    ${!tested && !isBusy && !problem && html`<p class="pad small muted">Reads one order and asks whether orders may be marked. Nothing is imported.</p>`}
    <footer class="small"><span class="grow">${tested ? `${passed} of ${tested.result.steps.length} passed` : isChanged ? "Tests what was saved last." : ""}</span>
      ${tested && html`<${Button} small kind="quiet" icon="copy" label="Copy result" onClick=${() => copy(asText(tested.result))} />`}
      <${Button} small disabled=${isBusy} onClick=${test.run}>${tested ? "Test again" : "Test connection"}<//></footer><//>`;
}

/** @param {{site: any}} props what the next runs would do */
export const NextPanel = ({ site }) => html`<${Panel} title=${site.enabled ? "Next" : "When enabled"}><dl class="kv pad">
  ${site.fetchable !== null && html`<dt>Would be fetched now</dt><dd><strong>${plural(site.fetchable, "order")}</strong> by the last test</dd>`}
  <dt>Fetched from</dt><dd>${site.min_date ? html`${utcMinute(new Date(site.min_date))} UTC on` : "the beginning"}</dd>
  <dt>Last sync</dt><dd><${Time} at=${site.order_last_run} /></dd>
  <dt>Next sync</dt><dd>${site.orders_sync ? html`<${Time} at=${site.next_run_at} />` : "not by schedule"}</dd></dl><//>`;

/** @type {Record<string, [import("../ui/basics.js").Status, string, string]>} */
const subscriptions = {
  active: ["ok", "ok", "Active"], paused: ["warn", "pause", "Paused"], disabled: ["warn", "ban", "Disabled"],
  missing: ["err", "x", "Missing"], elsewhere: ["warn", "out", "Goes elsewhere"],
};

/** @type {Record<string, string>} */
const topics = { "order.created": "New orders", "order.updated": "Changed orders", "order.deleted": "Deleted orders", "order.restored": "Restored orders" };

/** Whether the shop tells of its orders by itself. @param {{site: any}} props */
export function Webhooks({ site }) {
  const shown = useLive(`/sites/${site.id}/webhooks`, {}, 30);
  const isPaused = useIsPaused();
  const work = useWork(() => shown.again());
  const { operation } = work;
  const repair = () => post(`/sites/${site.id}/webhooks/repair`).then(({ data }) => work.follow(data), toastProblem);
  return html`<${Panel} title="Webhooks" tools=${shown.data?.checked_at && html`<span class="small muted">checked <${Time} at=${shown.data.checked_at} how="ago" /></span>`}>
    <${Loaded} of=${shown} rows=${2}>${(/** @type {any} */ data) => html`
      ${!data.subscriptions ? html`<p class="pad small muted">Not set up: orders come with the next sync. Set up, the shop tells of each order within seconds. The secret that signs it is made and kept here.</p>` :
        html`<ul class="split">${data.subscriptions.map((/** @type {any} */ each) => {
          const [s, icon, word] = subscriptions[each.status] ?? ["neutral", "what", each.status];
          return html`<li class="item" key=${each.topic}><span class="grow">${topics[each.topic] ?? each.topic}</span><${Chip} s=${s} icon=${icon}>${word}<//></li>`;
        })}</ul>`}
      ${(data.received_at || data.refused.length > 0) && html`<dl class="kv pad line"><dt>Last told</dt><dd><${Time} at=${data.received_at} how="ago" /></dd>
        ${data.refused.map((/** @type {any} */ each) => html`<dt>Refused</dt><dd>${each.count} × <span class="mono small">${each.code}</span></dd>`)}</dl>`}
      ${operation && html`<p class="pad small" role="status">${work.isBusy ? operation.paused_until ? html`Waits for Business Central's maintenance to end: <${Time} at=${operation.paused_until} />.` : html`<${Progress} label="Asking the shop" value=${0} max=${null} />` :
        operation.error ? html`<span class="ink" data-s="err"><${Icon} name="x" /> ${operation.error.message ?? operation.error.what}</span> ${operation.error.fix}` : html`<span class="ink" data-s="ok"><${Icon} name="ok" /> As it should be.</span>`}</p>`}
      ${can("sites.write") && html`<footer class="small"><span class="grow"></span><${Button} small disabled=${work.isBusy} onClick=${repair}>${
        isPaused ? "Queue" : data.subscriptions ? "Check and repair" : "Set up webhooks"}<//></footer>`}`}<//><//>`;
}

/** How many orders the shop would hand over, asked of it now. @param {{site: any, date: string}} props */
function Waiting({ site, date }) {
  const shown = useLive(`/sites/${site.id}/preview-count`, { status: site.status, min_date: date && startOfDay(date, site.zone).toISOString() });
  if (shown.problem) return html`<p class="small"><span class="ink" data-s="err"><${Icon} name="x" /> The shop did not say how many orders wait.</span> ${shown.problem.message}</p>`;
  if (!shown.data) return html`<p class="small muted" role="status">Asking the shop…</p>`;
  return html`<p role="status" class=${shown.busy ? "old" : ""}><strong>${shown.data.count === null ? "The shop does not tell how many orders" : plural(shown.data.count, "order")}</strong> would be fetched now.</p>`;
}

/** @param {{site: any, base: Record<string, any>, hasPassed: boolean, onDone: () => void, onClose: () => void}} props base: as saveOver wants it */
export function EnableDialog({ site, base, hasPassed, onDone, onClose }) {
  const was = site.min_date ? dayIn(site.min_date, site.zone) : "";
  const form = useForm({ date: was, anyway: false });
  const { date, anyway } = form.values;
  const enable = async () => {
    if (date !== was) await saveOver(`/sites/${site.id}`, base, { min_date: date ? startOfDay(date, site.zone).toISOString() : null });
    await post(`/sites/${site.id}/enable`);
    toast({ s: "ok", icon: "ok", text: `${site.name} is enabled` });
    onDone();
  };
  return html`<${Dialog} title=${`Enable ${site.name}?`} verb="Enable" ready=${hasPassed || anyway} onDo=${enable} onClose=${onClose}>
    <p>From then on its orders come in by schedule.</p>
    <${Field} label="Minimum date" help=${date ? `Orders modified before ${utcMinute(startOfDay(date, site.zone))} UTC are never fetched (that day in ${site.zone})` : "Empty: every order that the shop has"}>
      ${(/** @type {any} */ props) => html`<input class="in" type="date" ...${props} ...${form.text("date")} />`}<//>
    <${Waiting} site=${site} date=${date} />
    ${!hasPassed && html`<div class="note" data-s="warn"><${Icon} name="warn" /><p class="strong">The connection has not passed a test on this page.</p>
      <${CheckField} form=${form} name="anyway" label="Enable anyway" /></div>`}
  <//>`;
}
