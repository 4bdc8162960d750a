// Not typed by its own declarations: they bring the browser's types into every file.
import parser from "@cdktn/hcl2json";

export const parse = parser.parse;
