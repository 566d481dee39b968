// gtm.formSubmit: submit events, and form.submit(), which makes none.

function onFormSubmit(page, group) {
  const { window, document } = page;
  const prototype = window.HTMLFormElement && window.HTMLFormElement.prototype;
  const native = prototype && prototype.submit;
  const message = (form) => {
    const action = form.getAttribute("action");
    const url = action === null ? window.location.href : new URL(action, window.location.href).href;
    return elementKeys("gtm.formSubmit", form, url);
  };
  document.addEventListener(
    "submit",
    (domEvent) => {
      const form = closest(domEvent.target, ["form"]);
      const addressed = form ? addressees(group, domEvent) : [];
      if (addressed.length === 0) return;
      const button = domEvent.submitter;
      const leaves = !domEvent.defaultPrevented && leavesByForm(form, button);
      if (tellAndWait(page, message(form), addressed, leaves, () => send(document, native, form, button))) domEvent.preventDefault();
    },
    false,
  );
  if (!prototype) return;
  prototype.submit = function () {
    const addressed = addressees(group, null);
    const waits = addressed.length > 0 && tellAndWait(page, message(this), addressed, leavesByForm(this), () => native.call(this));
    return waits ? undefined : native.call(this);
  };
}

function leavesByForm(form, button) {
  const target = (button && button.getAttribute("formtarget")) || form.getAttribute("target");
  return !target || ["_self", "_parent", "_top"].includes(target);
}

// submit() leaves the clicked button out; its name and value go along in a hidden field.
function send(document, native, form, button) {
  if (button && button.name) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = button.name;
    field.value = button.value;
    form.appendChild(field);
  }
  native.call(form);
}
