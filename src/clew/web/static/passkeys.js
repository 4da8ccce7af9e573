// Passkeys: asks the server what to ask, asks the device, and sends its answer as the form's own field.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
const text = (buffer) =>
  buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const token = document.querySelector("meta[name=form-token]")?.content;

function asked(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of [options.allowCredentials, options.excludeCredentials])
    for (const each of list ?? []) each.id = bytes(each.id);
  return { publicKey: options };
}

function answered(credential) {
  const { response } = credential;
  const kept = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (response[name]) kept[name] = text(response[name]);
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: kept, clientExtensionResults: {} };
}

async function ask(form) {
  const headers = token ? { "x-clew-form": token } : {};
  const answer = await fetch(form.dataset.ask, { method: "POST", headers });
  if (!answer.ok) throw new Error("refused");
  const options = asked(await answer.json());
  const make = form.dataset.passkey === "create";
  const credential = await (make ? navigator.credentials.create(options) : navigator.credentials.get(options));
  form.querySelector("[name=credential]").value = JSON.stringify(answered(credential));
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!globalThis.PublicKeyCredential) continue;
  form.hidden = false;
  const said = form.querySelector("[data-said]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    said.textContent = "Your device asks you now.";
    ask(form).catch(() => { said.textContent = "The device gave no passkey. Try again, or take another way."; });
  });
}
