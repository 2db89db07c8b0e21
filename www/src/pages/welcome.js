// The one-time link of a new account, or of a forgotten password: choose one, and
// be logged in.
import { call } from "../api.js";
import { go } from "../router.js";
import { logIn } from "../session.js";
import { Button, Icon } from "../ui/basics.js";
import { TextField, useForm } from "../ui/form.js";
import { html } from "../ui/html.js";
import { Summary } from "../ui/summary.js";

const LEAST = 12;

/** @param {{link: string}} props */
export default function Welcome({ link }) {
  const form = useForm({ password: "", again: "" });
  const { password, again } = form.values;
  const differs = again !== "" && again !== password;
  const send = form.submit(async () => {
    const { data } = await call("POST", "/welcome", { body: { link, password }, quiet: true });
    await logIn({ login: data.login, password });
    go("/");
  });
  return html`<div class="login"><main>
    <h1 class="brand"><${Icon} name="bridge" />orderbridge</h1>
    <div class="panel pad"><form class="stack roomy" onSubmit=${send}>
      <h2>Choose your password</h2>
      <${Summary} form=${form} labels=${{ password: "Password" }} />
      <${TextField} form=${form} name="password" type="password" label="Password" autocomplete="new-password" required
        help="At least twelve characters; a few words are easier to remember than signs." />
      <${TextField} form=${form} name="again" type="password" label="Password again" autocomplete="new-password" required
        help=${differs ? "It is not the same as above yet." : ""} />
      <${Button} kind="primary" type="submit" disabled=${form.isBusy || password.length < LEAST || password !== again}>Save and log in<//>
    </form></div>
    <p class="small muted">The link works once. An administrator makes a new one.</p>
  </main></div>`;
}
