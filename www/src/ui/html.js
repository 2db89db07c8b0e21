// Templates as tagged strings: html`<p>…</p>` makes nodes of preact.
import htm from "htm";
import { h } from "preact";

/** @type {(strings: TemplateStringsArray, ...values: any[]) => any} */
export const html = htm.bind(h);
