/* Shows the page of an inspection again where there is no network: the copy the page itself put by. Reaches below
   /inspect/ only. The copies go with the session: signed out, not allowed any more, or older than a session lasts. */
"use strict";

const SHELF = "inspect";
const SESSION = 8 * 3600 * 1000;
const PATIENCE = 10000;
const PAGE = /^\/inspect\/\d+\/$/;

const found = async (path) => {
  const copy = await (await caches.open(SHELF)).match(path);
  if (copy && PAGE.test(path) && !(Date.now() - Number(copy.headers.get("X-Kept")) < SESSION)) {
    await caches.delete(SHELF);
    return undefined;
  }
  return copy;
};

const pageFor = async (request, path) => {
  const copy = await found(path);
  const late = new Promise((done, fail) => { if (copy) { setTimeout(fail, PATIENCE); } });
  let answer;
  try {
    answer = await Promise.race([fetch(request), late]);
  } catch (error) {
    return copy || Response.error();
  }
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
    await caches.delete(SHELF);
  } else if (answer.status < 500) {
    await (await caches.open(SHELF)).delete(path); // the page that comes puts by a new one, if it is still filled in
  }
  return answer;
};

const assetFor = async (request, path) => {
  try {
    return await fetch(request);
  } catch (error) {
    return (await found(path)) || Response.error();
  }
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) { return; }
  if (request.mode === "navigate" && PAGE.test(url.pathname)) {
    event.respondWith(pageFor(request, url.pathname));
  } else if (url.pathname.startsWith("/static/")) {
    event.respondWith(assetFor(request, url.pathname));
  }
});
