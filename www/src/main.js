// Starts the dashboard: asks who we are, then shows the page of the address.
import { render } from "preact";
import { App } from "./shell.js";
import { resume } from "./session.js";
import { html } from "./ui/html.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));

/** index.html explains what each answer that is not ours means. */
function showNoApi() {
  const page = /** @type {HTMLTemplateElement} */ (document.getElementById("no-api"));
  root.replaceChildren(page.content.cloneNode(true));
}

document.documentElement.dataset.theme = localStorage.getItem("ob.theme") ?? "auto";
document.documentElement.dataset.density = localStorage.getItem("ob.density") ?? "normal";
try {
  await resume();
  render(html`<${App} />`, root);
} catch (problem) {
  if (/** @type {any} */ (problem).code === "ob_not_ours" || /** @type {any} */ (problem).status === 0) showNoApi();
  else render(html`<${App} />`, root);
}
