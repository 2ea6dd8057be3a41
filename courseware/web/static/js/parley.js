// Every enhancement of a page. None is needed: each page works without scripts.
import { chooseTheme } from "./theme.js";
import { placeFocus } from "./focus.js";
import { showPasswords } from "./password.js";
import { openDialogs } from "./dialog.js";
import { moveRows } from "./ordering.js";
import { guardForms } from "./guard.js";
import { saveForms } from "./autosave.js";

for (const enhance of [chooseTheme, moveRows, placeFocus, showPasswords, openDialogs, guardForms, saveForms]) {
  enhance(document);
}
