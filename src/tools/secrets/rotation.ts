/** What stands in place of all secrets of an inbound connector: Kibana makes another token for its senders. */
export const rotation = '{"$rotate": true}';

/** Whether `secrets` asks for that. */
export function isRotation(secrets: Record<string, unknown>): boolean {
  return JSON.stringify(secrets) === JSON.stringify(JSON.parse(rotation));
}
