// One shop: what is fetched from it, how it is reached, and whether it answers.
import { useEffect, useState } from "preact/hooks";
import { call, post } from "../api.js";
import { Conflict, pick, same, saveOver } from "../edit.js";
import { day, dayIn, plural, startOfDay, utcMinute } from "../format.js";
import { useLive } from "../live.js";
import { go, to } from "../router.js";
import { can } from "../session.js";
import { useStatusNow } from "../status.js";
import { Button, Icon, PageHead } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { CheckField, Field, SelectField, TextField, useForm, useGuard } from "../ui/form.js";
import { html } from "../ui/html.js";
import { MergeDialog } from "../ui/merge.js";
import { MenuItem, Pop } from "../ui/pop.js";
import { Loaded } from "../ui/states.js";
import { Summary } from "../ui/summary.js";
import { toast } from "../ui/toast.js";
import { EnableDialog, NextPanel, TestPanel, useSiteTest, Webhooks } from "./site_parts.js";
import { platforms, SiteState } from "./sites.js";

const PACE_S = 15;

/** What a person may change, and what it is called. @type {Record<string, string>} */
const labels = {
  name: "Name", url: "URL", orders_sync: "Synchronize orders", min_date: "Minimum date", max_orders: "Maximum orders per run", zone: "Time zone",
  status: "Statuses to fetch", currency: "Currency", skip_test: "Skip test orders", infer_gift_card: "Infer gift cards", health_url: "Health check URL",
};
const names = Object.keys(labels);
/** @type {Record<string, string>} */
const allLabels = { ...labels, code: "Code", platform: "Platform", prefix: "Order number prefix", consumer_key: "Consumer key", consumer_secret: "Consumer secret" };
const parts = names.map((name) => ({ name, label: labels[name] }));

/** Where the shop was not asked yet: what each WooCommerce has. */
const usual = [["pending", "Pending payment"], ["processing", "Processing"], ["on-hold", "On hold"], ["completed", "Completed"]].map(([id, label]) => ({ id, label }));

/** A new one, as the server would make it. */
const fresh = {
  name: "", url: "", orders_sync: true, min_date: null, max_orders: 100, zone: "UTC", status: "processing", currency: null,
  skip_test: true, infer_gift_card: false, health_url: null,
};

const originOf = (/** @type {string} */ url) => { try { return new URL(url).origin; } catch { return ""; } };

/** A key or secret: never shown, replaced when somebody wants to. @param {{form: any, name: string, site: any, isOpen: boolean}} props */
function KeyField({ form, name, site, isOpen }) {
  const isTyped = isOpen || form.values[name] !== null;
  if (isTyped)
    return html`<${TextField} form=${form} name=${name} label=${allLabels[name]} autocomplete="off" spellcheck="false" maxlength="200" required=${isOpen}
      help=${name === "consumer_key" ? "begins with ck_" : "begins with cs_"} />`;
  return html`<${Field} label=${allLabels[name]}>${(/** @type {any} */ props) => html`<span class="in bar locked"><${Icon} name="lock" />
    <span class="grow muted small">set ${day(new Date(site.keys_set_at))}</span>
    <button type="button" class="link small" ...${props} aria-label=${`Replace ${allLabels[name].toLowerCase()}`} onClick=${() => form.set(name, "")}>Replace</button></span>`}<//>`;
}

/** @param {{title: string, text: string, children?: any}} props */
const Section = ({ title, text, children }) => html`<section class="annotated"><header class="stack"><h2>${title}</h2><p class="small muted">${text}</p></header>
  <div class="form">${children}</div></section>`;

/** @param {{form: any, statuses: {id: string, label: string}[]}} props */
function Statuses({ form, statuses }) {
  const chosen = form.values.status.split(",").map((/** @type {string} */ each) => each.trim()).filter(Boolean);
  const all = [...statuses, ...chosen.filter((/** @type {string} */ id) => !statuses.some((each) => each.id === id)).map((/** @type {string} */ id) => ({ id, label: id }))];
  const toggle = (/** @type {string} */ id, /** @type {boolean} */ isOn) =>
    form.set("status", all.map((each) => each.id).filter((each) => (each === id ? isOn : chosen.includes(each))).join(","));
  const wrong = form.wrong("status") ?? (chosen.length === 0 && "Choose at least one.");
  return html`<fieldset class="field wide"><legend class="label">Statuses to fetch</legend>
    <div class="form ents">${all.map((each) => html`<label class="check" key=${each.id}><input type="checkbox" name="status" checked=${chosen.includes(each.id)}
      onChange=${(/** @type {any} */ e) => toggle(each.id, e.target.checked)} /><span>${each.label}</span></label>`)}</div>
    ${wrong && html`<p data-s="err"><${Icon} name="x" /> ${wrong}</p>`}</fieldset>`;
}

const zones = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((name) => name !== "UTC")];

/** @param {{form: any}} props the first day, in the shop's zone */
function MinDate({ form }) {
  const { min_date: at, zone } = form.values;
  return html`<${Field} label=${labels.min_date} wrong=${form.wrong("min_date")} help=${at ? `${zone}; ${utcMinute(new Date(at))} UTC` : "Orders modified before are never fetched; empty: all"}>
    ${(/** @type {any} */ props) => html`<input class="in" type="date" name="min_date" ...${props} value=${at ? dayIn(at, zone) : ""}
      onChange=${(/** @type {any} */ e) => form.set("min_date", e.target.value ? startOfDay(e.target.value, zone).toISOString() : null)} />`}<//>`;
}

/** The members of a request: what is empty is left out or taken away. @param {Record<string, any>} values @param {Record<string, any>} base */
function changesOf(values, base) {
  /** @type {Record<string, any>} */
  const change = {};
  for (const name of names) if (!same(values[name], base[name])) change[name] = values[name];
  if ("max_orders" in change) change.max_orders = Number(change.max_orders);
  for (const name of ["currency", "health_url"]) if (change[name] === null) change[name] = "";
  for (const name of ["consumer_key", "consumer_secret"]) if (values[name]) change[name] = values[name].trim();
  return change;
}

const toValues = (/** @type {any} */ site) => ({ ...pick(site, names), consumer_key: null, consumer_secret: null });

/** Empty texts and nothing are the same to a person. @param {any} values */
const tidy = (values) => ({ ...values, currency: values.currency || null, health_url: values.health_url || null });

/**
 * @param {{site: any, statuses: any[], onSaved: (site: any) => void, onChanged: (isChanged: boolean) => void}} props
 *   site: null for a new one
 */
function SiteForm({ site, statuses, onSaved, onChanged }) {
  const [base, setBase] = useState(() => (site ? pick(site, names) : pick(fresh, names)));
  const form = useForm(site ? toValues(site) : { ...fresh, code: "", prefix: "", consumer_key: "", consumer_secret: "" });
  const [theirs, setTheirs] = useState(/** @type {any} */ (null));
  const values = tidy(form.values);
  const mayWrite = can("sites.write");
  const change = changesOf(values, base);
  const n = Object.keys(change).length;
  const isChanged = site ? n > 0 : Boolean(values.code || values.name || values.url);
  const moves = site !== null && originOf(values.url) !== originOf(base.url);
  const needsKeys = !site || site.needs_keys || moves;
  useGuard(isChanged && !form.isBusy);
  useEffect(() => onChanged(isChanged), [isChanged]);
  useEffect(() => {
    if (!site || isChanged || same(base, pick(site, names))) return;
    setBase(pick(site, names));
    form.setValues(toValues(site));
  }, [site]);
  const take = (/** @type {any} */ data) => {
    setBase(pick(data, names));
    form.setValues(toValues(data));
    toast({ s: "ok", icon: "ok", text: "Saved" });
    onSaved(data);
  };
  const send = async (/** @type {any} */ over, /** @type {any} */ body) => {
    try {
      take((await saveOver(`/sites/${site.id}`, over, body)).data);
    } catch (failed) {
      if (!(failed instanceof Conflict)) throw failed;
      setTheirs(failed.theirs);
    }
  };
  const save = form.submit(async () => {
    if (site) return send(base, change);
    const { data } = await post("/sites", { platform: "woocommerce", code: values.code.trim(), ...(values.prefix && { prefix: values.prefix.trim() }), enabled: false,
      ...change, name: values.name || values.code.trim(), url: values.url.trim() });
    toast({ s: "ok", icon: "ok", text: "Site added: test it, then enable it" });
    onSaved(data);
  });
  const merge = async (/** @type {any} */ merged) => {
    const now = pick(theirs, names);
    form.setValues({ ...form.values, ...merged });
    setBase(now);
    await send(now, changesOf({ ...values, ...merged }, now));
  };
  const discard = () => form.setValues({ ...toValues(site), ...base });
  return html`
    <${Summary} form=${form} labels=${allLabels} />
    <form class="panel split" id="site-form" onSubmit=${save} novalidate><fieldset class="split" aria-label="Settings of the site" disabled=${!mayWrite}>
      <${Section} title="Connection" text="Keys are stored encrypted and never shown again.">
        <${Field} label="Platform">${(/** @type {any} */ props) => html`<input class="in" readonly value=${platforms[site?.platform ?? "woocommerce"] ?? site?.platform} ...${props} />`}<//>
        ${site ? html`<${Field} label="Code" help="Fixed after creation">${(/** @type {any} */ props) => html`<input class="in mono" readonly value=${site.code} ...${props} />`}<//>` :
          html`<${TextField} form=${form} name="code" label="Code" help="Short and fixed for ever: a-z, 0-9 and -" maxlength="40" autocapitalize="none" spellcheck="false" required />`}
        <${TextField} form=${form} name="name" label="Name" wide help=${site ? undefined : "As people call it"} maxlength="120" />
        <${TextField} form=${form} name="url" label="URL" wide type="url" help=${moves ? "Another host: give its keys anew" : "Of the shop, with https"} maxlength="500" required />
        <${KeyField} form=${form} name="consumer_key" site=${site} isOpen=${needsKeys} />
        <${KeyField} form=${form} name="consumer_secret" site=${site} isOpen=${needsKeys} />
        ${!site && html`<p class="small muted wide">In the shop: WooCommerce › Settings › Advanced › REST API › Add key, with Read/Write.</p>`}
      <//>
      <${Section} title="Orders" text="What is fetched, and from when on.">
        <div class="wide"><${CheckField} form=${form} name="orders_sync" label="Synchronize orders" help="by its schedule; without, only when somebody asks" isSwitch /></div>
        <${MinDate} form=${form} />
        <${TextField} form=${form} name="max_orders" label="Maximum orders per run" type="number" min="1" max="1000" inputmode="numeric" help="1 to 1000; the next run goes on" />
        <${SelectField} form=${form} name="zone" label="Time zone" help="As in the shop: its days begin there" options=${(zones.includes(values.zone) ? zones : [values.zone, ...zones]).map((zone) => [zone, zone])} />
        <${TextField} form=${form} name="currency" label="Currency" help="Three letters; empty: as each order says" maxlength="3" autocapitalize="characters" spellcheck="false" />
        <${Statuses} form=${form} statuses=${statuses} />
        <div class="wide"><${CheckField} form=${form} name="skip_test" label="Skip test orders" help="below 1.00" /></div>
        <div class="wide"><${CheckField} form=${form} name="infer_gift_card" label="Infer gift cards" help="a total below the sum of its lines was paid by gift card" /></div>
      <//>
      <${Section} title="After import" text="How the shop learns that we have the order.">
        <div class="field wide"><span class="label">Mark</span><p>Hidden order meta <span class="mono">sumatra_wc_integrator_exported</span> = 1, not seen by customers.</p></div>
        <${TextField} form=${form} name="health_url" label="Health check URL" wide type="url" help="Called after each completed sync, for a monitor that alarms when it stays silent; may be empty" maxlength="500" />
      <//>
      ${site ? html`<${Section} title="Order numbers" text="How orders of this site are numbered.">
        <${Field} label="Order number prefix" help="Fixed after creation">${(/** @type {any} */ props) => html`<input class="in mono" readonly value=${site.prefix} ...${props} />`}<//><//>` :
        html`<${Section} title="Order numbers" text="How orders of this site are numbered.">
          <${TextField} form=${form} name="prefix" label="Order number prefix" help=${`Fixed for ever; empty: ${values.code.replace(/[^a-z0-9]/gi, "").toUpperCase().slice(0, 14) || "made of the code"}`} maxlength="14" spellcheck="false" /><//>`}
    </fieldset></form>
    ${mayWrite && (isChanged || !site) && html`<div class="panel savebar item"><span class="grow small" role="status">${site ? `${plural(n, "field")} changed` : ""}</span>
      ${site ? html`<${Button} kind="quiet" onClick=${discard}>Discard<//>` : html`<${Button} kind="quiet" href=${to("/sites")}>Cancel<//>`}
      <${Button} kind="primary" type="submit" form="site-form" disabled=${form.isBusy || values.status === "" || (!site && !values.code)}>${site ? "Save" : "Add site"}<//></div>`}
    ${theirs && html`<${MergeDialog} title=${`Which settings of ${base.name} shall stay?`} parts=${parts} base=${base} mine=${pick(values, names)} theirs=${pick(theirs, names)} onMerge=${merge} onClose=${() => setTheirs(null)} />`}`;
}

function NewSite() {
  return html`<${PageHead} title="Add a site" /><div class="cols"><div>
    <${SiteForm} site=${null} statuses=${usual} onChanged=${() => {}} onSaved=${(/** @type {any} */ site) => go(`/sites/${site.id}`)} /></div>
    <section class="panel" aria-label="What comes next"><header><h2>What comes next</h2></header><ol class="pad stack small">
      <li>1. The site is added, but nothing is fetched yet.</li><li>2. Test the connection; each step says what to do if it fails.</li>
      <li>3. Enable it, from a day on that you choose. How many orders that brings is shown first.</li></ol></section></div>`;
}

/** @param {{site: any, onDone: () => void, onClose: () => void}} props */
function DisableDialog({ site, onDone, onClose }) {
  const disable = async () => {
    await post(`/sites/${site.id}/disable`);
    toast({ s: "ok", icon: "pause", text: `${site.name} is disabled` });
    onDone();
  };
  return html`<${Dialog} title=${`Disable ${site.name}?`} verb="Disable" danger onDo=${disable} onClose=${onClose}>
    <p>No orders are fetched from it until it is enabled again. What is stored stays; what comes in meanwhile is fetched then.</p><//>`;
}

/** @param {{site: any, onDone: () => void, onClose: () => void}} props */
function DeleteDialog({ site, onDone, onClose }) {
  const remove = async () => {
    await call("DELETE", `/sites/${site.id}`, { match: "*" });
    toast({ s: "ok", icon: "trash", text: `${site.name} is deleted` });
    onDone();
  };
  return html`<${Dialog} title=${`Delete ${site.name}?`} verb="Delete" danger typed=${site.code} onDo=${remove} onClose=${onClose}>
    <p>Its settings, keys and schedule are gone for good. Its orders stay: ${plural(site.pending, "order")} ${site.pending === 1 ? "waits" : "wait"} for Business Central, ${plural(site.errors, "order")} ${site.errors === 1 ? "needs" : "need"} a person.</p><//>`;
}

/** @param {{id: string}} props */
function OldSite({ id }) {
  const shown = useLive(`/sites/${id}`, {}, PACE_S);
  const statuses = useLive(`/sites/${id}/statuses`);
  const test = useSiteTest(id);
  const statusNow = useStatusNow();
  const [asks, ask] = useState(/** @type {""|"enable"|"disable"|"delete"} */ (""));
  const [isChanged, setChanged] = useState(false);
  const again = () => { shown.again(); statuses.again(); statusNow(); };
  useEffect(() => { if (test.tested) again(); }, [test.tested]);
  const site = shown.data;
  if (!site) return html`<h1 tabindex="-1">Site</h1><div class="panel"><${Loaded} of=${shown} rows=${8}>${() => ""}<//></div>
    ${shown.problem?.status === 404 && html`<p><${Button} href=${to("/sites")}>All sites<//></p>`}`;
  const mayWrite = can("sites.write");
  const known = statuses.data?.length > 0 ? statuses.data : usual;
  const close = () => ask("");
  return html`
    <div class="head"><div class="stack grow"><div class="row"><h1 tabindex="-1">${site.name}</h1><${SiteState} site=${site} /></div>
      <p class="small muted"><span class="mono">${site.code}</span> · ${platforms[site.platform] ?? site.platform} · <a href=${site.url} target="_blank" rel="noopener noreferrer">${site.url.replace(/^https?:\/\//, "")} <${Icon} name="out" /><span class="sr">opens the shop</span></a></p></div>
      ${mayWrite && html`<span class="row"><${Button} disabled=${test.isBusy} onClick=${test.run}>Test connection<//>
        ${site.enabled ? html`<${Button} onClick=${() => ask("disable")}>Disable…<//>` : html`<${Button} kind="primary" disabled=${isChanged} title=${isChanged ? "Save first" : undefined} onClick=${() => ask("enable")}>Enable…<//>
        <${Pop} label="More actions" role="menu" end button=${(/** @type {any} */ props) => html`<${Button} icon="more" label="More actions" ...${props} />`}>${(/** @type {() => void} */ shut) => html`
          <${MenuItem} onClick=${() => { shut(); ask("delete"); }}><${Icon} name="trash" />Delete…<//>`}<//>`}</span>`}</div>
    ${shown.problem && html`<div class="panel"><${Loaded} of=${shown}>${() => ""}<//></div>`}
    ${site.auth_failed && html`<div class="note" data-s="err" role="alert"><${Icon} name="key" /><p class="strong">The shop refuses its keys: nothing is fetched.</p><p>${site.auth_failed}</p>
      <p class="muted">Make a new key in the shop, replace both below, save, and test the connection.</p></div>`}
    <div class="cols"><div><${SiteForm} site=${site} statuses=${known} onSaved=${() => { test.forget(); again(); }} onChanged=${setChanged} /></div>
      <div>${mayWrite && html`<${TestPanel} test=${test} isChanged=${isChanged} />`}<${NextPanel} site=${site} /><${Webhooks} site=${site} /></div></div>
    ${asks === "enable" && html`<${EnableDialog} site=${site} base=${pick(site, names)} hasPassed=${test.tested?.result.passed === true} onDone=${again} onClose=${close} />`}
    ${asks === "disable" && html`<${DisableDialog} site=${site} onDone=${again} onClose=${close} />`}
    ${asks === "delete" && html`<${DeleteDialog} site=${site} onDone=${() => { statusNow(); go("/sites"); }} onClose=${close} />`}`;
}

/** @param {{id?: string}} props */
export default function Site({ id }) {
  return id === undefined ? html`<${NewSite} />` : html`<${OldSite} id=${id} />`;
}
