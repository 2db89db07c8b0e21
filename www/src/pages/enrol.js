// The session that must set up a second factor before anything else.
import { useEffect } from "preact/hooks";
import { logOut, mustEnrol, user } from "../session.js";
import { Button, Icon } from "../ui/basics.js";
import { html } from "../ui/html.js";
import { SecondFactor } from "./second_factor.js";

export default function Enrol() {
  useEffect(() => {
    document.title = "Second factor · orderbridge";
  }, []);
  const who = /** @type {import("../session.js").User} */ (user.value);
  return html`<div class="login"><main>
    <div class="bar"><span class="brand grow"><${Icon} name="bridge" />orderbridge</span><${Button} small kind="quiet" onClick=${logOut}>Log out<//></div>
    <div class="stack"><h1 tabindex="-1">Set up a second factor</h1>
      <p class="muted">The role of ${who.login} needs one: nobody gets in with the password alone. It takes a minute.</p></div>
    <div class="panel pad"><${SecondFactor} onDone=${(/** @type {boolean} */ still) => (mustEnrol.value = still)} /></div>
  </main></div>`;
}
