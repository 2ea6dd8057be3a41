async ([tags, rules]) => {
  const only = rules ? { type: "rule", values: rules } : { type: "tag", values: tags };
  const found = await axe.run(document, { runOnly: only, resultTypes: ["violations", "incomplete"] });
  const told = (results) => results.flatMap((result) => result.nodes.map((node) => ({
    rule: result.id,
    target: node.target.flat().join(" "),
    html: node.html.slice(0, 160),
    why: (node.failureSummary || "").split("\n").slice(1).join(" ").trim().slice(0, 300),
    drawn: Boolean(document.querySelector(node.target.flat().join(" "))?.closest("svg")),
    keys: [...node.any, ...node.all, ...node.none].map((check) => check.data?.messageKey ?? check.id),
  })));
  return { violations: told(found.violations), incomplete: told(found.incomplete) };
}
