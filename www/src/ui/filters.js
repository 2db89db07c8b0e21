// Filters as pills: each opens what it filters by, and tells what it is set to.
import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";
import { Button, Icon } from "./basics.js";
import { Pop } from "./pop.js";
import { place, setQuery } from "../router.js";
import { filtersOf } from "./table.js";

const SEARCH_WAITS_MS = 250;
const SEARCH_MIN = 2;

/** Text search, of the list or of one field; waits until typing pauses. @param {{label: string, name?: string}} props */
export function Search({ label, name = "search" }) {
  const there = place.value.query[name] ?? "";
  const [text, setText] = useState(there);
  useEffect(() => setText(there), [there]);
  useEffect(() => {
    if (text === there || text.trim().length === SEARCH_MIN - 1) return undefined;
    const timer = setTimeout(() => setQuery({ [name]: text.trim() }), SEARCH_WAITS_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return html`<label class="in bar combo"><${Icon} name="find" /><span class="sr">${label}</span>
    <input type="search" placeholder=${label} value=${text} onInput=${(/** @type {any} */ e) => setText(e.target.value)} /></label>`;
}

/**
 * One field of the list, by several of its values.
 * @param {{name: string, label: string, options: [string, any][], counts?: Record<string, number>}} props
 */
export function Choice({ name, label, options, counts }) {
  const now = place.value.query[name]?.split(",") ?? [];
  const words = options.filter(([value]) => now.includes(value)).map(([, word]) => word);
  const toggle = (/** @type {string} */ value, /** @type {boolean} */ isOn) =>
    setQuery({ [name]: options.map(([each]) => each).filter((each) => each === value ? isOn : now.includes(each)).join(",") });
  return html`<${Pop} label=${`Filter by ${label}`} button=${(/** @type {any} */ props) => html`
    <button type="button" class=${`pill ${now.length > 0 ? "set" : ""}`} ...${props}>${label}${words.length === 1 ? html`: ${words[0]}` : words.length > 1 ? `: ${words.length}` : ""}
      <${Icon} name="down" /></button>`}>${(/** @type {() => void} */ close) => html`
    ${options.map(([value, word]) => html`<label class="opt" key=${value}><input type="checkbox" checked=${now.includes(value)}
      onChange=${(/** @type {any} */ e) => toggle(value, e.target.checked)} /><span class="grow">${word}</span>
      ${counts?.[value] !== undefined && html`<span class="num muted">${counts[value]}</span>`}</label>`)}
    <div class="item line"><${Button} small kind="quiet" onClick=${() => setQuery({ [name]: "" })}>Clear<//><span class="grow"></span>
      <${Button} small onClick=${close}>Close<//></div>`}<//>`;
}

/** Days as a range from..to; both days count. @param {{name: string, label: string}} props */
export function Days({ name, label }) {
  const now = place.value.query[name] ?? "";
  const [start, end = ""] = now.split("..");
  const [from, until] = [start.slice(0, 10), end.slice(0, 10)];
  const next = (/** @type {string} */ day) => {
    const at = new Date(`${day}T00:00:00Z`);
    at.setUTCDate(at.getUTCDate() + 1);
    return at.toISOString().slice(0, 10);
  };
  const before = (/** @type {string} */ day) => {
    const at = new Date(`${day}T00:00:00Z`);
    at.setUTCDate(at.getUTCDate() - 1);
    return at.toISOString().slice(0, 10);
  };
  const isMidnight = !/T(?!00:00:00)/.test(end);
  const last = now && !now.includes("..") ? from : until && isMidnight ? before(until) : until;
  const told = (/** @type {string} */ iso, /** @type {string} */ date) => /T(?!00:00:00)/.test(iso) ? `${date} ${iso.slice(11, 16)}` : date || "…";
  const set = (/** @type {string} */ a, /** @type {string} */ b) =>
    setQuery({ [name]: a || b ? `${a && `${a}T00:00:00Z`}..${b && `${next(b)}T00:00:00Z`}` : "" });
  return html`<${Pop} label=${`Filter by ${label}`} button=${(/** @type {any} */ props) => html`
    <button type="button" class=${`pill ${now ? "set" : ""}`} ...${props}>${label}${now && (from === last ? `: ${from}` : `: ${told(start, from)} – ${told(end, last)}`)} <${Icon} name="down" /></button>`}>
    ${(/** @type {() => void} */ close) => html`<div class="pad form">
      <label class="field"><span class="label">From (UTC)</span><input class="in" type="date" value=${from} onChange=${(/** @type {any} */ e) => set(e.target.value, last)} /></label>
      <label class="field"><span class="label">To, with that day</span><input class="in" type="date" value=${last} onChange=${(/** @type {any} */ e) => set(from, e.target.value)} /></label>
    </div>
    <div class="item line"><${Button} small kind="quiet" onClick=${() => setQuery({ [name]: "" })}>Clear<//><span class="grow"></span>
      <${Button} small onClick=${close}>Close<//></div>`}<//>`;
}

/**
 * What the address filters by besides, as links from other pages do: each can be taken away.
 * @param {{known: string[], words?: Record<string, string>, told?: Record<string, string|undefined>}} props
 *   words: how a field is called; told: how its value reads
 */
export const Others = ({ known, words = {}, told = {} }) => Object.entries(filtersOf(place.value.query))
  .filter(([name]) => !known.includes(name) && name !== "view")
  .map(([name, value]) => html`<button type="button" class="pill set" key=${name} onClick=${() => setQuery({ [name]: "" })}>
    ${words[name] ?? name.replaceAll("_", " ")}: ${told[name] ?? (value.length > 24 ? `${value.slice(0, 20)}…` : value)}<${Icon} name="x" /><span class="sr">Take away</span></button>`);
