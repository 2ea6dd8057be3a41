// Sections that a link lifts into a dialog; the focus returns to the link.
export function openDialogs(page) {
  for (const opener of page.querySelectorAll("[data-dialog-open]")) {
    const dialog = page.getElementById(opener.dataset.dialogOpen);
    if (typeof dialog?.showModal !== "function") continue;
    opener.setAttribute("aria-haspopup", "dialog");
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.showModal();
      dialog.addEventListener("close", () => opener.focus(), { once: true });
    });
  }
  for (const button of page.querySelectorAll("[data-dialog-close]")) {
    button.hidden = false;
    button.addEventListener("click", () => button.closest("dialog").close());
  }
}
