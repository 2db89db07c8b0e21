// Two people changed the same thing: what it was, what each made of it, and a
// choice where they differ. Nothing is lost without being looked at.
import { useState } from "preact/hooks";
import { same } from "../edit.js";
import { Dialog } from "./dialog.js";
import { html } from "./html.js";

/** @typedef {{name: string, label: string, show?: (value: any) => any}} Part */

const shown = (/** @type {Part} */ part, /** @type {any} */ value) => part.show ? part.show(value) :
  value === null || value === undefined || value === "" ? html`<span class="muted">–</span>` : typeof value === "boolean" ? (value ? "Yes" : "No") : String(value);

/**
 * @param {{title: any, parts: Part[], base: Record<string, any>, mine: Record<string, any>, theirs: Record<string, any>,
 *   onMerge: (values: Record<string, any>) => Promise<any>, onClose: () => void}} props onMerge: gets what was chosen of each part
 */
export function MergeDialog({ title, parts, base, mine, theirs, onMerge, onClose }) {
  const [choices, choose] = useState(/** @type {Record<string, "mine"|"theirs">} */ ({}));
  const moved = parts.filter(({ name }) => !same(mine[name], base[name]) || !same(theirs[name], base[name]));
  const both = (/** @type {Part} */ { name }) => !same(mine[name], base[name]) && !same(theirs[name], base[name]) && !same(mine[name], theirs[name]);
  const side = (/** @type {Part} */ part) => both(part) ? choices[part.name] : same(mine[part.name], base[part.name]) ? "theirs" : "mine";
  const cell = (/** @type {Part} */ part, /** @type {"mine"|"theirs"} */ which) => {
    const value = shown(part, (which === "mine" ? mine : theirs)[part.name]);
    return html`<td class="k" data-l=${which === "mine" ? "Yours" : "Theirs"}>${both(part) ? html`<label class="check"><input type="radio" name=${`merge-${part.name}`}
      checked=${choices[part.name] === which} onChange=${() => choose({ ...choices, [part.name]: which })} /><span>${value}</span></label>` :
      html`<span class=${side(part) === which ? "strong" : "muted"}>${value}</span>`}</td>`;
  };
  const merged = () => Object.fromEntries(parts.map((part) => [part.name, side(part) === "mine" ? mine[part.name] : theirs[part.name]]));
  return html`<${Dialog} broad title=${title} verb="Save these" ready=${moved.every(side)} onDo=${() => onMerge(merged())} onClose=${onClose}>
    <p>Somebody else saved this while you were editing. What only one of you changed is taken; where both did, choose.</p>
    <div class="panel scroll"><table class="tbl cards"><thead><tr><th scope="col">Field</th><th scope="col">Before</th><th scope="col">Yours</th><th scope="col">Theirs</th></tr></thead>
      <tbody>${moved.map((part) => html`<tr key=${part.name}><th scope="row" class="t">${part.label}</th>
        <td class="k" data-l="Before">${shown(part, base[part.name])}</td>${cell(part, "mine")}${cell(part, "theirs")}</tr>`)}</tbody></table></div>
  <//>`;
}
