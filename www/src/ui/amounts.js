// A filter by an amount: from..to, where both ends count.
import { html } from "./html.js";
import { Button, Icon } from "./basics.js";
import { Pop } from "./pop.js";
import { sum } from "../orders.js";
import { place, setQuery } from "../router.js";

const LEAST = "0.0001";

/** What people type: "1,200.5" is an amount too. @param {string} text */
const read = (text) => text.replace(/[\s,]/g, "").match(/^\d{1,12}(\.\d{1,2})?$/)?.[0] ?? "";

/** @param {{name: string, label: string}} props */
export function Amounts({ name, label }) {
  const now = place.value.query[name] ?? "";
  const [from = "", until = ""] = now.split("..");
  const last = until && sum([until, `-${LEAST}`]);
  const set = (/** @type {string} */ a, /** @type {string} */ b) =>
    setQuery({ [name]: a || b ? `${a}..${b && sum([b, LEAST])}` : "" });
  return html`<${Pop} label=${`Filter by ${label}`} button=${(/** @type {any} */ props) => html`
    <button type="button" class=${`pill ${now ? "set" : ""}`} ...${props}>${label}${now && `: ${from || "…"} – ${last || "…"}`} <${Icon} name="down" /></button>`}>
    ${(/** @type {() => void} */ close) => html`<div class="pad form">
      <label class="field"><span class="label">From</span><input class="in" inputmode="decimal" value=${from} onChange=${(/** @type {any} */ e) => set(read(e.target.value), last)} /></label>
      <label class="field"><span class="label">To, with it</span><input class="in" inputmode="decimal" value=${last} onChange=${(/** @type {any} */ e) => set(from, read(e.target.value))} /></label>
    </div>
    <div class="item line"><${Button} small kind="quiet" onClick=${() => setQuery({ [name]: "" })}>Clear<//><span class="grow"></span>
      <${Button} small onClick=${close}>Close<//></div>`}<//>`;
}
