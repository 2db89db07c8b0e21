// Orders in words and figures, as their pages share them.
import { pageOf } from "./pages.js";

/** @typedef {import("./ui/basics.js").Status} Status */

/** How far a stored order is to Business Central. @type {Record<string, [Status, string, string]>} */
export const bcStates = {
  none: ["neutral", "o", "Waits for BC"],
  pending: ["neutral", "o", "Waits for BC"],
  sending: ["info", "run", "On its way to BC"],
  unknown: ["warn", "what", "BC did not answer"],
  sent: ["ok", "ok", "In Business Central"],
  held: ["warn", "pause", "Held for a person"],
  error: ["err", "x", "Refused by BC"],
  skipped: ["neutral", "minus", "Not for BC"],
  cancelled: ["neutral", "ban", "Cancelled"],
};

/** @type {Record<string, [Status, string, string]>} */
const outcomes = {
  soft: ["warn", "retry", "Tried again by itself"],
  error: ["err", "x", "Needs a person"],
  skipped: ["neutral", "minus", "Skipped"],
  gone: ["neutral", "ban", "Gone from the shop"],
  cancelled: ["neutral", "ban", "Cancelled in the shop"],
};

/** Icon and word for where an order stands. @param {any} row @returns {[Status, string, string]} */
export function orderState(row) {
  if (row.outcome !== "stored") return row.code === "skipped_test" ? ["neutral", "minus", "Test order"] : outcomes[row.outcome] ?? ["neutral", "what", row.outcome];
  if (row.state === "cancelled") return outcomes.cancelled;
  return bcStates[row.bc_state] ?? ["neutral", "what", row.bc_state];
}

/** Whether the shop was told that we have the order. @type {Record<string, [Status, string, string]>} */
export const markStates = {
  none: ["neutral", "o", "not told"],
  pending: ["warn", "retry", "still to be told"],
  done: ["ok", "ok", "told"],
  superseded: ["neutral", "minus", "no word needed"],
  failed: ["err", "x", "could not be told"],
};

/** @type {[string, string][]} */
export const payments = [["card", "Card"], ["paypal", "PayPal"], ["klarna", "Klarna"], ["gift_card", "Gift card"], ["bank_transfer", "Bank transfer"],
  ["cheque", "Cheque"], ["cod", "Cash on delivery"]];

/** "card" reads Card; what is not known reads as it is. @param {string|null} method */
export const paymentWord = (method) => payments.find(([value]) => value === method)?.[1] ?? method?.replaceAll("_", " ") ?? "";

/** "Doe, John": masked names come masked. @param {any} row */
export const customer = (row) => [row.last_name, row.first_name].filter(Boolean).join(", ");

/** Whether the dashboard has the page that a route leads to. @param {string|null|undefined} route */
export const hasPage = (route) => Boolean(route && pageOf(route.replace(/^#/, "").split("?")[0]));

/** The exact sum of amounts, which are texts. @param {string[]} amounts */
export function sum(amounts) {
  let total = 0n;
  for (const amount of amounts) {
    const [whole, rest = ""] = amount.replace("-", "").split(".");
    const value = BigInt(whole + rest.padEnd(4, "0").slice(0, 4));
    total += amount.startsWith("-") ? -value : value;
  }
  const digits = String(total < 0n ? -total : total).padStart(5, "0");
  return `${total < 0n ? "-" : ""}${digits.slice(0, -4)}.${digits.slice(-4).replace(/0{1,2}$/, "")}`;
}

/** The same amount with the other sign. @param {string} amount */
export const negated = (amount) => amount.startsWith("-") ? amount.slice(1) : isZero(amount) ? amount : `-${amount}`;

/** @param {string|null|undefined} amount */
export const isZero = (amount) => !amount || !/[1-9]/.test(amount);
