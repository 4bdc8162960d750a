/** What the sandbox was started with does not do: it refuses to start, with this sentence, as Kibana does. */
export class SettingsProblem extends Error {
  override readonly name = "SettingsProblem";
}
