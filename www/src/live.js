// What pages show stays true by asking again: with the ETag of the answer before,
// one request in flight, slower after errors, not at all while nobody looks.
import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "./api.js";
import { now } from "./format.js";

/**
 * @typedef {object} Shown
 * @property {any} data undefined until the first answer
 * @property {any} meta
 * @property {string|null} etag
 * @property {import("./api.js").Problem|null} problem of the last try; data are then older
 * @property {boolean} busy another question is being asked; data answer the one before
 * @property {Date|null} at of the last good answer
 * @property {any} of what the data answer
 * @property {() => void} again asks at once
 */

const SLOWEST_S = 60;
const AGAIN_S = 4;

/** Heals without anybody: the server is away, or has too much to do. @param {import("./api.js").Problem} problem */
const passes = (problem) => [0, 429, 503].includes(problem.status) || problem.code === "ob_not_ours";

/**
 * @param {string|null} path below /api/v1; null: nothing is asked
 * @param {Record<string, any>} [query]
 * @param {number | ((data: any) => number)} [every] seconds; 0: once
 * @returns {Shown}
 */
export function useLive(path, query = {}, every = 0) {
  const [shown, show] = useState(/** @type {any} */ ({ data: undefined, meta: {}, etag: null, problem: null, at: null, of: null }));
  const wake = useRef(() => {});
  const pace = useRef(every);
  pace.current = every;
  const question = path && JSON.stringify([path, query]);

  useEffect(() => {
    if (!path) return undefined;
    let timer = 0;
    let ended = false;
    let asking = false;
    let failures = 0;
    /** @type {import("./api.js").Answer|undefined} */
    let before;

    const later = (/** @type {any} */ problem = null) => {
      const base = typeof pace.current === "function" ? pace.current(before?.data) : pace.current;
      const seconds = !problem ? base : passes(problem) ? AGAIN_S * 2 ** (failures - 1) : base * 2 ** failures;
      if (!seconds || ended) return;
      clearTimeout(timer);
      timer = setTimeout(ask, Math.min(seconds, Math.max(base, SLOWEST_S)) * 1000 * (0.9 + Math.random() * 0.2));
    };
    const ask = async () => {
      if (document.hidden && before) return;
      if (asking) return;
      asking = true;
      /** @type {any} */
      let failed = null;
      try {
        const answer = await get(path, query, before);
        failures = 0;
        if (!ended) {
          const same = answer.status === 304;
          before = answer;
          show((/** @type {any} */ old) => same && !old.problem ? old :
            { ...answer, problem: null, at: new Date(now()), of: question });
        }
      } catch (problem) {
        failures++;
        failed = problem;
        if (!ended) show((/** @type {any} */ old) => ({ ...old, problem, of: question }));
      }
      asking = false;
      later(failed);
    };
    const seen = () => {
      if (!document.hidden && pace.current) ask();
    };
    wake.current = ask;
    ask();
    document.addEventListener("visibilitychange", seen);
    return () => {
      ended = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [question]);
  return { ...shown, busy: shown.of !== question, again: () => wake.current() };
}
