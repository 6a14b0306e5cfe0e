// The window: starts the worker, shows how far it is, draws the object. All computing is in worker.mjs.

const asked = new URLSearchParams(location.search);
const main = document.querySelector("main");
const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });

worker.addEventListener("message", ({ data }) => {
  if (data.kind === "progress") {
    document.querySelector("progress").value = data.fraction;
    show("misfit", data.error.toExponential(2));
  } else if (data.kind === "backend") {
    show("kernels", data.name);
    show("threads", String(data.threads));
    document.querySelector(".note").textContent = data.note ?? "";
  } else if (data.kind === "done") {
    draw("amplitude", data.object, (re, im) => Math.hypot(re, im));
    draw("phase", data.object, (re, im) => Math.atan2(im, re));
    show("scan", `${data.frames} frames of ${data.size} × ${data.size} pixels`);
    show("time", `${(data.milliseconds / 1000).toFixed(2)} s`);
    show("sha256", data.sha256);
    main.dataset.state = "done";
  } else fail(data.message);
});
worker.addEventListener("error", (event) => fail(event.message ?? "the worker did not load"));

show("isolation", crossOriginIsolated ? "cross-origin isolated" : "not isolated");
worker.postMessage({
  kernels: asked.get("kernels") ?? "auto",
  threads: Number(asked.get("threads") ?? Math.min(4, navigator.hardwareConcurrency)),
  seed: Number(asked.get("seed") ?? 7),
});

function show(id, text) {
  document.getElementById(id).textContent = text;
}

function fail(message) {
  document.querySelector(".note").textContent = message;
  main.dataset.state = "failed";
}

/** One real picture of the complex object, from the 1st to the 99th percentile of its values in grey. */
function draw(id, { height, width, data }, valueOf) {
  const values = Float32Array.from({ length: height * width }, (_, i) =>
    valueOf(data[2 * i], data[2 * i + 1]),
  );
  const sorted = values.toSorted();
  const low = sorted[Math.floor(0.01 * sorted.length)];
  const high = sorted[Math.floor(0.99 * sorted.length)];
  const canvas = document.getElementById(id);
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  values.forEach((value, i) => {
    const grey = (255 * (value - low)) / (high - low || 1);
    image.data.set([grey, grey, grey, 255], 4 * i);
  });
  context.putImageData(image, 0, 0);
}
