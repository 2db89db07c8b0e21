// Logging in, at the door and over a page whose session has ended.
import { useEffect, useRef, useState } from "preact/hooks";
import { logIn, prove, proveNot, user } from "../session.js";
import { Button, Icon } from "../ui/basics.js";
import { useForm } from "../ui/form.js";
import { html } from "../ui/html.js";

/** Counts down while tries are limited. @param {number|null} from seconds */
function useCountdown(from) {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (!from) return undefined;
    setLeft(from);
    const timer = setInterval(() => setLeft((n) => Math.max(n - 1, 0)), 1000);
    return () => clearInterval(timer);
  }, [from]);
  return left;
}

/** @param {{login?: string, isProof?: boolean}} props login: already known; isProof: only once more */
function LoginForm({ login = "", isProof }) {
  const form = useForm({ login, password: "", totp: "" });
  const [isShown, show] = useState(false);
  const first = useRef(/** @type {HTMLInputElement|null} */ (null));
  const wait = useCountdown(form.problem?.retryAfter ?? null);
  const asksCode = form.problem?.code === "ob_totp_required" || form.values.totp !== "";
  useEffect(() => {
    first.current?.focus();
  }, [form.problem]);
  const send = form.submit(() => {
    const said = { password: form.values.password, ...(form.values.totp && { totp: form.values.totp.trim() }) };
    return isProof ? prove(said) : logIn({ login: form.values.login, ...said });
  });
  const focusAt = asksCode ? "totp" : form.values.login ? "password" : "login";
  const control = (/** @type {string} */ name) => ({ name, id: `login-${name}`, ref: focusAt === name ? first : undefined, required: true, ...form.text(name) });
  const isCodeNews = form.problem?.code === "ob_totp_required";
  return html`<form class="stack roomy" onSubmit=${send}>
    ${form.problem && html`<div class="note" data-s=${isCodeNews ? "info" : "err"} role="alert"><${Icon} name=${isCodeNews ? "key" : "x"} />
      <p class="strong">${form.problem.message}</p>
      ${wait > 0 ? html`<p>Try again in ${wait} s.</p>` : form.problem.fix && html`<p>${form.problem.fix}</p>`}</div>`}
    ${!isProof && html`<div class="field"><label class="label" for="login-login">User name</label>
      <input class="in" autocomplete="username" autocapitalize="none" spellcheck="false" ...${control("login")} /></div>`}
    <div class="field"><label class="label" for="login-password">Password</label>
      <span class="in bar"><input type=${isShown ? "text" : "password"} autocomplete="current-password" ...${control("password")} />
        <button type="button" class="link small" onClick=${() => show(!isShown)}>${isShown ? "Hide" : "Show"}</button></span></div>
    ${asksCode && html`<div class="field"><label class="label" for="login-totp">Code of your authenticator</label>
      <input class="in mono" inputmode="numeric" autocomplete="one-time-code" aria-describedby="totp-help" ...${control("totp")} />
      <p id="totp-help">Six digits; a recovery code works once.</p></div>`}
    <div class=${isProof ? "row end" : "stack"}>
      ${isProof && html`<${Button} kind="quiet" onClick=${proveNot}>Cancel<//>`}
      <${Button} kind="primary" type="submit" disabled=${form.isBusy || wait > 0}>${isProof ? "Go on" : "Log in"}${wait > 0 && ` (${wait} s)`}<//></div>
  </form>`;
}

export function LoginPage() {
  useEffect(() => {
    document.title = "Log in · orderbridge";
  }, []);
  return html`<div class="login"><main>
    <h1 class="brand"><${Icon} name="bridge" />orderbridge</h1>
    <div class="panel pad"><${LoginForm} /></div>
    <p class="small muted">No account yet? An administrator adds you under Access.</p>
  </main></div>`;
}

/** The page below stays as it is, and goes on when the session is back. */
export function LoginDialog() {
  const self = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useEffect(() => self.current?.showModal(), []);
  const who = /** @type {import("../session.js").User} */ (user.value);
  return html`<dialog ref=${self} class="lift dialog" aria-labelledby="ended" onCancel=${(/** @type {Event} */ e) => e.preventDefault()}>
    <div class="stack roomy"><div class="stack"><h2 id="ended">Your session has ended. Log in again?</h2>
      <p class="small muted">Nothing is lost: what you did last goes on as soon as you are back.</p></div>
    <${LoginForm} login=${who.login} /></div></dialog>`;
}

/** What is about to be changed wants a login that is at most five minutes old. */
export function ProofDialog() {
  const self = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useEffect(() => {
    const before = /** @type {HTMLElement|null} */ (document.activeElement);
    self.current?.showModal();
    return () => before?.isConnected ? before.focus() : undefined;
  }, []);
  const who = /** @type {import("../session.js").User} */ (user.value);
  return html`<dialog ref=${self} class="lift dialog" aria-labelledby="proof" onCancel=${proveNot}>
    <div class="stack roomy"><div class="stack"><h2 id="proof">Is it you, ${who.login}?</h2>
      <p class="small muted">This changes who may do what: give your password once more. It counts for five minutes.</p></div>
    <${LoginForm} login=${who.login} isProof /></div></dialog>`;
}
