// A question that stands over the page: its title asks, its button is the verb.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { html } from "./html.js";
import { Button } from "./basics.js";
import { ErrorCard } from "./states.js";

/**
 * @param {{title: any, verb?: any, danger?: boolean, ready?: boolean, typed?: string, side?: boolean, broad?: boolean, form?: any,
 *   onDo?: () => Promise<any>, onClose: () => void, children?: any}} props
 *   ready: whether the button may be pressed; typed: a text to type first, for
 *   what cannot be undone; side: at the right edge, for longer forms; broad: for tables; form: that of
 *   useForm(), whose fields are told what is wrong with them; onDo: resolves
 *   when it is done, and closes
 */
export function Dialog({ title, verb, danger, ready = true, typed, side, broad, form, onDo, onClose, children }) {
  const self = useRef(/** @type {HTMLDialogElement|null} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const [isBusy, setBusy] = useState(false);
  const [said, say] = useState("");
  const id = useId();
  useEffect(() => {
    const before = /** @type {HTMLElement|null} */ (document.activeElement);
    self.current?.showModal();
    return () => before?.isConnected ? before.focus() : undefined;
  }, []);
  const act = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (isBusy || !onDo) return;
    setBusy(true);
    setProblem(null);
    form?.tell(null);
    try {
      await onDo();
      onClose();
    } catch (failed) {
      setProblem(failed);
      form?.tell(failed);
    }
    setBusy(false);
  };
  return html`<dialog ref=${self} class=${`lift dialog ${side ? "side" : broad ? "broad" : ""}`} aria-labelledby=${id} onClose=${onClose}>
    <form class="stack roomy" onSubmit=${act}>
      <h2 id=${id}>${title}</h2>
      ${children}
      ${typed && html`<label class="field"><span class="label">Type <span class="mono">${typed}</span> to go on</span>
        <input class="in" value=${said} autocomplete="off" onInput=${(/** @type {any} */ e) => say(e.target.value)} /></label>`}
      ${problem && !(form && Object.keys(problem.params ?? {}).some((name) => name in form.values)) && html`<${ErrorCard} problem=${problem} />`}
      <div class="row end">
        <${Button} kind="quiet" onClick=${onClose}>${verb ? "Cancel" : "Close"}<//>
        ${verb && html`<${Button} type="submit" kind=${danger ? "" : "primary"} danger=${danger}
          disabled=${isBusy || !ready || (typed !== undefined && said !== typed)}>${verb}<//>`}
      </div>
    </form>
  </dialog>`;
}
