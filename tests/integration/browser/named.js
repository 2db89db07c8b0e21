// The elements below root that fit a selector and a name, and can be seen. The
// accessible name, near enough: aria-label, the label of a field, the words.
const [root, selector, name, isPart] = arguments;
const flat = (text) => (text ?? "").replace(/\s+/g, " ").trim();
const labelOf = (element, label) => flat(label.querySelector(".sr")?.textContent ??
  [...label.childNodes].filter((node) => !node.contains(element)).map((node) => node.textContent).join(" "));
const nameOf = (element) => flat(element.getAttribute("aria-label")) ||
  (element.labels?.length ? labelOf(element, element.labels[0]) : flat(element.textContent));
const fits = (element) => isPart ? nameOf(element).includes(name) : nameOf(element) === name;
return [...(root ?? document).querySelectorAll(selector)].filter((element) =>
  fits(element) && element.checkVisibility({ visibilityProperty: true }));
