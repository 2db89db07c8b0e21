// The first run: from an empty database to an installation that works. Each step
// is kept, so that it goes on where it stopped.
import { useEffect, useState } from "preact/hooks";
import { call } from "../api.js";
import { download } from "../csv.js";
import { now } from "../format.js";
import { useLive } from "../live.js";
import { hasPage } from "../orders.js";
import { go, to } from "../router.js";
import { logIn, user } from "../session.js";
import { Button, Chip, Dot, Icon, Panel, Progress, Time } from "../ui/basics.js";
import { TextField, useForm } from "../ui/form.js";
import { html } from "../ui/html.js";
import { copy, Loaded } from "../ui/states.js";
import { Summary } from "../ui/summary.js";

const PACE_S = 3;
const LATE_S = 360;

/** @type {[string, string][]} */
const steps = [["code", "Setup code"], ["database", "Database & key"], ["administrator", "Administrator"], ["site", "First site"],
  ["business_central", "Business Central"], ["cron", "Cron"]];

/** @param {{at: string, states: Record<string, string>}} props */
const Steps = ({ at, states }) => html`<ol class="steps" aria-label="Steps">${steps.map(([name, word], i) => html`<li key=${name} data-s=${name === at ? "info" : states[name] === "done" ? "ok" : "neutral"} aria-current=${name === at ? "step" : undefined}>
  <${Dot} s=${name === at ? "info" : states[name] === "done" ? "ok" : "neutral"} icon=${name === at ? "run" : states[name] === "done" ? "ok" : states[name] === "skipped" ? "minus" : "o"} />
  <b>${i + 1}. ${word}</b><span>${name === at ? "now" : states[name] === "done" ? "done" : states[name] === "skipped" ? "skipped" : ""}</span></li>`)}</ol>`;

/** @param {{form: any}} props */
const Code = ({ form }) => html`<${TextField} form=${form} name="code" label="Setup code" help="The words behind [setup] code in orderbridge.ini" autocomplete="off" spellcheck="false" required />`;

/** @param {{form: any, onNext: () => void}} props */
function CodeStep({ form, onNext }) {
  const check = form.submit(async () => {
    await call("POST", "/setup/code", { body: { code: form.values.code }, quiet: true });
    onNext();
  });
  return html`<form class="pad stack roomy" onSubmit=${check}><p>Only who can read the settings of this installation may set it up.</p>
    <${Code} form=${form} /><div class="row end"><${Button} kind="primary" type="submit" disabled=${form.isBusy || form.values.code.length < 12}>Continue<//></div></form>`;
}

/** @param {{result: any}} props */
const Rights = ({ result }) => html`<ol class="split" aria-label="Rights">${result.steps.map((/** @type {any} */ step) => {
  const isFine = step.status === "pass" || step.status === "skip";
  return html`<li class="item top-al" key=${step.n}><${Dot} s=${isFine ? "ok" : step.status === "warn" ? "warn" : "err"} icon=${isFine ? "ok" : "x"} /><span class="stack grow"><span class="strong">${step.label}</span>
    ${step.why && html`<span class="small muted">${step.why}</span>`}${!isFine && step.fix && html`<span class="note" data-s="err"><${Icon} name="pen" /><span class="small"><strong>Fix:</strong> ${step.fix}</span></span>`}</span></li>`;
})}</ol>`;

/** @param {{form: any, onNext: () => void}} props */
function DatabaseStep({ form, onNext }) {
  const [result, setResult] = useState(/** @type {any} */ (null));
  const [key, setKey] = useState("");
  const run = async (/** @type {any} */ query) => {
    const { data } = await call("POST", "/setup/database", { body: { code: form.values.code }, query, quiet: true });
    setResult(data);
    if (data.key) setKey(data.key);
    return data;
  };
  const test = form.submit(() => run({ dry_run: 1 }));
  const make = form.submit(async () => {
    for (;;) {
      const data = await run({});
      if (data.finished || !data.passed) return;
    }
  });
  return html`<form class="stack" onSubmit=${make}><div class="pad stack roomy"><p>Tries each right that is needed, writes the key file, and makes the tables in small steps. Nothing that is there is changed.</p>
      ${form.values.code === "" && html`<${Code} form=${form} />`}</div>
    ${result && html`<${Rights} result=${result} />`}
    ${result && (form.isBusy || result.finished) && html`<div class="pad" role="status"><${Progress} label="Tables" value=${result.done} max=${result.done + result.waiting} /></div>`}
    ${key && html`<div class="note" data-s="warn"><${Icon} name="key" /><p class="strong">Keep a copy of the key somewhere else.</p><p>Without it no stored secret can be read again. It is shown this once; it belongs in <span class="mono">${result.key_file}</span>.</p>
      <div class="row"><${Button} icon="get" onClick=${() => download("orderbridge.key", key, "text/plain")}>Download the key<//></div></div>`}
    <div class="pad row end"><${Button} disabled=${form.isBusy} onClick=${test}>Test<//>
      ${result?.finished ? html`<${Button} kind="primary" onClick=${onNext}>Continue<//>` : html`<${Button} kind="primary" type="submit" disabled=${form.isBusy}>Make the tables<//>`}</div></form>`;
}

/** @param {{form: any}} props */
function AdministratorStep({ form }) {
  const make = form.submit(async () => {
    const { code, login, name, password } = form.values;
    await call("POST", "/setup/administrator", { body: { code, login: login.trim(), ...(name && { name }), password }, quiet: true });
    go("/setup");
    await logIn({ login: login.trim(), password });
  });
  return html`<form class="pad stack roomy" onSubmit=${make}><p>The first account may do everything, and adds the others.</p>
    <${Code} form=${form} />
    <${TextField} form=${form} name="login" label="User name" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="60" required />
    <${TextField} form=${form} name="name" label="Name" help="As others see it; may be empty" autocomplete="name" maxlength="120" />
    <${TextField} form=${form} name="password" label="Password" type="password" help="12 characters or more" autocomplete="new-password" minlength="12" maxlength="128" required />
    <div class="row end"><${Button} kind="primary" type="submit" disabled=${form.isBusy || !form.values.login}>Add the administrator<//></div></form>`;
}

/** Nobody can log in yet: what the setup code is for. @param {{setup: any}} props */
function Before({ setup }) {
  const form = useForm({ code: "", login: "", name: "", password: "" });
  const [at, setAt] = useState(setup.step === "database" ? "code" : setup.step);
  const states = Object.fromEntries(setup.steps.map((/** @type {any} */ step) => [step.name, step.state]));
  useEffect(() => {
    document.title = "Setup · orderbridge";
  }, []);
  const isMissing = setup.step === "code";
  return html`<main class="app-setup"><h1 class="brand"><${Icon} name="bridge" />orderbridge setup</h1><${Steps} at=${at} states=${states} />
    <${Summary} form=${form} labels=${{ code: "Setup code", login: "User name", name: "Name", password: "Password" }} />
    <${Panel} title=${steps.find(([name]) => name === at)?.[1]}>${isMissing ? html`<div class="pad stack"><p>No setup code stands in <span class="mono">orderbridge.ini</span>, so that nobody can take this installation over.</p>
      <p>Write two lines into it, with 12 characters or more of your own, then go on:</p><pre class="well code mono">[setup]\ncode = …</pre>
      <div class="row end"><${Button} kind="primary" onClick=${() => location.reload()}>Continue<//></div></div>` :
      at === "code" ? html`<${CodeStep} form=${form} onNext=${() => setAt(setup.step)} />` :
      at === "database" ? html`<${DatabaseStep} form=${form} onNext=${() => setAt("administrator")} />` : html`<${AdministratorStep} form=${form} />`}<//></main>`;
}

/** @param {{title: string, form: any, name: string, onDone: () => void, children?: any}} props */
function Later({ title, form, name, onDone, children }) {
  const note = (/** @type {any} */ body) => form.submit(async () => {
    await call("POST", `/setup/${name}`, { body });
    onDone();
  });
  return html`<${Panel} title=${title}><div class="pad stack roomy">${children}
    <div class="row end"><${Button} disabled=${form.isBusy} onClick=${note({ skip: true })}>Skip for now<//><${Button} kind="primary" disabled=${form.isBusy} onClick=${note({})}>Continue<//></div></div><//>`;
}

/** @param {{form: any, onDone: () => void}} props */
function CronStep({ form, onDone }) {
  const [began] = useState(now());
  const looked = useCronLook();
  const cron = looked?.cron;
  const isLate = !cron?.last_seen_at && (now() - began) / 1000 > LATE_S;
  return html`<${Later} title="Cron" form=${form} name="cron" onDone=${onDone}>
    <p>Put this line into the crontab of the account that orderbridge runs as. Every five minutes makes retries punctual; hourly is enough for orders.</p>
    ${cron?.line ? html`<pre class="well code mono">${cron.line}</pre><div><${Button} icon="copy" onClick=${() => copy(cron.line)}>Copy the line<//></div>` : cron && html`<p>The program itself was not found: the line is <span class="mono">*/5 * * * * …/orderbridge cron</span> with its path.</p>`}
    <p role="status">${cron?.last_seen_at ? html`<${Chip} s="ok" icon="ok">Seen <${Time} at=${cron.last_seen_at} how="ago" />${cron.host && ` from ${cron.host}`}<//>` : html`<${Chip} s="info" icon="run">Waiting for its first run… last seen: never<//>`}</p>
    ${isLate && html`<div class="note" data-s="warn"><${Icon} name="warn" /><p class="strong">It has not come in six minutes.</p>
      <p>Is the path right, and the program executable? Does <span class="mono">orderbridge --version</span> run there? Does the crontab belong to an account that may read the key?</p></div>`}<//>`;
}

/** What cron did meanwhile, asked again and again. */
function useCronLook() {
  const [looked, setLooked] = useState(/** @type {any} */ (null));
  useEffect(() => {
    const ask = () => call("POST", "/setup/cron", { query: { dry_run: 1 }, body: {} }).then(({ data }) => setLooked(data), () => {});
    ask();
    const timer = setInterval(ask, PACE_S * 1000);
    return () => clearInterval(timer);
  }, []);
  return looked;
}

/** Logged in: the steps that may come later. */
function After() {
  const shown = useLive("/setup");
  const form = useForm({});
  const isOver = shown.data?.needed === false;
  if (isOver) return html`<h1 tabindex="-1">Setup</h1><${Panel}><div class="empty"><${Dot} s="ok" icon="ok" /><p class="strong">This installation is set up.</p>
    <p class="muted">The [setup] lines of orderbridge.ini may be deleted.</p><${Button} kind="primary" href=${to("/")}>Overview<//></div><//>`;
  return html`<h1 tabindex="-1">Setup</h1><${Loaded} of=${shown}>${(/** @type {any} */ setup) => html`
    <${Steps} at=${setup.step} states=${Object.fromEntries(setup.steps.map((/** @type {any} */ step) => [step.name, step.state]))} />
    <${Summary} form=${form} labels=${{}} />
    ${setup.step === "site" && html`<${Later} title="First site" form=${form} name="site" onDone=${shown.again}>
      <p>Connect the first shop, test it, and enable it. Come back here then.</p><div><${Button} icon="plus" href=${to("/sites/new")}>Add site<//></div><//>`}
    ${setup.step === "business_central" && html`<${Later} title="Business Central" form=${form} name="business_central" onDone=${shown.again}>
      <p>May come later: orders are fetched without it and wait for it.${hasPage("/settings") ? "" : " It is connected by the command line: orderbridge bc."}</p>
      ${hasPage("/settings") && html`<div><${Button} href=${to("/settings")}>Settings<//></div>`}<//>`}
    ${setup.step === "cron" && html`<${CronStep} form=${form} onDone=${shown.again} />`}`}<//>`;
}

/** @param {{setup?: any}} props setup: how far it is, where nobody can log in yet */
export default function Setup({ setup }) {
  return user.value === null ? html`<${Before} setup=${setup} />` : html`<${After} />`;
}
