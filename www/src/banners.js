// What concerns every page, most severe first: at most two are shown at once.
import { signal } from "@preact/signals";
import { now, span, weekday } from "./format.js";
import { to } from "./router.js";
import { sandbox } from "./sandbox.js";
import { useStatus } from "./status.js";
import { Button, Icon } from "./ui/basics.js";
import { html } from "./ui/html.js";

const CRON_LATE_S = 2 * 3600;
const CRON_DEAD_S = 3 * 3600;
const SHOWN = 2;

/** Banners that were put away stay so until their facts change. @type {import("@preact/signals").Signal<string[]>} */
const away = signal([]);

/** @param {any} status @returns {{id: string, s: string, icon: string, strong: string, text: string, href?: string, label?: string, stays?: boolean}[]} */
function bannersOf(status) {
  const list = [];
  const { cron } = status.overview;
  const silent = cron.last_seen_at ? (now() - Date.parse(cron.last_seen_at)) / 1000 : Infinity;
  if (silent > CRON_LATE_S && status.sites.length > 0)
    list.push({
      id: `cron ${cron.last_seen_at}`, s: silent > CRON_DEAD_S ? "err" : "warn", icon: "warn", stays: silent > CRON_DEAD_S,
      strong: cron.last_seen_at ? `Cron not seen for ${span(silent)}:` : "Cron was never seen:",
      text: "orders come in only when somebody asks for them. The crontab has to call orderbridge cron.",
    });
  if (status.window.active)
    list.push({
      id: `window ${status.window.ends_at}`, s: "pause", icon: "pause",
      strong: `Business Central maintenance until ${weekday(new Date(status.window.ends_at))}.`,
      text: "Orders are safe at the shops; what is started now waits and begins by itself.",
      href: to("/operations", { state: "not_processed" }), label: "What waits",
    });
  if (sandbox)
    list.push({ id: "sandbox", s: "info", icon: "what", strong: "Sandbox:", text: "fake stores, nothing leaves this machine." });
  return list.filter((each) => each.stays || !away.value.includes(each.id));
}

export function Banners() {
  const status = useStatus();
  if (!status) return null;
  const list = bannersOf(status);
  if (list.length === 0) return null;
  return html`<div class="stack roomy">${list.slice(0, SHOWN).map((each) => html`<div class="banner" data-s=${each.s} key=${each.id} role="status">
    <${Icon} name=${each.icon} /><span class="grow"><span class="strong">${each.strong}</span> ${each.text}</span>
    ${each.href && html`<${Button} small href=${each.href}>${each.label}<//>`}
    ${!each.stays && html`<${Button} small kind="quiet" icon="x" label="Dismiss" onClick=${() => (away.value = [...away.value, each.id])} />`}
  </div>`)}
  ${list.length > SHOWN && html`<span class="small muted">${list.length - SHOWN} more notices</span>`}</div>`;
}
