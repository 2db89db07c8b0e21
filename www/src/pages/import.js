// Orders of a webstore by hand, with filters of one's own: look first, then import.
import { useEffect, useState } from "preact/hooks";
import { post } from "../api.js";
import { count, plural, startOfDay, utcMinute } from "../format.js";
import { useLive } from "../live.js";
import { go, siteNow, to } from "../router.js";
import { can } from "../session.js";
import { useIsPaused, useStatus, useStatusNow } from "../status.js";
import { Button, Icon, PageHead, Panel, Progress } from "../ui/basics.js";
import { Field, SelectField, TextField, useForm } from "../ui/form.js";
import { html } from "../ui/html.js";
import { Empty, ErrorCard, Skeleton } from "../ui/states.js";
import { toast } from "../ui/toast.js";
import { countOutcomes, Figures, groupOf, OrderRows, PastImports } from "./import_parts.js";

const LOOK_S = 1;
const isOpen = (/** @type {any} */ data) => data && (data.state === "in_progress" || data.state === "not_processed");

/**
 * How many orders the shop has that fit, asked of the shop itself.
 * @param {{site: any, statuses: string[], date: string, all: string[]}} props
 */
function ShopCount({ site, statuses, date, all }) {
  const path = `/sites/${site.id}/preview-count`;
  const fits = useLive(path, { status: statuses.join(",") || site.status, start_date: date });
  const isNone = fits.data?.count === 0 && !fits.busy;
  const anyStatus = useLive(isNone && all.length > 0 ? path : null, { status: all.join(","), start_date: date });
  const anyDate = useLive(isNone && date ? path : null, { status: statuses.join(",") || site.status });
  if (fits.problem) return html`<p class="small"><span class="ink" data-s="err"><${Icon} name="x" /> The shop did not say how many orders fit.</span> ${fits.problem.message}</p>`;
  if (!fits.data) return html`<p class="small muted" role="status">Asking the shop…</p>`;
  const wider = [anyStatus.data?.count > 0 && `${plural(anyStatus.data.count, "order")} without the status filter`,
    anyDate.data?.count > 0 && `${plural(anyDate.data.count, "order")} without the start date`].filter(Boolean);
  return html`<p class=${`small ${fits.busy ? "old" : ""}`} role="status"><span class="strong">${plural(fits.data.count, "order")}</span> at the shop ${fits.data.count === 1 ? "fits" : "fit"} these filters.
    ${isNone && wider.length > 0 && html` There would be ${wider.join(", and ")}.`}</p>`;
}

/** What an import would do, and how it goes finding that out. @param {{id: string, isOld: boolean}} props */
function Look({ id, isOld }) {
  const shown = useLive(`/operations/${id}`, {}, (data) => (isOpen(data) || !data ? LOOK_S : 0));
  const [only, setOnly] = useState("all");
  const { data } = shown;
  const result = data?.result;
  if (shown.problem && !data) return html`<${Panel} title="Preview"><${ErrorCard} problem=${shown.problem} again=${shown.again} /><//>`;
  if (!data) return html`<${Panel} title="Preview"><${Skeleton} rows=${3} /><//>`;
  if (isOpen(data))
    return html`<${Panel} title="Preview"><div class="pad stack" role="status">
      ${data.pause_reason ? html`<p>It waits until Business Central's maintenance is over.</p>` : html`
        <p>${data.progress.done > 0 ? `${plural(data.progress.done, "order")} looked at` : "Asking the shop"}… nothing is written.</p>
        <${Progress} label="Progress" value=${data.progress.done} max=${data.progress.total} />`}</div><//>`;
  if (!result)
    return html`<${Panel} title="Preview"><div class="note" data-s="err" role="alert"><${Icon} name="x" /><p class="strong">${data.error?.message ?? "It did not come to an end."}</p>
      <p>${data.error?.reason}</p><p class="muted">${data.error?.fix}</p><p><a href=${to(`/operations/${id}`)}>Show the operation</a></p></div><//>`;
  const { by, why } = countOutcomes(result.orders);
  if (result.listed < result.found) {
    by.all = result.found;
    by.skipped = result.outcomes.skipped ?? 0;
    by.failed = (result.outcomes.hard ?? 0) + (result.outcomes.soft ?? 0);
    by.imported = by.all - by.skipped - by.failed;
    for (const [code, n] of Object.entries(result.codes)) if (code.startsWith("skipped_")) why[code] = /** @type {number} */ (n);
  }
  const rows = result.orders.filter((/** @type {any} */ row) => only === "all" || groupOf(row) === only);
  return html`<${Panel} title="Preview" class=${isOld ? "old" : ""} tools=${html`<span class="small muted">${isOld ? "of the filters before" : "Nothing was written."}</span>`}>
    ${result.found === 0 ? html`<${Empty} icon="find" title="No order fits." text="Take a status more, an earlier day, or leave a filter out." />` : html`
      <${Figures} by=${by} why=${why} isLook />
      <div class="item line"><span class="seg" role="group" aria-label="Show">${[["all", "All"], ["imported", "Will import"], ["skipped", "Skipped"], ["failed", "Will fail"]].map(([value, word]) => html`
        <button type="button" aria-pressed=${String(only === value)} onClick=${() => setOnly(value)}>${word} <span class="num muted">${count(by[value])}</span></button>`)}</span></div>
      ${rows.length > 0 ? html`<${OrderRows} rows=${rows} isLook />` : html`<p class="pad muted">None.</p>`}
      ${result.listed < result.found && html`<footer class="small muted">${count(result.listed)} of ${count(result.found)} orders are listed.</footer>`}`}<//>`;
}

/** @param {{form: any, site: any, statuses: {id: string, label: string}[]|undefined}} props */
function StatusChoice({ form, site, statuses }) {
  const chosen = /** @type {string[]} */ (form.values.statuses);
  const word = (/** @type {string} */ id) => statuses?.find((each) => each.id === id)?.label ?? id;
  const own = site?.status?.split(",").map(word).join(", ");
  const toggle = (/** @type {string} */ id, /** @type {boolean} */ isOn) =>
    form.set("statuses", (statuses ?? []).map((each) => each.id).filter((each) => (each === id ? isOn : chosen.includes(each))));
  return html`<fieldset class="field wide"><legend class="label">Order status filter</legend>
    ${statuses && statuses.length > 0 ? html`<div class="form ents">${statuses.map((each) => html`<label class="check" key=${each.id}><input type="checkbox"
        checked=${chosen.includes(each.id)} onChange=${(/** @type {any} */ e) => toggle(each.id, e.target.checked)} /><span>${each.label}</span></label>`)}</div>
      <p>${chosen.length > 0 ? "In place of the site's own, for this import." : `None chosen: the site's own, ${own}.`}</p>` :
      html`<p>${site ? html`The site's own, ${own}. Which others the shop has is known once it was tested under <a href=${to("/sites")}>Sites</a>.` : "Choose a webstore first."}</p>`}
    ${form.wrong("statuses") && html`<p data-s="err"><${Icon} name="x" /> ${form.wrong("statuses")}</p>`}</fieldset>`;
}

/** @param {{sites: any[], isPaused: boolean}} props */
function ImportForm({ sites, isPaused }) {
  const statusNow = useStatusNow();
  const form = useForm({ site_code: siteNow() ?? (sites.length === 1 ? sites[0].code : ""), order_id: "", statuses: /** @type {string[]} */ ([]), start_date: "" });
  const [look, setLook] = useState(/** @type {{id: string, of: string}|null} */ (null));
  const { values } = form;
  const site = sites.find((each) => each.code === values.site_code);
  const statuses = useLive(site ? `/sites/${site.id}/statuses` : null);
  useEffect(() => form.set("statuses", []), [values.site_code]);
  const body = () => ({
    site_code: values.site_code, ...(values.order_id.trim() && { order_id: values.order_id.trim() }),
    ...(values.statuses.length > 0 && { statuses: values.statuses }), ...(values.start_date && { start_date: values.start_date }),
  });
  const preview = form.submit(async () => {
    const { data } = await post("/imports?dry_run=1", body());
    setLook({ id: data.id, of: JSON.stringify(body()) });
  });
  const start = form.submit(async () => {
    const { data } = await post("/imports", body());
    toast({ s: "ok", icon: "get", text: isPaused ? "Import queued" : "Import started" });
    statusNow();
    go(`/import/results/${data.id}`, { site: siteNow() });
  });
  const zone = site?.zone ?? "UTC";
  return html`<${Panel} label="Filters"><form class="pad stack roomy" onSubmit=${preview} novalidate>
      <div class="form">
        <${SelectField} form=${form} name="site_code" label="Webstore code" required options=${[["", "Choose…"], ...sites.map((each) => [each.code, `${each.code} (${each.name})`])]} />
        <${TextField} form=${form} name="order_id" label="Order ID" help="The shop's own id of one order; empty: all that fit" inputmode="numeric" autocomplete="off" maxlength="64" />
        <${Field} label="Order start date" wrong=${form.wrong("start_date")}
          help=${values.start_date ? `Placed from ${utcMinute(startOfDay(values.start_date, zone))} UTC on (that day in ${zone})` : "Placed on this day or later; empty: any day"}>
          ${(/** @type {any} */ props) => html`<input class="in" type="date" name="start_date" ...${props} ...${form.text("start_date")} />`}<//>
        <${StatusChoice} form=${form} site=${site} statuses=${statuses.busy ? undefined : statuses.data} />
      </div>
      ${form.problem && Object.keys(form.problem.params).length === 0 && html`<${ErrorCard} problem=${form.problem} />`}
      ${site && !values.order_id.trim() && html`<${ShopCount} site=${site} statuses=${values.statuses} date=${values.start_date}
        all=${(statuses.data ?? []).map((/** @type {any} */ each) => each.id)} />`}
      ${isPaused && html`<p class="small muted">Business Central is in maintenance: previews and imports wait for its end, and begin by themselves.</p>`}
      <div class="row">
        <${Button} kind="primary" icon="get" disabled=${form.isBusy || !values.site_code} onClick=${start}>${isPaused ? "Queue import" : "Import"}<//>
        <${Button} type="submit" icon="find" disabled=${form.isBusy || !values.site_code}>${isPaused ? "Queue preview" : "Preview"}<//>
        <span class="small muted">A preview only reads. Orders that are here already are skipped, never doubled.</span>
      </div>
    </form><//>
    ${look && html`<${Look} key=${look.id} id=${look.id} isOld=${look.of !== JSON.stringify(body())} />`}`;
}

export default function Import() {
  const status = useStatus();
  const isPaused = useIsPaused();
  const sites = status?.sites;
  return html`<${PageHead} title="Import webstore orders" />
    <div class="cols slim"><div>${sites === undefined ? html`<div class="panel"><${Skeleton} /></div>` : sites.length === 0 ?
      html`<div class="panel"><${Empty} icon="globe" title="There is no webstore yet." text="Connect a shop first.">${can("sites.write") && html`<${Button} href=${to("/sites")}>Sites<//>`}<//></div>` :
      html`<${ImportForm} sites=${sites} isPaused=${isPaused} />`}</div>
      <${PastImports} /></div>`;
}
