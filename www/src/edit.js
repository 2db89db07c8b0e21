// Changing what others may change meanwhile: only what a person typed is sent, and
// never over what somebody else has saved since it was read.
import { call, get } from "./api.js";

const TRIES = 3;

export const same = (/** @type {any} */ a, /** @type {any} */ b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** Somebody saved meanwhile; theirs: what stands there now. */
export class Conflict extends Error {
  /** @param {any} theirs */
  constructor(theirs) {
    super("Somebody else saved this while you were editing.");
    this.theirs = theirs;
    /** @type {Record<string, string>} a form asks for them */
    this.params = {};
  }
}

/** Some members of an answer. @param {any} data @param {string[]} names @returns {Record<string, any>} */
export const pick = (data, names) => Object.fromEntries(names.map((name) => [name, data[name] ?? null]));

/**
 * Figures beside what people change may move while it is sent; only a change of
 * what people change is one.
 * @param {string} path @param {Record<string, any>} base what it was when it was read @param {any} body
 */
export async function saveOver(path, base, body) {
  for (let n = 1; ; n++) {
    const now = await get(path);
    if (!same(pick(now.data, Object.keys(base)), base)) throw new Conflict(now.data);
    try {
      return await call("PUT", path, { body, match: now.etag ?? "*" });
    } catch (problem) {
      if (/** @type {any} */ (problem).status !== 412 || n === TRIES) throw problem;
    }
  }
}
