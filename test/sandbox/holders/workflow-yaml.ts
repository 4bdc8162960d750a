/** A workflow of one step, which posts to a connector. */
export const posting = (name: string, connector: string, more = "") =>
  `name: ${name}
triggers:
  - type: manual
steps:
  - name: post # what it is for
    type: slack
    connector-id: ${connector}
    with:
      message: "Hello, {{ inputs.who }}"
${more}`;

export const internal = { "kbn-xsrf": "x", "x-elastic-internal-origin": "x", "elastic-api-version": "1" };
export const basic = (name: string) => ({ "kbn-xsrf": "x", authorization: `Basic ${btoa(`${name}:pw`)}` });
