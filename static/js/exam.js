/* The exam page of a member: every choice is kept on this phone first, then sent until the server says that it has it;
   what was chosen while something is on its way goes together with the next. Times are the server's: the page carries the server's moment and what is left, this clock only
   counts on from there, so a wrong clock of the phone changes nothing. */
(function () {
  "use strict";

  var SEND_TIMEOUT = 30000;
  var RETRY_FIRST = 2000;
  var RETRY_LONGEST = 15000;
  var WARN_SECONDS = 300;
  var JITTER_SECONDS = 20;

  function byId(id) { return document.getElementById(id); }
  function setText(id, text) { var node = byId(id); if (node) { node.textContent = text; } }
  function two(number) { return (number < 10 ? "0" : "") + number; }

  /* What is not on the server yet, by question number; keyed by attempt: choices and their order, no name. Read before
     every write, so that two tabs do not undo each other. Not `lasting`: this browser keeps nothing, memory must do. */
  function empty() { return { seq: 0, queue: {}, later: {}, token: "", handed: false }; }
  function Store(attempt) {
    this.key = "exam-" + attempt;
    this.lasting = true;
    this.memory = empty();
  }
  Store.prototype.read = function () {
    if (!this.lasting) { return this.memory; }
    try {
      return Object.assign(empty(), JSON.parse(window.localStorage.getItem(this.key) || "{}"));
    } catch (error) { return this.memory; }
  };
  Store.prototype.change = function (how) {
    this.memory = this.read();
    how(this.memory);
    try {
      window.localStorage.setItem(this.key, JSON.stringify(this.memory));
    } catch (error) { this.lasting = false; }
  };
  Store.prototype.put = function (number, choice, atLeast) {
    this.change(function (data) {
      data.seq = Math.max(data.seq + 1, atLeast);
      data.queue[number] = { choice: choice, seq: data.seq };
    });
  };
  Store.prototype.drop = function (entries) {
    this.change(function (data) {
      entries.forEach(function (entry) {
        var kept = data.queue[entry.number];
        if (kept && kept.seq <= entry.seq) { delete data.queue[entry.number]; }
      });
    });
  };
  Store.prototype.forget = function () {
    try { window.localStorage.removeItem(this.key); } catch (error) { /* nothing was kept */ }
  };
  Store.prototype.waiting = function () {
    var queue = this.read().queue;
    return Object.keys(queue).map(function (number) {
      return { number: Number(number), choice: queue[number].choice, seq: queue[number].seq };
    }).sort(function (a, b) { return a.seq - b.seq; });
  };

  /* JSON there and back; fails when nobody answers in time or the server is in trouble, so that it is tried again. */
  function request(url, body) {
    var stopper = new AbortController();
    var timer = window.setTimeout(function () { stopper.abort(); }, SEND_TIMEOUT);
    var options = { credentials: "same-origin", signal: stopper.signal, headers: { Accept: "application/json" } };
    if (body) {
      options.method = "POST";
      options.body = JSON.stringify(body);
      options.headers["Content-Type"] = "application/json";
      options.headers["X-CSRFToken"] = document.querySelector("[name=csrfmiddlewaretoken]").value;
    }
    return window.fetch(url, options).then(function (answer) {
      window.clearTimeout(timer);
      var kind = answer.headers.get("Content-Type") || "";
      if (answer.status >= 500) { throw new Error("server"); }
      if (kind.indexOf("json") < 0) { return { status: 403, body: {} }; }
      return answer.json().then(function (data) { return { status: answer.status, body: data }; });
    }, function (error) { window.clearTimeout(timer); throw error; });
  }

  /* Hand over what came after the last second; it is dropped here only when the server says that it holds it. */
  function deliver(store, url) {
    var waiting = store.waiting();
    return request(url, { answers: waiting, token: store.read().token }).then(function (answer) {
      if (answer.status === 200) { store.drop(waiting); }
      return answer;
    });
  }
  function trouble(text) {
    setText("ex-trouble-text", text);
    byId("ex-trouble").hidden = false;
  }

  function Clock(data) {
    this.set(Number(data.now), Number(data.left), Number(data.grace));
  }
  Clock.prototype.set = function (now, left, grace) {
    this.base = now;
    this.from = performance.now();
    this.left = left;
    this.grace = grace;
  };
  Clock.prototype.passed = function () { return (performance.now() - this.from) / 1000; };
  Clock.prototype.now = function () { return Math.floor(this.base + (performance.now() - this.from)); };
  Clock.prototype.show = function () {
    var seconds = Math.max(0, Math.ceil(this.left - this.passed()));
    var hours = Math.floor(seconds / 3600);
    setText("ex-time-label", "剩余时间");
    setText("ex-time", (hours ? hours + ":" : "") + two(Math.floor(seconds / 60) % 60) + ":" + two(seconds % 60));
    var node = byId("ex-time");
    if (node && seconds <= WARN_SECONDS) { node.classList.add("tx-bad"); }
    return seconds;
  };

  function Exam(form) {
    this.form = form;
    this.box = form.dataset;
    this.store = new Store(this.box.attempt);
    this.saved = "";
    this.clock = new Clock(this.box);
    this.items = Array.prototype.slice.call(form.querySelectorAll(".ex-item"));
    this.links = Array.prototype.slice.call(form.querySelectorAll(".q-grid a"));
    this.current = 0;
    this.sending = false;
    this.singly = false;
    this.delay = RETRY_FIRST;
    this.over = false;
  }

  Exam.prototype.start = function () {
    var self = this;
    document.documentElement.setAttribute("data-js", "");
    Array.prototype.forEach.call(document.querySelectorAll(".js-only"), function (node) { node.hidden = false; });
    this.store.change(function (data) { data.token = self.box.token; });
    byId("ex-unlasting").hidden = this.store.lasting;
    this.restore();
    this.form.addEventListener("change", function (event) { self.changed(event.target); });
    this.form.addEventListener("submit", function (event) { event.preventDefault(); });
    this.links.forEach(function (link) {
      link.addEventListener("click", function (event) {
        event.preventDefault();
        self.show(self.indexOf(link.dataset.number));
      });
    });
    byId("ex-prev").addEventListener("click", function (event) { event.preventDefault(); self.show(self.current - 1); });
    byId("ex-next").addEventListener("click", function (event) { event.preventDefault(); self.next(); });
    window.addEventListener("online", function () { self.delay = RETRY_FIRST; self.flush(); });
    window.addEventListener("offline", function () { self.offline(true); });
    document.addEventListener("visibilitychange", function () { if (!document.hidden) { self.resync(); } });
    window.setInterval(function () { self.tick(); }, 500);
    var asked = this.indexOf(window.location.hash.slice(2));
    this.show(asked > 0 ? asked : this.firstOpen());
    this.tick();
    this.flush();
  };

  Exam.prototype.indexOf = function (number) {
    return this.items.findIndex(function (item) { return item.dataset.number === String(number); });
  };
  Exam.prototype.inputs = function (item) { return Array.prototype.slice.call(item.querySelectorAll("input[name]")); };
  Exam.prototype.choice = function (item) {
    return this.inputs(item).filter(function (one) { return one.checked; }).map(function (one) { return Number(one.value); });
  };
  Exam.prototype.apply = function (number, choice) {
    var item = this.items[this.indexOf(number)];
    if (!item) { return; }
    this.inputs(item).forEach(function (one) { one.checked = choice.indexOf(Number(one.value)) >= 0; });
  };

  /* Choices that had not reached the server when the page was left come back from this phone. */
  Exam.prototype.restore = function () {
    var self = this;
    this.store.waiting().forEach(function (entry) { self.apply(entry.number, entry.choice); });
    var later = this.store.read().later;
    this.items.forEach(function (item) {
      item.querySelector(".ex-later").checked = Boolean(later[item.dataset.number]);
    });
    this.paint();
  };

  Exam.prototype.changed = function (input) {
    var item = input.closest(".ex-item");
    var number = item.dataset.number;
    if (input.classList.contains("ex-later")) {
      this.store.change(function (data) {
        if (input.checked) { data.later[number] = true; } else { delete data.later[number]; }
      });
      this.paint();
      return;
    }
    this.store.put(number, this.choice(item), Math.max(this.clock.now(), Number(this.box.seq) + 1));
    this.paint();
    this.flush();
  };

  Exam.prototype.paint = function () {
    var self = this;
    var later = this.store.read().later;
    var answered = 0;
    this.items.forEach(function (item, index) {
      var has = self.choice(item).length > 0;
      answered += has ? 1 : 0;
      var link = self.links[index];
      link.className = (has ? "y" : "") + (index === self.current ? " cur" : "")
        + (later[item.dataset.number] ? " later" : "");
      if (index === self.current) { link.setAttribute("aria-current", "true"); } else { link.removeAttribute("aria-current"); }
    });
    setText("ex-count", "已答 " + answered + "，未答 " + (this.items.length - answered));
    this.tellSaved(answered);
  };

  /* "Saved" is said of what the server has; the rest is waiting, on this phone or, at worst, in this page only. */
  Exam.prototype.tellSaved = function (answered) {
    var waiting = this.store.waiting().length;
    byId("ex-unlasting").hidden = this.store.lasting;
    setText("ex-waiting", String(waiting));
    setText("ex-saved", waiting ? "正在保存" : this.saved || "已答 " + answered + " 题");
    setText("ex-kept", waiting ? (this.store.lasting ? "已保存在本机，" : "") + waiting + " 题待上传" : "网络断开");
  };

  Exam.prototype.firstOpen = function () {
    var self = this;
    var index = this.items.findIndex(function (item) { return self.choice(item).length === 0; });
    return Math.max(0, index);
  };

  Exam.prototype.show = function (index) {
    if (index < 0 || index >= this.items.length) { return; }
    this.current = index;
    this.items.forEach(function (item, place) { item.hidden = place !== index; });
    byId("ex-prev").classList.toggle("disabled", index === 0);
    setText("ex-next", index === this.items.length - 1 ? "去交卷" : "下一题");
    this.paint();
    window.scrollTo(0, 0);
  };

  Exam.prototype.next = function () {
    if (this.current < this.items.length - 1) { this.show(this.current + 1); return; }
    var self = this;
    this.ask().then(function () { window.location.href = self.box.submit; }, function () { self.offline(true); });
  };

  /* Sending: one request at a time with all that waits, again and again until the server has it. A refused one does not
     say which answer it means, so from then on they go singly. */
  Exam.prototype.flush = function () {
    var self = this;
    var waiting = this.store.waiting();
    if (this.sending || this.over || !waiting.length) { return; }
    var entries = this.singly ? waiting.slice(0, 1) : waiting;
    this.sending = true;
    request(this.box.save, { answers: entries }).then(function (answer) {
      self.sending = false;
      self.delay = RETRY_FIRST;
      self.offline(false);
      self.received(entries, answer);
    }, function () {
      self.sending = false;
      self.offline(true);
      self.again(function () { self.flush(); });
    });
  };

  Exam.prototype.received = function (entries, answer) {
    if (answer.status === 409) { this.leave(answer.body.finished); return; }
    if (answer.status === 403) { trouble("登录已失效，答案还在这台手机里。请重新登录，再回到考试。"); return; }
    if (answer.status === 200) { this.kept(entries, answer.body.answers); }
    if (answer.status !== 200 && entries.length > 1) { this.singly = true; this.flush(); return; }
    if (answer.status !== 200) { trouble(answer.body.error || "这个答案没有存上，请再选一次。"); }
    this.store.drop(entries);
    this.paint();
    this.flush();
  };
  /* Where another phone saved later, its choice is shown here too. */
  Exam.prototype.kept = function (entries, answers) {
    var self = this;
    answers.forEach(function (kept, place) {
      if (kept.seq > entries[place].seq) { self.apply(kept.number, kept.choice); }
      self.saved = "已保存 " + kept.saved_at;
    });
  };

  Exam.prototype.offline = function (is) {
    document.documentElement.toggleAttribute("data-offline", is);
    this.paint();
  };
  /* To the end of the exam; what is still here after the last second goes ahead, for a person to decide. */
  Exam.prototype.leave = function (handedIn) {
    var self = this;
    this.over = true;
    if (handedIn || !this.store.waiting().length) { window.location.href = this.box.result; return; }
    trouble("考试时间已过，正在把本机的答案送上去，请不要关页面。");
    deliver(this.store, this.box.late).then(function () { window.location.href = self.box.result; }, function () {
      self.offline(true);
      self.again(function () { self.leave(false); });
    });
  };
  Exam.prototype.again = function (what) {
    window.setTimeout(what, this.delay * (0.5 + Math.random()));
    this.delay = Math.min(this.delay * 2, RETRY_LONGEST);
  };

  Exam.prototype.ask = function () {
    var self = this;
    return request(this.box.clock).then(function (answer) {
      self.offline(false);
      if (answer.status !== 200) { return; }
      if (answer.body.finished) { self.leave(answer.body.handed_in); return; }
      self.clock.set(answer.body.now, answer.body.left, answer.body.grace);
    });
  };
  Exam.prototype.resync = function () {
    var self = this;
    if (this.over) { return; }
    this.ask().then(function () { self.flush(); }, function () { self.offline(true); });
  };

  Exam.prototype.tick = function () {
    if (this.clock.show() > 0 || this.over) { return; }
    this.over = true;
    var self = this;
    var room = Math.max(0, Math.min(JITTER_SECONDS, this.clock.grace - this.clock.passed() - 15));
    trouble("时间到，正在自动交卷，请不要关页面。");
    window.setTimeout(function () { self.handIn(); }, Math.random() * room * 1000);
  };
  Exam.prototype.handIn = function () {
    var self = this;
    request(this.box.clock).then(function (answer) {
      if (answer.status === 200 && answer.body.finished) { self.leave(answer.body.handed_in); return; }
      carry(byId("hand-in"), self.store);
      self.store.change(function (data) { data.handed = true; });
      byId("hand-in").submit();
    }, function () {
      self.offline(true);
      self.again(function () { self.handIn(); });
    });
  };

  /* The plain form takes along what is still waiting. */
  function carry(form, store) {
    form.querySelector("[name=answers]").value = JSON.stringify(store.waiting());
    form.querySelector("[name=token]").value = store.read().token;
  }

  function startSubmit(form) {
    var store = new Store(form.dataset.attempt);
    var waiting = store.waiting();
    var clock = new Clock(form.dataset);
    setText("ex-waiting", String(waiting.length));
    byId("ex-unsaved").hidden = waiting.length === 0;
    form.addEventListener("submit", function () {
      carry(form, store);
      store.change(function (data) { data.handed = true; });
    });
    window.setInterval(function () { clock.show(); }, 500);
    clock.show();
  }

  /* After the end: what never reached the server goes there now; what was handed in is forgotten here. */
  function afterwards(box, delay) {
    var store = new Store(box.attempt);
    var waiting = store.waiting().length;
    if (box.closed === "member") {
      if (waiting && !store.read().handed) { trouble("另一台设备已经交卷。这台手机上没来得及上传的 " + waiting + " 题没有算进去。"); }
      store.forget();
      return;
    }
    if (!waiting) { if (box.closed) { store.forget(); } return; }
    trouble("已保存在本机，" + waiting + " 题待上传，正在送交，请不要关页面。");
    deliver(store, box.late).then(function (answer) {
      if (answer.status === 200 || answer.body.finished) { window.location.reload(); return; }
      trouble(answer.body.error || "登录已失效，答案还在这台手机里。请重新登录，再打开这一页。");
    }, function () {
      window.setTimeout(function () { afterwards(box, Math.min(delay * 2, RETRY_LONGEST)); }, delay);
    });
  }

  var exam = byId("exam");
  var submit = byId("exam-submit");
  var end = byId("exam-end");
  if (exam) { new Exam(exam).start(); }
  if (submit) { startSubmit(submit); }
  if (end) { afterwards(end.dataset, RETRY_FIRST); }
}());
