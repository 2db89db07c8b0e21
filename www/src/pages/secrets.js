// Tokens of scripts and passwords of programs: made here, shown once, ended at once.
import { useState } from "preact/hooks";
import { call, post } from "../api.js";
import { useLive } from "../live.js";
import { rights } from "../rights.js";
import { can, user } from "../session.js";
import { Button, Panel, Time } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { SelectField, TextField, useForm } from "../ui/form.js";
import { html } from "../ui/html.js";
import { copy, Empty, Loaded } from "../ui/states.js";
import { toast } from "../ui/toast.js";

/** What differs between the two. @typedef {{path: string, one: string, title: string, text: string, hasScopes: boolean}} Kind */

/** @type {Record<"tokens"|"apps", Kind>} */
export const kinds = {
  tokens: { path: "/tokens", one: "token", title: "Tokens", text: "Scripts send a token in the place of a login: Authorization: Bearer obt_…", hasScopes: true },
  apps: { path: "/app-passwords", one: "application password", title: "Application passwords", hasScopes: false,
    text: "For a program that logs in as you, such as Excel or Power BI: never give it your own password." },
};

/** Rights as boxes. @param {{form: any, name: string, isMine?: boolean, label: string}} props isMine: none that oneself lacks */
export function RightsField({ form, name, isMine, label }) {
  const chosen = /** @type {string[]} */ (form.values[name]);
  const toggle = (/** @type {string} */ right, /** @type {boolean} */ isOn) =>
    form.set(name, rights.map(([each]) => each).filter((each) => (each === right ? isOn : chosen.includes(each))));
  return html`<fieldset class="field"><legend class="label">${label}</legend>
    ${rights.map(([right, word]) => html`<label class="check" key=${right}><input type="checkbox" checked=${chosen.includes(right)} disabled=${isMine && !can(right)}
      onChange=${(/** @type {any} */ e) => toggle(right, e.target.checked)} /><span>${word} <span class="muted mono small">${right}</span></span></label>`)}
    ${form.wrong(name) && html`<p data-s="err">${form.wrong(name)}</p>`}</fieldset>`;
}

/** @param {{kind: Kind, onClose: () => void, onMade: (made: any) => void}} props */
function MakeDialog({ kind, onClose, onMade }) {
  const form = useForm({ name: "", days: "90", scopes: ["view"] });
  const { name, days, scopes } = form.values;
  const make = async () => {
    const { data } = await post(kind.path, { name: name.trim(), days: Number(days), ...(kind.hasScopes && { scopes: scopes.join(",") }) });
    onMade(data);
  };
  return html`<${Dialog} title=${`Make ${kind.one === "token" ? "a" : "an"} ${kind.one}?`} verb="Make it" form=${form} side=${kind.hasScopes} ready=${name.trim() !== "" && (!kind.hasScopes || scopes.length > 0)} onDo=${make} onClose=${onClose}>
    <${TextField} form=${form} name="name" label="Name" help="What uses it, such as “Excel at the warehouse”" maxlength="80" autocomplete="off" />
    <${SelectField} form=${form} name="days" label="Expires after" options=${[["7", "7 days"], ["30", "30 days"], ["90", "90 days"], ["180", "180 days"], ["365", "a year"]]} />
    ${kind.hasScopes && html`<${RightsField} form=${form} name="scopes" isMine label="What it may do" />`}<//>`;
}

/** @param {{made: any, kind: Kind, onClose: () => void}} props */
const ShownOnce = ({ made, kind, onClose }) => html`<${Dialog} title=${`Keep this ${kind.one} now`} onClose=${onClose}>
  <p>It is not shown again: who loses it makes another one.${!kind.hasScopes && html` Blanks do not matter. The login beside it is <span class="mono">${/** @type {any} */ (user.value).login}</span>.`}</p>
  <p class="well mono small code">${made.token}</p>
  <div class="row"><${Button} icon="copy" onClick=${() => copy(kind.hasScopes ? made.token : made.token.replaceAll(" ", ""))}>Copy<//>
    <span class="small muted">Expires <${Time} at=${made.expires_at} how="ago" /></span></div><//>`;

/** @param {{kind: Kind}} props */
export function Secrets({ kind }) {
  const list = useLive(kind.path, {}, 30);
  const [isMaking, make] = useState(false);
  const [made, show] = useState(/** @type {any} */ (null));
  const [ends, end] = useState(/** @type {any} */ (null));
  const revoke = async () => {
    await call("DELETE", `${kind.path}/${ends.id}`);
    toast({ s: "ok", icon: "trash", text: `“${ends.name}” has ended` });
    list.again();
  };
  const row = (/** @type {any} */ each) => html`<tr key=${each.id}>
    <th scope="row" class="t">${each.name}<small class="mono">…${each.last4}</small></th>
    ${kind.hasScopes && html`<td class="k" data-l="Made by">${each.login}</td><td class="a"><span class="small">${each.scopes.split(",").join(", ")}</span></td>`}
    <td class="k" data-l="Made"><${Time} at=${each.created_at} /></td>
    <td class="k" data-l="Last used">${each.used_at ? html`<${Time} at=${each.used_at} how="ago" /><small class="mono">${each.used_ip}</small>` : html`<span class="muted">never</span>`}</td>
    <td class="k" data-l="Expires"><${Time} at=${each.expires_at} how="ago" /></td>
    <td class="a"><span class="row end"><${Button} small kind="quiet" onClick=${() => end(each)}>End…<//></span></td></tr>`;
  const button = html`<${Button} small icon="plus" onClick=${() => make(true)}>Make one<//>`;
  return html`<${Panel} title=${kind.title} tools=${list.data?.length > 0 && button}>
    <p class="pad small muted">${kind.text}</p>
    <${Loaded} of=${list} rows=${2}>${(/** @type {any[]} */ rows) => rows.length === 0 ? html`<${Empty} s="neutral" icon="key" title="None yet.">${button}<//>` : html`
      <div class="scroll"><table class="tbl cards"><thead><tr><th scope="col">Name</th>${kind.hasScopes && html`<th scope="col">Made by</th><th scope="col">May</th>`}
        <th scope="col">Made</th><th scope="col">Last used</th><th scope="col">Expires</th><th scope="col"><span class="sr">Actions</span></th></tr></thead>
        <tbody>${rows.map(row)}</tbody></table></div>`}<//>
    ${isMaking && html`<${MakeDialog} kind=${kind} onClose=${() => make(false)} onMade=${(/** @type {any} */ data) => { show(data); list.again(); }} />`}
    ${made && html`<${ShownOnce} made=${made} kind=${kind} onClose=${() => show(null)} />`}
    ${ends && html`<${Dialog} title=${`End “${ends.name}”?`} verb="End it" danger onDo=${revoke} onClose=${() => end(null)}>
      <p>What uses it is refused at once${ends.used_at && html`; it was used last <${Time} at=${ends.used_at} how="ago" />`}. It cannot be brought back.</p><//>`}<//>`;
}
