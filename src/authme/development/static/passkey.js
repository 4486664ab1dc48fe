// The page: forms, and what each of them asks of the API in turn.

import { Refused, call } from "./api.js";
import { create, get } from "./webauthn.js";

const ME = "/user-identities/me";
const FACTORS = `${ME}/authentication-factors`;
const NOT_PROVED = "301";
const WRONG_CODE = "8";
const CEREMONIES = {
  NotAllowedError: "The browser used no passkey: it was cancelled, took too long, or there is none of this user here.",
  InvalidStateError: "This authenticator has a passkey of this user already.",
  SecurityError: "The browser refuses: passkeys of this server belong to another domain than this page's.",
};

const at = (selector) => document.querySelector(selector);
let accessToken = null;
let session = "Nobody is logged in.";
let cancelCode = () => {};

async function logIn() {
  cancelCode();
  const [clientId, name, password] = ["#client", "#username", "#password"].map((one) => at(one).value);
  const credentials = btoa(String.fromCharCode(...new TextEncoder().encode(`${name}:${password}`)));
  take(
    await call({
      operation: "UI-05",
      what: "Log in with the password",
      path: `/user-identities/login?clientId=${encodeURIComponent(clientId)}`,
      headers: { Authorization: `Basic ${credentials}` },
      sends: "Sent: user name and password by HTTP Basic.",
      means: tokensMean,
    }),
  );
  at("#password").value = "";
  for (const button of document.querySelectorAll("#add button, #raise button")) button.disabled = false;
}

async function addPasskey() {
  const [factor] = await provedWhereAsked(() =>
    callAsMe({
      operation: "UI-35",
      what: "Begin a passkey",
      path: FACTORS,
      body: { authenticationFactors: [{ contactType: "PASSKEY", name: at("#name").value }] },
      means: () => "it is there, and not verified.",
    }),
  );
  const asked = await callAsMe({
    operation: "UI-39",
    what: "Ask for what the authenticator is to sign",
    path: `${FACTORS}/${factor.id}/send-token`,
    means: () => "a challenge, for navigator.credentials.create.",
  });
  await callAsMe({
    operation: "UI-40",
    what: "Register what the authenticator made",
    path: `${FACTORS}/${factor.id}/validate-token`,
    body: { challengeId: asked.challengeId, attestation: await create(asked.publicKey) },
    means: () => "the passkey is registered.",
  });
  say(`${session} The passkey “${factor.name}” is registered.`);
}

async function stepUp() {
  const asked = await leverage("Ask for a passkey", { contactType: "PASSKEY" });
  await fulfil(asked.challengeId, { assertion: await get(asked.publicKey) });
}

function leverage(what, body) {
  const means = (asked) => {
    if (asked.publicKey) return "a challenge, for navigator.credentials.get.";
    return asked.contact ? `a code goes to ${asked.contact}.` : "a code is asked for.";
  };
  return callAsMe({ operation: "UI-25", what, path: `${ME}/leverage-mfa`, body, means });
}

/** Do it; if the session has not proved enough for it, or too long ago, prove a second factor and do it then. */
async function provedWhereAsked(action) {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof Refused && error.codes.includes(NOT_PROVED))) throw error;
  }
  await proveAgain();
  return action();
}

async function proveAgain() {
  const asked = await leverage("Ask for a second factor", {});
  if (asked.publicKey) return fulfil(asked.challengeId, { assertion: await get(asked.publicKey) });
  const where = asked.contact
    ? [`a code was sent to ${asked.contact}, and is at `, link("/dev/outbox", "_blank"), "."]
    : ["the code that your app shows, or a recovery code."];
  return fulfilByCode(asked.challengeId, ["This needs a second factor first: ", ...where]);
}

async function fulfilByCode(challengeId, question) {
  try {
    for (;;) {
      const token = await typedCode(question);
      try {
        return await fulfil(challengeId, { token });
      } catch (error) {
        if (!(error instanceof Refused && error.codes.includes(WRONG_CODE))) throw error;
        fail(at("#code"), error.message);
      }
    }
  } finally {
    at("#code").hidden = true;
  }
}

function typedCode(question) {
  at("#asked").replaceChildren(...question);
  at("#code").hidden = false;
  at("#token").value = "";
  at("#token").focus();
  return new Promise((resolve, reject) => {
    cancelCode = () => reject(new Error("Another login took its place."));
    at("#code").onsubmit = (event) => {
      event.preventDefault();
      at("#error").hidden = true;
      resolve(at("#token").value.trim());
    };
  });
}

async function fulfil(challengeId, answer) {
  const what = answer.assertion ? "Answer with the passkey" : "Answer with the code";
  const body = { challengeId, ...answer };
  take(await callAsMe({ operation: "UI-26", what, path: `${ME}/fulfill-mfa`, body, means: tokensMean }));
}

function callAsMe(request) {
  return call({ ...request, headers: { Authorization: `Bearer ${accessToken}` } });
}

function tokensMean(tokens) {
  return `tokens at ${claimsOf(tokens).acr}.`;
}

function claimsOf(tokens) {
  return JSON.parse(atob(tokens.accessToken.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
}

/** Keep the tokens in this page alone, and say what their session proved. */
function take(tokens) {
  accessToken = tokens.accessToken;
  const claims = claimsOf(tokens);
  session = `Logged in at ${claims.acr}, proved by ${claims.amr.join(", ")}.`;
  say(session);
}

function say(words) {
  at("#session").textContent = words;
}

function fail(form, words) {
  at("#error").textContent = words;
  at("#error").hidden = false;
  form.after(at("#error"));
}

function on(form, action) {
  form.onsubmit = async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    at("#error").hidden = true;
    try {
      await action();
    } catch (error) {
      fail(form, CEREMONIES[error.name] ?? error.message);
    } finally {
      button.disabled = false;
    }
  };
}

function link(url, target = "") {
  const made = document.createElement("a");
  made.href = made.textContent = url;
  made.target = target;
  return made;
}

function warn(...words) {
  at("#warning").replaceChildren(...words);
  at("#warning").hidden = false;
}

function checkPlace() {
  const { rpId, origins } = document.body.dataset;
  const places = origins.split(" ").filter((origin) => `.${new URL(origin).hostname}`.endsWith(`.${rpId}`));
  if (!places.includes(location.origin)) {
    const instead = places.length ? [" Open ", link(`${places[0]}/dev/passkey`), " instead."] : [];
    warn(`Passkeys of this server belong to the domain ${rpId}; at ${location.origin} none will work.`, ...instead);
  } else if (!window.PublicKeyCredential) {
    warn("This browser has no passkeys here: they need https, or http at localhost.");
  }
}

checkPlace();
on(at("#login"), logIn);
on(at("#add"), addPasskey);
on(at("#raise"), stepUp);
