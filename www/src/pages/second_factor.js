// Turning a second factor on: scan, type a code, keep the recovery codes.
import { useEffect, useState } from "preact/hooks";
import { call, setNonce } from "../api.js";
import { download } from "../csv.js";
import { Button, Icon } from "../ui/basics.js";
import { Field, useForm } from "../ui/form.js";
import { html } from "../ui/html.js";
import { QrCode } from "../ui/qr.js";
import { copy, ErrorCard, Skeleton } from "../ui/states.js";

/** In groups, as people read them aloud. @param {string} text */
export const grouped = (text) => text.replace(/(.{4})(?=.)/g, "$1 ");

/** @param {{codes: string[], onDone: () => void}} props */
export function RecoveryCodes({ codes, onDone }) {
  const [isKept, keep] = useState(false);
  const text = `${codes.join("\n")}\n`;
  return html`<div class="stack roomy">
    <div class="note" data-s="ok" role="status"><${Icon} name="ok" /><p class="strong">The second factor is on.</p>
      <p>Each of these codes lets you in once, where the authenticator is lost. They are not shown again.</p></div>
    <ul class="well form ents mono">${codes.map((code) => html`<li key=${code}>${code}</li>`)}</ul>
    <div class="row"><${Button} icon="copy" onClick=${() => copy(text)}>Copy<//>
      <${Button} icon="get" onClick=${() => download("orderbridge-recovery-codes.txt", text, "text/plain")}>Download<//></div>
    <label class="check"><input type="checkbox" checked=${isKept} onChange=${(/** @type {any} */ e) => keep(e.target.checked)} /><span>I have kept them in a safe place</span></label>
    <div class="row end"><${Button} kind="primary" disabled=${!isKept} onClick=${onDone}>Go on<//></div>
  </div>`;
}

/** @param {{onDone: (mustEnrol: boolean) => void, onCancel?: () => void}} props */
export function SecondFactor({ onDone, onCancel }) {
  const [offer, setOffer] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const [answer, setAnswer] = useState(/** @type {any} */ (null));
  const form = useForm({ code: "" });
  const ask = () => {
    setProblem(null);
    call("POST", "/me/totp/offer", { body: {} }).then((got) => setOffer(got.data), setProblem);
  };
  useEffect(ask, []);
  const turnOn = form.submit(async () => {
    const { data } = await call("PUT", "/me/totp", { body: { secret: offer.secret, code: form.values.code.replace(/\s/g, "") } });
    setNonce(data.nonce);
    setAnswer(data);
  });
  if (answer) return html`<${RecoveryCodes} codes=${answer.recovery_codes} onDone=${() => onDone(answer.must_enrol)} />`;
  if (problem) return html`<div class="stack roomy"><${ErrorCard} problem=${problem} again=${ask} />${onCancel && html`<div class="row end"><${Button} kind="quiet" onClick=${onCancel}>Close<//></div>`}</div>`;
  if (!offer) return html`<${Skeleton} rows=${4} />`;
  return html`<form class="stack roomy" onSubmit=${turnOn}>
    <ol class="stack roomy">
      <li class="stack"><span><span class="strong">1.</span> Scan this with an authenticator: Aegis, Google Authenticator, 1Password, or another one.</span>
        <${QrCode} text=${offer.uri} label="QR code of the secret" />
        <span class="small muted">No camera? Type the secret in:</span>
        <span class="row"><span class="mono small">${grouped(offer.secret)}</span><${Button} small kind="quiet" icon="copy" label="Copy the secret" onClick=${() => copy(offer.secret)} /></span></li>
      <li class="stack"><span><span class="strong">2.</span> Type the six digits that it shows.</span>
        <${Field} label="Code" wrong=${form.wrong("code")}>${(/** @type {any} */ props) => html`<input class="in mono" name="code" inputmode="numeric" autocomplete="one-time-code"
          maxlength="7" required ...${props} ...${form.text("code")} />`}<//></li>
    </ol>
    ${form.problem && !form.wrong("code") && html`<${ErrorCard} problem=${form.problem} />`}
    <div class="row end">${onCancel && html`<${Button} kind="quiet" onClick=${onCancel}>Cancel<//>`}
      <${Button} kind="primary" type="submit" disabled=${form.isBusy || form.values.code.replace(/\s/g, "").length !== 6}>Turn on<//></div>
  </form>`;
}
