// Small charts of our own: bars over time with Business Central's window shaded,
// and a strip of the last runs. Colours come from the sheet by data-s.
import { count, day, weekday } from "../format.js";
import { html } from "./html.js";

const HEIGHT = 200;

/** @type {[string, string, string][]} */
const parts = [["stored", "info", "Stored"], ["soft", "warn", "Soft fail"], ["hard", "err", "Hard fail"]];

/** @param {{series: any}} props the same numbers, for who reads rather than looks */
const AsTable = ({ series }) => html`<div class="scroll tall"><table class="tbl" data-density="compact"><thead><tr><th scope="col">From</th>
  ${parts.map(([key, , word]) => html`<th scope="col" class="num" key=${key}>${word}</th>`)}</tr></thead>
  <tbody>${series.t.map((/** @type {string} */ t, /** @type {number} */ i) => html`<tr key=${t}><th scope="row">${weekday(new Date(t))}, ${day(new Date(t))}</th>
    ${parts.map(([key]) => html`<td class="num">${count(series[key][i])}</td>`)}</tr>`).reverse()}</tbody></table></div>`;

/** @param {{series: any, windows: any[], asTable: boolean}} props */
export function Bars({ series, windows, asTable }) {
  if (asTable) return html`<${AsTable} series=${series} />`;
  const n = series.t.length;
  const sums = series.t.map((/** @type {string} */ _, /** @type {number} */ i) => parts.reduce((sum, [key]) => sum + series[key][i], 0));
  const top = Math.max(...sums, 1);
  const highest = sums.indexOf(Math.max(...sums));
  const start = Date.parse(series.t[0]);
  const whole = n * series.bucket_s * 1000;
  const x = (/** @type {number} */ ms) => Math.min(Math.max(((ms - start) / whole) * 100, 0), 100);
  const bar = (/** @type {number} */ i) => {
    let base = HEIGHT;
    return parts.map(([key, s]) => {
      const height = (series[key][i] / top) * (HEIGHT - 4);
      base -= height;
      return height > 0 && html`<rect key=${key} data-s=${s} x=${`${(i / n) * 100}%`} y=${base} width=${`${80 / n}%`} height=${height} />`;
    });
  };
  const text = `Orders over ${series.range}: ${count(sums.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0))}, at most ${count(top)} in one bar`;
  return html`<div class="pad stack"><svg class="chart" width="100%" height=${HEIGHT} role="img" aria-label=${text}>
    ${windows.map((each) => html`<g data-s="pause" key=${each.starts_at}><rect class="shade" x=${`${x(Date.parse(each.starts_at))}%`} y="0"
      width=${`${x(Date.parse(each.ends_at)) - x(Date.parse(each.starts_at))}%`} height=${HEIGHT} /></g>`)}
    ${sums.map((/** @type {number} */ _, /** @type {number} */ i) => html`<g key=${series.t[i]}>${bar(i)}</g>`)}
  </svg>
  <div class="row tiny muted between"><span>${weekday(new Date(start))}</span><span>now</span></div>
  <div class="row tiny muted">${parts.map(([key, s, word]) => html`<span data-s=${s} key=${key}><i class="key"></i>${word}</span>`)}
    <span data-s="pause"><i class="key"></i>BC window</span><span class="grow"></span>
    ${sums[highest] > 0 && html`<span>Highest: ${count(sums[highest])} on ${weekday(new Date(series.t[highest]))}</span>`}</div></div>`;
}

/** @type {Record<string, import("./basics.js").Status>} */
const runStates = { completed: "ok", failed: "err", aborted: "warn", webshop_not_found: "warn" };

/** The last runs, the latest at the right. @param {{runs: any[]}} props */
export function Strip({ runs }) {
  const status = (/** @type {any} */ run) => run.state === "completed" && run.failed_count > 0 ? "warn" : runStates[run.state] ?? "neutral";
  const bad = runs.filter((run) => status(run) !== "ok").length;
  return html`<svg class="chart" width="120" height="16" role="img" aria-label=${`${runs.length} runs, ${bad} with trouble`}>
    ${[...runs].reverse().map((run, i) => html`<rect key=${run.id} data-s=${status(run)} x=${i * 5} y="0" width="4" height="16" rx="1" />`)}</svg>`;
}
