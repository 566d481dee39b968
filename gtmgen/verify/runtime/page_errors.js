// gtm.pageError: scripts that threw.

function onError({ window, push }) {
  window.addEventListener("error", (error) => {
    if (error.message === undefined) return; // a resource, not a script
    push({
      event: "gtm.pageError",
      "gtm.errorMessage": error.message,
      "gtm.errorUrl": error.filename,
      "gtm.errorLineNumber": error.lineno,
    });
  });
}

