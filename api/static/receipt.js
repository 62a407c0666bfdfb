// A receipt that came as the answer to a form: its own address stands in the bar, so that a reload asks for the key
// and sends nothing again; and it can be printed.
"use strict";

const receipt = document.querySelector(".receipt");
history.replaceState(null, "", receipt.dataset.address + location.search);
const print = document.getElementById("print");
print.parentElement.hidden = false;
print.addEventListener("click", () => window.print());
