/** The sandbox cannot start with these options: it refuses with this message, as Kibana does. */
export class SettingsProblem extends Error {
  override readonly name = "SettingsProblem";
}
