// Filters as pills: each opens what it filters by, and tells what it is set to.
import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";
import { Button, Icon } from "./basics.js";
import { Pop } from "./pop.js";
import { place, setQuery } from "../router.js";

const SEARCH_WAITS_MS = 250;

/** Text search; waits until typing pauses. @param {{label: string}} props */
export function Search({ label }) {
  const there = place.value.query.search ?? "";
  const [text, setText] = useState(there);
  useEffect(() => setText(there), [there]);
  useEffect(() => {
    if (text === there) return undefined;
    const timer = setTimeout(() => setQuery({ search: text.trim() }), SEARCH_WAITS_MS);
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
  const [from = "", until = ""] = now.split("..").map((each) => each.slice(0, 10));
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
  const last = until && before(until);
  const set = (/** @type {string} */ a, /** @type {string} */ b) =>
    setQuery({ [name]: a || b ? `${a && `${a}T00:00:00Z`}..${b && `${next(b)}T00:00:00Z`}` : "" });
  return html`<${Pop} label=${`Filter by ${label}`} button=${(/** @type {any} */ props) => html`
    <button type="button" class=${`pill ${now ? "set" : ""}`} ...${props}>${label}${now && `: ${from || "…"} – ${last || "…"}`} <${Icon} name="down" /></button>`}>
    ${(/** @type {() => void} */ close) => html`<div class="pad form">
      <label class="field"><span class="label">From (UTC)</span><input class="in" type="date" value=${from} onChange=${(/** @type {any} */ e) => set(e.target.value, last)} /></label>
      <label class="field"><span class="label">To, with that day</span><input class="in" type="date" value=${last} onChange=${(/** @type {any} */ e) => set(from, e.target.value)} /></label>
    </div>
    <div class="item line"><${Button} small kind="quiet" onClick=${() => setQuery({ [name]: "" })}>Clear<//><span class="grow"></span>
      <${Button} small onClick=${close}>Close<//></div>`}<//>`;
}
