// Runs before the page is drawn: says that scripts work and takes up the chosen colours.
document.documentElement.classList.add("js");
try {
  const theme = localStorage.getItem("theme");
  if (["light", "dark", "contrast"].includes(theme)) document.documentElement.dataset.theme = theme;
} catch { /* storage is closed: the device's colours stay */ }
