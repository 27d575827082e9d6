// What the page asks of its server. Whoever is no longer logged in is sent to the login.

let csrf = '';

/** An answer that was no success: `status`, the sentence of the server, and all that it answered. */
export class ApiError extends Error {
  constructor(status, message, body = null) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/** Keeps the token that changes are sent with. */
export function useToken(token) {
  csrf = token ?? '';
}

/** Reads JSON. */
export const get = (address, signal) => ask(address, { signal });

/** Sends JSON, and reads the answer. */
export const post = (address, body, signal) =>
  ask(address, {
    method: 'POST',
    signal,
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf },
    body: JSON.stringify(body ?? {}),
  });

/** An address with the parameters that have a value. */
export function address(path, parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== null && value !== undefined && value !== '') query.set(name, value);
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...options });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(0, 'The server cannot be reached.');
  }
  if (answer.status === 401) {
    globalThis.location.assign('/');
    throw new ApiError(401, 'The session is over: log in again.');
  }
  const body = await bodyOf(answer);
  if (!answer.ok) throw new ApiError(answer.status, body?.message ?? `The server answered ${answer.status}.`, body);
  return body;
}

async function bodyOf(answer) {
  const text = await answer.text();
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(answer.status, 'The server answered with what is no JSON.');
  }
}
