// The report's one style sheet: dark, light and paper. No external font, image or import. All text and marker
// colours reach WCAG AA against the page in both themes; everything drawn uses these variables or currentColor.

export const styleSheet = `
:root{color-scheme:light dark;
--page:#fff;--ink:#1a1d21;--muted:#58616b;--rule:#e1e5e9;--axis:#9aa3ac;--threshold:#8a939c;--soft:#f5f7f8;--mark:#0b5cad;--heat:#2a7fc1;
--null:#747c85;--arm-0:#0068b0;--arm-1:#c24e00;--arm-2:#007a5a;--arm-3:#a04390;--arm-4:#8a6a00;--arm-5:#5a56c8;--arm-6:#8c1230;--arm-7:#2f2c82;--arm-8:#4a8a12;
--arm-9:#284700;--arm-10:#b16af1;--arm-11:#f24e71;--arm-12:#1d8ef5;--arm-13:#1b4f5f;--arm-14:#0ca387;--arm-15:#541f23;
--edge:#1a1d2159;--warn-ink:#7a3b00;--warn-page:#fff4e2;--warn-edge:#e0a04a;
--serif:Charter,"Bitstream Charter","Iowan Old Style","Palatino Linotype",Georgia,Cambria,"DejaVu Serif",serif;
--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif}
@media (prefers-color-scheme:dark){@media screen{:root{
--page:#14171a;--ink:#e4e7ea;--muted:#a0a9b2;--rule:#2b3138;--axis:#66707a;--threshold:#7c8691;--soft:#1b1f24;--mark:#74b6f2;--heat:#3f8fd0;
--null:#8f98a2;--arm-0:#5cb3f0;--arm-1:#f08a4b;--arm-2:#3cc29b;--arm-3:#dd92cb;--arm-4:#dcb93d;--arm-5:#a29ffb;--arm-6:#ee4d83;--arm-7:#5b76ff;--arm-8:#7fb92e;
--arm-9:#9ffa7f;--arm-10:#a550be;--arm-11:#ae6256;--arm-12:#0685b6;--arm-13:#5de8f5;--arm-14:#518966;--arm-15:#e8b7aa;
--edge:#ffffff66;--warn-ink:#ffd9a0;--warn-page:#2e2412;--warn-edge:#8a6420}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;overflow-wrap:break-word;background:var(--page);color:var(--ink);font:15px/1.55 var(--sans);font-variant-numeric:tabular-nums}
main{max-width:1120px;margin:0 auto;padding:56px 32px 96px}
h1,h2,h3,.answer,.question{text-wrap:balance}
h1{font:600 30px/1.2 var(--serif);margin:6px 0 8px;letter-spacing:-.01em}
h2{font:600 21px/1.3 var(--serif);margin:72px 0 14px;padding-top:18px;border-top:1px solid var(--rule)}
h3{font:600 14px/1.4 var(--sans);margin:28px 0 8px}
p{margin:0 0 12px;max-width:76ch}
a{color:var(--mark)}
code{font:.92em ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.kicker{font-size:12px;letter-spacing:.08em;text-transform:uppercase;color:var(--muted);margin:0}
.question{font:italic 19px/1.45 var(--serif);color:var(--muted);margin:0 0 26px;max-width:60ch}
.answer{font:21px/1.5 var(--serif);margin:0 0 14px;padding-left:18px;border-left:3px solid var(--mark);max-width:66ch}
.caveats{margin:0 0 24px;padding-left:39px;color:var(--muted);max-width:80ch}
.caveats li{margin:3px 0}
.overview{margin-bottom:8px}
.facts{display:flex;flex-wrap:wrap;gap:10px 30px;margin:24px 0 0;padding:0}
.facts div{min-width:84px}
.facts dt{font-size:12px;color:var(--muted)}
.facts dd{margin:0;font-size:15px}
.banner{border:1px solid var(--warn-edge);background:var(--warn-page);color:var(--warn-ink);padding:12px 16px;border-radius:4px;margin:0 0 24px}
.facts+.banner{margin-top:24px}.banner p{margin:0;max-width:none}.banner ul{margin:4px 0 0;padding-left:20px}
figure{margin:22px 0 30px}
figcaption,caption{font:14px/1.5 var(--serif);color:var(--ink);text-align:left}
figcaption{margin-top:12px;max-width:92ch}
figcaption b,caption b{font:600 13px var(--sans)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 24px;margin:0 0 12px;padding:0;font-size:14px}
.legend li{display:flex;align-items:center;gap:8px}
.legend i,.muted{color:var(--muted);font-style:normal}
.sign{flex:none;vertical-align:middle}
.panels{display:grid;grid-template-columns:repeat(var(--columns),minmax(0,1fr));gap:18px 24px}
.panel{min-width:0}
.panelname{font:600 13px/1.35 var(--sans);margin:0 0 2px;padding-left:4px}
.panelname span{font-weight:400;color:var(--muted)}
.rowname{grid-column:1/-1;font-size:13px;color:var(--muted);margin:10px 0 -8px;padding-left:4px}
.plot{display:block;width:100%;height:auto;background:none;font-family:var(--sans);overflow:visible}
.plot text{white-space:pre}
.scroll{overflow-x:auto;background:linear-gradient(to right,var(--page) 30%,transparent) 0 0/40px 100% no-repeat local,linear-gradient(to left,var(--page) 30%,transparent) 100% 0/40px 100% no-repeat local,linear-gradient(to right,var(--edge),transparent) 0 0/14px 100% no-repeat scroll,linear-gradient(to left,var(--edge),transparent) 100% 0/14px 100% no-repeat scroll}.scroll+.scroll{margin-top:26px}
table{border-collapse:collapse;font-size:13.5px;line-height:1.35}
caption{padding:0 0 10px;max-width:92ch}
th,td{padding:5px 10px;text-align:right;vertical-align:baseline;white-space:nowrap}
th{font-weight:600}
thead th{border-bottom:1px solid var(--axis);vertical-align:bottom}
thead tr:first-child th{border-top:1.5px solid var(--ink);border-bottom:0}
thead .span{border-bottom:1px solid var(--rule)!important;text-align:center}
thead small{display:block;font-weight:400;color:var(--muted);font-size:11.5px}
.results{width:100%;font-size:13px}
.results th,.results td{padding:5px 6px}
.results thead th,.plain thead th{white-space:normal}
.results .start{padding-left:18px}
.results td.absent{padding-left:18px}
.results tbody{border-bottom:1px solid var(--axis)}
.results th[scope=row],.results th[scope=rowgroup],.results .dose{text-align:left}
.results th[scope=row]{font-weight:400}
.results tr.first>*{border-top:1px solid var(--rule)}
.results tr.view th{padding-top:14px;background:var(--page);text-align:left}
.results tr.view span{font-weight:400;color:var(--muted)}
.results tr.null>*{color:var(--muted)}
.results u{text-underline-offset:3px}
.results .best{font-weight:700;color:var(--mark)}
.results td.absent{text-align:left;color:var(--muted);white-space:normal;font-style:italic}
.tablenote{margin-top:10px;font-size:12.5px;color:var(--muted)}
.sd{display:block;font-weight:400;color:var(--muted);font-size:.85em}
.badge{display:inline-block;font-size:11px;line-height:1.3;color:var(--warn-ink);background:var(--warn-page);border:1px solid var(--warn-edge);border-radius:3px;padding:0 5px;white-space:normal}
.results th .badge{display:block;width:min-content;min-width:124px;margin:2px 0}
.heat th,.heat td{border:0}
.heat thead tr:first-child th{border-top:0;border-bottom:0}
.heat thead th{text-align:center}
.heat tbody th,.heat thead tr:first-child th:first-child{text-align:left}
.heat.plain thead tr+tr th:first-child{text-align:center;padding-left:10px}
.heat.plain tbody tr>*{border-top:1px solid var(--rule)}.heat.plain td.plainly,.heat.plain td.none{border-left:0;border-right:0;border-bottom:0}
.heat tbody th{font-weight:400}
.overview{width:100%}
.heat td{min-width:64px;text-align:center;border:2px solid var(--page);background:color-mix(in oklab,var(--heat) calc(var(--v)*52%),var(--soft));print-color-adjust:exact;-webkit-print-color-adjust:exact}
.heat td small{display:block;color:inherit;font-size:11px}
.heat td.plainly{background:none;min-width:0}
.heat td.none{background:repeating-linear-gradient(135deg,var(--soft) 0 5px,var(--page) 5px 10px);color:var(--muted)}
.gallery{width:100%;table-layout:fixed}
.gallery th,.gallery td{padding:0 5px 8px;text-align:left;white-space:normal}
.gallery thead th{border:0!important;padding-bottom:6px;font-size:13px}
.gallery thead span{font-weight:400;color:var(--muted)}
.gallery col.name{width:92px}
.gallery tbody th{font-size:13px;vertical-align:top;padding-left:0}
.gallery tbody th span{display:block;font-weight:400;color:var(--muted)}
.gallery td{vertical-align:top}
.picture{position:relative;display:block;background:var(--soft)}
.picture img{display:block;width:100%;height:auto}
.picture.strip{height:22px;overflow:hidden}
.picture.strip img{height:22px;object-fit:cover}
.pixelated img{image-rendering:pixelated}
.bar{position:absolute;left:6px;bottom:6px;height:4px;background:#fff;box-shadow:0 0 0 1px #000;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.keys{display:flex;flex-wrap:wrap;gap:14px 40px;margin:8px 0 0 92px;font-size:12.5px;align-items:flex-end}
.key{display:block}
.key .name{display:block;color:var(--muted);margin-bottom:3px}
.key img{display:block;width:230px;height:12px}
.ticks{display:flex;justify-content:space-between;width:230px}
.scalekey{display:inline-block;height:4px;background:var(--ink);vertical-align:middle;margin-right:8px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.scan{display:block;width:100%;height:auto;max-height:340px}
.list{width:100%;max-width:880px}
.list th{text-align:left;font-weight:400;color:var(--muted);width:32%;vertical-align:top}
.list td{text-align:left;white-space:normal;overflow-wrap:anywhere}
.list tr>*{border-top:1px solid var(--rule)}
.plain th:first-child,.plain td:first-child{text-align:left;padding-left:0}
.plain tbody tr>*{border-top:1px solid var(--rule)}
.plain tbody th{font-weight:600}
details{margin:16px 0}
summary{cursor:pointer;color:var(--mark);font-size:14px}
summary:focus-visible{outline:2px solid var(--mark);outline-offset:3px}
pre{background:var(--soft);padding:16px;overflow:auto;font:12.5px/1.5 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;border-radius:4px;max-height:480px}
footer{margin-top:64px;padding-top:14px;border-top:1px solid var(--rule);color:var(--muted);font-size:13px}
@media screen and (max-width:820px){
main{padding:32px 18px 64px}h1{font-size:25px}.answer{font-size:18px}h2{margin-top:52px}
.panels{grid-template-columns:1fr}.panels.small{grid-template-columns:1fr 1fr}
.gallery{min-width:640px}.keys{margin-left:0}}
@media screen and (max-width:520px){.panels.small{grid-template-columns:1fr}}
@page{size:A4;margin:15mm 13mm}
@media print{
body{font-size:9.5pt}main{max-width:none;padding:0}
h1{font-size:20pt}h2{font-size:14pt;margin:22pt 0 8pt;padding-top:8pt;break-after:avoid}h3{break-after:avoid}
.question{font-size:12pt;margin-bottom:12pt}.answer{font-size:13pt}
caption,thead{break-after:avoid}.results tbody{break-inside:auto}.results tr,figure:not(.long),tbody,.panel,.gallery tr,.keys,.facts{break-inside:avoid}
table,.results{font-size:6.8pt}.results th,.results td{padding:2pt}.results thead th{white-space:normal}thead small,.heat small{font-size:6.6pt!important}.tablenote,.rowname,footer{font-size:8pt}.heat th,.heat td{min-width:0;padding:2pt}
.results th .badge{min-width:68px}.results .start,.results td.absent{padding-left:6pt}.plain th,.plain td{padding:2pt 3pt}
figcaption,caption{font-size:9pt}figcaption b,caption b{font-size:8.5pt}
.panels{gap:8pt 12pt}.panelname,.legend,.gallery thead th,.gallery tbody th{font-size:8.5pt}
.gallery col.name{width:76px}.gallery tbody th{padding-right:0}.keys{margin-left:76px;font-size:8pt}
.scroll{overflow:visible;background:none}details:not([open]),.screen{display:none}
.scan{max-height:200px}.badge{font-size:6.6pt}}
`;
