// What `navigator.credentials` takes and gives, from and to the JSON of the API (W3C Web Authentication Level 3, section 5.1).

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

// For browsers without the functions above.
function parsed(options) {
  const withBytes = (one) => ({ ...one, id: bytes(one.id) });
  const becomes = { ...options, challenge: bytes(options.challenge) };
  if (options.user) becomes.user = withBytes(options.user);
  for (const known of ["excludeCredentials", "allowCredentials"]) {
    if (options[known]) becomes[known] = options[known].map(withBytes);
  }
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
