// Fields: label above, help below, what is wrong beside its field. Values stay
// where they are whatever the server says.
import { useEffect, useId, useState } from "preact/hooks";
import { html } from "./html.js";
import { Icon } from "./basics.js";

/**
 * @param {{label: string, help?: any, wrong?: string, wide?: boolean, children: (props: any) => any}} props
 *   children: gets what the control needs (id, aria-*)
 */
export function Field({ label, help, wrong, wide, children }) {
  const id = useId();
  const told = wrong ? `${id}w` : help ? `${id}h` : undefined;
  return html`<div class=${`field ${wide ? "wide" : ""}`}>
    <label class="label" for=${id}>${label}</label>
    ${children({ id, "aria-describedby": told, ...(wrong && { "aria-invalid": "true", "data-s": "err" }) })}
    ${wrong && html`<p id=${`${id}w`} data-s="err"><${Icon} name="x" /> ${wrong}</p>`}
    ${help && !wrong && html`<p id=${`${id}h`}>${help}</p>`}
  </div>`;
}

/**
 * The values of a form, with what the server said of each.
 * @param {Record<string, any>} start
 */
export function useForm(start) {
  const [values, setValues] = useState(start);
  const [problem, setProblem] = useState(/** @type {import("../api.js").Problem|null} */ (null));
  const [isBusy, setBusy] = useState(false);
  const set = (/** @type {string} */ name, /** @type {any} */ value) =>
    setValues((/** @type {any} */ old) => ({ ...old, [name]: value }));
  return {
    values, set, setValues, problem, isBusy, tell: setProblem,
    isChanged: JSON.stringify(values) !== JSON.stringify(start),
    wrong: (/** @type {string} */ name) => problem?.params[name],
    /** Bound to a text control. @param {string} name */
    text: (name) => ({ value: values[name] ?? "", onInput: (/** @type {any} */ e) => set(name, e.target.value) }),
    /** Bound to a check box. @param {string} name */
    flag: (name) => ({ checked: Boolean(values[name]), onChange: (/** @type {any} */ e) => set(name, e.target.checked) }),
    /** Runs what sends it; its problem is shown at the fields. @param {() => Promise<any>} send */
    submit: (send) => async (/** @type {Event|undefined} */ event) => {
      event?.preventDefault();
      if (isBusy) return;
      setBusy(true);
      setProblem(null);
      try {
        await send();
      } catch (failed) {
        setProblem(/** @type {any} */ (failed));
      }
      setBusy(false);
    },
  };
}

/**
 * Asks before changes are lost: when the tab is closed, and when a link leads elsewhere.
 * @param {boolean} isChanged
 */
export function useGuard(isChanged) {
  useEffect(() => {
    if (!isChanged) return undefined;
    const unload = (/** @type {Event} */ event) => event.preventDefault();
    const leave = (/** @type {MouseEvent} */ event) => {
      const link = /** @type {HTMLElement} */ (event.target).closest("a[href^=\"#\"]");
      if (!link || event.ctrlKey || event.metaKey || confirm("Leave without saving? Your changes are lost.")) return;
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener("beforeunload", unload);
    document.addEventListener("click", leave, true);
    return () => {
      removeEventListener("beforeunload", unload);
      document.removeEventListener("click", leave, true);
    };
  }, [isChanged]);
}

/** A text field. @param {any} props */
export const TextField = ({ form, name, label, help, wide, ...rest }) => html`
  <${Field} label=${label} help=${help} wide=${wide} wrong=${form.wrong(name)}>${(/** @type {any} */ props) => html`
    <input class="in" name=${name} ...${props} ...${form.text(name)} ...${rest} />`}<//>`;

/** @param {any} props options: [[value, word], …] */
export const SelectField = ({ form, name, label, help, wide, options, ...rest }) => html`
  <${Field} label=${label} help=${help} wide=${wide} wrong=${form.wrong(name)}>${(/** @type {any} */ props) => html`
    <select class="in" name=${name} ...${props} ...${rest} onChange=${(/** @type {any} */ e) => form.set(name, e.target.value)}>
      ${options.map((/** @type {[string, string]} */ [value, word]) => html`<option value=${value} selected=${value === form.values[name]}>${word}</option>`)}
    </select>`}<//>`;

/** @param {any} props */
export const CheckField = ({ form, name, label, help, isSwitch, ...rest }) => html`
  <label class="check"><input type="checkbox" name=${name} role=${isSwitch ? "switch" : undefined} ...${form.flag(name)} ...${rest} />
    <span>${label}${help && html`<span class="muted"> ${help}</span>`}</span></label>`;
