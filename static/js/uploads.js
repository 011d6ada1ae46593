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

  // Days are wrong for all files: said once, at the box.
  const sayAtBoxes = (fields) => {
    form.querySelectorAll("[data-said]").forEach((one) => one.remove());
    form.querySelectorAll("input[type=date]").forEach((box) => {
      const texts = fields[box.name] || [];
      box.classList.toggle("is-invalid", texts.length > 0);
      if (!texts.length) { return; }
      const said = document.createElement("p");
      said.className = "tx-bad mt-1";
      said.dataset.said = "";
      said.setAttribute("role", "alert");
      said.textContent = texts.join(" ");
      box.after(said);
      const folded = box.closest("details");
      if (folded) { folded.open = true; }
      box.focus();
    });
    return Object.keys(fields).some((name) => form.querySelector(`input[type=date][name=${name}]`));
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
      const isDay = sayAtBoxes(found.fields || {});
      show(line, "st-bad", isDay ? "没有上传，请先改日期" : (found.errors || [found.error]).join(" "));
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
    sayAtBoxes({});
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
