// What an import comes to, by order: of one that ran, and of one that only looked.
import { useState } from "preact/hooks";
import { count, day, clock, plural, zone } from "../format.js";
import { useLive } from "../live.js";
import { siteNow, to } from "../router.js";
import { Button, Chip, Panel } from "../ui/basics.js";
import { html } from "../ui/html.js";
import { Empty, Loaded } from "../ui/states.js";

const PER = 25;
const PAST = 5;
const SLOW_S = 30;

/** The four things that may happen to an order. @type {Record<string, string>} */
const groups = { stored: "imported", imported: "imported", updated: "imported", skipped: "skipped", soft: "failed", hard: "failed" };

/** @param {any} row */
export const groupOf = (row) => groups[row.outcome] ?? "failed";

/** Why an order was left as it is: in a word, and in a sentence. @type {Record<string, [string, string]>} */
const skips = {
  skipped_exists: ["exists", "here already"], skipped_posted: ["posted", "posted"], skipped_archived: ["archived", "archived"],
  skipped_status: ["filter", "of another status or date"], skipped_test: ["test", "for testing"],
};

/** @param {{row: any, isLook: boolean}} props */
export function OutcomeChip({ row, isLook }) {
  if (row.outcome === "skipped") return html`<${Chip} s="neutral" icon="minus">Skipped: ${skips[row.code]?.[0] ?? "same"}<//>`;
  if (row.outcome === "soft") return html`<${Chip} s="warn" icon="retry">${isLook ? "Will wait" : "Waits, tried again"}<//>`;
  if (row.outcome === "hard") return html`<${Chip} s="err" icon="x">${isLook ? "Will fail" : "Failed"}<//>`;
  return html`<${Chip} s="ok" icon="ok">${isLook ? "Will import" : row.outcome === "updated" ? "Updated" : "Imported"}<//>`;
}

/** How many of each, and of the skipped why. @param {any[]} rows */
export function countOutcomes(rows) {
  /** @type {Record<string, number>} */
  const by = { all: rows.length, imported: 0, skipped: 0, failed: 0 };
  /** @type {Record<string, number>} */
  const why = {};
  for (const row of rows) {
    by[groupOf(row)]++;
    if (row.outcome === "skipped") why[row.code] = (why[row.code] ?? 0) + 1;
  }
  return { by, why };
}

/** @param {Record<string, number>} why by code */
export const skipWords = (why) => Object.entries(why)
  .map(([code, n]) => `${count(n)} ${skips[code]?.[1] ?? code.replaceAll("_", " ")}`).join(", ");

/** @param {{by: Record<string, number>, why: Record<string, number>, isLook: boolean}} props */
export function Figures({ by, why, isLook }) {
  const figure = (/** @type {number} */ n, /** @type {string} */ word, /** @type {string|undefined} */ s) => html`<span class="stack">
    <span class=${`big ${s && n > 0 ? "ink" : ""}`} data-s=${s}>${count(n)}</span><span class="small muted">${word}</span></span>`;
  const parts = /** @type {[string, string][]} */ ([["imported", "ok"], ["skipped", "neutral"], ["failed", "err"]]).filter(([key]) => by[key] > 0);
  const words = isLook ? { imported: "will import", skipped: "skipped", failed: "will fail" } : { imported: "imported", skipped: "skipped", failed: "failed" };
  let x = 0;
  return html`<div class="pad stack roomy">
    <div class="row loose">${figure(by.all, "found", undefined)}${figure(by.imported, words.imported, "ok")}
      ${figure(by.skipped, words.skipped, undefined)}${figure(by.failed, words.failed, "err")}
      <span class="grow"></span>${by.skipped > 0 && html`<span class="small muted">Skipped: ${skipWords(why)}.</span>`}</div>
    ${by.all > 0 && html`<svg class="chart" width="100%" height="8" role="img" aria-label=${parts.map(([key]) => `${by[key]} ${words[/** @type {"failed"} */ (key)]}`).join(", ")}>
      ${parts.map(([key, s]) => {
        const width = (by[key] / by.all) * 100;
        x += width;
        return html`<rect key=${key} data-s=${s} x=${`${x - width}%`} width=${`${Math.max(width - 0.3, 0.5)}%`} height="8" rx="2" />`;
      })}</svg>`}
  </div>`;
}

/**
 * The orders of an import, page by page.
 * @param {{rows: any[], isLook?: boolean}} props
 */
export function OrderRows({ rows, isLook = false }) {
  const [page, setPage] = useState(1);
  const last = Math.max(1, Math.ceil(rows.length / PER));
  const here = Math.min(page, last);
  const shown = rows.slice((here - 1) * PER, here * PER);
  const name = (/** @type {any} */ row) => row.number ?? `Order ${row.platform_order_id}`;
  return html`<div class="scroll"><table class="tbl tight cards" data-density="compact">
    <thead><tr><th scope="col">Order no.</th><th scope="col" class="num">Order ID</th><th scope="col">Result</th><th scope="col">Message</th></tr></thead>
    <tbody>${shown.map((row) => html`<tr key=${row.platform_order_id}>
      <th scope="row" class="nowrap t">${row.order_id ? html`<a href=${to(`/orders/${row.order_id}`)}>${name(row)}</a>` : name(row)}</th>
      <td class="num muted k" data-l="Order ID">${row.platform_order_id}</td>
      <td class="st nowrap"><${OutcomeChip} row=${row} isLook=${isLook} /></td>
      <td class="a"><span class=${row.message ? "" : "none"}>${row.outcome === "skipped" ? html`<span class="muted">${row.message}</span>` : row.message}${groupOf(row) === "failed" && !isLook &&
        html` <a href=${to("/errors", { number: row.number ?? "" })}>Fix</a>`}</span></td></tr>`)}</tbody></table></div>
    ${last > 1 && html`<footer class="small"><span class="grow num">${count((here - 1) * PER + 1)}–${count((here - 1) * PER + shown.length)} of ${count(rows.length)}</span>
      <${Button} small icon="left" label="Page before" disabled=${here === 1} onClick=${() => setPage(here - 1)} />
      <${Button} small icon="right" label="Next page" disabled=${here === last} onClick=${() => setPage(here + 1)} /></footer>`}`;
}

/** "20 Nov 14:10". @param {string} iso */
export function moment(iso) {
  void zone.value;
  const at = new Date(iso);
  return `${day(at)} ${clock(at).slice(0, 5)}`;
}

/** The last few. @param {{except?: string}} props except: the one that is shown */
export function PastImports({ except }) {
  const past = useLive("/imports", { dry_run: false, sort: "-created_at", per_page: PAST, site: siteNow() }, SLOW_S);
  const line = (/** @type {any} */ row) => {
    const failed = row.hard + row.soft;
    return html`<li class="item" key=${row.id} aria-current=${row.id === except ? "true" : undefined}>
      <span class="stack grow"><a class="num" href=${to(`/import/results/${row.id}`)}>${moment(row.created_at)}</a>
        <span class="tiny muted">${row.site?.code ?? "–"} · ${row.created_by ?? row.source}</span></span>
      <span class="stack end num small">${row.state === "completed" ? html`<span>${count(row.stored)} <span class="muted">of ${count(row.fetched)}</span></span>
        <span class=${`tiny ${failed > 0 ? "ink" : "muted"}`} data-s="err">${failed > 0 ? `${count(failed)} failed` : "none failed"}</span>` :
        html`<span class="muted">${row.state === "in_progress" ? "running" : row.state === "not_processed" ? "waits" : "failed"}</span>`}</span></li>`;
  };
  return html`<${Panel} title="Past imports"><${Loaded} of=${past} rows=${3}>${(/** @type {any[]} */ rows) => rows.length === 0 ?
    html`<${Empty} s="neutral" icon="get" title="None yet." text="What you import stays listed here." />` :
    html`<ul class="split">${rows.map(line)}</ul>
      <footer class="small"><a href=${to("/import/results", { site: siteNow() })}>All ${plural(past.meta.total ?? rows.length, "import")}</a></footer>`}<//><//>`;
}
