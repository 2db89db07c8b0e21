// Where Business Central is, and whether it answers.
import { useState } from "preact/hooks";
import { call, post } from "../api.js";
import { useLive } from "../live.js";
import { Button, Chip, Panel, Time } from "../ui/basics.js";
import { TextField, useForm, useGuard } from "../ui/form.js";
import { html } from "../ui/html.js";
import { ErrorCard, Loaded } from "../ui/states.js";
import { toast } from "../ui/toast.js";

/** @type {Record<string, [import("../ui/basics.js").Status, string, string]>} */
const looks = { pass: ["ok", "ok", "Passes"], warn: ["warn", "warn", "Look at it"], fail: ["err", "x", "Fails"], skip: ["neutral", "minus", "Not looked at"] };

/** What a test looked at, one after the other. @param {{steps: any[]}} props */
export const Steps = ({ steps }) => html`<ul class="split line">${steps.map((step) => {
  const [s, icon, word] = looks[step.status] ?? ["neutral", "what", step.status];
  return html`<li class="item" key=${step.n}><span class="stack grow"><span>${step.label}</span>
    ${step.status !== "pass" && step.why && html`<span class="small muted">${step.why}</span>`}${(step.status === "warn" || step.status === "fail") && step.fix && html`<span class="small">Fix: ${step.fix}</span>`}</span>
    <${Chip} s=${s} icon=${icon}>${word}<//></li>`;
})}</ul>`;

const names = ["tenant", "environment", "company", "client_id", "item_service"];

/** @param {{data: any, etag: string|null, again: () => void}} props */
function ConnectionForm({ data, etag, again }) {
  const [start] = useState(() => Object.fromEntries([...names.map((name) => [name, data[name] ?? ""]), ["client_secret", ""]]));
  const form = useForm(start);
  const [test, setTest] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const [isTesting, setTesting] = useState(false);
  const changed = [...names.filter((name) => form.values[name] !== (data[name] ?? "")), ...(form.values.client_secret ? ["client_secret"] : [])];
  useGuard(changed.length > 0);
  const save = form.submit(async () => {
    await call("PUT", "/bc/connection", { body: Object.fromEntries(changed.map((name) => [name, form.values[name].trim()])), match: etag ?? "*" });
    form.set("client_secret", "");
    setTest(null);
    toast({ s: "ok", icon: "ok", text: "Saved. Test it before the next run does." });
    again();
  });
  const look = async () => {
    setTesting(true);
    setProblem(null);
    try {
      setTest((await post("/bc/test")).data);
      again();
    } catch (failed) {
      setProblem(failed);
    }
    setTesting(false);
  };
  const field = (/** @type {string} */ name, /** @type {string} */ label, /** @type {any} */ help, /** @type {any} */ rest = {}) =>
    html`<${TextField} form=${form} name=${name} label=${label} help=${help} autocomplete="off" spellcheck="false" ...${rest} />`;
  return html`<${Panel} title="Connection" tools=${data.last_test_at ? html`<span class="small muted">tested <${Time} at=${data.last_test_at} how="ago" /></span>
      ${data.last_test_ok ? html`<${Chip} s="ok" icon="ok">Answers<//>` : html`<${Chip} s="err" icon="x">Failed<//>`}` : html`<span class="small muted">never tested</span>`}>
    <form class="pad stack roomy" onSubmit=${save}>
      ${data.needs_secret && html`<div class="note" data-s="warn"><p class="strong">The secret is missing.</p><p>It belonged to another address: give it anew, nothing is sent to Business Central until then.</p></div>`}
      <div class="form">
        ${field("tenant", "Tenant", "Id or domain of the Entra tenant")}
        ${field("environment", "Environment", "Such as production or sandbox")}
        ${field("company", "Company", "Its name or id")}
        ${field("client_id", "Client ID", "Of the app registration in Entra")}
        ${field("client_secret", "Client secret", data.client_secret_set_at ? html`Set <${Time} at=${data.client_secret_set_at} how="ago" />, ends in <span class="mono">${data.client_secret_last4}</span>. Empty: it stays.` : "Not set yet",
          { type: "password", autocomplete: "new-password" })}
        ${field("item_service", "Item web service", "OData name of the item card; empty: the standard API")}
      </div>
      ${form.problem && Object.keys(form.problem.params).every((name) => !(name in form.values)) && html`<${ErrorCard} problem=${form.problem} again=${form.problem.status === 412 ? again : undefined} />`}
      ${problem && html`<${ErrorCard} problem=${problem} again=${look} />`}
      <div class="row"><${Button} kind="primary" type="submit" disabled=${form.isBusy || changed.length === 0}>Save<//>
        <${Button} disabled=${isTesting || changed.length > 0} onClick=${look}>${isTesting ? "Asking…" : "Test connection"}<//>
        ${changed.length > 0 && html`<span class="small muted">Save first, then test.</span>`}</div>
    </form>
    ${test && html`<${Steps} steps=${test.steps} />`}<//>`;
}

export function Connection() {
  const shown = useLive("/bc/connection");
  return html`<${Loaded} of=${shown}>${(/** @type {any} */ data) => html`<${ConnectionForm} data=${data} etag=${shown.etag} again=${shown.again} />`}<//>`;
}
