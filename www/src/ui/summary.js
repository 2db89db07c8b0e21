// What keeps a form from being saved, on top of it: each field by its name, which
// leads there.
import { useEffect, useRef } from "preact/hooks";
import { ErrorCard } from "./states.js";
import { html } from "./html.js";
import { Icon } from "./basics.js";
import { plural } from "../format.js";

const focus = (/** @type {string} */ name) => /** @type {HTMLElement|null} */ (document.querySelector(`main [name="${CSS.escape(name)}"]`))?.focus();

/** @param {{form: any, labels: Record<string, string>}} props labels: how each field is called */
export function Summary({ form, labels }) {
  const { problem } = form;
  const self = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => {
    if (problem) self.current?.focus();
  }, [problem]);
  if (!problem) return null;
  const wrong = Object.entries(problem.params ?? {});
  if (wrong.length === 0) return html`<div tabindex="-1" ref=${self}><${ErrorCard} problem=${problem} /></div>`;
  return html`<div class="note" data-s="err" role="alert" tabindex="-1" ref=${self}><${Icon} name="x" /><p class="strong">${plural(wrong.length, "field needs", "fields need")} a change before this can be saved</p>
    ${wrong.map(([name, why]) => html`<p class="small" key=${name}><button type="button" class="link" onClick=${() => focus(name)}>${labels[name] ?? name}</button> ${why}</p>`)}</div>`;
}
