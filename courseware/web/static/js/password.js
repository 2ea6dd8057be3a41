// A button beside a password that shows it; it is hidden again before the form is sent.
export function showPasswords(page) {
  for (const button of page.querySelectorAll("[data-show-password]")) {
    const input = page.getElementById(button.dataset.showPassword);
    if (!input) continue;
    const show = button.textContent;
    const said = button.parentElement.querySelector("[role=status]");
    const turn = (shown, announce) => {
      input.type = shown ? "text" : "password";
      button.textContent = shown ? button.dataset.hide : show;
      if (said && announce) said.textContent = shown ? button.dataset.shown : button.dataset.hidden;
    };
    button.addEventListener("click", () => turn(input.type === "password", true));
    input.form?.addEventListener("submit", () => turn(false, false));
    button.hidden = false;
  }
}
