// Passkeys: made, and used to sign in or to confirm. Shown only where browsers allow them.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const withIds = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

const toMake = (options) =>
  PublicKeyCredential.parseCreationOptionsFromJSON?.(options) ?? {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: withIds(options.excludeCredentials),
  };
const toUse = (options) =>
  PublicKeyCredential.parseRequestOptionsFromJSON?.(options) ?? {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: withIds(options.allowCredentials),
  };

const said = (credential) => {
  if (credential.toJSON) return credential.toJSON();
  const { response } = credential;
  const parts = Object.fromEntries(
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
      .filter((name) => response[name])
      .map((name) => [name, text(response[name])]),
  );
  return {
    id: credential.id,
    rawId: credential.id,
    type: credential.type,
    response: parts,
    clientExtensionResults: {},
  };
};

const post = async (url, fields) => {
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(fields) });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.error);
  return told;
};

for (const box of document.querySelectorAll("[data-passkey]")) {
  const { passkey: what, origin, ask, send, failed } = box.dataset;
  // The same site under another name, e.g. 127.0.0.1, cannot have any.
  if (!window.PublicKeyCredential || location.origin !== origin) continue;
  const button = box.querySelector("button");
  const status = box.querySelector("[role=status]");
  box.hidden = false;
  button.onclick = async () => {
    button.disabled = true;
    status.textContent = "";
    try {
      const form_token = box.querySelector("[name=form_token]").value;
      const options = await post(ask, { form_token });
      const credential =
        what === "make"
          ? await navigator.credentials.create({ publicKey: toMake(options) })
          : await navigator.credentials.get({ publicKey: toUse(options) });
      const name = box.querySelector("[name=name]")?.value ?? "";
      const answer = JSON.stringify(said(credential));
      location.assign(
        (await post(send, { form_token, name, answer, challenge: options.challenge })).there,
      );
    } catch (error) {
      // Browsers tell nobody whether it was cancelled, timed out or unknown.
      status.textContent = error instanceof DOMException || !error.message ? failed : error.message;
      button.disabled = false;
    }
  };
}
