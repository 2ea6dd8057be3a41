// The contrast of text in drawings, which axe leaves open: the text's fill against whatever is drawn under it.
() => {
  const faults = [];
  const rgb = (colour) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => {
    const [r, g, b] = rgb(colour).slice(0, 3).map((each) => each / 255)
      .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  // Every colour that stands under a point, from the top to the first that covers the rest.
  const under = (x, y, text) => {
    for (const each of document.elementsFromPoint(x, y)) {
      if (each === text || each.closest("text")) continue;
      const style = getComputedStyle(each);
      const shape = each instanceof SVGGeometryElement;
      const colour = shape ? style.fill : style.backgroundColor;
      if (colour !== "none" && rgb(colour)[3] === 255) return colour;
    }
    return getComputedStyle(document.documentElement).backgroundColor;
  };
  for (const text of document.querySelectorAll("svg text")) {
    if (!text.checkVisibility({ visibilityProperty: true }) || !text.textContent.trim()) continue;
    text.scrollIntoView({ block: "center" });
    const box = text.getBoundingClientRect();
    const style = getComputedStyle(text);
    for (const share of [0.05, 0.5, 0.95]) {
      const ground = under(box.left + box.width * share, box.top + box.height / 2, text);
      const found = contrast(style.fill, ground);
      if (found < 4.5) faults.push(`contrast ${found.toFixed(2)} in a drawing: ${style.fill} on ${ground}: ${text.textContent.trim()}`);
    }
  }
  return faults;
}
