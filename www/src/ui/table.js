// Lists of the API as tables: filters, sort and page stand in the address; rows
// change where they are and never jump; below 600 px each row is a card.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";
import { Button, Icon } from "./basics.js";
import { useColumns } from "./columns.js";
import { Empty, ErrorCard, Skeleton } from "./states.js";
import { Views } from "./views.js";
import { count } from "../format.js";
import { useLive } from "../live.js";
import { place, setQuery } from "../router.js";

/**
 * @typedef {object} Column
 * @property {string} key
 * @property {any} label
 * @property {(row: any) => any} cell
 * @property {string} [sort] the field of the API to sort by
 * @property {boolean} [num] at the right
 * @property {boolean} [head] names the row
 * @property {boolean} [extra] shown when it is asked for
 * @property {"t"|"st"|"k"|"a"} [card] on a card: title, state, key field, a line
 */

/**
 * A list that holds still: what changes changes in place; what is new waits for
 * a click; until then its number stands above. Where nothing stands yet nothing
 * can move, and who did something sees what came of it (renew).
 * @param {string} path @param {Record<string, any>} query @param {number | ((rows: any) => number)} every
 */
export function useList(path, query, every) {
  const live = useLive(path, query, every);
  const shown = useRef(/** @type {{question: any, rows: Map<string, any>, renewed: any}} */ ({ question: undefined, rows: new Map(), renewed: null }));
  const [, again] = useState(0);
  const rows = /** @type {any[]} */ (live.data ?? []);
  const start = () => {
    shown.current = { question: live.of, rows: new Map(rows.map((row) => [idOf(row), row])), renewed: null };
  };
  const { question, rows: known, renewed } = shown.current;
  if (question !== live.of || known.size === 0 || (renewed && renewed !== live.data)) start();
  for (const row of rows)
    if (shown.current.rows.has(idOf(row))) shown.current.rows.set(idOf(row), row);
  return {
    ...live,
    rows: live.data && [...shown.current.rows.values()],
    fresh: rows.filter((row) => !shown.current.rows.has(idOf(row))).length,
    showFresh: () => {
      start();
      again((n) => n + 1);
    },
    renew: () => {
      shown.current.renewed = live.data;
      live.again();
    },
  };
}

/** What a row is called by the API. @param {any} row */
const idOf = (row) => row.id ?? row.cause ?? row.sku ?? row.code;

/** @param {{column: Column, sort: string, onSort: (sort: string) => void}} props */
function Head({ column, sort, onSort }) {
  const by = column.sort;
  const way = by === undefined ? 0 : sort === by ? 1 : sort === `-${by}` ? -1 : 0;
  return html`<th scope="col" class=${column.num ? "num" : ""}
    aria-sort=${way === 1 ? "ascending" : way === -1 ? "descending" : undefined}>${by === undefined ? column.label :
      html`<button type="button" class="sort" onClick=${() => onSort(way === -1 ? by : `-${by}`)}>${column.label}${way !== 0 &&
        html`<${Icon} name=${way === 1 ? "up" : "down"} />`}</button>`}</th>`;
}

/** @param {{list: any, page: number, per: number}} props */
function Pager({ list, page, per }) {
  const { total = 0, total_relation: relation } = list.meta;
  const first = (page - 1) * per + 1;
  const last = first + list.rows.length - 1;
  const has = (/** @type {number} */ to) => to >= 1 && (to - 1) * per < total;
  return html`<footer class="small">
    <span class="grow num">${list.rows.length === 0 ? "0" : `${count(first)}–${count(last)}`} of ${count(total, relation)}</span>
    <${Button} small icon="left" label="Page before" disabled=${!has(page - 1)} onClick=${() => setQuery({ page: page - 1 })} />
    <${Button} small icon="right" label="Next page" disabled=${!has(page + 1)} onClick=${() => setQuery({ page: page + 1 })} />
    <label class="bar"><span class="sr">Rows of a page</span><select class="in" onChange=${(/** @type {any} */ e) => setQuery({ per_page: e.target.value })}>
      ${[25, 50, 100].map((n) => html`<option value=${n} selected=${n === per}>${n} per page</option>`)}</select></label>
  </footer>`;
}

/** On a narrow screen one button opens them; it tells how many are set. @param {{children?: any}} props */
function Filters({ children }) {
  const [isOpen, open] = useState(false);
  const n = Object.keys(filtersOf(place.value.query)).filter((name) => name !== "view").length;
  return html`<header class="filters" data-open=${String(isOpen)}>
    <span class="only-narrow"><${Button} aria-expanded=${String(isOpen)} onClick=${() => open(!isOpen)}>Filters${n > 0 && ` (${n})`}<//></span>
    ${children}</header>`;
}

/** While a page has rows that can be walked. */
export function useTableKeys() {
  useEffect(() => {
    document.addEventListener("keydown", tableKeys);
    return () => document.removeEventListener("keydown", tableKeys);
  }, []);
}

/** The keys of the table: j and k go through the rows, Enter opens, x picks. @param {any} event */
function tableKeys(event) {
  if (event.target.closest("input, select, textarea, dialog, .pop") || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("tbody tr[tabindex]")]);
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const step = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
  if (step !== 0 && rows.length > 0) rows[Math.min(Math.max(here + step, 0), rows.length - 1)].focus();
  else if (event.key === "x" && here >= 0) /** @type {HTMLElement|null} */ (rows[here].querySelector("input[type=checkbox]"))?.click();
  else if (event.key === "Enter" && event.target === rows[here]) /** @type {HTMLElement|null} */ (rows[here].querySelector("th a, td a"))?.click();
  else return;
  event.preventDefault();
}

/**
 * @param {{name?: string, label: string, list: any, columns: Column[], sort?: string, picks?: Set<string>,
 *   onPick?: (picks: Set<string>) => void, empty: any, top?: any, tools?: any, filters?: any, tight?: boolean, bare?: boolean}} props
 *   name: of the list, as the API calls it, under which views and columns are kept; without it none are;
 *   sort: how the API sorts unless the address says else; picks: the rows that are
 *   selected; empty: what stands there when there is none; top: above the filters; bare: no pager
 */
export function Table({ name, label, list, columns: possible, sort = "", picks, onPick, empty, top, tools, filters, tight, bare }) {
  const { query } = place.value;
  const shownSort = query.sort ?? sort;
  const per = Number(query.per_page ?? 25);
  const page = Number(query.page ?? 1);
  useTableKeys();
  const { shown: columns, chooser } = useColumns(name ?? "", possible);
  const pick = (/** @type {string[]} */ ids, /** @type {boolean} */ isPicked) => {
    const next = new Set(picks);
    for (const id of ids) isPicked ? next.add(id) : next.delete(id);
    onPick?.(next);
  };
  const ids = list.rows?.map(idOf) ?? [];
  const isAll = ids.length > 0 && ids.every((/** @type {string} */ id) => picks?.has(id));
  return html`<section class="panel" aria-label=${label} aria-busy=${list.busy ? "true" : undefined}>
    ${top}
    ${filters && html`<${Filters}>${name && html`<${Views} name=${name} />`}${filters}${name && html`<span class="grow"></span><span class="not-narrow">${chooser}</span>`}<//>`}
    ${(tools || list.fresh > 0) && html`<div class="item line small">${list.fresh > 0 && html`<button type="button" class="chip" data-s="info" onClick=${list.showFresh}>
      <${Icon} name="up" />${list.fresh} new, show</button>`}<span class="grow"></span>${tools}</div>`}
    ${list.problem && html`<${ErrorCard} problem=${list.problem} again=${list.again} staleSince=${list.at} />`}
    ${list.rows === undefined ? !list.problem && html`<${Skeleton} rows=${8} />` : list.rows.length === 0 && !list.busy ? empty : html`
    <div class="scroll"><table class=${`tbl cards ${tight ? "tight" : ""} ${list.busy ? "old" : ""}`}>
      <thead><tr>
        ${picks && html`<th scope="col" class="pick"><input type="checkbox" aria-label="Select this page" checked=${isAll}
          onChange=${(/** @type {any} */ e) => pick(ids, e.target.checked)} /></th>`}
        ${columns.map((column) => html`<${Head} key=${column.key} column=${column} sort=${shownSort} onSort=${(/** @type {string} */ by) => setQuery({ sort: by })} />`)}
      </tr></thead>
      <tbody>${list.rows.map((/** @type {any} */ row) => html`<tr key=${idOf(row)} tabindex="-1" aria-selected=${picks?.has(idOf(row)) ? "true" : undefined}>
        ${picks && html`<td class="pick"><input type="checkbox" aria-label="Select" checked=${picks.has(idOf(row))}
          onChange=${(/** @type {any} */ e) => pick([idOf(row)], e.target.checked)} /></td>`}
        ${columns.map((column) => {
          const kind = `${column.num ? "num" : ""} ${column.card ?? ""}`;
          const word = typeof column.label === "string" ? column.label : column.key;
          return column.head ? html`<th scope="row" class=${kind} data-l=${word}>${column.cell(row)}</th>` :
            html`<td class=${kind} data-l=${word}>${column.cell(row)}</td>`;
        })}
      </tr>`)}</tbody>
    </table></div>
    ${!bare && html`<${Pager} list=${list} page=${page} per=${per} />`}`}
  </section>`;
}

/** Nothing fits the filters, or there is nothing at all. @param {{isFiltered: boolean, title: string, text?: string, children?: any}} props */
export const NoRows = ({ isFiltered, title, text, children }) => isFiltered
  ? html`<${Empty} icon="find" title="Nothing fits these filters."><${Button} onClick=${() => clearFilters()}>Clear filters<//><//>`
  : html`<${Empty} title=${title} text=${text}>${children}<//>`;

const kept = ["site", "tab", "sort", "per_page"];

/** Words of the address that narrow a list. @param {Record<string, string>} query */
export const filtersOf = (query) =>
  Object.fromEntries(Object.entries(query).filter(([name]) => !kept.includes(name) && name !== "page"));

export function clearFilters() {
  setQuery(Object.fromEntries(Object.keys(filtersOf(place.value.query)).map((name) => [name, ""])));
}
