// What can be pressed and is less than 24 px in a direction; a link within a text
// may be as high as its line (WCAG 2.5.8), a field is as large as its frame.
const inText = (element) => element.matches("p a, dd a, td a, th a, small a, li a, .link");
const boxOf = (element) => element.matches("input, select") && element.closest("label, .in, td, th") || element;
return [...document.querySelectorAll("button, a[href], input, select, textarea, summary")]
  .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !inText(element) && !element.closest(".sr, .skip"))
  .filter((element) => {
    const { width, height } = boxOf(element).getBoundingClientRect();
    return width < 23.5 || height < 23.5;
  })
  .map((element) => element.outerHTML.slice(0, 120));
