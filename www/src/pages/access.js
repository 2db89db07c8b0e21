// Who may log in, what each role may do, and the tokens of scripts.
import { useState } from "preact/hooks";
import { call, post } from "../api.js";
import { plural } from "../format.js";
import { useLive } from "../live.js";
import { rights } from "../rights.js";
import { siteNow, to } from "../router.js";
import { user } from "../session.js";
import { useStatus } from "../status.js";
import { Button, Chip, Icon, PageHead, Panel, Time } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { CheckField, Field, SelectField, TextField, useForm } from "../ui/form.js";
import { html } from "../ui/html.js";
import { Loaded } from "../ui/states.js";
import { Parts, partNow } from "../ui/tabs.js";
import { toast } from "../ui/toast.js";
import { kinds, RightsField, Secrets } from "./secrets.js";

const SLOW_S = 30;
const isMe = (/** @type {any} */ row) => row.id === /** @type {any} */ (user.value).id;

/** A password that nobody guesses: 20 letters and digits that are not mistaken for others. */
function inventPassword() {
  const letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  return Array.from(crypto.getRandomValues(new Uint32Array(20)), (n) => letters[n % letters.length]).join("");
}

/** @param {{form: any, label: string, help: string}} props */
function PasswordField({ form, label, help }) {
  const [isShown, show] = useState(false);
  const invent = () => {
    form.set("password", inventPassword());
    show(true);
  };
  return html`<${Field} label=${label} help=${help} wrong=${form.wrong("password")}>${(/** @type {any} */ props) => html`
    <span class="in bar"><input name="password" type=${isShown ? "text" : "password"} autocomplete="new-password" maxlength="128" ...${props} ...${form.text("password")} />
      <button type="button" class="link small" onClick=${invent}>Invent one</button>
      <button type="button" class="link small" onClick=${() => show(!isShown)}>${isShown ? "Hide" : "Show"}</button></span>`}<//>`;
}

/** All sites, or these. @param {{form: any}} props */
function SitesField({ form }) {
  const sites = useStatus()?.sites ?? [];
  const chosen = /** @type {string[]} */ (form.values.sites);
  const toggle = (/** @type {string} */ code, /** @type {boolean} */ isOn) => form.set("sites", isOn ? [...chosen, code] : chosen.filter((each) => each !== code));
  return html`<fieldset class="field"><legend class="label">Sites</legend>
    <${CheckField} form=${form} name="all_sites" label="All sites, also those that come later" />
    ${!form.values.all_sites && html`<div class="sub stack">${sites.length === 0 ? html`<p class="muted">There is no site yet.</p>` : sites.map((site) => html`<label class="check" key=${site.code}><input type="checkbox"
      checked=${chosen.includes(site.code)} onChange=${(/** @type {any} */ e) => toggle(site.code, e.target.checked)} /><span>${site.name} <span class="muted">${site.code}</span></span></label>`)}</div>`}
    <p>${form.values.all_sites ? "" : "Of other sites nothing is shown, not even that they are there."}</p>
    ${form.wrong("sites") && html`<p data-s="err"><${Icon} name="x" /> ${form.wrong("sites")}</p>`}</fieldset>`;
}

/** @param {{of: any, etag?: string|null, roles: any[], onClose: () => void, onDone: () => void}} props of: null for a new one */
function UserForm({ of, etag, roles, onClose, onDone }) {
  const form = useForm({ login: "", name: of?.name ?? "", email: of?.email ?? "", role: of?.role ?? "viewer", all_sites: of?.all_sites ?? true,
    sites: of?.sites ?? [], password: "", is_active: of?.is_active ?? true });
  const { login, password, name, email, role, all_sites: all, sites, is_active: isActive } = form.values;
  const chosen = roles.find((each) => each.slug === role);
  const save = async () => {
    const body = { name, email, role, all_sites: all, ...(!all && { sites }), ...(password && { password }) };
    if (of) await call("PATCH", `/users/${of.id}`, { body: { ...body, ...(!isMe(of) && { is_active: isActive }) }, match: etag ?? "*" });
    else await post("/users", { ...body, login: login.trim() });
    toast({ s: "ok", icon: "ok", text: of ? `${of.login} was changed` : `${login.trim()} may log in now` });
    onDone();
  };
  return html`<${Dialog} side title=${of ? `Change ${of.login}?` : "Let somebody log in?"} verb=${of ? "Save" : "Add user"} form=${form}
    ready=${(of || (login.trim() !== "" && password !== "")) && (all || sites.length > 0)} onDo=${save} onClose=${onClose}>
    ${!of && html`<${TextField} form=${form} name="login" label="User name" help="What they log in with; it does not change later" maxlength="60" autocomplete="off" autocapitalize="none" spellcheck="false" />`}
    <${TextField} form=${form} name="name" label="Name" maxlength="120" autocomplete="off" />
    <${TextField} form=${form} name="email" label="E-mail" type="email" maxlength="254" autocomplete="off" />
    <${SelectField} form=${form} name="role" label="Role" options=${roles.map((each) => [each.slug, each.name])}
      help=${chosen && `May: ${chosen.capabilities.split(",").join(", ")}`} />
    <${SitesField} form=${form} />
    <${PasswordField} form=${form} label=${of ? "New password" : "Password"} help=${of ? "Empty: it stays. A new one ends all sessions." : "At least 12 characters; tell it them on another way than e-mail"} />
    ${of && !isMe(of) && html`<${CheckField} form=${form} name="is_active" isSwitch label="May log in" />`}<//>`;
}

/** @param {{id: string, roles: any[], onClose: () => void, onDone: () => void}} props */
function EditUser({ id, roles, onClose, onDone }) {
  const one = useLive(`/users/${id}`);
  if (!one.data) return html`<${Dialog} side title="Change user" onClose=${onClose}><${Loaded} of=${one}>${() => null}<//><//>`;
  return html`<${UserForm} of=${one.data} etag=${one.etag} roles=${roles} onClose=${onClose} onDone=${onDone} />`;
}

function Users() {
  const list = useLive("/users", {}, SLOW_S);
  const roles = useLive("/roles");
  const [asks, ask] = useState(/** @type {{what: "add"|"edit"|"out"|"remove", row?: any}|null} */ (null));
  const close = () => ask(null);
  const roleName = (/** @type {string} */ slug) => roles.data?.find((/** @type {any} */ each) => each.slug === slug)?.name ?? slug;
  const act = async (/** @type {string} */ method, /** @type {string} */ path, /** @type {string} */ said) => {
    await call(method, path, { match: method === "DELETE" ? "*" : undefined, ...(method === "POST" && { body: {} }) });
    toast({ s: "ok", icon: "ok", text: said });
    list.again();
  };
  const row = (/** @type {any} */ each) => html`<tr key=${each.id}>
    <th scope="row" class="t">${each.name || each.login}${isMe(each) && html` <span class="muted">(you)</span>`}<small>${each.login}</small></th>
    <td class="k" data-l="Role">${roleName(each.role)}</td>
    <td class="k" data-l="Sites">${each.all_sites ? "All" : html`<span title=${(each.sites ?? []).join(", ")}>${plural((each.sites ?? []).length, "site")}</span>`}</td>
    <td class="st">${!each.is_active ? html`<${Chip} s="neutral" icon="ban">Switched off<//>` : each.has_totp ? html`<${Chip} s="ok" icon="key">Second factor<//>` : html`<${Chip} s="neutral" icon="minus">Password only<//>`}</td>
    <td class="k" data-l="Last seen">${each.seen_at ? html`<${Time} at=${each.seen_at} how="ago" />` : html`<span class="muted">never</span>`}</td>
    <td class="num k" data-l="Sessions">${each.sessions}</td>
    <td class="a"><span class="row end">
      ${each.sessions > 0 && html`<${Button} small kind="quiet" onClick=${() => ask({ what: "out", row: each })}>Log out…<//>`}
      ${!isMe(each) && html`<${Button} small kind="quiet" onClick=${() => ask({ what: "remove", row: each })}>Remove…<//>`}
      <${Button} small onClick=${() => ask({ what: "edit", row: each })}>Edit<//></span></td></tr>`;
  const about = asks?.row;
  return html`<${Panel} label="Users" title="Users" tools=${html`<${Button} small kind="primary" icon="plus" onClick=${() => ask({ what: "add" })}>Add user<//>`}>
    <${Loaded} of=${list}>${(/** @type {any[]} */ rows) => html`<div class="scroll"><table class="tbl cards"><thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Sites</th><th scope="col">Logs in by</th>
      <th scope="col">Last seen</th><th scope="col" class="num">Sessions</th><th scope="col"><span class="sr">Actions</span></th></tr></thead><tbody>${rows.map(row)}</tbody></table></div>`}<//>
    ${asks?.what === "add" && html`<${UserForm} of=${null} roles=${roles.data ?? []} onClose=${close} onDone=${list.again} />`}
    ${asks?.what === "edit" && html`<${EditUser} id=${about.id} roles=${roles.data ?? []} onClose=${close} onDone=${list.again} />`}
    ${asks?.what === "out" && html`<${Dialog} title=${`Log ${about.login} out everywhere?`} verb=${`End ${plural(about.sessions, "session")}`} danger onClose=${close}
      onDo=${() => act("POST", `/users/${about.id}/logout`, `${about.login} is logged out everywhere`)}><p>${isMe(about) ? "You have to log in again, here too." : "They have to log in again. Tokens and application passwords stay."}</p><//>`}
    ${asks?.what === "remove" && html`<${Dialog} title=${`Remove ${about.login}?`} verb="Remove" danger typed=${about.login} onClose=${close}
      onDo=${() => act("DELETE", `/users/${about.id}`, `${about.login} was removed`)}><p>Their sessions, tokens and application passwords end at once. What they did stays in the audit trail. Switching them off under Edit can be undone; this cannot.</p><//>`}<//>`;
}

/* ---- roles */

/** @param {{of: any, isNew: boolean, onClose: () => void, onDone: () => void}} props of: what it begins with */
function RoleForm({ of, isNew, onClose, onDone }) {
  const one = useLive(isNew ? null : `/roles/${of.slug}`);
  const form = useForm({ slug: "", name: isNew ? `Copy of ${of.name}` : of.name, capabilities: of.capabilities.split(",").filter(Boolean) });
  const { name, capabilities } = form.values;
  const slug = name.trim().toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 40);
  const save = async () => {
    const body = { name: name.trim(), capabilities: capabilities.join(",") };
    if (isNew) await post("/roles", { ...body, slug });
    else await call("PUT", `/roles/${of.slug}`, { body, match: one.etag ?? "*" });
    toast({ s: "ok", icon: "ok", text: `Role “${name.trim()}” saved` });
    onDone();
  };
  return html`<${Dialog} side title=${isNew ? "Add a role?" : `Change the role ${of.name}?`} verb="Save role" form=${form} ready=${slug !== "" && capabilities.length > 0} onDo=${save} onClose=${onClose}>
    <${TextField} form=${form} name="name" label="Name" help=${isNew && slug ? `Scripts call it ${slug}` : undefined} maxlength="80" autocomplete="off" />
    <${RightsField} form=${form} name="capabilities" isMine label="What it may do" />
    ${!isNew && html`<p class="small muted">Everybody who has it may do this from their next click on.</p>`}<//>`;
}

function Roles() {
  const list = useLive("/roles", {}, SLOW_S);
  const [asks, ask] = useState(/** @type {{what: "copy"|"edit"|"remove", row: any}|null} */ (null));
  const close = () => ask(null);
  const remove = async () => {
    await call("DELETE", `/roles/${asks?.row.slug}`, { match: "*" });
    toast({ s: "ok", icon: "trash", text: `Role “${asks?.row.name}” removed` });
    list.again();
  };
  return html`<${Panel} title="Roles" tools=${html`<span class="small muted">Those that come with orderbridge do not change; copy one to change it.</span>`}>
    <${Loaded} of=${list}>${(/** @type {any[]} */ rows) => html`<div class="scroll"><table class="tbl" data-density="compact"><thead><tr><th scope="col">May</th>
      ${rows.map((role) => html`<th scope="col" key=${role.slug}><span class="stack">${role.name}<span class="row">
        <${Button} small kind="quiet" icon="copy" label=${`Copy ${role.name}`} onClick=${() => ask({ what: "copy", row: role })} />
        ${!role.is_builtin && html`<${Button} small kind="quiet" icon="pen" label=${`Change ${role.name}`} onClick=${() => ask({ what: "edit", row: role })} />
          <${Button} small kind="quiet" icon="trash" label=${`Remove ${role.name}`} onClick=${() => ask({ what: "remove", row: role })} />`}</span></span></th>`)}</tr></thead>
      <tbody>${rights.map(([right, word]) => html`<tr key=${right}><th scope="row">${word}<small class="mono">${right}</small></th>
        ${rows.map((role) => html`<td key=${role.slug}>${role.capabilities.split(",").includes(right) ? html`<span class="ink" data-s="ok"><${Icon} name="ok" /><span class="sr">yes</span></span>` :
          html`<span class="muted"><${Icon} name="minus" /><span class="sr">no</span></span>`}</td>`)}</tr>`)}</tbody></table></div>`}<//>
    ${(asks?.what === "copy" || asks?.what === "edit") && html`<${RoleForm} of=${asks.row} isNew=${asks.what === "copy"} onClose=${close} onDone=${list.again} />`}
    ${asks?.what === "remove" && html`<${Dialog} title=${`Remove the role ${asks.row.name}?`} verb="Remove" danger onDo=${remove} onClose=${close}>
      <p>It goes only where nobody has it any more.</p><//>`}<//>`;
}

const parts = /** @type {[string, string][]} */ ([["users", "Users"], ["roles", "Roles"], ["tokens", "Tokens"]]);

export default function Access() {
  const tab = partNow(parts.map(([value]) => value));
  return html`<${PageHead} title="Access"><${Button} icon="key" href=${to("/me", { site: siteNow() })}>Your account<//><//>
    <${Parts} label="Access" parts=${parts} />
    ${tab === "users" ? html`<${Users} />` : tab === "roles" ? html`<${Roles} />` : html`<${Secrets} kind=${kinds.tokens} />`}`;
}
