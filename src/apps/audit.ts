import { checks } from "../audit/checks/index.ts";
import { severityWords, titleOf, worstFirst } from "../audit/words.ts";
import type { App } from "./page.ts";

/** What is the same for all findings of a check need not be in an answer. */
const kinds = Object.fromEntries(checks.map(({ name, why, fix }) => [name, { title: titleOf(name), why, fix }]));
const severities = worstFirst.map((severity) => ({ key: severity, title: severityWords[severity] }));

const script = `
const kinds = ${JSON.stringify(kinds)};
const severities = ${JSON.stringify(severities)};
/** A short answer has ids where a long one has names too. */
const party = (value) => (typeof value === "string" ? { id: value, name: value } : isObject(value) ? { id: value.id, name: value.name ?? value.id, type: value.type, enabled: value.enabled, kind: value.kind } : undefined);

const finding = (row, severity) => {
  const kind = own(kinds, row.check) ?? { title: cut(row.check, 60), why: "", fix: "" };
  const [connector, rule, user] = [row.connector, row.rule, row.user].map(party);
  const holder = rule ?? user;
  const place = row.space === "*" ? "several spaces" : row.space;
  const others = list(row.others).map((one) => party(one));
  const next = isObject(row.next) && typeof row.next.tool === "string" ? row.next : undefined;
  const text = "For finding " + cut(row.id, 12) + " of the connector audit (" + kind.title + "): " + (next ? callText(next) : "");
  return {
    text: wordsOf({ ...row, next: undefined, title: kind.title }).toLowerCase(),
    show: () =>
      el(
        "li",
        "finding " + severity,
        el("h3", "", kind.title),
        el(
          "p",
          "who",
          connector ? name(connector.name) : undefined,
          connector?.type ? [" ", el("span", "type", name(connector.type, 60))] : undefined,
          holder ? [connector ? " in " : "", rule ? "rule " : "", name(holder.name)] : undefined,
          holder?.enabled === false ? [" ", el("span", "mark", "off")] : undefined,
          " ",
          el("span", "type", "in ", name(place, 60)),
          row.confidence === "likely" ? [" ", el("span", "mark", "likely, not certain")] : undefined,
        ),
        el("p", "", sentence(row.evidence)),
        el(
          "details",
          "",
          el("summary", "", next ? "Why, and the call for it" : "Why, and what to do"),
          kind.why ? el("p", "evidence", kind.why) : undefined,
          next ? [el("p", "", sentence(next.why, 400)), handOver(text)] : kind.fix ? el("p", "", kind.fix) : undefined,
          others.length > 0 ? el("p", "evidence", "Also: ", others.map(({ name: also }, at) => [at > 0 ? ", " : "", name(also, 60)])) : undefined,
        ),
      ),
  };
};

showAnswers((given, more) => {
  const rows = list(more.findings ?? given.findings);
  const groups = severities.map(({ key, title }) => ({ key, title, tone: key, rows: rows.filter(({ severity }) => severity === key).map((row) => finding(row, key)) }));
  const unchecked = list(given.not_checked).map((one) => [
    one.space === "*" ? "All spaces" : name(one.space, 60),
    ": ",
    texts(one.checks).map((check) => own(kinds, check)?.title ?? cut(check, 60)).join(", ") || "everything",
    ". ",
    sentence(one.why, 300),
    " ",
    sentence(one.fix, 300),
  ]);
  return [
    head("Connector audit", more, given.summary),
    gaps("Not everything was checked", unchecked),
    filtered("finding", groups),
    notAll(more.findings ? more.rest === true : given.cursor),
    more.findings ? [] : offered(list(given.next)),
    texts(given.warnings).map((one) => el("p", "evidence", sentence(one))),
  ];
});
`;

export const auditApp: App = {
  name: "audit",
  title: "Connector audit",
  description: "The findings of audit_connectors by severity, with the call that fixes each. It only shows.",
  tool: "audit_connectors",
  script,
};
