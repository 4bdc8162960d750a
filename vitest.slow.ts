/**
 * Slow by nature: thousands of random inputs or rules, load, installations, benchmarks, whole builds, products of two tables of which
 * `npm test` runs each row. `npm run test:all` runs them, `npm test` does not. What shows that nothing is lost, written unasked or leaked is
 * never among them alone.
 */
export const slow = [
  "test/fuzz/**/*.test.ts",
  "test/kill/hundreds-of-rules.test.ts",
  "test/contract/more-versions.test.ts",
  "test/secrets-through/every-type.test.ts",
  "test/eval/every-job.test.ts",
  "test/packaging/{installed,out-of-reach,release}.test.ts",
  "test/catalog/same-verdict.test.ts",
  "test/audit/every-unread.test.ts",
  "test/bench/**/*.test.ts",
  "test/budgets/planted.test.ts",
  "test/http/{load,replicas,conformance}.test.ts",
  "test/{audit,map}/scale.test.ts",
];
