// The API as its own description tells it, and trying out what only reads.
import { useEffect, useState } from "preact/hooks";
import { address, call } from "../api.js";
import { plural } from "../format.js";
import { place, setQuery, to } from "../router.js";
import { can } from "../session.js";
import { Button, Chip, Icon, PageHead, Panel } from "../ui/basics.js";
import { html } from "../ui/html.js";
import { copy, Empty, ErrorCard, Skeleton } from "../ui/states.js";
import { Filter } from "./help.js";

const DEEPEST = 3;

/** @typedef {{id: string, method: string, path: string, of: any, tag: string}} Endpoint */

/** @param {any} api @returns {Endpoint[]} */
const endpointsOf = (api) => Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(/** @type {any} */ (methods)).filter(([, of]) => of.operationId).map(([method, of]) => ({ id: of.operationId, method: method.toUpperCase(), path, of, tag: of.tags?.[0] ?? "Other" })));

/** Null, or something that is told by itself. @param {any} schema @returns {any} */
const someOf = (schema) => (schema.oneOf ?? schema.anyOf).find((/** @type {any} */ each) => each.type !== "null");
const isMaybe = (/** @type {any} */ schema) => Boolean(schema?.oneOf ?? schema?.anyOf);

/** @param {any} api @param {any} schema @returns {any} */
const follow = (api, schema) => isMaybe(schema) ? follow(api, someOf(schema)) : schema?.$ref ? schema.$ref.slice(2).split("/").reduce((/** @type {any} */ at, /** @type {string} */ part) => at?.[part], api) : schema ?? {};

/** "text, 1 to 60", "list of Order". @param {any} schema @returns {string} */
function typeOf(schema) {
  if (isMaybe(schema)) return `${typeOf(someOf(schema))} or null`;
  if (schema?.$ref) return schema.$ref.split("/").at(-1);
  const type = [schema?.type].flat().filter(Boolean).join(" or ") || (schema?.enum ? "one of" : "anything");
  if (schema?.enum) return schema.enum.filter((/** @type {any} */ each) => each !== null).join(" | ");
  if (type.startsWith("array")) return `list of ${typeOf(schema.items)}`;
  const range = schema?.minimum !== undefined || schema?.maximum !== undefined ? `, ${schema.minimum ?? ""} to ${schema.maximum ?? ""}` : schema?.maxLength !== undefined ? `, at most ${schema.maxLength} characters` : "";
  return `${schema?.format ?? type}${range}`;
}

/** @param {{api: any, schema: any, depth?: number}} props the members of an object */
function Members({ api, schema, depth = 0 }) {
  const of = follow(api, schema);
  const inner = of.type === "array" || [of.type].flat().includes("array") ? follow(api, of.items) : of;
  const members = Object.entries(inner.properties ?? {});
  if (members.length === 0) return html`<p class="small muted">${typeOf(schema)}</p>`;
  return html`<table class="tbl tight" data-density="compact"><tbody>${members.map(([name, each]) => {
    const member = /** @type {any} */ (each);
    const target = follow(api, member.type === "array" || [member.type].flat().includes("array") ? member.items : member);
    const isDeep = depth < DEEPEST && target?.properties;
    return html`<tr key=${name}><th scope="row" class="mono small">${name}${inner.required?.includes(name) && html`<span class="ink" data-s="err" title="always there">*</span>`}</th>
      <td class="small">${isDeep ? html`<details><summary>${typeOf(member)}</summary><${Members} api=${api} schema=${target} depth=${depth + 1} /></details>` : html`<span class="muted">${typeOf(member)}</span>`}
        ${member.description && html`<small>${member.description}</small>`}</td></tr>`;
  })}</tbody></table>`;
}

/** @param {Endpoint} endpoint @param {any} body */
const curlOf = ({ method, path }, body) => `curl -sS${method === "GET" ? "" : ` -X ${method}`} -H "Authorization: Bearer $TOKEN"${body ? ` \\\n  -H 'Content-Type: application/json' -d '{${Object.keys(body.properties ?? {}).filter((name) => body.required?.includes(name)).map((name) => `"${name}":"…"`).join(",")}}'` : ""} \\\n  "${address("").href}${path}"`;

/** Asks with one's own session. @param {{endpoint: Endpoint}} props */
function Try({ endpoint }) {
  const parameters = (endpoint.of.parameters ?? []).filter((/** @type {any} */ each) => each.in === "path" || each.in === "query");
  const [values, setValues] = useState(/** @type {Record<string, string>} */ ({}));
  const [answer, setAnswer] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const missing = parameters.some((/** @type {any} */ each) => each.in === "path" && !values[each.name]);
  const ask = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setProblem(null);
    const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name] ?? ""));
    const query = Object.fromEntries(parameters.filter((/** @type {any} */ each) => each.in === "query").map((/** @type {any} */ each) => [each.name, values[each.name]]));
    try {
      const { data, meta, status } = await call("GET", path, { query });
      setAnswer({ status, text: JSON.stringify({ data, meta }, null, 2) });
    } catch (failed) {
      setAnswer(null);
      setProblem(failed);
    }
  };
  return html`<details><summary class="strong">Try it with your session</summary><form class="stack roomy pad" onSubmit=${ask}>
    <div class="form">${parameters.map((/** @type {any} */ each) => html`<label class="field" key=${each.name}><span class="label mono">${each.name}${each.in === "path" && " *"}</span>
      <input class="in" value=${values[each.name] ?? ""} onInput=${(/** @type {any} */ e) => setValues({ ...values, [each.name]: e.target.value })} /></label>`)}</div>
    <div class="row"><${Button} type="submit" icon="right" disabled=${missing}>Send<//>${answer && html`<${Button} kind="quiet" icon="copy" onClick=${() => copy(answer.text)}>Copy answer<//>`}</div>
    ${problem && html`<${ErrorCard} problem=${problem} />`}
    ${answer && html`<pre class="well mono small code" tabindex="0" aria-label="Answer">${answer.text.slice(0, 20_000)}</pre>`}</form></details>`;
}

/** @param {{api: any, endpoint: Endpoint}} props */
function Details({ api, endpoint }) {
  const { of, method } = endpoint;
  const right = of["x-capability"];
  const body = of.requestBody && follow(api, of.requestBody.content?.["application/json"]?.schema);
  const good = Object.entries(of.responses ?? {}).find(([status]) => status.startsWith("2"));
  const reply = good && follow(api, follow(api, good[1]).content?.["application/json"]?.schema);
  const data = reply?.properties?.data ?? reply;
  return html`<div class="pad stack roomy">
    <p class="small">${right ? html`Needs the right <span class="mono">${right}</span>${can(right) ? ", which you have." : ", which you do not have."}` : "Needs no right beyond its own rules."}
      ${of.deprecated && html` <${Chip} s="warn" icon="warn">Goes away<//>`}</p>
    ${of.parameters?.length > 0 && html`<div class="stack"><h3 class="strong">Parameters</h3><div class="scroll"><table class="tbl tight" data-density="compact"><tbody>${of.parameters.map((/** @type {any} */ each) => {
      const parameter = follow(api, each);
      return html`<tr key=${parameter.name}><th scope="row" class="mono small">${parameter.name}${parameter.required && html`<span class="ink" data-s="err" title="required">*</span>`}</th><td class="small"><span class="muted">${parameter.in}</span></td>
        <td class="small"><span class="muted">${typeOf(parameter.schema)}</span>${parameter.description && html`<small>${parameter.description}</small>`}</td></tr>`;
    })}</tbody></table></div></div>`}
    ${body && html`<div class="stack"><h3 class="strong">Body</h3><div class="scroll"><${Members} api=${api} schema=${body} /></div></div>`}
    ${good && html`<div class="stack"><h3 class="strong">Answer ${good[0]}</h3>${data ? html`<div class="scroll"><${Members} api=${api} schema=${data} /></div>` : html`<p class="small muted">Without a body.</p>`}</div>`}
    <div class="stack"><span class="row"><h3 class="strong grow">curl</h3><${Button} small kind="quiet" icon="copy" onClick=${() => copy(curlOf(endpoint, body))}>Copy<//></span>
      <pre class="well mono small code">${curlOf(endpoint, body)}</pre></div>
    ${method === "GET" && (!right || can(right)) && html`<${Try} key=${endpoint.id} endpoint=${endpoint} />`}</div>`;
}

/** @type {Record<string, import("../ui/basics.js").Status>} */
const colours = { GET: "info", POST: "ok", PUT: "warn", PATCH: "warn", DELETE: "err" };

export default function HelpApi() {
  const [api, setApi] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const [words, setWords] = useState("");
  const load = () => {
    setProblem(null);
    // It stands without the envelope of the other answers.
    fetch(address("/openapi.json")).then((answer) => answer.json()).then(setApi, setProblem);
  };
  useEffect(load, []);
  const all = api ? endpointsOf(api) : [];
  const fits = all.filter(({ method, path, of }) => `${method} ${path} ${of.summary}`.toLowerCase().includes(words.trim().toLowerCase()));
  const chosen = all.find((each) => each.id === place.value.query.op);
  const tags = [...new Set(fits.map((each) => each.tag))];
  return html`<${PageHead} title="The API" aside=${api && html`<span class="small muted">${plural(all.length, "endpoint")} below <span class="mono">${address("").pathname}</span></span>`}>
      <${Button} icon="left" href=${to("/help")}>Help<//><${Button} icon="get" href=${address("/openapi.json").href} download="openapi.json">openapi.json<//><//>
    ${problem && html`<div class="panel"><${ErrorCard} problem=${{ message: "The description did not come.", reason: String(problem.message), fix: "Try again.", params: {}, status: 0 }} again=${load} /></div>`}
    ${!api && !problem && html`<div class="panel"><${Skeleton} rows=${10} /></div>`}
    ${api && html`<div class="cols api"><section class="panel" aria-label="Endpoints"><header><${Filter} label="Search endpoints" value=${words} onInput=${setWords} /></header>
        ${fits.length === 0 ? html`<${Empty} icon="find" title="No endpoint fits." />` : tags.map((tag) => html`<details key=${tag} open=${words !== "" || chosen?.tag === tag}><summary class="item strong"><span class="grow">${tag}</span><${Icon} name="down" /></summary>
          <ul>${fits.filter((each) => each.tag === tag).map((each) => html`<li key=${each.id}><button type="button" class="opt link-less" aria-current=${each === chosen ? "true" : undefined} onClick=${() => setQuery({ op: each.id })}>
            <span class="chip" data-s=${colours[each.method]}>${each.method}</span><span class="stack grow"><span class="mono small">${each.path}</span><span class="tiny muted">${each.of.summary}</span></span></button></li>`)}</ul></details>`)}</section>
      ${chosen ? html`<${Panel} title=${html`<span class="chip" data-s=${colours[chosen.method]}>${chosen.method}</span> <span class="mono">${chosen.path}</span>`} label=${chosen.path} tools=${html`<span class="small muted">${chosen.of.summary}</span>`}>
        <${Details} key=${chosen.id} api=${api} endpoint=${chosen} /><//>` :
        html`<section class="panel" aria-label="Endpoint"><${Empty} s="neutral" icon="code" title="Choose an endpoint." text="Its parameters, what it answers, and a line for curl stand here." /></section>`}</div>`}`;
}
