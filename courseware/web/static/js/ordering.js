// Lines that are put in order with buttons. The selects that do it without a script stay in the form, out of sight,
// and always hold what the order says; until a line is moved or the order is kept, nothing counts as answered.
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

const arrow = (up) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", up ? "M12 19V5.5m-5.5 5.5L12 5.5l5.5 5.5" : "M12 5v13.5m-5.5-5.5 5.5 5.5 5.5-5.5");
  svg.append(path);
  return svg;
};

function enhance(list) {
  const words = list.dataset;
  const rows = () => [...list.querySelectorAll(":scope > [data-ordering-row]")];
  const select = (row) => row.querySelector("select");
  const name = (row) => row.querySelector(".ordering-text").textContent.trim();
  const live = document.createElement("p");
  live.className = "visually-hidden";
  live.setAttribute("role", "status");

  const places = rows().map((row) => Number(select(row).value));
  const given = places.slice().sort((a, b) => a - b).every((place, index) => place === index + 1);
  if (given) list.append(...rows().sort((a, b) => select(a).value - select(b).value));
  else if (places.some(Boolean)) return; // a half-filled answer stays as it was typed

  const keep = document.createElement("button");
  keep.type = "button";
  keep.className = "button button-quiet button-small";
  keep.textContent = words.keep;
  keep.hidden = given;
  list.classList.toggle("is-blank", !given);

  const write = () => {
    rows().forEach((row, index) => { select(row).value = String(index + 1); });
    keep.hidden = true;
    list.classList.remove("is-blank");
    select(rows()[0]).dispatchEvent(new Event("change", { bubbles: true }));
  };

  // Whoever saves an order that looks right has given it, also without moving a line.
  list.closest("form")?.addEventListener("submit", (event) => {
    if (!event.defaultPrevented && rows().every((row) => !select(row).value)) {
      rows().forEach((row, index) => { select(row).value = String(index + 1); });
    }
  }, { capture: true });

  const draw = () => {
    const all = rows();
    all.forEach((row, index) => {
      const place = row.querySelector("[data-ordering-place]");
      place.textContent = index + 1;
      const [up, down] = row.querySelectorAll(".ordering-moves button");
      up.setAttribute("aria-disabled", String(index === 0));
      down.setAttribute("aria-disabled", String(index === all.length - 1));
    });
  };

  const move = (row, step, button) => {
    const all = rows();
    const from = all.indexOf(row);
    const to = from + step;
    if (to < 0 || to >= all.length) return;
    if (step < 0) all[to].before(row);
    else all[to].after(row);
    all.forEach((each) => each.classList.toggle("is-moved", each === row));
    draw();
    write();
    button.focus();
    live.textContent = fill(words.moved, { item: name(row), place: to + 1, total: all.length });
  };

  for (const row of rows()) {
    const moves = document.createElement("span");
    moves.className = "ordering-moves";
    for (const step of [-1, 1]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-quiet";
      button.setAttribute("aria-label", fill(step < 0 ? words.up : words.down, { item: name(row) }));
      button.append(arrow(step < 0));
      button.addEventListener("click", () => move(row, step, button));
      moves.append(button);
    }
    row.append(moves);
    row.querySelector("[data-ordering-place]").hidden = false;
    row.querySelector("[data-ordering-select]").hidden = true;
  }

  keep.addEventListener("click", () => {
    write();
    live.textContent = words.kept;
    list.querySelector(".ordering-moves button").focus();
  });

  const hint = document.getElementById(`${list.id}-hint`);
  if (hint) hint.textContent = words.hint;
  list.after(keep, live);
  draw();
}

export function moveRows(page) {
  page.querySelectorAll("[data-ordering]").forEach(enhance);
}
