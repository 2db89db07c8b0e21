// Items and kits in words, as their pages share them.

/** @typedef {import("./ui/basics.js").Status} Status */

/** Whether orders may hold it. @type {Record<string, [Status, string, string]>} */
export const itemStates = {
  active: ["ok", "ok", "Active"],
  sell_through: ["info", "get", "Sell through"],
  blocked: ["warn", "ban", "Blocked"],
  discontinued: ["neutral", "minus", "Discontinued"],
};

/** What Business Central said last. @type {Record<string, [Status, string, string]>} */
export const bcVerdicts = {
  ok: ["ok", "ok", "Exists"],
  blocked: ["warn", "ban", "Blocked there"],
  missing: ["err", "x", "Missing there"],
  unknown: ["neutral", "o", "Not asked yet"],
};

/** What a check of an item ended with. @param {any} result @returns {[Status, string]} */
export function checkWords(result) {
  /** @type {Record<string, string>} */
  const there = { ok: "Business Central has it", blocked: "Business Central has blocked it", missing: "Business Central has no item of this number", not_asked: "Business Central is not asked about it" };
  return [result.bc === "ok" ? "ok" : "warn", there[result.bc] ?? result.message ?? result.bc];
}
