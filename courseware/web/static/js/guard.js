// Asks before a page with unsent work is left.
export function guardForms(page) {
  const changed = new Set();
  for (const form of page.querySelectorAll("form[data-guard]")) {
    const start = contents(form);
    form.addEventListener("input", () => {
      if (contents(form) === start) changed.delete(form);
      else changed.add(form);
    });
    form.addEventListener("submit", () => changed.delete(form));
    if (form.querySelector("[aria-invalid=true], .field-error")) changed.add(form);
  }
  addEventListener("beforeunload", (event) => {
    if (changed.size) event.preventDefault();
  });
}

const contents = (form) => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value.name ?? value]));
