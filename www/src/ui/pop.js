// What opens below its button: menus and filters. Esc, a click elsewhere and
// leaving it by Tab close it; focus returns to the button.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";

/**
 * @param {{button: (props: any) => any, children: (close: () => void) => any, label: string, end?: boolean, role?: string}} props
 *   button: gets what the button needs to open it; end: its right edges meet
 */
export function Pop({ button, children, label, end, role = "dialog" }) {
  const [isOpen, open] = useState(false);
  const anchor = useRef(/** @type {HTMLElement|null} */ (null));
  const close = () => {
    open(false);
    anchor.current?.querySelector("button")?.focus();
  };
  useEffect(() => {
    if (!isOpen) return undefined;
    const elsewhere = (/** @type {Event} */ event) => {
      if (!anchor.current?.contains(/** @type {Node} */ (event.target))) open(false);
    };
    document.addEventListener("pointerdown", elsewhere);
    document.addEventListener("focusin", elsewhere);
    /** @type {HTMLElement|null|undefined} */ (anchor.current?.querySelector(".pop :is(input, button, a, select)"))?.focus();
    return () => {
      document.removeEventListener("pointerdown", elsewhere);
      document.removeEventListener("focusin", elsewhere);
    };
  }, [isOpen]);
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      close();
    }
    if (role === "menu" && (event.key === "ArrowDown" || event.key === "ArrowUp")) step(event);
  };
  const step = (/** @type {KeyboardEvent} */ event) => {
    const all = /** @type {HTMLElement[]} */ ([...(anchor.current?.querySelectorAll(".pop :is(button, a)") ?? [])]);
    const here = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    all[(here + (event.key === "ArrowDown" ? 1 : all.length - 1)) % all.length]?.focus();
    event.preventDefault();
  };
  return html`<span class="anchor" ref=${anchor} onKeyDown=${keys}>
    ${button({ "aria-expanded": String(isOpen), "aria-haspopup": role, onClick: () => open(!isOpen) })}
    ${isOpen && html`<div class=${`pop lift small ${end ? "at-end" : ""}`} role=${role} aria-label=${label}>${children(close)}</div>`}
  </span>`;
}

/** One line of a menu. @param {any} props */
export const MenuItem = ({ href, children, ...rest }) => href
  ? html`<a class="opt" role="menuitem" href=${href} ...${rest}>${children}</a>`
  : html`<button type="button" class="opt link-less" role="menuitem" ...${rest}>${children}</button>`;
