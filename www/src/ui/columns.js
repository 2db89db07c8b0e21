// Which columns of a list somebody wants and in which order; this browser keeps it.
import { useState } from "preact/hooks";
import { html } from "./html.js";
import { Button, Icon } from "./basics.js";
import { Pop } from "./pop.js";

/** @typedef {import("./table.js").Column} Column */

const wordOf = (/** @type {Column} */ column) => (typeof column.label === "string" ? column.label : column.key);

/** @typedef {{order: string[], hidden: string[]}} Wish */

/** Nobody has wished for anything: those that are extra wait to be asked for. @param {Column[]} columns @returns {Wish} */
const atFirst = (columns) => ({ order: [], hidden: columns.filter((column) => column.extra).map((column) => column.key) });

/** @param {string} name @param {Column[]} columns @returns {Wish} */
function kept(name, columns) {
  try {
    return { ...atFirst(columns), ...JSON.parse(localStorage.getItem(`ob.columns.${name}`) ?? "{}") };
  } catch {
    return atFirst(columns);
  }
}

/**
 * The columns as they are wanted, and the button that changes it. What names the
 * row stands first and is always shown; a new column stands where it was made for.
 * @param {string} name of the list @param {Column[]} columns
 */
export function useColumns(name, columns) {
  const [wish, setWish] = useState(() => kept(name, columns));
  const place = (/** @type {Column} */ column) => {
    const at = wish.order.indexOf(column.key);
    return column.head ? -1 : at < 0 ? columns.indexOf(column) : at;
  };
  const all = [...columns].sort((a, b) => place(a) - place(b));
  const change = (/** @type {Wish} */ next) => {
    localStorage.setItem(`ob.columns.${name}`, JSON.stringify(next));
    setWish(next);
  };
  const toggle = (/** @type {string} */ key) => change({ ...wish,
    hidden: wish.hidden.includes(key) ? wish.hidden.filter((each) => each !== key) : [...wish.hidden, key] });
  const move = (/** @type {number} */ at, /** @type {number} */ by) => {
    const order = all.map((column) => column.key);
    [order[at], order[at + by]] = [order[at + by], order[at]];
    change({ ...wish, order });
  };
  const first = all[0]?.head ? 1 : 0;
  const chooser = html`<${Pop} label="Columns" end button=${(/** @type {any} */ props) => html`
    <button type="button" class="btn quiet sm only" aria-label="Columns" title="Columns" ...${props}><${Icon} name="cols" /></button>`}>${() => html`
    ${all.map((column, at) => !column.head && html`<div class="opt" key=${column.key}>
      <label class="bar grow"><input type="checkbox" checked=${!wish.hidden.includes(column.key)} onChange=${() => toggle(column.key)} />${wordOf(column)}</label>
      <${Button} small kind="quiet" icon="up" label=${`${wordOf(column)}: further left`} disabled=${at <= first} onClick=${() => move(at, -1)} />
      <${Button} small kind="quiet" icon="down" label=${`${wordOf(column)}: further right`} disabled=${at >= all.length - 1} onClick=${() => move(at, 1)} /></div>`)}
    <div class="item line"><${Button} small kind="quiet" onClick=${() => change(atFirst(columns))}>As they were<//></div>`}<//>`;
  return { shown: all.filter((column) => column.head || !wish.hidden.includes(column.key)), chooser };
}
