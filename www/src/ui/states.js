// What a panel shows in the place of its rows: that it loads, that there is
// nothing, that it failed, that one may not. Each offers one next step.
import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";
import { Button, Dot, Icon, Time } from "./basics.js";
import { toast } from "./toast.js";

const LOADING_SHOWS_MS = 150;

/** Grey rows, but not for what comes at once. @param {{rows?: number}} props */
export function Skeleton({ rows = 5 }) {
  const [isShown, show] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => show(true), LOADING_SHOWS_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isShown) return null;
  const bone = (/** @type {number} */ width) => html`<svg class="bone" width=${width} height="10"></svg>`;
  return html`<ul class="split" role="status" aria-label="Loading">${Array.from({ length: rows }, () =>
    html`<li class="item"><span class="stack grow">${bone(150)}${bone(90)}</span>${bone(72)}</li>`)}</ul>`;
}

/** @param {{s?: any, icon?: string, title: any, text?: any, children?: any}} props children: the one button */
export const Empty = ({ s = "info", icon = "what", title, text, children }) => html`<div class="empty">
  <${Dot} s=${s} icon=${icon} />
  <p><span class="strong">${title}</span>${text && html`<br /><span class="muted">${text}</span>`}</p>
  ${children}
</div>`;

/** Puts a text on the clipboard and says so. @param {string} text */
export async function copy(text) {
  await navigator.clipboard.writeText(text);
  toast({ s: "ok", icon: "copy", text: "Copied" });
}

/** All that a report of an error needs. @param {import("../api.js").Problem} problem */
export const problemText = (problem) =>
  [`${problem.code}: ${problem.message}`, problem.reason, problem.fix && `Fix: ${problem.fix}`,
    problem.requestId && `Request: ${problem.requestId}`].filter(Boolean).join("\n");

/** What, why, what to do; since when the rows below are old. @param {{problem: import("../api.js").Problem, again?: () => void, staleSince?: Date|null}} props */
export function ErrorCard({ problem, again, staleSince }) {
  if (problem.status === 403)
    return html`<${Empty} s="neutral" icon="lock" title="You may not see this." text=${`${problem.message} ${problem.fix ?? ""}`} />`;
  return html`<div class="note" data-s="err" role="alert">
    <${Icon} name="x" />
    <p class="strong">${problem.message}</p>
    ${problem.reason && html`<p>${problem.reason}</p>`}
    ${problem.fix && html`<p class="muted">${problem.fix}</p>`}
    ${staleSince && html`<p class="muted">What stands below is of <${Time} at=${staleSince.toISOString()} />.</p>`}
    <div class="row">
      ${again && html`<${Button} small icon="retry" onClick=${again}>Try again<//>`}
      <${Button} small kind="quiet" icon="copy" onClick=${() => copy(problemText(problem))}>Copy<//>
      ${problem.requestId && html`<span class="tiny muted mono">${problem.requestId}</span>`}
    </div>
  </div>`;
}

/**
 * A panel's content by the state of its question: the error above what was last
 * known, grey rows before anything is.
 * @param {{of: import("../live.js").Shown, children: (data: any) => any, rows?: number}} props
 */
export function Loaded({ of, children, rows }) {
  return html`${of.problem && html`<${ErrorCard} problem=${of.problem} again=${of.again} staleSince=${of.at} />`}
    ${of.data !== undefined ? children(of.data) : !of.problem && html`<${Skeleton} rows=${rows} />`}`;
}
