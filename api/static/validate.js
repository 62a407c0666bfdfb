// The form of /validate without leaving the page: upload with progress, findings as they come, the report at the end.
// Without this file the form works all the same: the server answers with the whole page.
"use strict";

const form = document.getElementById("check");
const file = document.getElementById("file");
const drop = document.getElementById("drop");
const progress = document.getElementById("progress");
const bar = document.getElementById("bar");
const step = document.getElementById("step");
const early = document.getElementById("early");
const actions = document.getElementById("actions");
const result = document.getElementById("result");
const chinese = document.documentElement.lang.startsWith("zh");
let running = null;
let last = null; // the report of the time before, by which what was fixed is told
let named = ""; // the file that it is about

form.addEventListener("submit", (event) => {
  const answer = event.submitter?.name === "answer" ? event.submitter.value : document.getElementById("answer").value;
  if (answer !== "page" || !file.files.length) return; // the browser takes the answer as a download
  event.preventDefault();
  check();
});

for (const name of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files.length) {
      file.files = event.dataTransfer.files;
      form.requestSubmit();
    }
  });
}

function check() {
  running?.abort();
  const sent = new FormData(form);
  sent.set("answer", "events");
  if (file.files[0].name !== named) last = null;
  named = file.files[0].name;
  if (last) sent.set("previous", JSON.stringify(last));
  const request = (running = new XMLHttpRequest());
  let read = 0;
  progress.hidden = false;
  actions.hidden = true;
  early.replaceChildren();
  result.replaceChildren();
  bar.removeAttribute("value");
  step.textContent = step.dataset.sending;
  request.upload.onprogress = (at) => {
    if (at.lengthComputable) bar.value = (100 * at.loaded) / at.total;
  };
  request.upload.onload = () => {
    bar.removeAttribute("value");
    step.textContent = step.dataset.checking;
  };
  const take = () => {
    const end = request.responseText.lastIndexOf("\n");
    if (end < read) return; // no whole line since the last time
    for (const line of request.responseText.slice(read, end).split("\n")) if (line) show(JSON.parse(line));
    read = end + 1;
  };
  request.onprogress = () => request.status === 200 && take();
  request.onload = () => {
    if (request.status === 200) take();
    else refuse(request.responseText);
  };
  request.onerror = () => fail(step.dataset.failed);
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/x-ndjson");
  request.send(sent);
}

function show(event) {
  if (event.error) return fail(chinese ? `${event.error.message}。${event.error.hint}` : `${event.error.messageEn}. ${event.error.hintEn}`);
  if (event.rows) step.textContent = `${step.dataset.checking} ${event.rows.toLocaleString()} ${step.dataset.rows}`;
  if (event.groups) early.replaceChildren(...event.groups.slice(0, 8).map(finding));
  if (!event.report) return;
  last = event.report;
  progress.hidden = true;
  actions.hidden = false;
  result.innerHTML = event.html;
  offer();
  document.getElementById("report-heading").focus();
}

// The form that submits what was checked: the file waits in the page and is not chosen again.
function offer() {
  const submit = document.getElementById("submit");
  if (!submit) return;
  document.getElementById("same").files = file.files;
  document.getElementById("once-more").hidden = true;
  submit.addEventListener("submit", (event) => {
    if (event.submitter?.id !== "foresee") return; // the browser goes to the receipt
    event.preventDefault();
    foresee(submit, event.submitter.formAction);
  });
}

async function foresee(submit, address) {
  const changes = document.getElementById("changes");
  const sent = new FormData(submit);
  sent.set("answer", "part");
  changes.textContent = step.dataset.checking;
  try {
    const response = await fetch(address, { method: "POST", body: sent, cache: "no-store", credentials: "omit" });
    const text = await response.text();
    if (!response.ok) return refuse(text, changes);
    changes.innerHTML = text;
    document.getElementById("changes-heading").focus();
  } catch {
    fail(step.dataset.failed, changes);
  }
}

function finding(group) {
  const line = document.createElement("li");
  line.className = `finding ${group.severity === "error" ? "bad" : "warn"}`;
  const column = group.column ? `“${group.column}” ` : "";
  line.textContent = `${group.count.toLocaleString()} × ${column}${chinese ? group.message : group.messageEn}`;
  return line;
}

function refuse(text, where = result) {
  try {
    const [error] = JSON.parse(text).errors;
    const [zh, en] = error.message.split(" / ");
    fail(`${chinese ? zh : en}. ${chinese ? error.extensions.hint : error.extensions.hintEn}`, where);
  } catch {
    fail(step.dataset.failed, where);
  }
}

function fail(message, where = result) {
  progress.hidden = true;
  const note = document.createElement("p");
  note.className = "note bad";
  note.setAttribute("role", "alert");
  note.textContent = message;
  where.replaceChildren(note);
}
