/** For a person who starts the server in a terminal; a client needs none of it. */
export const hello = `This is an MCP server: it speaks JSON-RPC on stdin and stdout, and a client starts it.
  Claude Code:  claude mcp add kibana -e KIBANA_URL=… -e KIBANA_API_KEY=… -- kibana-connectors-mcp
  Try it:       kibana-connectors-mcp demo
  Check it:     kibana-connectors-mcp doctor
  All settings: kibana-connectors-mcp --help
Waiting for a client. Ctrl-C ends it.
`;
