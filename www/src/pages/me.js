// Your own account: how you are called, how you get in, where you are logged in.
import { useEffect, useState } from "preact/hooks";
import { call, setNonce } from "../api.js";
import { useLive } from "../live.js";
import { mustEnrol, user } from "../session.js";
import { Button, Chip, PageHead, Panel, Time } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { Field, TextField, useForm } from "../ui/form.js";
import { html } from "../ui/html.js";
import { ErrorCard, Loaded } from "../ui/states.js";
import { toast } from "../ui/toast.js";
import { SecondFactor } from "./second_factor.js";
import { kinds, Secrets } from "./secrets.js";

const SLOW_S = 30;

/** @param {{me: any, etag: string|null, onDone: () => void}} props */
function Profile({ me, etag, onDone }) {
  const form = useForm({ name: me.name, email: me.email });
  const save = form.submit(async () => {
    await call("PATCH", "/me", { body: form.values, match: etag ?? "*" });
    user.value = { .../** @type {any} */ (user.value), name: form.values.name };
    toast({ s: "ok", icon: "ok", text: "Saved" });
    onDone();
  });
  return html`<${Panel} title="Profile"><form class="pad stack roomy" onSubmit=${save}>
    <dl class="kv"><dt>User name</dt><dd>${me.login}</dd><dt>Role</dt><dd>${me.role}</dd><dt>Sites</dt><dd>${me.all_sites ? "all" : (me.sites ?? []).join(", ") || "none"}</dd></dl>
    <${TextField} form=${form} name="name" label="Name" help="As people call you" maxlength="120" autocomplete="name" />
    <${TextField} form=${form} name="email" label="E-mail" type="email" maxlength="254" autocomplete="email" />
    ${form.problem && Object.keys(form.problem.params).length === 0 && html`<${ErrorCard} problem=${form.problem} />`}
    <div class="row"><${Button} type="submit" disabled=${form.isBusy || (form.values.name === me.name && form.values.email === me.email)}>Save<//></div></form><//>`;
}

/** @param {{me: any, onDone: () => void}} props */
function Password({ me, onDone }) {
  const form = useForm({ password: "", new_password: "", totp: "" });
  const [isShown, show] = useState(false);
  const { password, new_password: next, totp } = form.values;
  const save = form.submit(async () => {
    await call("PUT", "/me/password", { body: { password, new_password: next, ...(totp && { totp: totp.trim() }) } });
    form.setValues({ password: "", new_password: "", totp: "" });
    toast({ s: "ok", icon: "ok", text: "Your password was changed; other sessions have ended." });
    onDone();
  });
  return html`<${Panel} title="Password"><form class="pad stack roomy" onSubmit=${save}>
    <p class="small muted">Changed last <${Time} at=${me.password_at} how="ago" />.</p>
    <input class="sr" type="text" name="username" autocomplete="username" value=${me.login} tabindex="-1" aria-hidden="true" readonly />
    <${TextField} form=${form} name="password" label="Password now" type="password" autocomplete="current-password" />
    <${Field} label="New password" wrong=${form.wrong("new_password")} help="At least 12 characters: a sentence, or let a password manager choose">${(/** @type {any} */ props) => html`
      <span class="in bar"><input name="new_password" type=${isShown ? "text" : "password"} autocomplete="new-password" maxlength="128" ...${props} ...${form.text("new_password")} />
        <button type="button" class="link small" onClick=${() => show(!isShown)}>${isShown ? "Hide" : "Show"}</button></span>`}<//>
    ${me.has_totp && html`<${TextField} form=${form} name="totp" label="Code of your authenticator" inputmode="numeric" autocomplete="one-time-code" />`}
    ${form.problem && Object.keys(form.problem.params).length === 0 && html`<${ErrorCard} problem=${form.problem} />`}
    <div class="row"><${Button} type="submit" disabled=${form.isBusy || !password || !next}>Change password<//></div></form><//>`;
}

/** @param {{me: any, onDone: () => void}} props */
function Factor({ me, onDone }) {
  const [asks, ask] = useState(/** @type {""|"on"|"off"} */ (""));
  const turnOff = async () => {
    const { data } = await call("DELETE", "/me/totp");
    setNonce(data.nonce);
    toast({ s: "ok", icon: "ok", text: "The second factor is off; other sessions have ended." });
    onDone();
    mustEnrol.value = data.must_enrol;
  };
  return html`<${Panel} title="Second factor" tools=${me.has_totp ? html`<${Chip} s="ok" icon="ok">On<//>` : html`<${Chip} s="neutral" icon="minus">Off<//>`}><div class="pad stack roomy">
    ${asks === "on" ? html`<${SecondFactor} onCancel=${() => ask("")} onDone=${() => { ask(""); onDone(); }} />` : html`
      <p>${me.has_totp ? "Logging in takes a code of your authenticator beside the password." : "With it, nobody gets in by the password alone."} Changing it ends your other sessions.</p>
      <div class="row">${me.has_totp ? html`<${Button} onClick=${() => ask("on")}>Change authenticator…<//><${Button} kind="quiet" onClick=${() => ask("off")}>Turn off…<//>` :
        html`<${Button} icon="key" onClick=${() => ask("on")}>Set up<//>`}</div>`}</div>
    ${asks === "off" && html`<${Dialog} title="Turn the second factor off?" verb="Turn off" danger onDo=${turnOff} onClose=${() => ask("")}>
      <p>Your password alone lets anybody in then. Your recovery codes end too, and so do your other sessions.</p><//>`}<//>`;
}

/** A browser by its user agent, near enough. @param {string} agent */
function browserOf(agent) {
  const found = /(Firefox|Edg|OPR|Chrome|Safari|curl)\/?/.exec(agent.replace("HeadlessChrome", "Chrome"))?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1];
  const name = { Edg: "Edge", OPR: "Opera" }[found ?? ""] ?? found ?? (agent.slice(0, 40) || "unknown");
  return system ? `${name} on ${system.replace("Mac OS X", "macOS")}` : name;
}

function Sessions() {
  const list = useLive("/me/sessions", {}, SLOW_S);
  const [ends, end] = useState(/** @type {any} */ (null));
  const stop = async () => {
    await call("DELETE", `/me/sessions/${ends.id}`);
    toast({ s: "ok", icon: "ok", text: "That session has ended" });
    list.again();
  };
  return html`<${Panel} title="Where you are logged in"><${Loaded} of=${list} rows=${2}>${(/** @type {any[]} */ rows) => html`
    <div class="scroll"><table class="tbl cards"><thead><tr><th scope="col">Browser</th><th scope="col">Address</th><th scope="col">Since</th><th scope="col">Last seen</th><th scope="col">Ends</th><th scope="col"><span class="sr">Actions</span></th></tr></thead>
      <tbody>${rows.map((row) => html`<tr key=${row.id}><th scope="row" class="t" title=${row.agent}>${browserOf(row.agent)}</th><td class="k mono small" data-l="Address">${row.ip}</td>
        <td class="k" data-l="Since"><${Time} at=${row.created_at} /></td><td class="k" data-l="Last seen"><${Time} at=${row.seen_at} how="ago" /></td>
        <td class="k" data-l="Ends"><${Time} at=${row.ends_at} how="ago" /></td>
        <td class="a"><span class="row end"><${Button} small kind="quiet" onClick=${() => end(row)}>End…<//></span></td></tr>`)}</tbody></table></div>`}<//>
    ${ends && html`<${Dialog} title=${`End the session of ${browserOf(ends.agent)}?`} verb="End it" danger onDo=${stop} onClose=${() => end(null)}>
      <p>Whoever uses it has to log in again. If it is this one, so do you.</p><//>`}<//>`;
}

export default function Me() {
  const me = useLive("/me", {}, SLOW_S);
  const [n, setN] = useState(0);
  useEffect(() => setN((old) => old + 1), [me.data?.version]);
  return html`<${PageHead} title="Your account" />
    <${Loaded} of=${me}>${(/** @type {any} */ data) => html`
      <div class="cols halves"><div><${Profile} key=${`p${n}`} me=${data} etag=${me.etag} onDone=${me.again} /></div>
        <div><${Password} me=${data} onDone=${me.again} /><${Factor} me=${data} onDone=${me.again} /></div></div>
      <${Sessions} />
      <${Secrets} kind=${kinds.apps} />`}<//>`;
}
