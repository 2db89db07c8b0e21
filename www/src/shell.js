// What stands around each page: the top bar, the navigation, banners, messages.
import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "./api.js";
import { now, span, weekday, zone } from "./format.js";
import { pageOf, pages } from "./pages.js";
import { go, place, setQuery, siteNow, to } from "./router.js";
import { can, hasEnded, logOut, mustEnrol, user, wantsProof } from "./session.js";
import { Status, useStatus, useStatusPoll } from "./status.js";
import { Banners } from "./banners.js";
import { Button, Icon, Progress } from "./ui/basics.js";
import { html } from "./ui/html.js";
import { LoginDialog, LoginPage, ProofDialog } from "./pages/login.js";
import { MenuItem, Pop } from "./ui/pop.js";
import { Empty, ErrorCard, Skeleton } from "./ui/states.js";
import { Toasts } from "./ui/toast.js";

/** The path of the page that an address belongs to. @param {string} path */
const isAt = (path) => place.value.path === path || (path !== "/" && place.value.path.startsWith(`${path}/`));

/** Links keep the site that is chosen. @param {string} path */
const sited = (path) => to(path, { site: siteNow() });

const visible = () => pages.filter((page) => page.group && (!page.capability || can(page.capability)));

/** @param {{path: string}} props */
function Badge({ path }) {
  const status = useStatus();
  if (!status) return null;
  const n = path === "/operations" ? status.overview.tiles.running : path === "/errors" ? status.overview.tiles.error_orders : 0;
  return n > 0 && html`<span class="chip" data-s=${path === "/errors" ? "err" : "info"}>${n}</span>`;
}

/** @param {{onGo?: () => void}} props */
function NavLinks({ onGo }) {
  const groups = [...new Set(visible().map((page) => page.group))];
  return groups.map((group) => html`<h2>${group}</h2><ul>${visible().filter((page) => page.group === group).map((page) => html`
    <li><a href=${sited(page.path)} aria-current=${isAt(page.path) ? "page" : undefined} onClick=${onGo} onPointerEnter=${page.load}>
      <${Icon} name=${page.icon} />${page.title}<${Badge} path=${page.path} /></a></li>`)}</ul>`);
}

function SiteFilter() {
  const status = useStatus();
  const sites = status?.sites ?? [];
  if (sites.length < 2) return null;
  const chosen = sites.find((site) => site.code === siteNow());
  return html`<${Pop} label="Site" role="menu" button=${(/** @type {any} */ props) => html`
    <button type="button" class="btn quiet sm" ...${props}><${Icon} name="globe" />${chosen?.name ?? "All sites"}<${Icon} name="down" /></button>`}>
    ${(/** @type {() => void} */ close) => [{ code: "", name: "All sites" }, ...sites].map((site) => html`
      <${MenuItem} key=${site.code} onClick=${() => { setQuery({ site: site.code }); close(); }}>${site.name}<//>`)}<//>`;
}

function WindowChip() {
  const window = useStatus()?.window;
  void zone.value;
  if (!window) return null;
  const hint = "Sunday 19:00 to Monday 04:00 UTC, required by Business Central, cannot be disabled";
  const at = new Date(window.active ? window.ends_at : window.starts_at);
  const left = span((at.getTime() - now()) / 1000);
  return window.active
    ? html`<span class="chip" data-s="pause" title=${hint}><${Icon} name="pause" /><span>Paused<span class="not-narrow"> · BC maintenance until ${weekday(at)} (${left})</span></span></span>`
    : html`<span class="chip" data-s="ok" title=${hint}><${Icon} name="ok" /><span>BC open<span class="not-narrow"> · pauses ${weekday(at)} (${left})</span></span></span>`;
}

function Running() {
  const operations = useStatus()?.operations ?? [];
  return html`<${Pop} label="What runs" end button=${(/** @type {any} */ props) => html`
    <button type="button" class="btn quiet sm" aria-label=${`${operations.length} operations running or waiting`} ...${props}>
      <span class="ink row" data-s=${operations.length > 0 ? "info" : "neutral"}><${Icon} name="run" />${operations.length}</span></button>`}>
    ${(/** @type {() => void} */ close) => operations.length === 0 ? html`<p class="pad muted">Nothing runs or waits.</p>` : operations.map((each) => html`
      <a class="opt" key=${each.id} href=${to(`/operations/${each.id}`)} onClick=${close}><span class="stack grow">
        <span>${each.site?.name ?? "All sites"} · ${each.kind.replaceAll("_", " ")}</span>
        <${Progress} label="Progress" value=${each.progress.done} max=${each.progress.total} />
      </span></a>`)}<//>`;
}

/** @param {string} name @param {string} value */
function keep(name, value) {
  localStorage.setItem(`ob.${name}`, value);
  if (name === "zone") zone.value = value;
  else document.documentElement.dataset[name] = value;
}

function UserMenu() {
  const [, again] = useState(0);
  const set = (/** @type {string} */ name, /** @type {string} */ value) => { keep(name, value); again((n) => n + 1); };
  const chosen = (/** @type {string} */ name, /** @type {string} */ fallback) => localStorage.getItem(`ob.${name}`) ?? fallback;
  const group = (/** @type {string} */ label, /** @type {string} */ name, /** @type {string} */ fallback, /** @type {[string, string][]} */ options) => html`
    <div class="pad stack"><span class="tiny muted">${label}</span><div class="seg" role="group" aria-label=${label}>
      ${options.map(([value, word]) => html`<button type="button" aria-pressed=${String(chosen(name, fallback) === value)} onClick=${() => set(name, value)}>${word}</button>`)}</div></div>`;
  const who = /** @type {import("./session.js").User} */ (user.value);
  return html`<${Pop} label="You" end button=${(/** @type {any} */ props) => html`
    <button type="button" class="btn quiet sm" aria-label=${`You: ${who.login}`} ...${props}><${Icon} name="user" /><span class="not-narrow">${who.login}</span><${Icon} name="down" /></button>`}>
    ${(/** @type {() => void} */ close) => html`
      ${group("Theme", "theme", "auto", [["auto", "Auto"], ["light", "Light"], ["dark", "Dark"]])}
      ${group("Rows", "density", "normal", [["normal", "Normal"], ["compact", "Compact"]])}
      ${group("Times", "zone", "local", [["local", "Local"], ["utc", "UTC"]])}
      <div class="line"><a class="opt" href=${sited("/me")} onClick=${close}><${Icon} name="key" />Your account</a>
        <button type="button" class="opt link-less" onClick=${logOut}><${Icon} name="out" />Log out</button></div>`}<//>`;
}

/** Opens what is looked for: an order's number leads to the orders. */
function SearchBox() {
  const box = useRef(/** @type {HTMLInputElement|null} */ (null));
  useEffect(() => {
    const keys = (/** @type {KeyboardEvent} */ event) => {
      const target = /** @type {HTMLElement} */ (event.target);
      if (event.key !== "/" || target.closest("input, textarea, select, dialog")) return;
      event.preventDefault();
      box.current?.focus();
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  }, []);
  const search = (/** @type {Event} */ event) => {
    event.preventDefault();
    const text = box.current?.value.trim();
    if (text) go("/orders", { site: siteNow(), search: text });
  };
  return html`<form role="search" onSubmit=${search}><label class="in bar search"><${Icon} name="find" /><span class="sr">Search orders</span>
    <input ref=${box} type="search" placeholder="Search orders  /" /></label></form>`;
}

/** g and a letter opens a page. */
function usePageKeys() {
  useEffect(() => {
    let since = 0;
    const keys = (/** @type {KeyboardEvent} */ event) => {
      const target = /** @type {HTMLElement} */ (event.target);
      if (target.closest("input, textarea, select, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "g") since = Date.now();
      else if (Date.now() - since < 1000) {
        const page = visible().find((each) => each.key === event.key);
        if (page) go(page.path, { site: siteNow() });
        since = 0;
      }
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  }, []);
}

/** The page of the address, loaded when it is needed. */
function Content() {
  const found = pageOf(place.value.path);
  const [loaded, setLoaded] = useState(/** @type {{path: string, view: any, problem?: any}|null} */ (null));
  const main = useRef(/** @type {HTMLElement|null} */ (null));
  const path = found?.page.path;
  useEffect(() => {
    if (!found) return;
    let isOver = false;
    found.page.load().then(
      ({ default: view }) => !isOver && setLoaded({ path: found.page.path, view }),
      (problem) => !isOver && setLoaded({ path: found.page.path, view: null, problem }));
    return () => { isOver = true; };
  }, [path]);
  const here = found && loaded?.path === path ? loaded : null;
  useEffect(() => {
    // Not while somebody is busy with a menu or a dialog.
    if (here && !document.querySelector(".pop, dialog[open]"))
      /** @type {HTMLElement|null|undefined} */ (main.current?.querySelector("h1"))?.focus({ preventScroll: true });
  }, [place.value.path, here]);
  useTitle(found?.page.title ?? "Not found");
  if (!found)
    return html`<main><h1 tabindex="-1">Not found</h1><${Empty} icon="find" title="There is no such page." text="The address may be old."><${Button} href=${to("/")}>Overview<//><//></main>`;
  if (found.page.capability && !can(found.page.capability))
    return html`<main><h1>${found.page.title}</h1><${Empty} s="neutral" icon="lock" title=${`You need the right “${found.page.capability}” to see this.`}
      text="Who may change users can grant it: Access." /></main>`;
  if (!here) return html`<main ref=${main}><h1 tabindex="-1">${found.page.title}</h1><${Skeleton} /></main>`;
  if (here.problem)
    return html`<main ref=${main}><h1>${found.page.title}</h1><div class="panel"><${ErrorCard} problem=${here.problem} again=${() => location.reload()} /></div></main>`;
  return html`<main ref=${main}><${Banners} /><${here.view} key=${place.value.path} ...${found.params} /></main>`;
}

/** The tab tells how many things need a person. @param {string} title */
function useTitle(title) {
  const needs = useStatus()?.overview.attention.length ?? 0;
  useEffect(() => {
    document.title = `${needs > 0 ? `(${needs}) ` : ""}${title} · orderbridge`;
  }, [title, needs]);
}

/** @param {{onMore: () => void}} props */
function TabBar({ onMore }) {
  const first = ["/", "/operations", "/orders"];
  return html`<nav class="tabbar" aria-label="Main, short">
    ${visible().filter((page) => first.includes(page.path)).map((page) => html`<a href=${sited(page.path)} aria-current=${isAt(page.path) ? "page" : undefined}>
      <${Icon} name=${page.icon} />${page.title}</a>`)}
    <button type="button" onClick=${onMore}><${Icon} name="menu" />More</button>
  </nav>`;
}

/** @param {{onClose: () => void}} props the navigation over the page, on small screens */
function Drawer({ onClose }) {
  const self = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useEffect(() => self.current?.showModal(), []);
  return html`<dialog ref=${self} class="drawer lift" aria-label="Main" onClose=${onClose}
    onClick=${(/** @type {Event} */ event) => event.target === self.current && onClose()}><nav class="nav">
      <${NavLinks} onGo=${onClose} /></nav></dialog>`;
}

function Shell() {
  const [hasDrawer, setDrawer] = useState(false);
  usePageKeys();
  return html`<div class="app">
    <a class="skip btn" href=${location.hash} onClick=${(/** @type {Event} */ e) => { e.preventDefault(); document.querySelector("h1")?.focus(); }}>Skip to the page</a>
    <header class="top">
      <span class="menu not-narrow"><${Button} kind="quiet" icon="menu" label="Navigation" onClick=${() => setDrawer(true)} /></span>
      <a class="brand" href=${sited("/")}><${Icon} name="bridge" /><span>orderbridge</span></a>
      <span class="not-narrow"><${SiteFilter} /></span><span class="grow"></span>
      <${WindowChip} /><${Running} />
      ${can("view") && html`<span class="not-narrow"><${SearchBox} /></span>`}<${UserMenu} />
    </header>
    <nav class="nav" aria-label="Main"><${NavLinks} /></nav>
    <${Content} />
    <${TabBar} onMore=${() => setDrawer(true)} />
    ${hasDrawer && html`<${Drawer} onClose=${() => setDrawer(false)} />`}
    ${hasEnded.value ? html`<${LoginDialog} />` : wantsProof.value && html`<${ProofDialog} />`}
  </div>`;
}

function LoggedIn() {
  const status = useStatusPoll();
  return html`<${Status.Provider} value=${status}><${Shell} /><//>`;
}

/** Nothing else goes before the second factor is there. */
function Enrol() {
  const [view, setView] = useState(/** @type {any} */ (null));
  useEffect(() => {
    import("./pages/enrol.js").then((page) => setView(() => page.default));
  }, []);
  return html`${view && html`<${view} />`}${hasEnded.value ? html`<${LoginDialog} />` : wantsProof.value && html`<${ProofDialog} />`}`;
}

/** Whoever holds a one-time link, logged in as somebody else or not. @param {{link: string}} props */
function ByLink({ link }) {
  const [view, setView] = useState(/** @type {any} */ (null));
  useEffect(() => {
    import("./pages/welcome.js").then((page) => setView(() => page.default));
  }, []);
  return view && html`<${view} link=${link} />`;
}

/** The way in: a fresh installation has nobody who could log in, and is set up first. */
function Door() {
  const [setup, setSetup] = useState(/** @type {any} */ (null));
  useEffect(() => {
    call("GET", "/setup", { quiet: true }).then(async ({ data }) => {
      if (["code", "database", "administrator"].includes(data.step)) setSetup({ data, view: (await import("./pages/setup.js")).default });
    }, () => {});
  }, []);
  return setup ? html`<${setup.view} setup=${setup.data} />` : html`<${LoginPage} />`;
}

export function App() {
  if (user.value === "unknown") return null;
  const [, link] = place.value.path.match(/^\/welcome\/([0-9a-f]{64})$/) ?? [];
  return html`${link ? html`<${ByLink} link=${link} />` : user.value === null ? html`<${Door} />` : mustEnrol.value ? html`<${Enrol} />` : html`<${LoggedIn} />`}<${Toasts} />`;
}
