// Short messages at the bottom left: 6 s, with Undo 10 s, errors until closed.
import { signal } from "@preact/signals";
import { html } from "./html.js";
import { Button, Icon } from "./basics.js";

/**
 * @typedef {{s: import("./basics.js").Status, icon: string, text: string,
 *   action?: {label: string, run: () => void}, stays?: boolean, id?: number}} Toast
 */
/** @type {import("@preact/signals").Signal<Toast[]>} */
const toasts = signal(/** @type {Toast[]} */ ([]));
let last = 0;

const close = (/** @type {number|undefined} */ id) => (toasts.value = toasts.value.filter((each) => each.id !== id));

/** @param {Toast} message */
export function toast(message) {
  const id = ++last;
  toasts.value = [...toasts.value.slice(-3), { ...message, id }];
  if (message.s !== "err" && !message.stays) setTimeout(close, message.action ? 10_000 : 6_000, id);
}

/** What went wrong with something that a person asked for. @param {any} problem */
export const toastProblem = (problem) =>
  toast({ s: "err", icon: "x", text: [problem.message, problem.fix].filter(Boolean).join(" ") });

export const Toasts = () => html`<div class="toasts" role="status" aria-live="polite">${toasts.value.map((each) => html`
  <div class="lift toast" key=${each.id}>
    <span class="ink" data-s=${each.s}><${Icon} name=${each.icon} /></span>
    <span class="grow">${each.text}</span>
    ${each.action && html`<button type="button" class="link" onClick=${() => { close(each.id); each.action?.run(); }}>${each.action.label}</button>`}
    <${Button} small kind="quiet" icon="x" label="Close" onClick=${() => close(each.id)} />
  </div>`)}</div>`;
