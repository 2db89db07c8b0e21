// Views of one list, each with the number of its rows; arrows go along.
import { useEffect, useRef } from "preact/hooks";
import { html } from "./html.js";
import { count } from "../format.js";
import { place, to } from "../router.js";

/** @typedef {{key: string, word: string, href: string, n?: number, relation?: string, s?: string}} Tab */

/** @param {KeyboardEvent} event */
function step(event) {
  const way = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (way === 0) return;
  const list = /** @type {HTMLElement} */ (event.currentTarget);
  const all = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role=tab]")]);
  all[(all.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + way + all.length) % all.length].focus();
  event.preventDefault();
}

/** @param {{label: string, tabs: Tab[], now: string}} props */
export function Tabs({ label, tabs, now }) {
  const self = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => {
    const chosen = /** @type {HTMLElement|null|undefined} */ (self.current?.querySelector("[aria-selected=true]"));
    if (self.current && chosen) self.current.scrollLeft = chosen.offsetLeft - self.current.offsetLeft - 48;
  }, [now]);
  const isKnown = tabs.some((tab) => tab.key === now);
  return html`<div class="tabs" role="tablist" aria-label=${label} ref=${self} onKeyDown=${step}>
    ${tabs.map((tab, i) => html`<a role="tab" key=${tab.key} href=${tab.href} aria-selected=${String(tab.key === now)} tabindex=${tab.key === now || (i === 0 && !isKnown) ? "0" : "-1"}>
      ${tab.word}${tab.n !== undefined && html` <span class=${`num ${tab.s && tab.n > 0 ? "ink" : "muted"}`} data-s=${tab.s}>${count(tab.n, tab.relation)}</span>`}</a>`)}
  </div>`;
}

/**
 * Parts of one page: which is open stands in the address; the filters of the one before do not stay.
 * @param {{label: string, name?: string, parts: [string, string, number?][]}} props parts: value, word, how many there are
 */
export function Parts({ label, name = "tab", parts }) {
  const { path, query } = place.value;
  const now = partNow(parts.map(([value]) => value), name);
  const href = (/** @type {string} */ value) => to(path, { site: query.site, [name]: value === parts[0][0] ? "" : value });
  return html`<${Tabs} label=${label} now=${now} tabs=${parts.map(([key, word, n]) => ({ key, word, n, href: href(key) }))} />`;
}

/** The part that is open: the first, unless the address says else. @param {string[]} values @param {string} [name] */
export const partNow = (values, name = "tab") => (values.includes(place.value.query[name]) ? place.value.query[name] : values[0]);
