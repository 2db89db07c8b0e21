// One operation: how far it is, what came out, what it wrote down.
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { count } from "../format.js";
import { useLive } from "../live.js";
import { to } from "../router.js";
import { can } from "../session.js";
import { useStatusNow } from "../status.js";
import { Button, CountLink, PageHead, Panel, Progress, StateChip, Time } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { html } from "../ui/html.js";
import { copy, Loaded } from "../ui/states.js";
import { errorText, kindWords, StateLine } from "./operations.js";

const FAST_S = 2;
const isOpen = (/** @type {any} */ data) => data && (data.state === "in_progress" || data.state === "not_processed");

/** @param {{data: any}} props */
function Facts({ data }) {
  const row = (/** @type {string} */ name, /** @type {any} */ value) => value !== null && value !== undefined && value !== "" && html`<dt>${name}</dt><dd>${value}</dd>`;
  return html`<dl class="kv pad">
    ${row("Created", html`<${Time} at=${data.created_at} /> by ${data.created_by ?? "–"} (${data.source})`)}
    ${row("Started", html`<${Time} at=${data.started_at} />`)}
    ${row("Completed", html`<${Time} at=${data.completed_at} />`)}
    ${row("Attempts", `${data.attempts} of ${data.max_attempts}`)}
    ${row("Next try", data.next_attempt_at && html`<${Time} at=${data.next_attempt_at} />`)}
    ${row("Waits until", data.paused_until && html`<${Time} at=${data.paused_until} /> (${data.pause_reason === "window" ? "Business Central's maintenance" : data.pause_reason})`)}
    ${row("Synchronize all", data.full ? "Yes" : "No")}
    ${row("Host", data.host)}
    ${row("Superseded by", data.superseded_by && html`<a href=${to(`/operations/${data.superseded_by}`)}>operation ${data.superseded_by}</a>`)}
  </dl>`;
}

/** @param {{data: any}} props */
function Results({ data }) {
  const orders = { site: data.site?.code };
  const tile = (/** @type {string} */ name, /** @type {number} */ n, /** @type {string|undefined} */ href) => html`<div class="tile">
    <span class="small muted">${name}</span><span class="big">${href ? html`<${CountLink} n=${n} href=${href} text=${count(n)} />` : count(n)}</span></div>`;
  return html`<section class="panel tiles six" aria-label="Results">
    ${tile("Fetched", data.fetched, undefined)}
    ${tile("Stored", data.stored, undefined)}
    ${tile("Unchanged", data.unchanged, undefined)}
    ${tile("Skipped", data.skipped, undefined)}
    ${tile("Soft fails", data.soft, undefined)}
    ${tile("Hard fails", data.hard, to("/errors", { ...orders, operation_id: data.id }))}
  </section>`;
}

/** @param {{id: string, every: number}} props */
function LogLines({ id, every }) {
  const log = useLive(`/operations/${id}/log`, {}, every);
  return html`<${Panel} title="Log"><${Loaded} of=${log}>${(/** @type {any[]} */ lines) => lines.length === 0
    ? html`<p class="pad muted">It wrote nothing down.</p>`
    : html`<div class="scroll"><table class="tbl tight"><tbody>${lines.map((line, i) => html`<tr key=${i} data-s=${line.level === "error" ? "err" : undefined}>
      <td class="nowrap"><${Time} at=${line.at} /></td><td class="mono small">${line.message ?? line.text}</td></tr>`)}</tbody></table></div>`}<//><//>`;
}

/** @param {{id: string}} props */
export default function Operation({ id }) {
  const shown = useLive(`/operations/${id}`, {}, (data) => (isOpen(data) ? FAST_S : 0));
  const [isStopping, stop] = useState(false);
  const statusNow = useStatusNow();
  const { data } = shown;
  const act = async (/** @type {string} */ action) => {
    await post(`/operations/${id}/${action}`);
    shown.again();
    statusNow();
  };
  return html`
    <${PageHead} title=${data ? `${kindWords(data.kind)} ${data.id}` : `Operation ${id}`}
      aside=${data && html`<span><${StateChip} state=${data.state} /> <${StateLine} row=${data} /></span>`}>
      ${data?.error && html`<${Button} icon="copy" onClick=${() => copy(errorText(data))}>Copy error<//>`}
      ${can("sync") && data?.state === "failed" && html`<${Button} kind="primary" icon="retry" onClick=${() => act("retry")}>Retry now<//>`}
      ${can("sync") && isOpen(data) && html`<${Button} danger icon="x" onClick=${() => stop(true)}>Stop…<//>`}
    <//>
    <${Loaded} of=${shown}>${() => html`
      ${data.state === "in_progress" && html`<${Progress} label="Progress" value=${data.progress.done} max=${data.progress.total} />`}
      ${data.error && html`<div class="note" data-s="err"><p class="strong">${data.error.message ?? data.error.what}</p>
        <p>${data.error.reason}</p><p class="muted">${data.error.fix}</p></div>`}
      <${Results} data=${data} />
      <div class="cols halves"><${Panel} title="What and when"><${Facts} data=${data} /><//>
        ${can("logs") && html`<${LogLines} id=${id} every=${isOpen(data) ? FAST_S : 0} />`}</div>`}<//>
    ${isStopping && html`<${Dialog} title="Stop this operation?" verb="Stop" danger onDo=${() => act("cancel")} onClose=${() => stop(false)}>
      <p>It ends at its next safe point. Orders that are stored stay; the rest is fetched by the next run.</p><//>`}`;
}
