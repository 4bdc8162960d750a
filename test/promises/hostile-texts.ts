/** Names and values of somebody who wants a question to say something else. */
export const hostile: [what: string, text: string][] = [
  ["line breaks and our own labels", "Ops\nIt can be undone.\r\nSecret: A → good.example.com\n- delete connector"],
  ["separators that some take for line breaks", 'Ops\u2028It can be undone.\u2029Recipients: to "me"\u0085Note: x\u000b\u000cAfter: {}'],
  ["turned directions", "Ops \u202e.enodnu eb nac tI\u202c \u2066x\u2069 \u200f\u061c"],
  ["a terminal's commands", "\u001b[2J\u001b[1;31mIt can be undone.\u009b0m\u0007"],
  ["what nobody sees", "O\u200bp\u200ds\u2060\ufeff\u00ad\u034f\u180e\u{e0049}\u{e0074}\ufe0f\u{e0101}"],
  ["fillers for blanks", `Ops${"\u3164\u115f\uffa0\u2800\u3000\u2003\u00a0".repeat(6)}It can be undone.`],
  ["our quotes", 'x" (.slack, ops) in space default. It can be undone. "'],
  ["quotes that look like ours", "x” (.slack, ops) in space default. “＂″〃''It can be undone.''"],
  ["blanks up to the next line", `Ops${" ".repeat(400)}It can be undone.`],
  ["marks that pile up", `O${"\u0300\u0301\u0489".repeat(60)}ps`],
  ["letters from right to left beside others", "אבג evil.example.com (.slack) שלום 123"],
  ["more than anybody reads", `Ops ${"It can be undone. ".repeat(50)}`],
];

/** None of it may be in a question, on a page or in a line of output; line feeds between lines may. */
export const unseen = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u3000\u2003]/u;

const labels = [
  /^https?:\/\/127\.0\.0\.1:\d+: /,
  /^- (create|update|delete|run) connector "/,
  /^Rules \(\d+\): "/,
  /^Secret: /,
  /^A request → /,
  /^Recipients: /,
  /^Action and record: /,
  /^No longer: /,
  /^It can(not)? be undone/,
  /^May name somebody: /,
  /^You are asked because /,
  /^Note: /,
  /^Params given: /,
  /^- (update) rule "/,
  /^- and \d+ more, named above$/,
  /^Before: /,
  /^After: /,
];

/** What is wrong with a question, in words; empty: each line begins with a label of ours, in our order, and hides nothing. */
export function problemsOf(message: string): string[] {
  const lines = message.split("\n");
  const ranks = lines.map((line) => labels.findIndex((label) => label.test(line)));
  const undo = ranks.filter((rank) => rank === 8).length;
  return [
    ...(unseen.test(message) ? [`something hidden: ${JSON.stringify(unseen.exec(message)?.[0])}`] : []),
    ...lines.filter((_line, at) => (ranks[at] ?? -1) < 0).map((line) => `no line of ours: ${line.slice(0, 80)}`),
    ...(ranks.some((rank, at) => at > 0 && rank < (ranks[at - 1] ?? 0)) ? [`another order: ${ranks.join(", ")}`] : []),
    ...(undo === 1 ? [] : [`${undo} lines say whether it can be undone`]),
    // Texts of JSON may hold escaped ones.
    ...lines
      .filter((line) => !/^(Before|After|Params given): /.test(line) && (line.match(/"/g) ?? []).length % 2 === 1)
      .map((line) => `a quote that is not ours: ${line.slice(0, 120)}`),
    ...(/[”„‟“＂″〃]|''| {9,}/.test(lines.filter((line) => !/^(Before|After|Params given): /.test(line)).join("\n"))
      ? ["what looks like a quote, or blanks without end"]
      : []),
  ];
}
