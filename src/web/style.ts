/** The colours of every page, as CSS variables. */
export const colours = {
  light:
    "--bg:#f6f7f9;--card:#fff;--ink:#1a1c21;--soft:#5a606b;--line:#d3d8e0;--accent:#0b64dd;--accent-ink:#fff;--bad:#b4251d;--bad-bg:#fdecea;--warn:#7a4d00;--warn-bg:#fff5dd;--code:#f0f2f5",
  dark: "--bg:#101217;--card:#191c22;--ink:#eceef2;--soft:#a5acb8;--line:#363c47;--accent:#61a2ff;--accent-ink:#07101f;--bad:#ff9d92;--bad-bg:#3a1613;--warn:#ffd27d;--warn-bg:#33270c;--code:#22262e",
};

/** They follow the system. */
export const palette = `:root{color-scheme:light dark;${colours.light}}
@media (prefers-color-scheme:dark){:root{${colours.dark}}}`;

/** The pages' one style sheet; its hash is in the content security policy. */
export const style = `
${palette}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:44rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.5rem;line-height:1.25;margin:.25rem 0 1rem}
h2{font-size:1rem;margin:1.5rem 0 .5rem}
.where{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;color:var(--soft)}
.tag{border:2px solid currentColor;border-radius:.4rem;padding:.05rem .5rem;font-weight:700;color:var(--bad);overflow-wrap:anywhere}
.tag.sandbox{color:var(--accent)}
.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem;margin:1rem 0}
.card>:first-child{margin-top:0}.card>:last-child{margin-bottom:0}
.long{max-height:22rem;overflow:auto;border:1px solid var(--line);border-radius:.4rem;padding:0 .6rem}
ul{padding-left:1.2rem;margin:.5rem 0}
li,p,dd{overflow-wrap:anywhere}
pre{background:var(--code);border-radius:.4rem;padding:.6rem;margin:.3rem 0;white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.45 ui-monospace,"DejaVu Sans Mono",monospace}
.difference del{color:var(--bad);text-decoration:none}.difference ins{font-weight:700;text-decoration:none}
dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem .8rem;margin:.5rem 0}
dt{color:var(--soft)}dd{margin:0}
.warn{background:var(--warn-bg);color:var(--warn);border-radius:.4rem;padding:.5rem .75rem;margin:.5rem 0}
.bad{background:var(--bad-bg);color:var(--bad);border-radius:.4rem;padding:.5rem .75rem;margin:.5rem 0;font-weight:600}
.field{margin:1rem 0}
label,legend{display:block;font-weight:600}
fieldset{border:1px solid var(--line);border-radius:.4rem;padding:.6rem .8rem}fieldset label{font-weight:400;min-height:1.9rem}
.help{color:var(--soft);font-size:.9rem;margin:.1rem 0 .3rem}
input[type=text],textarea{width:100%;padding:.6rem .7rem;border:1px solid var(--soft);border-radius:.4rem;background:var(--bg);color:var(--ink);font:inherit}
textarea{min-height:8rem;font:13px/1.45 ui-monospace,"DejaVu Sans Mono",monospace}
input[type=text][aria-invalid=true],textarea[aria-invalid=true]{border-color:var(--bad);border-width:2px}
.masked{-webkit-text-security:disc}
.field:has(.reveal input:checked) .masked{-webkit-text-security:none}
.ways{display:flex;flex-wrap:wrap;gap:.4rem 1.2rem;margin:.35rem 0 0;font-size:.9rem;color:var(--soft)}
.ways label{display:flex;flex-wrap:wrap;align-items:center;gap:.4rem;min-width:0;max-width:100%;min-height:1.9rem;font-weight:400}
.ways input{font:inherit;min-width:0;max-width:100%}.ways input[type=checkbox]{width:1.1rem;height:1.1rem;margin:0}
.buttons{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.5rem}
button{font:inherit;font-weight:600;border-radius:.5rem;padding:.7rem 1.4rem;cursor:pointer;border:2px solid var(--accent)}
button.yes{background:var(--accent);color:var(--accent-ink)}
button.no{background:transparent;color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
footer{color:var(--soft);font-size:.85rem;margin-top:2rem}
`;
