// One order: what happened to it, what it is made of, and what a person can do.
import { useState } from "preact/hooks";
import { call, post } from "../api.js";
import { clock, day, money, plural } from "../format.js";
import { useLive } from "../live.js";
import { bcStates, hasPage, isZero, markStates, negated, orderState, paymentWord, sum } from "../orders.js";
import { to } from "../router.js";
import { can } from "../session.js";
import { useIsPaused } from "../status.js";
import { Button, Chip, Dot, Icon, Panel, Progress, StateChip, Time } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { SelectField, TextField, useForm } from "../ui/form.js";
import { html } from "../ui/html.js";
import { MenuItem, Pop } from "../ui/pop.js";
import { copy, ErrorCard, Loaded } from "../ui/states.js";
import { toast, toastProblem } from "../ui/toast.js";
import { isOpen, useWork } from "../work.js";
import { FixDialog, fixWord } from "./fix.js";

const FAST_S = 3;
const SLOW_S = 30;

/** The way of every order. @type {[string, string][]} */
const steps = [["fetch", "Fetch"], ["normalise", "Normalise"], ["verify", "Verify SKUs"], ["kits", "Kits"], ["credit", "Credit"], ["store", "Store"],
  ["mark", "Tell the shop"], ["export", "Business Central"]];

/** @type {Record<string, string>} how lines that are no goods are called */
const lineTypes = { 3: "Shipping", 4: "Tax", 5: "Coupon", 6: "Fee", 7: "Store credit", 8: "Gift card", 9: "Rounding", 10: "Comment" };

/** Which part of the credit's base a line belongs to. @type {[string, string, string[]][]} */
const creditParts = [["info", "Products", ["1", "2"]], ["pause", "Shipping", ["3"]], ["warn", "Tax", ["4"]], ["neutral", "Fees", ["6", "9"]]];

/** What happened since the end of the try before. @param {any[]} timeline */
function lastTry(timeline) {
  const ends = timeline.map((event, i) => (event.step === "result" ? i : -1)).filter((i) => i >= 0);
  return timeline.slice(ends.length > 1 ? ends[ends.length - 2] + 1 : 0);
}

/** A second line below a step, where there is something to tell. @param {any} data @param {string} step */
function stepNote(data, step) {
  const products = data.lines.filter((/** @type {any} */ line) => line.line_type === "1");
  const parts = data.lines.filter((/** @type {any} */ line) => line.line_type === "2");
  if (step === "normalise") return plural(data.lines.length, "line");
  if (step === "verify") return plural(new Set([...products, ...parts].map((line) => line.sku)).size, "SKU");
  if (step === "kits") return parts.length === 0 ? "no kit" : plural(parts.length, "component");
  if (step === "credit") return isZero(data.credit?.total) ? "no store credit" : `${money(data.credit.total)} spread`;
  if (step === "store") return data.revision && `revision ${data.revision}`;
  return "";
}

/**
 * Status, icon and words of each step of the last try.
 * @param {any} data @returns {{key: string, word: string, s: string, icon: string, event: any, note: any}[]}
 */
function stepsOf(data) {
  const events = lastTry(data.timeline);
  const isStored = data.outcome === "stored";
  const failed = steps.findIndex(([step]) => events.some((event) => event.step === step && (event.outcome === "hard" || event.outcome === "soft")));
  return steps.map(([key, word], i) => {
    const event = events.findLast((each) => each.step === key);
    if (key === "export") {
      const [s, icon, told] = isStored ? bcStates[data.bc_state] ?? bcStates.none : bcStates.none;
      return { key, word, s, icon, event, note: isStored ? data.bc_number ?? told : "not reached" };
    }
    if (key === "mark") {
      const [s, icon, told] = isStored ? markStates[data.mark_state] ?? markStates.none : markStates.none;
      return { key, word, s, icon, event: event ?? (data.marked_at && { at: data.marked_at }), note: isStored ? event?.message ?? told : "not reached" };
    }
    if (i === failed) return { key, word, s: event?.outcome === "hard" ? "err" : "warn", icon: event?.outcome === "hard" ? "x" : "retry", event, note: event?.message };
    if (!isStored && (failed >= 0 ? i > failed : i > 0)) return { key, word, s: "neutral", icon: "o", event: null, note: "not reached" };
    return { key, word, s: "ok", icon: "ok", event, note: isStored ? stepNote(data, key) : "" };
  });
}

/** @param {{data: any}} props */
function Timeline({ data }) {
  const operation = data.timeline.findLast((/** @type {any} */ event) => event.operation_id)?.operation_id;
  const spent = (/** @type {number} */ ms) => (ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${ms} ms`);
  return html`<${Panel} title="Timeline" tools=${operation && html`<a class="small" href=${to(`/operations/${operation}`)}>Operation ${operation}</a>`}>
    <ol class="steps">${stepsOf(data).map(({ key, word, s, icon, event, note }) => html`<li key=${key} data-s=${s}><${Dot} s=${s} icon=${icon} /><b>${word}</b>
      ${event && html`<span class="num" title=${event.at}>${clock(new Date(event.at))}${event.ms > 0 && ` · ${spent(event.ms)}`}</span>`}
      ${note && html`<span class="clip" title=${note}>${note}</span>`}</li>`)}</ol>
    ${data.timeline.length > 0 && html`<details class="line"><summary class="item small"><${Icon} name="right" />Everything that happened (${data.timeline.length})</summary>
      <div class="scroll tall"><table class="tbl tight" data-density="compact"><thead><tr><th scope="col">When</th><th scope="col">Step</th><th scope="col">Outcome</th><th scope="col">What</th><th scope="col">By</th></tr></thead>
        <tbody>${data.timeline.toReversed().map((/** @type {any} */ event, /** @type {number} */ i) => html`<tr key=${data.timeline.length - i}>
          <td><${Time} at=${event.at} /></td><td>${event.step}</td><td>${event.outcome}</td><td>${event.message ?? html`<span class="muted">–</span>`}</td>
          <td>${event.actor ?? (event.operation_id ? html`<a href=${to(`/operations/${event.operation_id}`)}>operation ${event.operation_id}</a>` : html`<span class="muted">–</span>`)}</td></tr>`)}</tbody></table></div></details>`}
  <//>`;
}

/** "6 = 2 × 3" where it is that many times its kit. @param {{line: any, kit: any}} props */
function Quantity({ line, kit }) {
  const times = kit && Number(line.quantity) / Number(kit.quantity);
  return html`${line.quantity}${times && Number.isInteger(times) ? html`<span class="muted"> = ${kit.quantity} × ${times}</span>` : ""}`;
}

/** @param {{line: any, isDeep: boolean}} props */
function LineName({ line, isDeep }) {
  const route = `/items?sku=${encodeURIComponent(line.sku ?? "")}`;
  const sku = line.sku && html`<span class="mono">${line.sku}</span>`;
  const name = sku ? (hasPage("/items") ? html`<a href=${`#${route}`}>${sku}</a>` : sku) : lineTypes[line.line_type] ?? "Line";
  return line.parent_line ? html`<span class=${`kid ${isDeep ? "more" : ""}`}>${name}</span>` : name;
}

/** @param {{data: any}} props lines as a tree: components below their kit */
function LineTable({ data }) {
  const { lines } = data;
  const of = (/** @type {number} */ number) => lines.find((/** @type {any} */ line) => line.line_no === number);
  const hasCredit = !isZero(data.credit_total);
  const amount = (/** @type {any} */ line, /** @type {string} */ text) => (line.parent_line && isZero(text) ? "" : money(text));
  return html`<div class="scroll"><table class="tbl tight">
      <thead><tr><th scope="col" class="num not-narrow">#</th><th scope="col">SKU</th><th scope="col" class="not-narrow">Description</th><th scope="col" class="num">Qty</th>
        <th scope="col" class="num not-narrow">Price</th><th scope="col" class="num">Amount</th>${hasCredit && html`<th scope="col" class="num">Credit</th>`}</tr></thead>
      <tbody>${lines.map((/** @type {any} */ line, /** @type {number} */ i) => {
        const kit = line.parent_line && of(line.parent_line);
        const isKit = lines.some((/** @type {any} */ each) => each.parent_line === line.line_no);
        return html`<tr key=${line.line_no} class=${line.is_memo ? "muted" : ""}>
          <td class="num muted not-narrow">${line.line_no}</td>
          <th scope="row"><${LineName} line=${line} isDeep=${lines[i - 1]?.parent_line === line.parent_line} /></th>
          <td class="not-narrow">${line.sku || line.name !== lineTypes[line.line_type] ? line.name : ""} ${isKit && html`<${Chip} s="info" icon="kit">kit<//>`}${line.is_memo && html`<small>told, not booked</small>`}</td>
          <td class="num">${line.sku && html`<${Quantity} line=${line} kit=${kit} />`}</td>
          <td class="num not-narrow">${line.sku && amount(line, line.unit_price)}</td>
          <td class="num">${amount(line, line.amount)}</td>
          ${hasCredit && html`<td class="num">${isZero(line.credit_amount) ? "" : money(line.credit_amount)}</td>`}</tr>`;
      })}</tbody>
      <tfoot><tr><td class="not-narrow"></td><td>Total</td><td class="not-narrow"></td><td></td><td class="not-narrow"></td><td class="num">${money(data.total_before_credit)}</td>
        ${hasCredit && html`<td class="num">${money(negated(data.credit_total))}</td>`}</tr></tfoot>
    </table></div>`;
}

/** @param {{data: any}} props */
function Lines({ data }) {
  const [products, parts] = ["1", "2"].map((type) => data.lines.filter((/** @type {any} */ line) => line.line_type === type).length);
  return html`<${Panel} title="Lines" tools=${html`<span class="small muted">${plural(products, "product line")}${parts > 0 && `, ${plural(parts, "component")}`}</span>`}>
    <${LineTable} data=${data} /><//>`;
}

/** @param {string} rate "0.1" @returns {string} "10 %" */
const percent = (rate) => `${Number((Number(rate) * 100).toFixed(4))} %`;

/** Each part's base times the rate is its credit, and together they are the credit. @param {{data: any}} props */
function CreditProof({ data }) {
  const { credit, lines } = data;
  const share = (/** @type {any} */ line) => credit.shares.find((/** @type {any} */ each) => each.line_no === line.line_no)?.share ?? "0";
  const parts = creditParts.map(([s, word, types]) => {
    const own = lines.filter((/** @type {any} */ line) => types.includes(line.line_type) && !line.is_memo);
    return { s, word, base: sum(own.map((/** @type {any} */ line) => line.amount)), credit: sum(own.map(share)) };
  }).filter((part) => !isZero(part.base) || !isZero(part.credit));
  const whole = Number(credit.total);
  let x = 0;
  const bar = parts.map((part) => {
    const width = (Number(part.credit) / whole) * 100;
    const from = x;
    x += width;
    return { ...part, from, width: Math.max(width - 0.4, 0) };
  });
  const chip = credit.sum_ok ? html`<${Chip} s="ok" icon="ok">Adds up to the cent<//>` : html`<${Chip} s="err" icon="x">Does not add up<//>`;
  return html`<${Panel} title="Credit proof" tools=${chip}>
    <div class="pad stack"><svg class="chart" width="100%" height="8" role="img" aria-label=${`Credit by part: ${parts.map((part) => `${part.word} ${part.credit}`).join(", ")}`}>
      ${bar.map((part) => html`<rect key=${part.word} data-s=${part.s} x=${`${part.from}%`} width=${`${part.width}%`} height="8" rx="2" />`)}</svg></div>
    <div class="scroll"><table class="tbl"><thead><tr><th scope="col">Part</th><th scope="col" class="num">Base</th><th scope="col" class="num not-narrow">Rate</th><th scope="col" class="num">Credit</th></tr></thead>
      <tbody>${parts.map((part) => html`<tr key=${part.word}><th scope="row"><span data-s=${part.s}><i class="key"></i></span>${part.word}</th>
        <td class="num">${money(part.base)}</td><td class="num not-narrow">× ${percent(credit.rate)}</td><td class="num">${money(part.credit)}</td></tr>`)}</tbody>
      <tfoot><tr><td>Sum</td><td class="num">${money(credit.base)}</td><td class="num not-narrow">${money(credit.total)} ÷ ${money(credit.base)}</td><td class="num">${money(credit.total)}</td></tr></tfoot></table></div>
    <footer class="small muted">${credit.remainder_rule ? "Cents that are left over go to the largest remainder, then to the first line." : "It stands in lines of its own."}</footer><//>`;
}

/** @type {[string, string][]} */
const totalRows = [["subtotal", "Subtotal"], ["shipping", "Shipping"], ["tax", "Tax"], ["fees", "Fees"], ["credit", "Credit"]];

/** @param {{totals: any, currency: string}} props what the shop says, what is stored, what Business Central has */
function Totals({ totals, currency }) {
  const { platform, middleware, bc, diff } = totals;
  const off = (/** @type {string} */ key) => diff && !isZero(diff[key]);
  const rows = totalRows.filter(([key]) => key !== "fees" || [platform, middleware, bc].some((each) => each && !isZero(each.fees)));
  const cell = (/** @type {any} */ column, /** @type {string} */ key) => html`<td class="num">${column ? money(key === "credit" ? negated(column[key]) : column[key]) : html`<span class="muted">–</span>`}</td>`;
  const told = (/** @type {string} */ key) => off(key) && html`<small class="ink">${diff[key].startsWith("-") ? "" : "+"}${money(diff[key])} here</small>`;
  return html`<${Panel} title="Totals" tools=${html`<span class="small muted">${currency}</span>`}>
    <div class="scroll"><table class="tbl tight" data-density="compact"><thead><tr><th scope="col"><span class="sr">Part</span></th><th scope="col" class="num">Shop</th><th scope="col" class="num">Stored</th><th scope="col" class="num">BC</th></tr></thead>
      <tbody>${rows.map(([key, word]) => html`<tr key=${key} data-s=${off(key) ? "err" : undefined}><th scope="row">${word}${told(key)}</th>${cell(platform, key)}${cell(middleware, key)}${cell(bc, key)}</tr>`)}</tbody>
      <tfoot><tr data-s=${off("total") ? "err" : undefined}><td>Due${told("total")}</td>${cell(platform, "total")}${cell(middleware, "total")}${cell(bc, "total")}</tr></tfoot></table></div>
    ${!bc && html`<footer class="small muted">${middleware ? "Business Central has no document yet." : "Nothing is stored yet."}</footer>`}<//>`;
}

/** @param {{data: any}} props */
function BusinessCentral({ data }) {
  const [s, icon, word] = bcStates[data.bc_state] ?? bcStates.none;
  const row = (/** @type {string} */ name, /** @type {any} */ value) => value && html`<dt>${name}</dt><dd>${value}</dd>`;
  return html`<${Panel} title="Business Central" tools=${html`<${Chip} s=${s} icon=${icon}>${word}<//>`}>
    <dl class="kv pad">${row("Document", data.bc_number && html`<span class="mono">${data.bc_number}</span>`)}
      ${row("External no.", html`<span class="mono">${data.number}</span>`)}
      ${row("Stored", html`<${Time} at=${data.stored_at} />`)}
      ${row("Shop told", data.marked_at && html`<${Time} at=${data.marked_at} />`)}</dl><//>`;
}

const addressRows = [["name", (/** @type {any} */ a) => [a.first_name, a.last_name].filter(Boolean).join(" ")], ["company", (/** @type {any} */ a) => a.company], ["address1", (/** @type {any} */ a) => a.address1],
  ["address2", (/** @type {any} */ a) => a.address2], ["place", (/** @type {any} */ a) => [a.city, a.state].filter(Boolean).join(", ")], ["postcode", (/** @type {any} */ a) => a.postcode],
  ["country", (/** @type {any} */ a) => a.country], ["phone", (/** @type {any} */ a) => a.phone]];

/** Where the goods go to another place, what differs is marked. @param {{data: any}} props */
function Addresses({ data }) {
  const bill = data.addresses.find((/** @type {any} */ each) => each.kind === "bill");
  const ship = data.addresses.find((/** @type {any} */ each) => each.kind === "ship");
  if (!bill && !ship) return null;
  const rows = addressRows.map(([key, of]) => [key, bill ? /** @type {any} */ (of)(bill) : "", ship ? /** @type {any} */ (of)(ship) : ""]);
  const differ = rows.filter(([, a, b]) => a !== b).length;
  const side = (/** @type {string} */ title, /** @type {number} */ at) => html`<div class="stack small"><h2 class="muted">${title}</h2>
    ${rows.filter((row) => row[at]).map((row) => html`<span key=${row[0]}>${row[1] === row[2] ? row[at] : html`<mark>${row[at]}</mark>`}</span>`)}</div>`;
  return html`<${Panel} title="Addresses" tools=${html`<span class="small muted">${differ === 0 ? "the same" : `${plural(differ, "line")} differ`}</span>`}>
    <div class="pad cols halves" data-s="warn">${side("Bill to", 1)}${side("Ship to", 2)}</div>
    <dl class="kv pad line">${data.email && html`<dt>E-mail</dt><dd>${data.email}</dd>`}
      ${data.customer_note && html`<dt>Note</dt><dd>${data.customer_note}</dd>`}
      ${!can("pii") && html`<dt>Hidden</dt><dd class="muted">Names, street and e-mail need the right “pii”.</dd>`}</dl><//>`;
}

/** The shop's own words, fetched when somebody wants to see them. @param {{id: string}} props */
function Raw({ id }) {
  const [isShown, show] = useState(false);
  const raw = useLive(isShown ? `/orders/${id}/raw` : null);
  const pretty = (/** @type {string} */ body) => {
    try {
      return JSON.stringify(JSON.parse(body), null, 2);
    } catch {
      return body;
    }
  };
  const text = raw.data && pretty(raw.data.body);
  return html`<${Panel} title="As the shop sent it" tools=${html`
    ${text && html`<span class="small muted not-narrow">revision ${raw.data.revision} · ${(raw.data.body.length / 1024).toFixed(1)} kB · <${Time} at=${raw.data.fetched_at} how="ago" /></span>
      <${Button} small kind="quiet" icon="copy" onClick=${() => copy(text)}>Copy<//>`}
    <${Button} small icon="code" aria-expanded=${String(isShown)} onClick=${() => show(!isShown)}>${isShown ? "Hide" : "Show"}<//>`}>
    ${isShown && html`<${Loaded} of=${raw}>${() => html`<pre class="mono small pad code line" tabindex="0">${text}</pre>`}<//>`}<//>`;
}

/** @type {Record<string, [string, string, string]>} what a plan says would become of it */
const planned = {
  stored: ["ok", "ok", "It passes every step"],
  unchanged: ["ok", "ok", "Nothing would change"],
  changed: ["warn", "warn", "The shop changed it; it would be told as changed"],
  soft: ["warn", "retry", "It would wait and be tried again"],
  hard: ["err", "x", "It would fail again"],
  error: ["err", "x", "It would fail again"],
  skipped: ["neutral", "minus", "It would be skipped"],
};

/** @param {{result: any}} props */
function PlanResult({ result }) {
  const [s, icon, word] = planned[result.outcome] ?? ["neutral", "what", result.outcome];
  const goods = result.lines.filter((/** @type {any} */ line) => line.line_type === "1" || line.line_type === "2").length;
  return html`<div class="pad stack">
    <p><${Chip} s=${s} icon=${icon}>${word}<//></p>
    ${result.message && html`<p>${result.message}</p>`}${result.fix && result.outcome !== "stored" && html`<p class="muted">What to do: ${result.fix}</p>`}
    ${result.faults.length > 1 && html`<ul class="stack small">${result.faults.map((/** @type {any} */ fault) => html`<li>${fault.field && html`<span class="mono">${fault.field}</span> `}${fault.message}</li>`)}</ul>`}
    <p class="small muted">${plural(result.line_count, "line")}, ${goods} of them goods · ${money(result.total_before_credit, result.currency)}${!isZero(result.credit_total) && `, ${money(result.credit_total)} of it by credit`}
${" · "}due ${money(result.total_due, result.currency)} · nothing was written</p></div>
    ${result.lines.length > 0 && html`<details class="line"><summary class="item small"><${Icon} name="right" />Its lines</summary><${LineTable} data=${result} /></details>`}`;
}

/** @param {{result: any}} props */
const ReplayResult = ({ result }) => result.count === 0
  ? html`<p class="pad"><${Chip} s="ok" icon="ok">The same<//> Today's rules make just what is stored of the shop's payload.</p>`
  : html`<div class="scroll"><table class="tbl tight"><thead><tr><th scope="col">Field</th><th scope="col">Stored</th><th scope="col">By today's rules</th></tr></thead>
    <tbody>${result.differences.map((/** @type {any} */ each) => html`<tr key=${each.field}><th scope="row" class="mono">${each.field}</th><td>${each.stored}</td><td>${each.now}</td></tr>`)}</tbody></table></div>
    ${result.count > result.differences.length && html`<p class="pad small muted">${result.count - result.differences.length} more differ.</p>`}
    <p class="pad small muted">Nothing was written. “Read again” takes the order anew.</p>`;

/** @type {Record<string, string>} */
const workTitles = { order_plan: "Plan: what a retry would do", order_replay: "Replay: stored against today's rules", order_refetch: "Read again from the shop" };

/** What was started here, and what came of it. @param {{work: any}} props */
function WorkPanel({ work }) {
  const { operation } = work;
  if (!operation) return null;
  const { kind, result, error } = operation;
  return html`<${Panel} title=${workTitles[kind] ?? kind} tools=${html`<${StateChip} state=${operation.state} /><a class="small" href=${to(`/operations/${operation.id}`)}>Operation ${operation.id}</a>
    ${!work.isBusy && html`<${Button} small kind="quiet" icon="x" label="Close" onClick=${work.forget} />`}`}>
    <div role="status">${work.isBusy ? html`<div class="pad stack"><${Progress} label="Working" value=${0} max=${null} />
        <p class="small muted">${operation.retrying && operation.error ? html`${operation.error.message} It is tried again <${Time} at=${operation.next_attempt_at} how="ago" />.` : operation.paused_until ? html`Waits for Business Central's maintenance to end: <${Time} at=${operation.paused_until} />.` : "The shop is asked; this takes a few seconds."}</p></div>` :
      error ? html`<div class="note" data-s="err"><${Icon} name="x" /><p class="strong">${error.message ?? error.what}</p><p>${error.reason}</p><p class="muted">${error.fix}</p></div>` :
      kind === "order_plan" && result ? html`<${PlanResult} result=${result} />` :
      kind === "order_replay" && result ? html`<${ReplayResult} result=${result} />` :
      html`<p class="pad">${operation.stored > 0 ? "It is stored." : operation.unchanged > 0 ? "Nothing has changed since." : operation.hard > 0 ? "It failed again; why stands above." :
        operation.soft > 0 ? "It waits, and is tried again by itself." : "It is as the shop has it."}</p>`}</div>
    ${work.problem && html`<${ErrorCard} problem=${work.problem} />`}<//>`;
}

/** What stands between the order and Business Central. @param {{data: any, error: any, wait: any, onFix: () => void, onHandle: () => void, onRetry: () => void, isBusy: boolean}} props */
function Trouble({ data, error, wait, onFix, onHandle, onRetry, isBusy }) {
  const isPaused = useIsPaused();
  if (error?.status === "handled")
    return html`<div class="note" data-s="neutral"><${Icon} name="ok" /><p class="strong">Done with by ${error.handled_by ?? "a person"}.</p><p>${error.resolution}</p>
      <p class="muted">${data.message}</p>
      ${can("orders.write") && html`<div class="row"><${Button} small icon="retry" disabled=${isBusy} onClick=${onRetry}>${isPaused ? "Queue a retry" : "Try again now"}<//></div>`}</div>`;
  if (!data.code) return null;
  const isWaiting = data.outcome === "soft" && wait;
  const s = data.outcome === "error" ? "err" : data.outcome === "soft" ? "warn" : data.outcome === "stored" ? "warn" : "neutral";
  const others = error?.detail ?? [];
  return html`<div class="note" data-s=${s}><${Icon} name=${s === "err" ? "x" : s === "warn" ? "warn" : "minus"} />
    <p class="strong">${data.message ?? data.what}</p>
    ${data.why && html`<p>${data.why}</p>`}${data.fix && html`<p class="muted">What to do: ${data.fix}.</p>`}
    ${isWaiting && html`<p class="small">Next try <${Time} at=${wait.run_after} how="ago" />, by itself; given up <${Time} at=${wait.give_up_at} how="ago" />.</p>`}
    ${Array.isArray(others) && others.length > 0 && html`<p class="small">Also: ${others.map((/** @type {any} */ each) => each.message).filter(Boolean).join("; ")}</p>`}
    ${can("orders.write") && html`<div class="row">
      ${(data.outcome === "error" ? error : isWaiting && wait.wait_sku) && fixWord(data.code) && html`<${Button} small onClick=${onFix}>${fixWord(data.code)}<//>`}
      ${(data.outcome === "error" || data.outcome === "soft" || data.code === "skipped_test") && html`<${Button} small icon="retry" disabled=${isBusy} onClick=${onRetry}>${
        isPaused ? "Queue a retry" : data.code === "skipped_test" ? "Import anyway" : "Try again now"}<//>`}
      ${error?.status === "open" && html`<${Button} small kind="quiet" onClick=${onHandle}>Mark as handled…<//>`}</div>`}</div>`;
}

/** @param {{error: any, etag: string, number: string, onClose: () => void, onDone: () => void}} props */
function HandleDialog({ error, etag, number, onClose, onDone }) {
  const form = useForm({ reason: "" });
  const save = async () => {
    await call("PATCH", `/error-orders/${error.id}`, { body: { reason: form.values.reason.trim() }, match: etag });
    toast({ s: "ok", icon: "ok", text: `${number} is marked as handled` });
    onDone();
  };
  return html`<${Dialog} title=${`Mark ${number} as handled?`} verb="Mark as handled" ready=${form.values.reason.trim().length >= 3} onDo=${save} onClose=${onClose}>
    <p>It leaves the list of errors and is not stored. It can still be tried again here.</p>
    <${TextField} form=${form} name="reason" label="What was done about it" help="for whoever asks later: entered by hand in BC" required maxlength="500" /><//>`;
}

/** @param {{revision: number, onClose: () => void, onDo: (revision: number) => Promise<any>}} props */
function ReplayDialog({ revision, onClose, onDo }) {
  const form = useForm({ revision: String(revision) });
  const all = Array.from({ length: revision }, (_, i) => String(revision - i));
  return html`<${Dialog} title="Replay which payload?" verb="Replay" onDo=${() => onDo(Number(form.values.revision))} onClose=${onClose}>
    <p>Today's rules are held against what is stored. Nothing is written.</p>
    <${SelectField} form=${form} name="revision" label="Payload" options=${all.map((n) => [n, Number(n) === revision ? `${n}, the newest` : n])} /><//>`;
}

/** @param {{number: string, onClose: () => void, onDo: () => Promise<any>}} props */
function RefetchDialog({ number, onClose, onDo }) {
  const isPaused = useIsPaused();
  return html`<${Dialog} title=${`Read ${number} from the shop again?`} verb=${isPaused ? "Queue" : "Read again"} onDo=${onDo} onClose=${onClose}>
    <p>It is fetched as the shop has it now and goes through every step. What is unchanged stays as it is; nothing is stored twice.</p>
    ${isPaused && html`<p class="small muted">Business Central is in maintenance: it starts when the window ends.</p>`}<//>`;
}

/** @param {{data: any}} props what it is, from whom, paid how, and where it stands in the shop */
const Subtitle = ({ data }) => html`<p class="small muted">${[data.site_name, `placed ${day(new Date(data.order_date))} ${clock(new Date(data.order_date)).slice(0, 5)}`, paymentWord(data.payment_method)].filter(Boolean).join(" · ")}
  ${data.trans_id && html` <span class="mono">${data.trans_id}</span>`} · ${data.platform_url
    ? html`<a href=${data.platform_url} target="_blank" rel="noopener noreferrer">shop order ${data.platform_order_id}<span class="sr">, opens in the shop</span></a> <${Icon} name="out" />`
    : `shop order ${data.platform_order_id}`}${data.platform_status && ` (${data.platform_status})`}</p>`;

/** @param {{data: any}} props */
function Parts({ data }) {
  return html`<${Timeline} data=${data} />
    <div class="cols"><div>
      ${data.lines.length > 0 && html`<${Lines} data=${data} />`}
      ${!isZero(data.credit?.total) && html`<${CreditProof} data=${data} />`}
      ${can("pii") && html`<${Raw} id=${data.id} />`}
    </div><div>
      <${Totals} totals=${data.totals} currency=${data.currency} />
      ${data.outcome === "stored" && html`<${BusinessCentral} data=${data} />`}
      <${Addresses} data=${data} />
    </div></div>`;
}

/** @param {{id: string}} props */
export default function Order({ id }) {
  const shown = useLive(`/orders/${id}`, {}, (data) => (data?.mark_state === "pending" || data?.bc_state === "sending" ? FAST_S : SLOW_S));
  const { data } = shown;
  const error = useLive(data?.error_order_id ? `/error-orders/${data.error_order_id}` : null, {}, SLOW_S);
  const waits = useLive(data?.outcome === "soft" && can("logs") ? "/retry-queue" : null, { kind: "order_retry", site: data?.site, ref: data?.platform_order_id }, SLOW_S);
  const wait = waits.data?.[0];
  const again = () => { shown.again(); error.again(); waits.again(); };
  const work = useWork(again);
  const [asks, ask] = useState(/** @type {""|"handle"|"replay"|"refetch"|"fix"} */ (""));
  const start = async (/** @type {string} */ action, /** @type {any} */ body = {}) => work.follow((await post(`/orders/${id}/${action}`, body)).data);
  const quickly = (/** @type {string} */ action) => start(action).catch(toastProblem);
  if (!data) return html`<h1 tabindex="-1">Order</h1><div class="panel"><${Loaded} of=${shown} rows=${8}>${() => ""}<//></div>
    ${shown.problem?.status === 404 && html`<p><${Button} href=${to("/orders")}>All orders<//></p>`}`;
  const [s, icon, word] = orderState(data);
  const name = data.number ?? data.platform_order_id;
  const isStored = data.outcome === "stored";
  const off = data.totals.diff && [["total", "Totals"], ...totalRows].find(([key]) => !isZero(data.totals.diff[key]));
  return html`
    <div class="head"><div class="stack grow">
      <div class="row"><h1 tabindex="-1">${name}</h1><${Chip} s=${s} icon=${icon}>${word}<//>
        ${work.isBusy && isOpen(work.operation) && html`<${Chip} s="info" icon="run">Working on it<//>`}
        ${off && html`<${Chip} s="err" icon="warn">${off[1]}: ${money(data.totals.diff[off[0]])} off<//>`}
        ${data.changed_upstream && html`<${Chip} s="warn" icon="warn">Changed in the shop since<//>`}</div>
      <${Subtitle} data=${data} /></div>
      <span class="row">
        <${Button} disabled=${work.isBusy} onClick=${() => quickly("plan")}>Plan<//>
        ${can("orders.write") && isStored && html`<${Button} icon="retry" disabled=${work.isBusy} onClick=${() => (data.revision > 1 ? ask("replay") : quickly("replay"))}>Replay${data.revision > 1 && "…"}<//>`}
        <${Pop} label="More actions" role="menu" end button=${(/** @type {any} */ props) => html`<${Button} icon="more" label="More actions" ...${props} />`}>${(/** @type {() => void} */ close) => html`
          ${can("orders.write") && html`<${MenuItem} onClick=${() => { close(); ask("refetch"); }}><${Icon} name="retry" />Read again from the shop…<//>`}
          ${data.platform_url && html`<${MenuItem} href=${data.platform_url} target="_blank" rel="noopener noreferrer" onClick=${close}><${Icon} name="out" />Open in the shop<//>`}
          <${MenuItem} onClick=${() => { close(); copy(location.href); }}><${Icon} name="copy" />Copy link<//>
          ${data.code && html`<${MenuItem} onClick=${() => { close(); copy([`Order ${name}, ${data.site}`, `${data.code}: ${data.message}`, data.why, data.fix && `Fix: ${data.fix}`].filter(Boolean).join("\n")); }}><${Icon} name="copy" />Copy error<//>`}`}<//>
      </span></div>
    ${shown.problem && html`<${ErrorCard} problem=${shown.problem} again=${shown.again} staleSince=${shown.at} />`}
    <${Trouble} data=${data} error=${error.data} wait=${wait} isBusy=${work.isBusy} onFix=${() => ask("fix")} onHandle=${() => ask("handle")} onRetry=${() => quickly("refetch")} />
    <${WorkPanel} work=${work} />
    <${Parts} data=${data} />
    ${asks === "refetch" && html`<${RefetchDialog} number=${name} onDo=${() => start("refetch")} onClose=${() => ask("")} />`}
    ${asks === "replay" && html`<${ReplayDialog} revision=${data.revision} onDo=${(/** @type {number} */ revision) => start("replay", { revision })} onClose=${() => ask("")} />`}
    ${asks === "handle" && html`<${HandleDialog} error=${error.data} etag=${error.etag ?? "*"} number=${name} onDone=${again} onClose=${() => ask("")} />`}
    ${asks === "fix" && html`<${FixDialog} cause=${data.outcome === "soft" ? { ...data, sku: wait?.wait_sku, orders: 1, what: data.message } : { ...error.data, orders: 1, what: error.data.message }} orders=${[data]} onDone=${(/** @type {any} */ operation) => { again(); if (operation) work.follow(operation); }} onClose=${() => ask("")} />`}`;
}
