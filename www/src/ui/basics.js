// The small parts that every page is made of. data-s names a status, which the
// sheet turns into a colour; no part names a colour itself.
import { html } from "./html.js";
import { fills, strokes } from "./icons.js";
import { clock, day, fullTime, isToday, relative, zone } from "../format.js";

/** @typedef {"ok"|"warn"|"err"|"info"|"pause"|"neutral"} Status */

/** Beside a word; alone it needs a label on what holds it. @param {{name: string}} props */
export const Icon = ({ name }) => html`<svg class="i" viewBox="0 0 16 16" aria-hidden="true">
  <path d=${strokes[name]} />${fills[name] && html`<path class="fill" d=${fills[name]} />`}</svg>`;

/**
 * A button, or a link that looks like one (href).
 * kind: "primary" once a page or dialog, "quiet" for what repeats.
 * @param {any} props
 */
export function Button({ icon, label, children, kind = "", small, href, danger, opens, ...rest }) {
  const isBare = label !== undefined;
  const style = `btn ${kind} ${small ? "sm" : ""} ${isBare ? "only" : ""}`;
  const inside = html`${icon && html`<${Icon} name=${icon} />`}${children}${opens && html`<${Icon} name="down" />`}`;
  const shared = { class: style, "aria-label": label, title: isBare ? label : undefined, ...(danger && { "data-s": "err" }), ...rest };
  return href ? html`<a href=${href} ...${shared}>${inside}</a>` : html`<button type="button" ...${shared}>${inside}</button>`;
}

/** @param {{s: Status, icon?: string, children?: any}} props */
export const Chip = ({ s, icon, children }) =>
  html`<span class="chip" data-s=${s}>${icon && html`<${Icon} name=${icon} />`}<span>${children}</span></span>`;

/** @param {{s: Status, icon: string}} props */
export const Dot = ({ s, icon }) => html`<span class="dot" data-s=${s}><${Icon} name=${icon} /></span>`;

/** How each state looks and reads: an icon, a word, a status. @type {Record<string, [Status, string, string]>} */
export const states = {
  not_processed: ["neutral", "o", "Not processed"],
  in_progress: ["info", "run", "In progress"],
  completed: ["ok", "ok", "Completed"],
  failed: ["err", "x", "Failed"],
  aborted: ["warn", "ban", "Aborted by another synchronization"],
  webshop_not_found: ["warn", "what", "Webshop not found"],
};

/** @param {{state: string}} props */
export function StateChip({ state }) {
  const [s, icon, word] = states[state] ?? ["neutral", "what", state];
  return html`<${Chip} s=${s} icon=${icon}>${word}<//>`;
}

/**
 * A moment in the viewer's zone; a hint tells UTC, local and how long ago.
 * how: "clock" 14:00:04 (with the day below where it is not today), "ago" 3 m ago.
 * @param {{at: string|null|undefined, how?: "clock"|"ago"}} props
 */
export function Time({ at, how = "clock" }) {
  if (!at) return html`<span class="muted">–</span>`;
  const date = new Date(at);
  void zone.value;
  return html`<time class="time" datetime=${at} title=${fullTime(at)}>${how === "ago" ? relative(at) :
    html`${clock(date)}${!isToday(date) && html`<small>${day(date)}</small>`}`}</time>`;
}

/** A number that leads to just the rows it counted. @param {{n: number, href: string, text?: any}} props */
export const CountLink = ({ n, href, text = n }) =>
  n === 0 ? html`<span class="num muted">0</span>` : html`<a class="num" href=${href}>${text}</a>`;

/** @param {{title?: any, id?: string, tools?: any, label?: string, children?: any, busy?: boolean, class?: string}} props */
export function Panel({ title, tools, label, children, busy, class: more = "" }) {
  return html`<section class=${`panel ${more}`} aria-label=${label ?? (typeof title === "string" ? title : undefined)} aria-busy=${busy ? "true" : undefined}>
    ${(title || tools) && html`<header>${title && html`<h2 class="grow">${title}</h2>`}${tools}</header>`}
    ${children}
  </section>`;
}

/** @param {{title: any, aside?: any, children?: any}} props what stands on top of a page: children are its buttons */
export const PageHead = ({ title, aside, children }) => html`<div class="head">
  <h1 class="grow" tabindex="-1">${title}</h1>${aside}${children && html`<span class="row">${children}</span>`}
</div>`;

/** @param {{value: number, max: number|null, label: string}} props */
export const Progress = ({ value, max, label }) =>
  html`<progress aria-label=${label} value=${max ? value : undefined} max=${max ?? 1}></progress>`;
