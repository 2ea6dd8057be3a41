// What is wider than the window, and text that is cut off.
() => {
  const faults = [];
  const width = document.documentElement.clientWidth;
  const told = (each) => `<${each.tagName.toLowerCase()} class="${each.getAttribute("class") || ""}"> ${each.textContent.trim().slice(0, 40)}`;
  const hidden = (each) => each.closest(".visually-hidden, [hidden]") || !each.checkVisibility({ visibilityProperty: true });
  const clips = (style) => [style.overflowX, style.overflowY].some((value) => value === "hidden" || value === "clip");
  if (document.documentElement.scrollWidth > width) {
    const scrolls = (each) => each && (["auto", "scroll"].includes(getComputedStyle(each).overflowX) || scrolls(each.parentElement));
    const wide = [...document.body.querySelectorAll("*")].filter((each) =>
      each.getBoundingClientRect().right > width + 1 && !scrolls(each.parentElement));
    faults.push(`the page is ${document.documentElement.scrollWidth} wide in a window of ${width}: ${wide.slice(0, 3).map(told)}`);
  }
  for (const each of document.body.querySelectorAll("*")) {
    if (hidden(each) || each.closest("svg, select")) continue;
    const style = getComputedStyle(each);
    const lost = each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1;
    if (clips(style) && lost && each.clientWidth && each.textContent.trim()) faults.push(`text is cut off in ${told(each)}`);
  }
  return faults;
}
