/* The page in the hall: every item is kept on this phone first, then sent, one by one, until the server says that it
   has it. Verdicts and notes wait in localStorage, photos in IndexedDB. Each says what it was based on: where something
   else was kept since, nothing is written over, and whoever looks chooses. Without this file every item has a button. */
(function () {
  "use strict";

  var SEND_TIMEOUT = 60000;
  var RETRY_FIRST = 2000;
  var RETRY_LONGEST = 15000;
  var TYPING_PAUSE = 700;

  var hall = document.getElementById("hall");
  if (!hall) { return; }
  var scope = hall.dataset.user + "-" + hall.dataset.inspection;
  var forms = Array.prototype.slice.call(document.querySelectorAll(".in-item"));
  var submit = document.getElementById("in-submit");
  var opened = performance.now();

  function byId(id) { return document.getElementById(id); }
  function formOf(result) { return byId("i" + result); }
  function said(form, text) { form.querySelector("[data-said]").textContent = text; }
  function now() { return Math.floor(Number(hall.dataset.now) + performance.now() - opened); }
  function trouble(text) {
    byId("in-trouble").textContent = text;
    byId("in-trouble").hidden = !text;
  }

  /* What was refused, said where it was given: at its item, or where one hands in. */
  function refusal(form) { return form.querySelector("[data-refusal]"); }
  function refusals() {
    return Array.prototype.filter.call(document.querySelectorAll("[data-refusal]"), function (one) { return !one.hidden; });
  }
  function go(form) {
    refusal(form).scrollIntoView({ block: "center" });
    refusal(form).focus({ preventScroll: true });
  }
  function refuse(form, text) {
    refusal(form).querySelector("[data-refusal-text]").textContent = text;
    refusal(form).hidden = false;
    var active = document.activeElement;
    if (form === submit || !active || active.name !== "note" || form.contains(active)) { go(form); }
  }
  function settled(form) { refusal(form).hidden = true; }
  function choice(form, open) { form.querySelector("[data-choice]").hidden = !open; }

  /* Verdicts and notes that are not on the server yet, by result, with what they are based on, which numbers were sent
     for them and may have arrived, and what stands in their way; and what the server is known to have. Read before every
     write, so that two tabs do not undo each other; where the browser keeps nothing, memory must do. */
  var store = {
    key: "inspect-" + scope,
    lasting: true,
    memory: { seq: 0, queue: {}, known: {} },
    read: function () {
      if (!this.lasting) { return this.memory; }
      try {
        return Object.assign({ seq: 0, queue: {}, known: {} }, JSON.parse(window.localStorage.getItem(this.key) || "{}"));
      } catch (error) { return this.memory; }
    },
    change: function (how) {
      this.memory = this.read();
      how(this.memory);
      try {
        window.localStorage.setItem(this.key, JSON.stringify(this.memory));
      } catch (error) { this.lasting = false; }
    },
    put: function (result, given, base) {
      var data = this.memory;
      this.change(function (found) {
        var before = found.queue[result] || {};
        data = found;
        data.seq = Math.max(data.seq + 1, now(), base + 1);
        data.queue[result] = {
          verdict: given.verdict, note: given.note, seq: data.seq, base: before.base === undefined ? base : before.base,
          sent: before.sent || [], clash: before.clash
        };
      });
      return data.seq;
    },
    mark: function (result, how) {
      this.change(function (data) { if (data.queue[result]) { how(data.queue[result]); } });
    },
    arrived: function (result, seq, kept) {
      this.change(function (data) {
        var entry = data.queue[result];
        if (kept) { data.known[result] = kept; }
        if (entry && entry.seq <= seq) { delete data.queue[result]; } else if (entry && kept) { entry.base = kept.seq; }
      });
    },
    waiting: function () {
      var queue = this.read().queue;
      return Object.keys(queue).map(function (result) {
        return Object.assign({ result: result }, queue[result]);
      }).sort(function (a, b) { return a.seq - b.seq; });
    }
  };

  /* Photos that are not on the server yet: in memory for this page, and in IndexedDB for the next one. */
  var photos = {
    waiting: [],
    database: null,
    open: function () {
      return new Promise(function (done) {
        try {
          var asked = window.indexedDB.open("inspect", 1);
          asked.onupgradeneeded = function () { asked.result.createObjectStore("photos", { keyPath: "key" }); };
          asked.onsuccess = function () { photos.database = asked.result; done(); };
          asked.onerror = function () { done(); };
        } catch (error) { done(); }
      });
    },
    shelf: function (mode) {
      return this.database ? this.database.transaction("photos", mode).objectStore("photos") : null;
    },
    load: function () {
      return this.open().then(function () {
        return new Promise(function (done) {
          var shelf = photos.shelf("readonly");
          if (!shelf) { done(); return; }
          var asked = shelf.getAll();
          asked.onsuccess = function () {
            photos.waiting = asked.result.filter(function (one) { return one.scope === scope; });
            done();
          };
          asked.onerror = function () { done(); };
        });
      });
    },
    put: function (result, file) {
      var key = Array.from(window.crypto.getRandomValues(new Uint8Array(16)), function (byte) {
        return ("0" + byte.toString(16)).slice(-2);
      }).join("");
      var one = { key: key, scope: scope, result: result, name: file.name, blob: file };
      this.waiting.push(one);
      var shelf = this.shelf("readwrite");
      if (shelf) { shelf.put(one); }
    },
    drop: function (key) {
      this.waiting = this.waiting.filter(function (one) { return one.key !== key; });
      var shelf = this.shelf("readwrite");
      if (shelf) { shelf.delete(key); }
    }
  };

  /* JSON back; fails when nobody answers in time or the server is in trouble, so that it is tried again. */
  function post(url, body, type) {
    var stopper = new AbortController();
    var timer = window.setTimeout(function () { stopper.abort(); }, SEND_TIMEOUT);
    var headers = { Accept: "application/json", "X-CSRFToken": submit.querySelector("[name=csrfmiddlewaretoken]").value };
    if (type) { headers["Content-Type"] = type; }
    return window.fetch(url, {
      method: "POST", credentials: "same-origin", signal: stopper.signal, headers: headers, body: body
    }).then(function (answer) {
      window.clearTimeout(timer);
      if (answer.status >= 500) { throw new Error("server"); }
      if ((answer.headers.get("Content-Type") || "").indexOf("json") < 0) { return { status: 403, body: {} }; }
      return answer.json().then(function (data) { return { status: answer.status, body: data }; });
    }, function (error) { window.clearTimeout(timer); throw error; });
  }

  var state = { sending: false, delay: RETRY_FIRST, handing: false, timer: 0, over: false };

  /* This page for a hall without network: a copy of it and of what it is drawn with, which the worker then shows. */
  function forget() {
    store.change(function (data) { data.known = {}; });
    if (window.caches) { window.caches.delete("inspect").catch(function () { /* none was kept */ }); }
  }
  function putBy(answer) {
    if (answer.type === "opaqueredirect" || answer.status === 403) { forget(); }
    if (!answer.ok) { return null; }
    var headers = new Headers(answer.headers);
    headers.set("X-Kept", String(Date.now()));
    headers.delete("Content-Encoding");
    return Promise.all([window.caches.open("inspect"), answer.blob()]).then(function (both) {
      var drawnWith = Array.prototype.map.call(document.querySelectorAll("link[rel=stylesheet], script[src]"), function (one) {
        return one.href || one.src;
      });
      return both[0].addAll(drawnWith).then(function () {
        return both[0].put(window.location.pathname, new Response(both[1], { headers: headers }));
      });
    });
  }
  function prepare() {
    if (!navigator.serviceWorker || !window.caches) { return; }
    navigator.serviceWorker.register(hall.dataset.worker).then(function () {
      return window.fetch(window.location.pathname, { credentials: "same-origin", redirect: "manual" });
    }).then(putBy).catch(function () { /* no network now, or no room: tried again when it is back */ });
  }

  function count() { return store.waiting().length + photos.waiting.length; }
  function clashing() { return store.waiting().filter(function (entry) { return entry.clash && formOf(entry.result); }); }

  function paint() {
    var waiting = count();
    var looked = forms.filter(function (form) { return form.querySelector("[name=verdict]:checked"); }).length;
    byId("in-looked").textContent = String(looked);
    byId("in-all").hidden = waiting > 0;
    byId("in-waiting").hidden = waiting === 0;
    byId("in-waiting-text").textContent = "还有 " + waiting + " 项没有发出去" + (store.lasting ? "" : "，请不要关页面");
    byId("in-again").hidden = waiting === 0;
    byId("in-look").hidden = refusals().length === 0;
    byId("in-look").textContent = "有 " + refusals().length + " 处要改，去看";
    if (state.handing && waiting === 0) { state.handing = false; submit.submit(); }
  }

  function value(form) {
    var chosen = form.querySelector("[name=verdict]:checked");
    return { verdict: chosen ? chosen.value : "", note: form.querySelector("[name=note]").value };
  }
  function apply(form, kept) {
    Array.prototype.forEach.call(form.querySelectorAll("[name=verdict]"), function (one) {
      one.checked = one.value === kept.verdict;
    });
    form.querySelector("[name=note]").value = kept.note;
  }

  function keep(form) {
    var entry = store.read().queue[form.dataset.result];
    if (!(entry && entry.clash)) { settled(form); }
    form.dataset.mine = store.put(form.dataset.result, value(form), Number(form.dataset.seq));
    said(form, store.lasting ? "已存在这台手机" : "等着发送");
    paint();
  }

  /* What another page of this browser chose or sent, and what was sent before this copy of the page was made. */
  function adopt() {
    var data = store.read();
    forms.forEach(function (form) {
      var entry = data.queue[form.dataset.result];
      var known = data.known[form.dataset.result];
      if (known && known.seq > Number(form.dataset.seq)) {
        form.dataset.seq = known.seq;
        if (!entry) { apply(form, known); said(form, "已保存 " + known.saved_at); }
      }
      if (entry && String(entry.seq) !== form.dataset.mine) {
        form.dataset.mine = entry.seq;
        apply(form, entry);
        said(form, "已存在这台手机");
      }
      if (entry && entry.clash) {
        if (refusal(form).hidden) { refuse(form, entry.clash.error); }
      } else if (!form.querySelector("[data-choice]").hidden) { settled(form); }
      choice(form, Boolean(entry && entry.clash));
    });
    paint();
  }

  function later() {
    window.clearTimeout(state.timer);
    state.timer = window.setTimeout(flush, state.delay * (0.5 + Math.random()));
    state.delay = Math.min(state.delay * 2, RETRY_LONGEST);
  }

  /* One at a time, the oldest first, again and again until the server has it. */
  function flush() {
    var entry = store.waiting().filter(function (one) { return !one.clash; })[0];
    var photo = entry ? null : photos.waiting[0];
    if (state.sending || state.over || (!entry && !photo)) { return; }
    state.sending = true;
    var form = formOf((entry || photo).result);
    var sent;
    if (!form) {
      sent = Promise.resolve({ status: 400, body: { error: "" } });
    } else if (entry) {
      store.mark(entry.result, function (one) { one.sent = (one.sent || []).concat(entry.seq); });
      sent = post(form.action, JSON.stringify(entry), "application/json");
    } else {
      var data = new FormData();
      data.append("photos", photo.blob, photo.name);
      data.append("key", photo.key);
      sent = post(form.action, data, "");
    }
    sent.then(function (answer) {
      state.sending = false;
      state.delay = RETRY_FIRST;
      if (entry) { received(form, entry, answer); } else { arrived(form, photo, answer); }
    }, function () {
      state.sending = false;
      if (state.handing) { refuse(submit, "现在没有网络，还有 " + count() + " 项没有发出去。恢复以后自动补发，再提交。"); }
      state.handing = false;
      paint();
      later();
    });
  }

  /* Whether the answer leaves the rest waiting: signed out, or handed in by somebody else. */
  function stuck(answer) {
    if (answer.status === 403) { forget(); trouble("登录已失效，没发出去的还在这台手机里。请重新登录，再打开这一页。"); }
    if (answer.status === 409) { trouble("这次检查已经提交，没发出去的 " + count() + " 项没有算进去。要改，请对方退回。"); }
    state.over = answer.status === 403 || answer.status === 409;
    if (state.over) { state.handing = false; paint(); }
    return state.over;
  }

  function received(form, entry, answer) {
    if (form && answer.body.code === "changed") { changed(form, entry, answer.body); return; }
    if (stuck(answer)) { return; }
    var isKept = form && answer.status === 200;
    if (isKept) {
      form.dataset.seq = answer.body.seq;
      said(form, "已保存 " + answer.body.saved_at);
    } else if (form && answer.body.error) {
      said(form, "没有保存");
      refuse(form, answer.body.error);
      state.handing = false;
    }
    store.arrived(entry.result, entry.seq, isKept ? answer.body : null);
    paint();
    flush();
  }

  /* Something else is kept than what this was based on: our own earlier tap whose answer got lost, or somebody's. */
  function changed(form, entry, body) {
    var waits = store.read().queue[entry.result];
    if (!waits) { paint(); flush(); return; }
    var isOurs = waits.sent.indexOf(body.now.seq) >= 0 && body.now.seq !== entry.base;
    store.mark(entry.result, function (one) {
      if (isOurs) { one.base = body.now.seq; } else { one.clash = { error: body.error, now: body.now }; }
    });
    if (isOurs) { form.dataset.seq = body.now.seq; } else { clash(form, body.error); }
    paint();
    flush();
  }
  function clash(form, error) {
    state.handing = false;
    said(form, "没有保存");
    choice(form, true);
    refuse(form, error);
  }

  /* Whoever looks has read what stands, and says which of the two is right. */
  function choose(form, isMine) {
    var entry = store.read().queue[form.dataset.result];
    choice(form, false);
    settled(form);
    if (!entry || !entry.clash) { paint(); return; }
    form.dataset.seq = entry.clash.now.seq;
    store.arrived(form.dataset.result, entry.seq, entry.clash.now);
    if (isMine) { keep(form); flush(); return; }
    apply(form, entry.clash.now);
    said(form, "已保存 " + entry.clash.now.saved_at);
    paint();
  }

  function arrived(form, photo, answer) {
    if (stuck(answer)) { return; }
    if (form && answer.status === 200) { show(form, answer.body); said(form, "照片已保存"); }
    if (form && answer.status !== 200 && answer.body.error) {
      said(form, "有照片没有保存");
      refuse(form, answer.body.error);
      state.handing = false;
    }
    photos.drop(photo.key);
    paint();
    flush();
  }

  function show(form, kept) {
    if (form.querySelector("a[href='" + kept.url + "']")) { return; }
    var row = document.createElement("li");
    var link = document.createElement("a");
    var picture = document.createElement("img");
    link.href = kept.url;
    link.target = "_blank";
    link.rel = "noopener";
    picture.src = kept.url + "?size=small";
    picture.alt = "刚拍的照片";
    link.appendChild(picture);
    row.appendChild(link);
    var button = document.createElement("button");
    button.className = "btn btn-text btn-sm";
    button.type = "submit";
    button.setAttribute("form", "drop-photo");
    button.setAttribute("formaction", kept.drop);
    button.textContent = "删除";
    row.appendChild(button);
    form.querySelector("[data-photos]").appendChild(row);
  }

  function start() {
    document.documentElement.setAttribute("data-js", "");
    store.waiting().forEach(function (entry) {
      var form = formOf(entry.result);
      if (!form || Number(form.dataset.seq) === entry.seq) { store.arrived(entry.result, entry.seq, null); return; }
      if (entry.base === undefined) { store.mark(entry.result, function (one) { one.base = Number(form.dataset.seq); }); }
    });
    adopt();
    window.addEventListener("storage", function (event) { if (event.key === store.key) { adopt(); } });
    forms.forEach(function (form) {
      form.addEventListener("submit", function (event) { event.preventDefault(); keep(form); flush(); });
      form.addEventListener("change", function (event) {
        if (event.target.type !== "file") { keep(form); flush(); return; }
        Array.prototype.forEach.call(event.target.files, function (file) { photos.put(form.dataset.result, file); });
        event.target.value = "";
        if (form.querySelector("[data-choice]").hidden) { settled(form); }
        said(form, "照片等着发送");
        paint();
        flush();
      });
      form.addEventListener("input", function (event) {
        if (event.target.name !== "note") { return; }
        keep(form);
        window.clearTimeout(state.timer);
        state.timer = window.setTimeout(flush, TYPING_PAUSE);
      });
    });
    forms.forEach(function (form) {
      form.querySelector("[data-mine]").addEventListener("click", function () { choose(form, true); });
      form.querySelector("[data-theirs]").addEventListener("click", function () { choose(form, false); });
    });
    byId("in-look").addEventListener("click", function () { if (refusals().length) { go(refusals()[0].closest("form")); } });
    byId("in-again").addEventListener("click", function () { trouble(""); state.over = false; flush(); });
    window.addEventListener("online", function () { state.delay = RETRY_FIRST; trouble(""); flush(); prepare(); });
    prepare();
    if (navigator.onLine === false) { trouble("现在没有网络，可以接着查。照片和别人改过的，有网络以后才看得到。"); }
    submit.addEventListener("submit", function (event) {
      settled(submit);
      if (!count()) { return; }
      event.preventDefault();
      if (clashing().length) { go(formOf(clashing()[0].result)); return; }
      state.handing = true;
      flush();
    });
    photos.load().then(function () { paint(); flush(); });
    paint();
    if (window.location.search) { window.history.replaceState(null, "", window.location.pathname); }
    window.addEventListener("load", function () { if (refusals().length) { go(refusals()[0].closest("form")); } });
  }

  start();
}());
