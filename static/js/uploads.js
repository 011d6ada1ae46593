// Files go up one by one, each with its own answer; what did not arrive stays chosen. Works without this file too.
(function () {
  "use strict";

  const form = document.querySelector("[data-uploads]");
  const input = form && form.querySelector("input[type=file]");
  if (!input || !window.fetch || !window.DataTransfer) { return; }
  const list = form.querySelector("[data-upload-list]");
  const button = form.querySelector("button[type=submit]");
  const WAIT = 120000;

  const show = (line, tone, text) => {
    line.state.className = "st " + tone;
    line.state.textContent = text;
  };

  const lineFor = (file) => {
    const row = document.createElement("li");
    const name = document.createElement("span");
    const state = document.createElement("span");
    name.textContent = file.name;
    row.append(name, state);
    list.append(row);
    const line = { file: file, state: state };
    show(line, "", "等待上传");
    return line;
  };

  const send = async (line) => {
    const data = new FormData(form);
    data.delete(input.name);
    data.append(input.name, line.file, line.file.name);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), WAIT);
    show(line, "st-info", "正在上传");
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: data, headers: { Accept: "application/json" }, signal: stop.signal, redirect: "error",
      });
      const found = await answer.json();
      if (answer.ok) {
        show(line, "st-ok", "已收到");
        return true;
      }
      show(line, "st-bad", (found.errors || [found.error]).join(" "));
    } catch (error) {
      show(line, "st-warn", "没有传上去，网络好了再点一次“上传”");
    } finally {
      clearTimeout(timer);
    }
    return false;
  };

  form.addEventListener("submit", async (event) => {
    if (!input.files.length) { return; }
    event.preventDefault();
    button.disabled = true;
    list.hidden = false;
    list.replaceChildren();
    const lines = Array.from(input.files, lineFor);
    const left = new DataTransfer();
    for (const line of lines) {
      if (!await send(line)) { left.items.add(line.file); }
    }
    button.disabled = false;
    if (!left.files.length) {
      window.location.assign(form.dataset.done);
      return;
    }
    input.files = left.files;
  });

  window.addEventListener("beforeunload", (event) => {
    if (button.disabled) { event.preventDefault(); }
  });
}());
