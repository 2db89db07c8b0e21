// Who is logged in, and what they may do.
import { signal } from "@preact/signals";
import { call, onProofWanted, onSessionEnd, setNonce } from "./api.js";

/**
 * @typedef {{id: string, login: string, name: string, caps: string[], all_sites: boolean}} User
 * "unknown" until the server has been asked; null: nobody.
 */
/** @type {import("@preact/signals").Signal<User|null|"unknown">} */
export const user = signal(/** @type {User|null|"unknown"} */ ("unknown"));
/** The session ended while pages were open: their dialog asks for the password. */
export const hasEnded = signal(false);
/** The role needs a second factor, and this account has none yet. */
export const mustEnrol = signal(false);

/** Something was asked for that wants the password once more: a dialog asks for it. */
export const wantsProof = signal(false);

/** @param {string} capability */
export const can = (capability) =>
  user.value !== null && user.value !== "unknown" && user.value.caps.includes(capability);

/** @type {(() => void)[]} */
let waiting = [];

/** The cookie cannot be seen from here: whether there may be one. */
const WAS_HERE = "ob.session";

onSessionEnd(() => {
  hasEnded.value = user.value !== null;
  return new Promise((resolve) => waiting.push(resolve));
});

/** @type {[() => void, () => void][]} what goes on, and what fails, when the dialog is answered */
let unproven = [];

onProofWanted((problem) => {
  wantsProof.value = true;
  return new Promise((resolve, reject) => unproven.push([resolve, () => reject(problem)]));
});

/** @param {boolean} isProven */
function answerProof(isProven) {
  wantsProof.value = false;
  for (const [goOn, fail] of unproven) (isProven ? goOn : fail)();
  unproven = [];
}

/** @param {any} data of POST or GET /session */
export function begin(data) {
  localStorage.setItem(WAS_HERE, "1");
  setNonce(data.nonce);
  user.value = data.user;
  mustEnrol.value = data.must_enrol === true;
  hasEnded.value = false;
  for (const goOn of waiting) goOn();
  waiting = [];
}

/** Asks who we are, where somebody logged in with this browser; nobody is not an error. */
export async function resume() {
  if (localStorage.getItem(WAS_HERE) === null) {
    user.value = null;
    return;
  }
  try {
    begin((await call("GET", "/session", { quiet: true })).data);
  } catch (problem) {
    if (/** @type {any} */ (problem).status !== 401) throw problem;
    localStorage.removeItem(WAS_HERE);
    user.value = null;
  }
}

/** @param {{login: string, password: string, totp?: string}} said */
export async function logIn(said) {
  begin((await call("POST", "/session", { body: said, quiet: true })).data);
}

/** The password once more, for what is about to be changed. @param {{password: string, totp?: string}} said */
export async function prove(said) {
  begin((await call("POST", "/session/prove", { body: said, quiet: true })).data);
  answerProof(true);
}

/** Rather not: what wanted it fails. */
export const proveNot = () => answerProof(false);

export async function logOut() {
  await call("DELETE", "/session", { quiet: true });
  localStorage.removeItem(WAS_HERE);
  location.hash = "";
  location.reload();
}
