/**
 * The one call that lists the params of a type; where they name a sub-action, the params of that one.
 * @param params those that do not fit, as far as there are any
 */
export function paramsCall(type: string, params: Record<string, unknown> = {}): string {
  const { subAction } = params;
  const parts = `describe_connector_types with types ["${type}"]`;
  return typeof subAction === "string" && /^\w{1,60}$/.test(subAction)
    ? `${parts}, parts ["params"] and sub_action "${subAction}"`
    : `${parts} and parts ["params"]`;
}
