// Every element that Tab comes to, in order: does it look different with the focus, and can it be seen?
async () => {
  const faults = [];
  const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const names = ["outline-style", "outline-width", "outline-color", "outline-offset", "box-shadow", "background-color",
    "border-top-color", "border-bottom-color", "border-top-width", "text-decoration-line", "text-decoration-thickness", "color"];
  const styles = (each) => {
    const chain = [each, each.closest("label"), each.closest(".option, .choice, fieldset, li")].filter(Boolean);
    return chain.map((one) => names.map((name) => getComputedStyle(one).getPropertyValue(name)).join("|")).join("||");
  };
  const reachable = [...document.querySelectorAll(wanted)].filter((each) => each.tabIndex >= 0 && !each.disabled
    && each.checkVisibility({ visibilityProperty: true }) && !each.closest("details:not([open]) > :not(summary)"));
  for (const each of reachable) {
    document.activeElement?.blur();
    const before = styles(each);
    each.focus();
    const told = each.outerHTML.slice(0, 120);
    if (document.activeElement !== each) { faults.push(`does not take the focus: ${told}`); continue; }
    if (!each.matches(":focus-visible")) { faults.push(`focus is not shown: ${told}`); continue; }
    if (styles(each) === before) faults.push(`looks the same with the focus: ${told}`);
    if (covered(each)) faults.push(`is covered while it has the focus: ${told}`);
  }
  function covered(each) {
    const boxes = [...each.getClientRects()];
    const points = boxes.flatMap((box) => [0.1, 0.5, 0.9].flatMap((x) => [0.2, 0.5, 0.8].map((y) =>
      [box.left + box.width * x, box.top + box.height * y])));
    const inside = points.filter(([x, y]) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight);
    const label = each.closest("label");
    return !inside.some(([x, y]) => {
      const top = document.elementFromPoint(x, y);
      return top && (each.contains(top) || top.contains(each) && !positioned(top) || label?.contains(top));
    });
  }
  function positioned(one) { return ["sticky", "fixed"].includes(getComputedStyle(one).position); }
  return { faults, count: reachable.length };
}
