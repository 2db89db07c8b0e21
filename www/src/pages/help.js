// How one begins, what words mean, the keys, what can go wrong, and the API.
import { useState } from "preact/hooks";
import { address } from "../api.js";
import { useLive } from "../live.js";
import { pages } from "../pages.js";
import { to } from "../router.js";
import { can } from "../session.js";
import { Chip, Icon, PageHead, Panel } from "../ui/basics.js";
import { html } from "../ui/html.js";
import { Empty, Loaded } from "../ui/states.js";
import { Parts, partNow } from "../ui/tabs.js";

/** @param {{label: string, value: string, onInput: (text: string) => void}} props */
export const Filter = ({ label, value, onInput }) => html`<label class="in bar combo"><${Icon} name="find" /><span class="sr">${label}</span>
  <input type="search" placeholder=${label} value=${value} onInput=${(/** @type {any} */ e) => onInput(e.target.value)} /></label>`;

/** What one does first, where, and which right it takes. @type {[string, string, string, string][]} */
const firsts = [
  ["Look at the overview", "/", "view", "Its first sentence says whether orders flow, and what needs a person."],
  ["Mend error orders", "/errors", "view", "They stand by their cause: mend one cause, and all its orders are tried again."],
  ["Follow a run", "/operations", "view", "Each run has a page with its progress, its results and its log. Closing the tab stops nothing."],
  ["Import orders by hand", "/import", "orders.write", "With filters of your own. A preview tells what would happen, and writes nothing."],
  ["See who did what", "/logs?tab=audit", "logs", "Each change is kept, with what was before."],
  ["Let somebody log in", "/access", "users", "A role says what they may do, and for which sites."],
];

/** @type {[string, string][]} */
const glossary = [
  ["Site, webshop", "A store whose orders are fetched."],
  ["Operation", "A piece of work with progress and results: a synchronization, an import, a retry, a check."],
  ["Soft fail", "An order that waits for something, such as a SKU that is not in Business Central yet. It is tried again by itself."],
  ["Hard fail", "An order that a person has to look at. It stands under Error orders."],
  ["Kit", "One SKU of the shop that is several items in Business Central."],
  ["Store credit", "What a customer paid by credit or gift card. It is spread over the lines so that the sum comes out right."],
  ["Watermark", "How far a reader has come in a shop's orders. The next run goes on from there."],
  ["BC window", "Sunday 19:00 to Monday 04:00 UTC: Business Central is in maintenance, and work waits."],
  ["Dry run, preview", "Goes through every step and writes nothing."],
  ["Token, application password", "What a script or a program logs in with, in the place of your password."],
];

const Begin = () => html`<div class="cols halves"><${Panel} title="First steps"><ol class="split line">${firsts.filter(([, , right]) => can(right)).map(([word, path, , text]) => html`<li class="item" key=${path}><span class="stack">
    <a href=${`#${path}`}>${word}</a><span class="small muted">${text}</span></span></li>`)}</ol><//>
  <${Panel} title="What words mean"><dl class="split line">${glossary.map(([word, text]) => html`<div class="stack pad" key=${word}><dt class="strong">${word}</dt><dd class="small muted">${text}</dd></div>`)}</dl><//></div>`;

/** @type {[string, string][]} */
const keys = [["/", "search orders"], ["j  k", "go down and up in a list"], ["Enter", "open the row"], ["x", "select the row"], ["← →", "go through tabs"], ["Esc", "close what is open"]];

function Keys() {
  const row = (/** @type {string} */ key, /** @type {string} */ text) => html`<tr key=${key}><th scope="row" class="mono nowrap">${key}</th><td>${text}</td></tr>`;
  const places = pages.filter((page) => page.key && (!page.capability || can(page.capability)));
  return html`<div class="cols halves"><${Panel} title="Everywhere"><table class="tbl" data-density="compact"><tbody>${keys.map(([key, text]) => row(key, text))}</tbody></table><//>
    <${Panel} title="Go to a page"><table class="tbl" data-density="compact"><tbody>${places.map((page) => row(`g  ${page.key}`, page.title))}</tbody></table><//></div>`;
}

/** @type {Record<string, [import("../ui/basics.js").Status, string]>} */
const kinds = { soft: ["warn", "Tried again by itself"], hard: ["err", "Needs a person"], operation: ["err", "Ends a run"], request: ["neutral", "Of a request"], info: ["neutral", "Only told"] };

function Codes() {
  const list = useLive("/codes");
  const [words, setWords] = useState("");
  const fits = (/** @type {any} */ each) => Object.values(each).join(" ").toLowerCase().includes(words.trim().toLowerCase());
  return html`<${Panel} label="Error codes" tools=${html`<${Filter} label="Search codes" value=${words} onInput=${setWords} />`}>
    <${Loaded} of=${list}>${(/** @type {any[]} */ data) => {
      const rows = data.filter(fits);
      return rows.length === 0 ? html`<${Empty} icon="find" title="No code fits." />` : html`<div class="scroll"><table class="tbl cards"><thead><tr><th scope="col">What</th><th scope="col">Kind</th><th scope="col">Why, and what to do</th></tr></thead>
        <tbody>${rows.map((each) => html`<tr key=${each.code}><th scope="row" class="t">${each.what}<small class="mono">${each.code}</small></th>
          <td class="st"><${Chip} s=${kinds[each.kind][0]}>${kinds[each.kind][1]}<//></td>
          <td class="a"><span class="stack"><span>${each.why}</span>${each.fix && each.fix !== "nothing" && html`<span class="muted">Fix: ${each.fix}.</span>`}</span></td></tr>`)}</tbody></table></div>`;
    }}<//><//>`;
}

export default function Help() {
  const tab = partNow(["begin", "keys", "codes"]);
  return html`<${PageHead} title="Help"><a class="btn" href=${to("/help/api")}><${Icon} name="code" />The API</a><//>
    <${Parts} label="Help" parts=${[["begin", "Quick start"], ["keys", "Keys"], ["codes", "Error codes"]]} />
    ${tab === "begin" ? html`<${Begin} />` : tab === "keys" ? html`<${Keys} />` : html`<${Codes} />`}
    <p class="small muted">The whole description for programs: <a href=${address("/openapi.json").href}>openapi.json</a>.</p>`;
}
