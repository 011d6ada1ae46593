// A large file goes up piece by piece. A broken connection costs one piece: the same file chosen again goes on.
(function () {
  "use strict";

  const form = document.querySelector("[data-resume]");
  const input = form && form.querySelector("input[type=file]");
  if (!input || !window.fetch || !window.AbortController) { return; }
  const go = form.querySelector("[data-go]");
  const bar = go.querySelector("progress");
  const said = go.querySelector("[data-said]");
  const button = form.querySelector("button[type=submit]");
  const cancel = form.querySelector("[data-cancel]");
  const token = form.querySelector("input[name=csrfmiddlewaretoken]").value;
  const WAIT = 60000;
  const TRIES = 6;
  let now = null;
  let stop = null;
  let cancelled = false;

  const tell = (tone, text) => {
    go.hidden = false;
    said.className = "st " + tone;
    said.textContent = text;
  };

  const megabytes = (bytes) => (bytes / 1048576).toFixed(1) + " MB";
  const progress = (offset, size) => {
    bar.max = size;
    bar.value = offset;
    tell("st-info", `已传 ${megabytes(offset)}，共 ${megabytes(size)}（${Math.floor(offset / size * 100)}%）`);
  };

  const ask = async (url, body, headers) => {
    stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), WAIT);
    try {
      const answer = await fetch(url, {
        method: "POST", body: body, signal: stop.signal, redirect: "error",
        headers: Object.assign({ Accept: "application/json", "X-CSRFToken": token }, headers),
      });
      const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      const found = isJson ? await answer.json() : {};
      return { status: answer.status, ok: answer.ok, found: found };
    } finally {
      clearTimeout(timer);
    }
  };

  const refusal = (answer) => {
    const words = answer.status === 404 ? "这个文件没有在传，可能已取消。请再点一次“上传”。" : "没有传上去，请刷新页面再试。";
    const error = new Error(answer.found.error || words);
    error.final = true;
    return error;
  };
  const pause = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });

  // Resolves to the answer; goes on after a lost connection or a server in trouble.
  const insist = async (send) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await send();
        if (answer.status < 500) { return answer; }
        if (attempt >= TRIES) { throw refusal(answer); }
        tell("st-warn", answer.found.error || "服务器忙，过一会儿自动接着传");
      } catch (error) {
        if (error.final || cancelled || attempt >= TRIES) { throw error; }
        tell("st-warn", "网络断了，过一会儿自动接着传");
      }
      await pause(Math.min(2 ** attempt, 20));
      if (cancelled) { throw new Error("cancelled"); }
    }
  };

  const pieces = async (file) => {
    let offset = now.offset;
    progress(offset, file.size);
    while (offset < file.size) {
      const piece = file.slice(offset, offset + now.piece);
      const headers = { "Content-Type": "application/octet-stream", "Upload-Offset": String(offset) };
      const at = offset;
      const answer = await insist(() => ask(now.url, piece, headers));
      if (!answer.ok && answer.status !== 409) { throw refusal(answer); }
      offset = answer.found.offset;
      if (answer.ok && offset <= at) { throw new Error("no progress"); }
      progress(offset, file.size);
    }
  };

  const send = async (file) => {
    const about = new URLSearchParams({ name: file.name, size: String(file.size), mark: String(file.lastModified) });
    const begun = await insist(() => ask(form.dataset.begin, about));
    if (!begun.ok) { throw refusal(begun); }
    now = begun.found;
    cancel.hidden = false;
    await pieces(file);
    cancel.hidden = true;
    tell("st-info", "正在检查文件");
    const rest = new URLSearchParams(new FormData(form));
    rest.set("key", now.key);
    rest.set("name", file.name);
    const kept = await insist(() => ask(form.action, rest));
    if (!kept.ok) { throw refusal(kept); }
    return kept.found.page;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = input.files[0];
    if (!file) {
      tell("st-bad", "请先选择文件");
      input.focus();
      return;
    }
    button.disabled = true;
    cancelled = false;
    try {
      const page = await send(file);
      tell("st-ok", "已存入");
      button.disabled = false;
      window.location.assign(page);
    } catch (error) {
      if (cancelled) {
        tell("", "已取消");
      } else {
        tell("st-bad", error.final ? error.message : "没有传完，网络好了再点一次“上传”，会接着传");
      }
      button.disabled = false;
      cancel.hidden = true;
    }
  });

  cancel.addEventListener("click", async () => {
    cancelled = true;
    if (stop) { stop.abort(); }
    cancel.hidden = true;
    try { await ask(now.cancel, ""); } catch (error) { tell("st-warn", "已停下；没传完的部分过几天自动清除"); }
  });

  window.addEventListener("beforeunload", (event) => {
    if (button.disabled) { event.preventDefault(); }
  });
}());
