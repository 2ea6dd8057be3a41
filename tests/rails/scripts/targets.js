// What can be pressed and is smaller than 24 by 24 pixels. A link in running text is as high as its line.
() => {
  const faults = [];
  const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0'][role=button]";
  for (const each of document.querySelectorAll(wanted)) {
    if (!each.checkVisibility({ visibilityProperty: true }) || each.disabled || each.tabIndex < 0) continue;
    if (each.closest(".visually-hidden, .skip-link, svg")) continue;
    const target = each.closest("label") ?? each;
    const boxes = [target, ...(each.labels ?? [])].map((one) => one.getBoundingClientRect());
    const high = Math.max(...boxes.map((box) => box.height)), wide = Math.max(...boxes.map((box) => box.width));
    if (high >= 24 && wide >= 24) continue;
    if (each.tagName === "A" && inRunningText(each)) continue;
    faults.push(`${Math.round(wide)} by ${Math.round(high)}: ${each.outerHTML.slice(0, 120)}`);
  }
  function inRunningText(link) {
    if (!getComputedStyle(link).display.startsWith("inline")) return false;
    let block = link.parentElement;
    while (block && getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
    return [...block.childNodes].some((node) => node !== link && !node.contains?.(link) && node.textContent.trim());
  }
  return faults;
}
