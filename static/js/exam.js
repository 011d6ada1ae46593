/* The exam page of a member: every choice is kept on this phone first, then sent, one by one, until the server says
   that it has it. Times are the server's: the page carries the server's moment and what is left, this clock only
   counts on from there, so a wrong clock of the phone changes nothing. */
(function () {
  "use strict";

  var SEND_TIMEOUT = 10000;
  var RETRY_FIRST = 2000;
  var RETRY_LONGEST = 15000;
  var WARN_SECONDS = 300;
  var JITTER_SECONDS = 20;

  function byId(id) { return document.getElementById(id); }
  function setText(id, text) { var node = byId(id); if (node) { node.textContent = text; } }
  function two(number) { return (number < 10 ? "0" : "") + number; }

  /* What is not on the server yet, by question number; keyed by attempt, holds no name. */
  function Store(attempt) {
    this.key = "exam-" + attempt;
    this.data = { seq: 0, queue: {}, later: {} };
    try {
      this.data = Object.assign(this.data, JSON.parse(window.localStorage.getItem(this.key) || "{}"));
    } catch (error) { /* unreadable: start empty */ }
  }
  Store.prototype.keep = function () {
    try { window.localStorage.setItem(this.key, JSON.stringify(this.data)); } catch (error) { /* memory only */ }
  };
  Store.prototype.waiting = function () {
    var queue = this.data.queue;
    return Object.keys(queue).map(function (number) {
      return { number: Number(number), choice: queue[number].choice, seq: queue[number].seq };
    }).sort(function (a, b) { return a.seq - b.seq; });
  };

  function Clock(data) {
    this.base = Number(data.now);
    this.set(Number(data.left), Number(data.grace));
  }
  Clock.prototype.set = function (left, grace) {
    if (this.from !== undefined) { this.base = this.now(); }
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
    this.clock = new Clock(this.box);
    this.items = Array.prototype.slice.call(form.querySelectorAll(".ex-item"));
    this.links = Array.prototype.slice.call(form.querySelectorAll(".q-grid a"));
    this.current = 0;
    this.sending = false;
    this.delay = RETRY_FIRST;
    this.over = false;
  }

  Exam.prototype.start = function () {
    var self = this;
    document.documentElement.setAttribute("data-js", "");
    Array.prototype.forEach.call(document.querySelectorAll(".js-only"), function (node) { node.hidden = false; });
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
    this.items.forEach(function (item) {
      item.querySelector(".ex-later").checked = Boolean(self.store.data.later[item.dataset.number]);
    });
    this.paint();
  };

  Exam.prototype.changed = function (input) {
    var item = input.closest(".ex-item");
    var number = item.dataset.number;
    if (input.classList.contains("ex-later")) {
      if (input.checked) { this.store.data.later[number] = true; } else { delete this.store.data.later[number]; }
      this.store.keep();
      this.paint();
      return;
    }
    this.store.data.seq = Math.max(this.store.data.seq + 1, this.clock.now(), Number(this.box.seq) + 1);
    this.store.data.queue[number] = { choice: this.choice(item), seq: this.store.data.seq };
    this.store.keep();
    setText("ex-saved", "正在保存");
    this.paint();
    this.flush();
  };

  Exam.prototype.paint = function () {
    var self = this;
    var answered = 0;
    this.items.forEach(function (item, index) {
      var has = self.choice(item).length > 0;
      answered += has ? 1 : 0;
      var link = self.links[index];
      link.className = (has ? "y" : "") + (index === self.current ? " cur" : "")
        + (self.store.data.later[item.dataset.number] ? " later" : "");
      if (index === self.current) { link.setAttribute("aria-current", "true"); } else { link.removeAttribute("aria-current"); }
    });
    setText("ex-count", "已答 " + answered + "，未答 " + (this.items.length - answered));
    setText("ex-waiting", String(this.store.waiting().length));
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

  /* Sending: one at a time, the oldest first, again and again until the server has it. */
  Exam.prototype.request = function (url, body) {
    var stopper = new AbortController();
    var timer = window.setTimeout(function () { stopper.abort(); }, SEND_TIMEOUT);
    var options = { credentials: "same-origin", signal: stopper.signal, headers: { Accept: "application/json" } };
    if (body) {
      options.method = "POST";
      options.body = JSON.stringify(body);
      options.headers["Content-Type"] = "application/json";
      options.headers["X-CSRFToken"] = this.form.querySelector("[name=csrfmiddlewaretoken]").value;
    }
    return window.fetch(url, options).then(function (answer) {
      window.clearTimeout(timer);
      var kind = answer.headers.get("Content-Type") || "";
      if (answer.status >= 500) { throw new Error("server"); }
      if (kind.indexOf("json") < 0) { return { status: 403, body: {} }; }
      return answer.json().then(function (data) { return { status: answer.status, body: data }; });
    }, function (error) { window.clearTimeout(timer); throw error; });
  };

  Exam.prototype.flush = function () {
    var self = this;
    var entry = this.store.waiting()[0];
    if (this.sending || this.over || !entry) { return; }
    this.sending = true;
    this.request(this.box.save, entry).then(function (answer) {
      self.sending = false;
      self.delay = RETRY_FIRST;
      self.offline(false);
      self.received(entry, answer);
    }, function () {
      self.sending = false;
      self.offline(true);
      window.setTimeout(function () { self.flush(); }, self.delay);
      self.delay = Math.min(self.delay * 2, RETRY_LONGEST);
    });
  };

  Exam.prototype.received = function (entry, answer) {
    if (answer.status === 409) { this.leave(); return; }
    if (answer.status === 403) { this.trouble("登录已失效，答案还在这台手机里。请重新登录，再回到考试。"); return; }
    if (answer.status === 200 && answer.body.seq > entry.seq) { this.apply(entry.number, answer.body.choice); }
    if (answer.status !== 200) { this.trouble(answer.body.error || "这个答案没有存上，请再选一次。"); }
    var kept = this.store.data.queue[entry.number];
    if (kept && kept.seq === entry.seq) { delete this.store.data.queue[entry.number]; }
    this.store.keep();
    this.paint();
    if (answer.status === 200) { setText("ex-saved", "已保存 " + answer.body.saved_at); }
    this.flush();
  };

  Exam.prototype.offline = function (is) {
    document.documentElement.toggleAttribute("data-offline", is);
    setText("ex-waiting", String(this.store.waiting().length));
  };
  Exam.prototype.trouble = function (text) {
    setText("ex-trouble-text", text);
    byId("ex-trouble").hidden = false;
  };
  Exam.prototype.leave = function () { this.over = true; window.location.href = this.box.result; };

  Exam.prototype.ask = function () {
    var self = this;
    return this.request(this.box.clock).then(function (answer) {
      self.offline(false);
      if (answer.status !== 200) { return; }
      if (answer.body.finished) { self.leave(); return; }
      self.clock.set(answer.body.left, answer.body.grace);
    });
  };
  Exam.prototype.resync = function () {
    var self = this;
    this.ask().then(function () { self.flush(); }, function () { self.offline(true); });
  };

  Exam.prototype.tick = function () {
    if (this.clock.show() > 0 || this.over) { return; }
    this.over = true;
    var self = this;
    var room = Math.max(0, Math.min(JITTER_SECONDS, this.clock.grace - this.clock.passed() - 15));
    this.trouble("时间到，正在自动交卷，请不要关页面。");
    window.setTimeout(function () { self.handIn(); }, Math.random() * room * 1000);
  };
  Exam.prototype.handIn = function () {
    var self = this;
    this.request(this.box.clock).then(function () {
      var form = byId("hand-in");
      form.querySelector("[name=answers]").value = JSON.stringify(self.store.waiting());
      form.submit();
    }, function () {
      self.offline(true);
      window.setTimeout(function () { self.handIn(); }, RETRY_FIRST);
    });
  };

  function startSubmit(form) {
    var store = new Store(form.dataset.attempt);
    var waiting = store.waiting();
    var clock = new Clock(form.dataset);
    form.querySelector("[name=answers]").value = JSON.stringify(waiting);
    setText("ex-waiting", String(waiting.length));
    byId("ex-unsaved").hidden = waiting.length === 0;
    window.setInterval(function () { clock.show(); }, 500);
    clock.show();
  }

  var exam = byId("exam");
  var submit = byId("exam-submit");
  var done = document.querySelector("[data-exam-done]");
  if (exam) { new Exam(exam).start(); }
  if (submit) { startSubmit(submit); }
  if (done) { window.localStorage.removeItem("exam-" + done.dataset.examDone); }
}());
