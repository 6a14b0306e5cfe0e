// How the viewer looks. Pictures lie on the page's soft ground; all text and controls use the report's colours, which reach
// WCAG AA. On paper there is no viewer: the gallery below it has the pictures.

export const viewerStyle = `
[hidden]{display:none!important}
.viewtools{display:flex;flex-wrap:wrap;gap:8px 14px;align-items:flex-end;font-size:13.5px}
.viewtools label{color:var(--muted)}
.viewtools select,.viewtools button,.foldbutton{font:inherit;font-size:13.5px;color:var(--ink);background:var(--soft);border:1px solid var(--axis);border-radius:4px;padding:4px 8px;min-height:32px;min-width:32px}
.viewtools button,.foldbutton{cursor:pointer}
.viewzoom{display:flex;gap:6px}
.viewtools fieldset{display:flex;flex-wrap:wrap;gap:2px 14px;border:0;padding:0;margin:0;flex-basis:100%}
.viewtools fieldset label{min-width:0;overflow-wrap:anywhere}
.viewtools legend{float:left;padding:0 10px 0 0;color:var(--muted)}
.viewtools fieldset label{display:flex;align-items:center;gap:5px;color:var(--ink);min-height:24px}
.viewtools input{accent-color:var(--mark);margin:0}
.viewtools :focus-visible,.viewgrid:focus-visible,.foldbutton:focus-visible{outline:2px solid var(--mark);outline-offset:2px}
.viewbar{font-size:12.5px;color:var(--muted);width:256px}
.viewbar canvas{display:block;width:256px;height:12px;image-rendering:pixelated}
.viewbar canvas.tall{height:24px;image-rendering:auto}
.viewticks{display:flex;justify-content:space-between;color:var(--ink)}
.viewunder{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:flex-end;gap:6px 20px;margin:10px 0 8px}
.viewwhere{font-size:13px;color:var(--muted)}
.viewgrid{display:grid;grid-template-columns:repeat(auto-fill,minmax(210px,1fr));gap:12px 14px;border-radius:4px;padding:4px;margin:0 -4px}
.view{min-width:0}
.viewname{font:600 13px/1.4 var(--sans);overflow-wrap:anywhere}
.viewcanvas{display:block;width:100%;background:var(--soft);cursor:crosshair;touch-action:pan-x pan-y}
.zoomed .viewcanvas{touch-action:none;cursor:grab}
.zoomed .viewcanvas:active{cursor:grabbing}
.viewvalue{font-size:13px;min-height:1.55em}
.viewabsent{font-size:13px;color:var(--muted);margin-top:8px}
.spoken{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.undrawn{color:var(--warn-ink);background:var(--warn-page);border:1px solid var(--warn-edge);border-radius:4px;padding:8px 12px;max-width:none}
@media screen and (max-width:820px){.viewgrid{grid-template-columns:repeat(auto-fill,minmax(150px,1fr))}}
@media screen{.folded{display:none}}
@media print{.viewer,.foldbutton{display:none!important}}
`;
