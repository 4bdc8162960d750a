/**
 * Asks the browser for the passkey that the form names, puts the answer into its hidden field and sends the form. It gets
 * only what is in the form's attribute, and talks to nobody else; the policy of the page names its hash.
 */
export const passkeyScript = `(() => {
const form = document.querySelector("form[data-passkey]");
const asked = JSON.parse(form.dataset.passkey);
const said = document.getElementById("passkey-problem");
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/[+]/g, "-").replace(/[/]/g, "_").replace(/=+$/, "");
const keys = (list) => list.map(({ id, transports }) => ({ type: "public-key", id: bytes(id), transports }));
const common = { challenge: bytes(asked.challenge), timeout: 300000 };
const get = () => navigator.credentials.get({ publicKey: { ...common, rpId: asked.rpId, userVerification: "required", allowCredentials: keys(asked.keys) } });
const create = () => navigator.credentials.create({ publicKey: { ...common, rp: { id: asked.rpId, name: "kibana-connectors-mcp" },
  user: { id: bytes(asked.user.id), name: asked.user.name, displayName: asked.user.name },
  pubKeyCredParams: asked.algorithms.map((alg) => ({ type: "public-key", alg })), excludeCredentials: keys(asked.exclude),
  authenticatorSelection: { residentKey: "preferred", userVerification: "required" }, attestation: "none" } });
const why = { NotAllowedError: "No passkey was used: it was cancelled, timed out, or is not an enrolled one.",
  InvalidStateError: "This authenticator holds an enrolled key already.", SecurityError: "The browser does not accept this address for passkeys." };
let waiting = false;
form.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (!button || button.value !== "approve" || form.elements.passkey.value !== "") return;
  event.preventDefault();
  if (waiting) return;
  waiting = true;
  said.hidden = true;
  try {
    if (!window.PublicKeyCredential) throw new Error("This browser has no passkeys.");
    const got = await (asked.what === "get" ? get() : create());
    const response = {};
    for (const name of ["clientDataJSON", "authenticatorData", "signature", "attestationObject"])
      if (got.response[name] instanceof ArrayBuffer) response[name] = text(got.response[name]);
    if (got.response.getTransports) response.transports = got.response.getTransports();
    form.elements.passkey.value = JSON.stringify({ id: got.id, rawId: text(got.rawId), type: got.type, response });
    form.requestSubmit(button);
  } catch (error) {
    said.textContent = (why[error.name] || error.message || "The passkey could not be used.") + " Nothing was sent.";
    said.hidden = false;
  } finally {
    waiting = false;
  }
});
})();`;
