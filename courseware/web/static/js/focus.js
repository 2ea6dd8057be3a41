// Where the focus goes: to the summary of errors when a page comes back with some, and from there to the field.
export function placeFocus(page) {
  const summary = page.querySelector("[data-focus]");
  const place = location.hash.length > 1 ? page.getElementById(decodeURIComponent(location.hash.slice(1))) : page;
  const quiet = place?.querySelector("[data-focus-quiet]");
  if (summary) summary.focus();
  else quiet?.focus();

  for (const link of page.querySelectorAll(".error-summary a[href^='#']")) {
    link.addEventListener("click", (event) => {
      const field = page.getElementById(link.hash.slice(1));
      let target = field?.matches("input, select, textarea, button, a") ? field : field?.querySelector("input, select, textarea, button");
      // The select of an ordered line is out of sight; its buttons stand in for it.
      if (target?.closest("[hidden]")) target = target.closest("[data-ordering-row]")?.querySelector("button");
      if (!target) return;
      event.preventDefault();
      const top = target.closest("fieldset")?.querySelector("legend") ?? page.querySelector(`label[for="${CSS.escape(target.id)}"]`);
      (top ?? target).scrollIntoView({ block: "start" });
      target.focus({ preventScroll: true });
    });
  }

  // A link to a folded source note unfolds it.
  const unfold = () => {
    const note = location.hash.length > 1 && page.getElementById(decodeURIComponent(location.hash.slice(1)));
    const details = note && (note.closest("details") ?? note.querySelector(":scope > details"));
    if (details) details.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();
}
