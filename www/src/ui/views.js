// Filters and sort under a name, for whoever kept them; the server keeps them, so
// that they are there in every browser.
import { useState } from "preact/hooks";
import { html } from "./html.js";
import { Button, Icon } from "./basics.js";
import { Pop } from "./pop.js";
import { toast, toastProblem } from "./toast.js";
import { call, get } from "../api.js";
import { place, to } from "../router.js";

/** @typedef {{page: string, name: string, query: string}} View */

const sameQuery = (/** @type {string} */ a, /** @type {string} */ b) => {
  const words = (/** @type {string} */ text) => [...new URLSearchParams(text)].map(String).sort().join("&");
  return words(a) === words(b);
};

/** What of the address a view keeps: all but the page of the list. */
const queryNow = () => to("", { ...place.value.query, page: "" }).replace(/^#\??/, "");

/** @param {{name: string}} props of the list, as the API calls it */
export function Views({ name }) {
  const [answer, setAnswer] = useState(/** @type {import("../api.js").Answer|null} */ (null));
  const [title, setTitle] = useState("");
  const all = /** @type {View[]} */ (answer?.data.views ?? []);
  const mine = all.filter((view) => view.page === name);
  const now = queryNow();
  const current = mine.find((view) => sameQuery(view.query, now));
  const load = () => get("/me/views").then(setAnswer, toastProblem);
  const write = async (/** @type {View[]} */ views, /** @type {string} */ said) => {
    try {
      setAnswer(await call("PUT", "/me/views", { body: { views }, match: answer?.etag ?? "*" }));
      toast({ s: "ok", icon: "ok", text: said });
    } catch (problem) {
      toastProblem(problem);
      load();
    }
  };
  const save = async (/** @type {Event} */ event, /** @type {() => void} */ close) => {
    event.preventDefault();
    const others = all.filter((view) => view.page !== name || view.name !== title.trim());
    await write([...others, { page: name, name: title.trim(), query: now }], `View “${title.trim()}” kept`);
    setTitle("");
    close();
  };
  return html`<${Pop} label="Saved views" button=${(/** @type {any} */ props) => html`
    <button type="button" class=${`pill ${current ? "set" : ""}`} ...${props}
      onClick=${() => { if (!answer) load(); props.onClick(); }}>${current ? `View: ${current.name}` : "Views"} <${Icon} name="down" /></button>`}>
    ${(/** @type {() => void} */ close) => html`
      ${mine.length === 0 && html`<p class="pad muted">${answer ? "None kept yet: set filters, then give them a name." : "Loading…"}</p>`}
      ${mine.map((view) => html`<div class="opt" key=${view.name}>
        <a class="grow" href=${`#${place.value.path}${view.query && `?${view.query}`}`} aria-current=${view === current ? "true" : undefined} onClick=${close}>${view.name}</a>
        <${Button} small kind="quiet" icon="trash" label=${`Remove the view ${view.name}`}
          onClick=${() => write(all.filter((each) => each !== view), `View “${view.name}” removed`)} /></div>`)}
      ${answer && now !== "" && html`<form class="item line" onSubmit=${(/** @type {Event} */ e) => save(e, close)}>
        <label class="grow"><span class="sr">Name of the view</span><input class="in" maxlength="60" required placeholder="Name of the view" value=${title}
          onInput=${(/** @type {any} */ e) => setTitle(e.target.value)} /></label>
        <${Button} small type="submit" disabled=${title.trim() === ""}>Keep<//></form>`}`}<//>`;
}
