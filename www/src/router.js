// Where we are: #/orders/12?site=demo. Filters, sort and views stand in the query,
// so that an address can be shared and Back goes back.
import { signal } from "@preact/signals";

/** @typedef {{path: string, query: Record<string, string>}} Place */

/** @returns {Place} */
function read() {
  const [path, query = ""] = location.hash.replace(/^#/, "").split("?");
  return { path: path || "/", query: Object.fromEntries(new URLSearchParams(query)) };
}

export const place = signal(read());
addEventListener("hashchange", () => (place.value = read()));

/** The address of a place; what is empty is left out. @param {string} path @param {Record<string, any>} [query] */
export function to(path, query = {}) {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== "") words.set(name, String(value));
  const text = words.toString();
  return `#${path}${text && `?${text}`}`;
}

/** @param {string} path @param {Record<string, any>} [query] */
export function go(path, query) {
  location.hash = to(path, query);
}

/** Changes some words of the query; a changed filter goes to the first page. @param {Record<string, any>} changes */
export function setQuery(changes) {
  const query = { page: "", ...changes };
  go(place.value.path, { ...place.value.query, ...query });
}

/** The site that all pages are narrowed to; undefined: all. */
export const siteNow = () => place.value.query.site || undefined;
