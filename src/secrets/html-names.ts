/** Characters that HTML names, as far as secrets are likely to hold them; source: html.spec.whatwg.org, named character references. */
const ascii = `Tab\t NewLine\n excl! quot" QUOT" num# dollar$ percnt% amp& AMP& apos' lpar( rpar) ast* midast* plus+ comma, period. sol/ colon: semi; lt< LT<
  equals= gt> GT> quest? commat@ lsqb[ lbrack[ bsol\\ rsqb] rbrack] Hat^ lowbar_ UnderBar_ grave\` DiacriticalGrave\` lcub{ lbrace{ verbar| vert| VerticalLine|
  rcub} rbrace}`;

/** From U+00A0 to U+00FF, in order. */
const latin1 = `nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1
  ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde
  Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute
  ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml`;

const latin1Names = latin1.split(/\s+/).map((name, at) => [name, 0xa0 + at] as const);

/** Code points by name. */
export const htmlNames: ReadonlyMap<string, number> = new Map([
  ...[...ascii.matchAll(/([A-Za-z]+)([^A-Za-z])/g)].map(([, name = "", character = ""]) => [name, character.charCodeAt(0)] as const),
  ...latin1Names,
]);

/** Names that browsers read without a semicolon too. */
export const withoutSemicolon: ReadonlySet<string> = new Set([
  ...["amp", "AMP", "lt", "LT", "gt", "GT", "quot", "QUOT"],
  ...latin1Names.map(([name]) => name),
]);
