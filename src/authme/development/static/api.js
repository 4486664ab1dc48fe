// Requests to the API, each written down on the page with its answer, in words and without secrets.

const API = "/security/iam/v1";
const TOKENS = ["accessToken", "refreshToken"];
const CODES = ["token"];
const LONGEST = 32;

/** The API refused; its errors are an array of `{code, message}`. */
export class Refused extends Error {
  constructor(status, errors) {
    super(`Refused with ${status}: ${errors.map((one) => `${one.message} (code ${one.code})`).join(" ")}`);
    this.codes = errors.map((one) => one.code);
  }
}

/** Call an operation; return what it answers, or throw `Refused`.
 *
 * `what` says in words what is asked, `means` what an answer means, and `sends` what is sent where that is no body. */
export async function call({ operation, what, method = "POST", path, headers = {}, body, sends, means }) {
  const step = begin(what, `${operation}: ${method} ${API}${path}`, sends ?? (body ? `Sent: ${shown(body)}` : "Sent without a body."));
  const answer = await fetch(API + path, {
    method,
    headers: body ? { ...headers, "Content-Type": "application/json" } : headers,
    body: body && JSON.stringify(body),
  }).catch(() => {
    step.end("refused", "The server does not answer.");
    throw new Error("The server does not answer.");
  });
  const content = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) {
    const refused = new Refused(answer.status, content);
    step.end("refused", refused.message);
    throw refused;
  }
  step.end("done", `Answered with ${answer.status}: ${means(content)}`, content && shown(content));
  return content;
}

function begin(what, request, sent) {
  const step = document.createElement("li");
  step.append(line("div", what), line("code", request), line("code", sent));
  document.querySelector("#steps").append(step);
  return {
    end(kind, answer, content) {
      step.className = kind;
      const said = line("div", answer);
      said.className = "answer";
      step.append(said);
      if (content) step.append(line("code", content));
    },
  };
}

function line(element, words) {
  const made = document.createElement(element);
  made.textContent = words;
  return made;
}

/** Return JSON to look at: of tokens and whatever else is long only the beginning, of codes nothing. */
function shown(content) {
  return JSON.stringify(content, (name, value) => {
    if (typeof value !== "string") return value;
    if (CODES.includes(name)) return "(hidden)";
    if (TOKENS.includes(name)) return `${value.slice(0, 8)}…`;
    return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
  });
}
