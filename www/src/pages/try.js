// "Try this": the five things that show what orderbridge does, in the demo alone.
import { useEffect, useState } from "preact/hooks";
import { to } from "../router.js";
import { switches } from "../sandbox.js";
import { useStatusNow } from "../status.js";
import { Button, Icon, Panel } from "../ui/basics.js";
import { html } from "../ui/html.js";
import { toast } from "../ui/toast.js";

const KEPT = "ob.try";

/** @returns {string[]} what was tried; "away" when the card was put away */
const kept = () => (localStorage.getItem(KEPT) ?? "").split(",").filter(Boolean);

/** @param {{name: string, on: string, off: string, isOn: boolean, onSwitch: () => void}} props */
const Switch = ({ name, on, off, isOn, onSwitch }) =>
  html`<${Button} small aria-label=${name} aria-pressed=${String(isOn)} onClick=${onSwitch}>${isOn ? off : on}<//>`;

export default function Try() {
  const [tried, setTried] = useState(kept);
  const [state, setState] = useState(/** @type {import("../sandbox.js").Switches|null} */ (null));
  const statusNow = useStatusNow();
  useEffect(() => {
    switches().then(setState, () => {});
  }, []);
  const mark = (/** @type {string} */ name) => {
    const next = [...new Set([...kept(), name])];
    localStorage.setItem(KEPT, next.join(","));
    setTried(next);
  };
  const turn = async (/** @type {string} */ name, /** @type {Partial<import("../sandbox.js").Switches>} */ change) => {
    try {
      setState(await switches(change));
      mark(name);
      statusNow();
    } catch (problem) {
      toast({ s: "err", icon: "x", text: /** @type {Error} */ (problem).message });
    }
  };
  if (tried.includes("away")) return null;
  const link = (/** @type {string} */ name, /** @type {string} */ href, /** @type {string} */ word) =>
    html`<${Button} small href=${href} onClick=${() => mark(name)}>${word}<//>`;
  const isStopped = state?.business_central === "stopped";
  const isSunday = state?.clock === "sunday";
  /** @type {[string, string, string, any][]} */
  const steps = [
    ["kit", "Open an order with a kit", "its lines show the kit's components, and below them stands how store credit was shared.",
      link("kit", to("/orders", { sku: "KIT-PARENT-123" }), "Orders with a kit")],
    ["fix", "Mend what failed", "Fix says what is missing, takes it in, and tries the orders again while you watch.",
      link("fix", to("/errors"), "Error orders")],
    ["sync", "Fetch new orders", "customers of this shop order all the time; the operation shows each one.",
      link("sync", to("/operations"), "Operations")],
    ["stop", "Stop Business Central", "the next operation says why it cannot go on, and counts down to its next try.",
      html`<${Switch} name="Business Central" on="Stop it" off="Start it again" isOn=${isStopped}
        onSwitch=${() => turn("stop", { business_central: isStopped ? "open" : "stopped" })} />`],
    ["window", "Turn the clock to Sunday 19:30 UTC", "Business Central's weekly window: what you start is queued until it ends.",
      html`<${Switch} name="Clock" on="Make it Sunday" off="Back to now" isOn=${isSunday}
        onSwitch=${() => turn("window", { clock: isSunday ? "now" : "sunday" })} />`],
  ];
  const left = steps.filter(([name]) => !tried.includes(name)).length;
  return html`<${Panel} title="Try this" tools=${html`<${Button} small kind="quiet" icon="x" label="Put away" onClick=${() => mark("away")} />`}>
    <ol class="split line">${steps.map(([name, what, then, act]) => html`<li class="item" key=${name}>
      <span class="dot" data-s=${tried.includes(name) ? "ok" : "neutral"}><${Icon} name=${tried.includes(name) ? "ok" : "o"} /></span>
      <span class="stack grow"><span class="strong">${what}</span><span class="small muted">${then}</span></span>${act}</li>`)}</ol>
    ${left === 0 && html`<footer><span class="grow">You have seen it all. Connect your first real shop.</span><${Button} small kind="primary" href=${to("/sites/new")}>Add a site<//></footer>`}<//>`;
}
