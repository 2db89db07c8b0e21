// How values of the API read to people. Times come as RFC 3339 in UTC, amounts as
// texts, and stay so until they are shown.
import { signal } from "@preact/signals";

/** "local" or "utc": in which zone times are shown. */
export const zone = signal(localStorage.getItem("ob.zone") === "utc" ? "utc" : "local");

const shownZone = () => (zone.value === "utc" ? "UTC" : undefined);
const words = (/** @type {Intl.DateTimeFormatOptions} */ options) =>
  new Intl.DateTimeFormat("en-GB", { timeZone: shownZone(), ...options });

/** The day in the shown zone, "2026-11-24". @param {Date} at */
const dayOf = (at) => new Intl.DateTimeFormat("sv-SE", { timeZone: shownZone() }).format(at);

/** "14:00:04". @param {Date} at */
export const clock = (at) =>
  words({ hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at);

/** "24 Nov", with the year where it is another one. @param {Date} at */
export function day(at) {
  const other = dayOf(at).slice(0, 4) !== dayOf(new Date()).slice(0, 4);
  return words({ day: "numeric", month: "short", year: other ? "numeric" : undefined }).format(at);
}

/** "Sun 20:00". @param {Date} at */
export const weekday = (at) =>
  words({ weekday: "short", hour: "2-digit", minute: "2-digit" }).format(at).replace(",", "");

/** @param {Date} at */
export const isToday = (at) => dayOf(at) === dayOf(new Date());

/** "2 d 3 h", "5 h 12 m", "4 m", "42 s". @param {number} seconds */
export function span(seconds) {
  const s = Math.max(0, Math.round(seconds));
  const [d, h, m] = [Math.floor(s / 86400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60];
  if (d > 0) return h > 0 ? `${d} d ${h} h` : `${d} d`;
  if (h > 0) return m > 0 ? `${h} h ${m} m` : `${h} h`;
  if (m > 0) return s % 60 > 0 && m < 10 ? `${m} m ${s % 60} s` : `${m} m`;
  return `${s} s`;
}

/** "3 m ago", "in 4 m". @param {string} iso */
export function relative(iso) {
  const seconds = (now() - Date.parse(iso)) / 1000;
  if (Math.abs(seconds) < 1.5) return "just now";
  return seconds > 0 ? `${span(seconds)} ago` : `in ${span(-seconds)}`;
}

/** How far the server's clock is ahead of this machine's, in milliseconds. */
let ahead = 0;

/** Told by each answer. @param {string|undefined} timestamp */
export function setServerTime(timestamp) {
  if (timestamp) ahead = Date.parse(timestamp) - Date.now();
}

/** What the server's clock shows now, in milliseconds. */
export const now = () => Date.now() + ahead;

/** All that a hint on a time tells. @param {string} iso */
export function fullTime(iso) {
  const at = new Date(iso);
  const local = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return `${iso.slice(0, 19).replace("T", " ")} UTC\n${local.format(at)} ${name}\n${relative(iso)}`;
}

/** "12,450"; a bounded count is "10,000+". @param {number} n @param {string} [relation] */
export const count = (n, relation) =>
  n.toLocaleString("en-US") + (relation === "gte" ? "+" : "");

/** "1,037.74 USD": the amount is a text and stays exact. @param {string|null} amount @param {string} [currency] */
export function money(amount, currency) {
  if (amount === null || amount === undefined) return "–";
  const [, sign, whole, rest] = /** @type {RegExpMatchArray} */ (amount.match(/^(-?)(\d+)(.*)$/) ?? ["", "", amount, ""]);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${sign && "−"}${grouped}${rest}${currency ? ` ${currency}` : ""}`;
}

/** "1 order", "3 orders". @param {number} n @param {string} one @param {string} [many] */
export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/** When a day begins in a zone. @param {string} date "2026-11-01" @param {string} zoneName @returns {Date} */
export function startOfDay(date, zoneName) {
  const wall = Date.parse(`${date}T00:00:00Z`);
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: zoneName, dateStyle: "short", timeStyle: "medium" });
  const shift = (/** @type {number} */ at) => Date.parse(`${parts.format(at).replace(" ", "T")}Z`) - at;
  const guess = wall - shift(wall);
  return new Date(wall - shift(guess));
}

/** The day that it is in a zone, "2026-11-01". @param {string} at RFC 3339 @param {string} zoneName */
export const dayIn = (at, zoneName) => new Intl.DateTimeFormat("sv-SE", { timeZone: zoneName }).format(new Date(at));

/** "2026-11-01 05:00". @param {Date} at */
export const utcMinute = (at) => at.toISOString().slice(0, 16).replace("T", " ");
