/** What Kibana may well fill in and this server does not: no mistake of the template. */
export class NotComputed extends Error {
  override readonly name = "NotComputed";
}
