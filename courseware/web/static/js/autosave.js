// Saves an answer while it is being given. "Saved" is shown only after the server has said so; while the line is down
// the newest answer is kept and tried again. Each new answer has a token of its own and a higher sequence number, and
// a repeated try carries the same token, so that the server can tell a second try from a second answer. "base" is the
// number of the stored answer that this window knows of; a window's tokens begin alike, so that it may follow itself.
const PAUSE = 600;
const LONGEST = 15000;
const PATIENCE = 20000;

const clock = (value) => {
  const time = new Date(value);
  if (Number.isNaN(time.valueOf())) return value;
  return time.toLocaleTimeString(document.documentElement.lang || undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
};

// randomUUID needs a secure address; a course on a plain local network has none.
const newToken = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
  (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

const WINDOW = newToken().replace(/-/g, "").slice(0, 16);

class Autosave {
  constructor(form, page) {
    this.form = form;
    this.status = form.querySelector("[data-save-status]") ?? page.querySelector(`[data-save-status][data-for="${CSS.escape(form.id)}"]`);
    this.sequence = Number(form.elements.namedItem("sequence")?.value) || 0;
    this.saved = this.values();
    this.packet = null; // what is on its way or waits for another try
    this.refused = false;
    this.busy = false;
    this.leaving = false;
    this.tries = 0;

    form.addEventListener("input", () => this.soon(PAUSE));
    form.addEventListener("change", () => this.soon(PAUSE));
    form.addEventListener("focusout", () => this.soon(0));
    form.addEventListener("submit", (event) => this.submit(event));
    addEventListener("online", () => this.packet && this.soon(0));
    addEventListener("pageshow", () => { this.leaving = false; });
    page.addEventListener("visibilitychange", () => page.visibilityState === "hidden" && this.send(true));
    addEventListener("beforeunload", (event) => {
      if (!this.leaving && (this.unsaved() || this.refused)) {
        this.send(true);
        event.preventDefault();
      }
    });
  }

  values() {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) {
      if (!["token", "sequence", "base"].includes(name) && typeof value === "string") data.append(name, value);
    }
    return data.toString();
  }

  unsaved() {
    return this.packet !== null || this.values() !== this.saved;
  }

  soon(wait) {
    if (!this.unsaved()) return;
    if (!this.tries) this.say("saving");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), wait);
  }

  // The newest values as one packet; the same packet again while the values are the same.
  pack() {
    const values = this.values();
    if (this.packet?.values !== values) {
      this.sequence += 1;
      this.packet = { values, token: `${WINDOW}-${newToken()}`, sequence: this.sequence };
    }
    return this.packet;
  }

  async send(closing = false) {
    if (this.leaving || !this.unsaved() || (this.busy && !closing)) return;
    clearTimeout(this.timer);
    const packet = this.pack();
    const body = new URLSearchParams(packet.values);
    body.set("token", packet.token);
    body.set("sequence", String(packet.sequence));
    const base = this.form.elements.namedItem("base");
    if (base) body.set("base", base.value);
    this.busy = true;
    const stop = new AbortController();
    const patience = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await fetch(this.form.getAttribute("action") || location.href, {
        method: "POST",
        body,
        headers: { "X-Requested-With": "fetch", Accept: "application/json" },
        credentials: "same-origin",
        redirect: "manual",
        keepalive: closing,
        signal: stop.signal,
      });
      await this.heard(answer, packet);
    } catch {
      this.again();
    } finally {
      clearTimeout(patience);
      this.busy = false;
    }
  }

  async heard(answer, packet) {
    if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return this.again();
    const told = await answer.json().catch(() => ({}));
    this.tries = 0;
    this.packet = this.packet === packet ? null : this.packet;
    this.saved = packet.values;
    this.refused = !(answer.ok && told.saved_at);
    const base = this.form.elements.namedItem("base");
    if (base && !this.refused) base.value = String(told.sequence);
    if (this.unsaved()) this.soon(PAUSE);
    else if (this.refused) this.say("refused", {}, told.error);
    else this.say("saved", { time: clock(told.saved_at) });
  }

  again() {
    this.tries += 1;
    this.say("waiting");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), Math.min(LONGEST, 500 * 2 ** this.tries) * (0.75 + Math.random() / 4));
  }

  say(state, values = {}, words = "") {
    if (!this.status) return;
    const text = words || (this.status.dataset[state] ?? "").replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
    this.status.dataset.state = state;
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  // The form is sent by its own button: it carries the newest values and the number that goes with them.
  submit(event) {
    if (event.defaultPrevented) return;
    if (navigator.onLine === false || this.tries) {
      // The browser's own error page would take the place of what was typed.
      event.preventDefault();
      this.say("waiting");
      this.soon(0);
      return;
    }
    this.stamp();
    clearTimeout(this.timer);
    this.leaving = true;
  }

  stamp() {
    const packet = this.pack();
    for (const name of ["token", "sequence"]) {
      let input = this.form.elements.namedItem(name);
      if (!input) {
        input = Object.assign(document.createElement("input"), { type: "hidden", name });
        this.form.append(input);
      }
      input.value = String(packet[name]);
    }
  }
}

export function saveForms(page) {
  for (const form of page.querySelectorAll("form[data-autosave]")) new Autosave(form, page);
}
