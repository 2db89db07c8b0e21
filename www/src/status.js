// What every page shows on top: what runs, what failed, the window, the sites. One
// request for all of it.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { now } from "./format.js";
import { useLive } from "./live.js";

const FAST_S = 5;
const SLOW_S = 30;

export const Status = createContext(/** @type {any} */ ({ data: undefined }));

/** Seconds until it has to be asked again: at the latest when the window begins or ends. @param {any} data */
function pace(data) {
  if (!data) return FAST_S;
  const { active, starts_at, ends_at } = data.window;
  const left = (Date.parse(active ? ends_at : starts_at) - now()) / 1000;
  return Math.min(data.operations.length > 0 ? FAST_S : SLOW_S, Math.max(left, 0) + 1);
}

/** Called once, by the shell. */
export const useStatusPoll = () => useLive("/live", { panels: "overview,operations,sites,window" }, pace);

/** Undefined until it is known. @returns {{overview: any, operations: any[], sites: any[], window: any}|undefined} */
export const useStatus = () => useContext(Status).data;

/** The same with what went wrong when it was last asked. @returns {import("./live.js").Shown} */
export const useStatusShown = () => useContext(Status);

/** Asks at once, after something was started. */
export const useStatusNow = () => useContext(Status).again;

/** Whether Business Central's maintenance makes things wait now. */
export const useIsPaused = () => useStatus()?.window.active === true;
