import { palette } from "./style.ts";

/** What reports have besides: a tone for each severity. */
export const tones = {
  light: "--critical:#b4251d;--high:#b8440f;--medium:#8a5a00;--low:#0b5cc4;--info:#5a606b;--good:#1a6e36;--good-bg:#e5f5ea;--track:#e4e8ee",
  dark: "--critical:#ff9d92;--high:#ffab73;--medium:#f2cf6b;--low:#7db2ff;--info:#a5acb8;--good:#7fd99a;--good-bg:#12301c;--track:#2a2f38",
};

/** How the parts of a report look, whatever its colours; no rule fetches anything. */
export const reportParts = `*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
header,main,footer{max-width:66rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.25rem}
main{padding-bottom:2rem}
h1{font-size:clamp(1.6rem,4vw,2.25rem);line-height:1.15;letter-spacing:-.015em;margin:.6rem 0 .5rem;text-wrap:balance}
h2{font-size:1.2rem;line-height:1.3;margin:2.5rem 0 .75rem}
h3{font-size:1.05rem;line-height:1.35;margin:0}
h4{font-size:.95rem;line-height:1.4;margin:0}
p{margin:.4rem 0}
p,li,dd,td,th,h1,h2,h3,h4,summary{overflow-wrap:anywhere}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:.25rem}
code,pre{font:13px/1.5 ui-monospace,"SF Mono","DejaVu Sans Mono",monospace}
pre{background:var(--code);border-radius:.4rem;padding:.6rem .75rem;margin:.4rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
.skip{position:absolute;left:-100vw}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem .75rem;z-index:2}
.eyebrow{display:flex;flex-wrap:wrap;gap:.35rem .6rem;align-items:center;color:var(--soft);font-size:.9rem;margin:0}
.tag{border:2px solid currentColor;border-radius:.4rem;padding:.05rem .5rem;font-weight:700;color:var(--bad);overflow-wrap:anywhere}
.tag.sandbox{color:var(--accent)}
.facts{display:flex;flex-wrap:wrap;gap:.1rem 1.5rem;margin:.75rem 0 0;padding:0;color:var(--soft);font-size:.9rem}
.facts div{display:flex;gap:.4rem}.facts dt{margin:0}.facts dd{margin:0;color:var(--ink)}
.lead{font-size:1.1rem;color:var(--soft);max-width:46rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));gap:1rem;margin:1.5rem 0;padding:0;list-style:none}
.tile{background:var(--card);border:1px solid var(--line);border-top:4px solid var(--tone);border-radius:.6rem;padding:1rem 1.1rem}
.tile .n{display:block;font-size:2.4rem;line-height:1.1;font-weight:700;color:var(--tone);font-variant-numeric:tabular-nums}
.tile strong{display:block;font-size:1.05rem}.tile p{color:var(--soft);font-size:.92rem;margin:.25rem 0 0}
.tile.none{--tone:var(--good)}
.critical,.broken_now{--tone:var(--critical)}.high{--tone:var(--high)}.medium,.will_break{--tone:var(--medium)}.low,.untidy{--tone:var(--low)}.info{--tone:var(--info)}
.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.1rem;margin:1rem 0}
.card>h2:first-child{margin-top:0}
.split{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:0 1rem;align-items:start}
@media (min-width:60rem){.split:has(.by-space){grid-template-columns:2fr 3fr}}
.unchecked{background:var(--warn-bg);border:2px solid var(--warn);border-radius:.6rem;padding:.9rem 1.1rem;margin:1.5rem 0;color:var(--warn)}
.unchecked h2{margin:0 0 .4rem}.unchecked ul{margin:.5rem 0 0;padding-left:1.2rem}.unchecked a{color:inherit}
.checked{background:var(--good-bg);color:var(--good);border-radius:.6rem;padding:.6rem 1.1rem;margin:1.5rem 0}
svg text{fill:var(--ink);font-size:13px}svg .soft{fill:var(--soft)}svg .track{fill:var(--track)}svg .bar{fill:var(--tone)}
.chart svg{display:block;width:100%;max-width:27rem;height:auto}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.45rem .6rem;border-bottom:1px solid var(--line);vertical-align:middle}
th{font-weight:600}thead th{color:var(--soft);font-size:.85rem;white-space:nowrap}tbody tr:last-child>*{border-bottom:0}
td.n,th.n{text-align:right;width:1%;white-space:nowrap}td.zero{color:var(--soft)}
tbody th{min-width:7rem}.bar-cell{width:45%}.runs{list-style:none;margin:.6rem 0;padding:0}.runs li{border-top:1px solid var(--line);padding:.5rem 0}.runs svg{display:block;width:100%;max-width:24rem;height:.7rem;margin:.3rem 0}.soft{color:var(--soft)}td svg{display:block;width:100%;min-width:5rem;height:.7rem}
.filter{display:flex;flex-wrap:wrap;gap:.75rem 1rem;align-items:end;position:sticky;top:0;z-index:1}
.filter[hidden]{display:none}.filter p{margin:0}
.filter label,.filter legend{display:block;font-size:.85rem;font-weight:600;color:var(--soft);padding:0}
.filter .wide{flex:1 1 16rem}
.filter fieldset{border:0;margin:0;padding:0;min-width:0}
.chips{display:flex;flex-wrap:wrap;gap:.4rem}
.chips label,.filter .tick{display:inline-flex;align-items:center;gap:.35rem;min-height:2.5rem;padding:0 .7rem;border:1px solid var(--line);border-radius:.5rem;background:var(--bg);color:var(--ink);font-size:.95rem;cursor:pointer}
.filter input[type=search],.filter select{width:100%;min-height:2.5rem;padding:.35rem .6rem;border:1px solid var(--soft);border-radius:.5rem;background:var(--bg);color:var(--ink);font:inherit}
.filter input[type=checkbox]{width:1.05rem;height:1.05rem;margin:0;accent-color:var(--accent)}
.filter button{min-height:2.5rem;padding:0 1rem;border:2px solid var(--accent);border-radius:.5rem;background:transparent;color:var(--accent);font:inherit;font-weight:600;cursor:pointer}
.space{background:var(--card);border:1px solid var(--line);border-radius:.6rem;margin:1rem 0}
.space>summary{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center;padding:.8rem 1.1rem;cursor:pointer}
.space>summary::before{content:"";width:.5rem;height:.5rem;border:solid var(--soft);border-width:0 2px 2px 0;transform:rotate(-45deg);flex:none}
.space[open]>summary::before{transform:rotate(45deg)}
.space>summary::-webkit-details-marker{display:none}
.space>summary .count{margin-left:auto;color:var(--soft);font-size:.9rem}
.check{border-top:1px solid var(--line);padding:.9rem 1.1rem}
.check>.top{display:flex;flex-wrap:wrap;gap:.3rem .6rem;align-items:center}
.check>p{color:var(--soft);max-width:52rem}
.sev{display:inline-block;border:1.5px solid var(--tone);color:var(--tone);border-radius:1rem;padding:0 .55rem;font-size:.8rem;line-height:1.4rem;font-weight:700;white-space:nowrap}
.id{color:var(--soft);font-size:.85rem}
.findings{list-style:none;margin:.5rem 0 0;padding:0}
.finding{border-left:3px solid var(--tone);padding:.35rem 0 .35rem .8rem;margin:.5rem 0}
.finding p{margin:.15rem 0}.finding .who{font-weight:600}.finding .type{color:var(--soft);font-weight:400}
.mark{display:inline-block;border:1px solid var(--soft);color:var(--soft);border-radius:.3rem;padding:0 .35rem;font-size:.78rem;font-weight:400}
.finding.known{border-left-style:dotted}
.finding details{margin-top:.2rem}.finding summary{color:var(--accent);cursor:pointer;font-size:.92rem;width:fit-content;min-height:1.5rem}
.evidence{color:var(--soft)}
[data-out]{display:none!important}
.hits{margin:.5rem 0;color:var(--soft);font-size:.92rem}.hits:empty{display:none}
.empty{padding:1.5rem;text-align:center;color:var(--soft)}
footer{color:var(--soft);font-size:.88rem;padding-bottom:3rem}
footer>*{border-top:1px solid var(--line);padding-top:1rem}
@media (max-width:40rem){header,main,footer{padding-left:.9rem;padding-right:.9rem}.filter{position:static}.check,.space>summary{padding-left:.8rem;padding-right:.8rem}.space>summary .count{margin-left:0;flex-basis:100%}.by-space .bar-cell{display:none}.by-space th,.by-space td{padding:.4rem .35rem}.facts{display:grid;gap:.15rem}.facts dt{min-width:4rem}.tiles{gap:.6rem}.tile{padding:.75rem .9rem}}
@media print{
:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--accent:#0b4db0;--bad:#9c1d16;--warn:#5d3a00;--warn-bg:#fff5dd;--code:#f3f3f3;--critical:#9c1d16;--high:#963409;--medium:#6d4700;--low:#0b4db0;--info:#444;--good:#145a2b;--good-bg:#eef8f1;--track:#e4e4e4}
body{font-size:10.5pt}header,main,footer{max-width:none;padding-left:0;padding-right:0}
.filter,.skip{display:none}
.space>summary::before{display:none}
details::details-content{content-visibility:visible;block-size:auto}
.finding,.tile,.check>.top,tr{break-inside:avoid}h2,h3,h4,summary{break-after:avoid}
.tile,.sev,.unchecked,.bar,.track{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;

/** What a map of notifications has besides. */
export const mapParts = `.flow>svg{display:block;min-width:36rem;width:100%;height:auto}.flow path{fill:none;stroke:var(--accent);stroke-opacity:.35}
.flow .box{fill:var(--code);stroke:var(--line)}
.route{color:var(--soft)}.route .end{color:var(--ink)}.route .stop{color:var(--high)}
`;

/** The style of the pages that `audit` writes. */
export const pageStyle = `${palette}
:root{${tones.light}}
@media (prefers-color-scheme:dark){:root{${tones.dark}}}
${reportParts}`;
