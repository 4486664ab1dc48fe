// What `navigator.credentials` takes and gives, from and to the JSON of the API (W3C Web Authentication Level 3, section 5.1).

const PARSED = ["challenge", "id"];

/** Register a passkey; the options are those of `PublicKeyCredentialCreationOptionsJSON`. */
export async function create(options) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON?.(options) ?? parsed(options);
  return asJson(await navigator.credentials.create({ publicKey }));
}

/** Use a passkey; the options are those of `PublicKeyCredentialRequestOptionsJSON`. */
export async function get(options) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON?.(options) ?? parsed(options);
  return asJson(await navigator.credentials.get({ publicKey }));
}

// For browsers without the functions above. In both kinds of options exactly the challenge and the ids of the user and of
// passkeys are bytes; the ids of a relying party are words.
function parsed(options) {
  const withBytes = (value) =>
    Object.fromEntries(Object.entries(value).map(([name, one]) => [name, PARSED.includes(name) ? bytes(one) : one]));
  const known = (list) => list?.map(withBytes);
  const becomes = withBytes({ ...options, id: undefined });
  delete becomes.id;
  if (options.user) becomes.user = withBytes(options.user);
  if (options.excludeCredentials) becomes.excludeCredentials = known(options.excludeCredentials);
  if (options.allowCredentials) becomes.allowCredentials = known(options.allowCredentials);
  return becomes;
}

function asJson(credential) {
  if (credential.toJSON) return credential.toJSON();
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  const extensions = credential.getClientExtensionResults();
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: extensions };
}

function bytes(encoded) {
  return Uint8Array.from(atob(encoded.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
}

function text(buffer) {
  const plain = Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join("");
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
