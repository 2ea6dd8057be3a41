// The choice of colours in the footer, kept in this browser.
export function chooseTheme(page) {
  const box = page.querySelector("[data-theme-chooser]");
  const select = box?.querySelector("select");
  if (!select) return;
  const root = page.documentElement;
  select.value = root.dataset.theme ?? "";
  select.addEventListener("change", () => {
    if (select.value) root.dataset.theme = select.value;
    else delete root.dataset.theme;
    try {
      if (select.value) localStorage.setItem("theme", select.value);
      else localStorage.removeItem("theme");
    } catch { /* storage is closed: the choice holds for this page */ }
  });
  box.hidden = false;
}
