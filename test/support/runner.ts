import { type RunnerTestFile, TestRunner } from "vitest";

/** What holds something against real seconds, or against another process's pace. */
const againstTheClock = [
  /^test\/(bench|budgets|e2e|faults|http)\//,
  /^test\/budgets\.test/,
  /^test\/promises\/(instant-answers|journal-folder|large-answers|limits|many-actions|many-recipients|others-are-answered|redaction|time-limits)\.test/,
  /^test\/kibana\/(http|proxy-failure)\.test/,
  /^test\/sandbox\/(faults|seed)\.test/,
  /^test\/secrets-through\/faults\.test/,
  /^test\/secrets\/certificate\.test/,
  /^test\/catalog\/(mail-address|request-destinations)\.test/,
  /^test\/commands\/audit\/grid\.test/,
  /^test\/web\/line-difference\.test/,
  /^test\/change\/several-rules\.test/,
  /^test\/(audit|map)\/scale\.test/,
];

/** Those can fail where the machine pauses for half a second: they run again, twice at most, before they count as failed. All others have one try. */
export default class Runner extends TestRunner {
  override onCollectStart(file: RunnerTestFile): void {
    super.onCollectStart(file);
    this.config.retry = againstTheClock.some((path) => path.test(file.name)) ? 2 : 0;
  }
}
