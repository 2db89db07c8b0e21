// The one way to the server: wraps fetch, tells errors as Problem, follows ETags.
import { setServerTime } from "./format.js";

/** What, why and what to do, as the server's table of codes tells it. */
export class Problem extends Error {
  /** @param {string} code @param {string} message @param {any} data */
  constructor(code, message, data) {
    super(message);
    this.code = code;
    /** @type {number} 0 where the server was not reached */
    this.status = data.status ?? 0;
    /** @type {string|null} */
    this.reason = data.reason ?? null;
    /** @type {string|null} */
    this.fix = data.fix ?? null;
    /** @type {string|null} */
    this.fixRoute = data.fix_route ?? null;
    /** @type {string|null} */
    this.requestId = data.request_id ?? null;
    /** @type {Record<string, string>} the fields that are wrong */
    this.params = data.params ?? {};
    /** @type {number|null} seconds */
    this.retryAfter = data.retry_after ?? null;
  }
}

/**
 * @typedef {object} Answer
 * @property {any} data
 * @property {any} meta
 * @property {string|null} etag
 * @property {number} status 304: data is that of the answer before
 */

let nonce = "";
/** @type {(problem: Problem) => Promise<void>} */
let loginAgain = (problem) => Promise.reject(problem);

/** @param {string} text */
export const setNonce = (text) => (nonce = text);

/** @type {(problem: Problem) => Promise<void>} */
let proveAgain = (problem) => Promise.reject(problem);

/** What to do when the session has ended: resolves when there is one again. @param {(problem: Problem) => Promise<void>} ask */
export const onSessionEnd = (ask) => (loginAgain = ask);

/** What to do when the password is wanted once more: resolves when it was given. @param {(problem: Problem) => Promise<void>} ask */
export const onProofWanted = (ask) => (proveAgain = ask);

/** The address of a path of the API below whatever place we are served from. @param {string} path @param {Record<string, any>} [query] */
export function address(path, query = {}) {
  const url = new URL(`api/v1${path}`, document.baseURI);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== "") url.searchParams.set(name, String(value));
  return url;
}

/** @param {Response} response @returns {Promise<any>} */
async function bodyOf(response) {
  if (response.status === 204) return { data: null, meta: {} };
  try {
    return await response.json();
  } catch {
    throw new Problem("ob_not_ours", "The server did not answer as orderbridge does.", {
      status: response.status,
      reason: `It answered ${response.status} without JSON.`,
      fix: "Look at the web server's error log: the responder may not run.",
    });
  }
}

/** @param {string} method @param {URL} url @param {any} body @param {Record<string, string>} headers */
async function send(method, url, body, headers) {
  headers.Accept = "application/json";
  if (method !== "GET" && nonce) headers["X-OB-Nonce"] = nonce;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store" });
  } catch {
    throw new Problem("ob_offline", "The server cannot be reached.", {
      reason: "This browser is offline, or the server is.",
      fix: "Check the connection; it is tried again by itself.",
    });
  }
}

/**
 * @param {string} method
 * @param {string} path below /api/v1
 * @param {{query?: Record<string, any>, body?: any, before?: Answer, match?: string, key?: string, quiet?: boolean}} [options]
 *   before: the answer that a 304 repeats; match: for If-Match; key: of idempotency;
 *   quiet: an ended session is an error like others, nobody is asked to log in
 * @returns {Promise<Answer>}
 */
export async function call(method, path, options = {}) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (options.before?.etag) headers["If-None-Match"] = options.before.etag;
  if (options.match) headers["If-Match"] = options.match;
  if (options.key) headers["Idempotency-Key"] = options.key;
  const response = await send(method, address(path, options.query), options.body, headers);
  if (response.status === 304 && options.before) return { ...options.before, status: 304 };
  const body = await bodyOf(response);
  setServerTime(body.meta?.timestamp);
  if (response.ok)
    return { data: body.data, meta: body.meta, etag: response.headers.get("ETag"), status: response.status };
  const problem = new Problem(body.code, body.message, body.data ?? {});
  const ask = problem.code === "ob_not_logged_in" ? loginAgain : problem.code === "ob_prove_it" ? proveAgain : null;
  if (ask && !options.quiet) {
    await ask(problem);
    return call(method, path, options);
  }
  throw problem;
}

/** @param {string} path @param {Record<string, any>} [query] @param {Answer} [before] */
export const get = (path, query, before) => call("GET", path, { query, before });

/** A POST that never happens twice, whatever is clicked or lost. @param {string} path @param {any} [body] */
export const post = (path, body = {}) => call("POST", path, { body, key: crypto.randomUUID() });
