// An OpenID provider on this machine, by oidc-provider: `node openid_provider.mjs SETTINGS`, settings as JSON.
//
// It writes `listening PORT` when it listens. People "log in" by picking an account on its page; a POST to /control/keys gives it
// new signing keys, one to /control/accounts new accounts.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

const settings = JSON.parse(process.argv[2]);
let accounts = settings.accounts;
let keyNumber = 0;
let provider;
let answer;

function newKey(type, options, alg) {
  const { privateKey } = generateKeyPairSync(type, options);
  keyNumber += 1;
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `key-${keyNumber}` };
}

function newKeys() {
  return [
    newKey('rsa', { modulusLength: 2048 }, 'RS256'),
    newKey('rsa', { modulusLength: 2048 }, 'PS256'),
    newKey('ec', { namedCurve: 'P-256' }, 'ES256'),
    newKey('ec', { namedCurve: 'P-521' }, 'ES512'),
    newKey('ed25519', {}, 'EdDSA'),
  ];
}

function configuration() {
  return {
    clients: settings.clients,
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'], document: ['cpf'] },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    conformIdTokenClaims: settings.conformIdTokenClaims ?? true,
    cookies: { keys: [randomBytes(16).toString('hex')] },
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'ES512', 'EdDSA'],
      clientAuthSigningAlgValues: ['RS256', 'ES256', 'EdDSA'],
    },
    features: { devInteractions: { enabled: false } },
    findAccount: (_ctx, id) => (accounts[id] ? { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) } : undefined),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    jwks: { keys: newKeys() },
    pkce: { methods: ['S256'], required: (_ctx, client) => client.responseTypeAllowed('code') },
    responseTypes: ['code', 'id_token'],
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  };
}

function renew(issuer) {
  provider = new Provider(issuer, configuration());
  answer = provider.callback();
}

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

function page(response, uid) {
  const buttons = Object.keys(accounts).map((id) => `<button name="account" value="${id}">${id}</button>`);
  response.writeHead(200, { 'Content-Type': 'text/html' });
  response.end(`<form method="post" action="/interaction/${uid}">${buttons.join('')}<button name="account" value="">No</button></form>`);
}

async function finish(request, response) {
  const accountId = new URLSearchParams(await bodyOf(request)).get('account');
  const { params } = await provider.interactionDetails(request, response);
  if (!accountId) {
    await provider.interactionFinished(request, response, { error: 'access_denied' });
    return;
  }
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  await provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId: await grant.save() } });
}

async function control(request, response, what) {
  const body = await bodyOf(request);
  if (what === 'keys') renew(provider.issuer);
  if (what === 'accounts') accounts = JSON.parse(body);
  response.writeHead(204);
  response.end();
}

const server = createServer((request, response) => {
  const [, first, second] = request.url.split('?')[0].split('/');
  let done;
  if (first === 'control') done = control(request, response, second);
  else if (first === 'interaction') done = request.method === 'POST' ? finish(request, response) : page(response, second);
  else done = answer(request, response);
  Promise.resolve(done).catch((error) => {
    console.error(error);
    response.writeHead(500);
    response.end();
  });
});

server.listen(settings.port ?? 0, '127.0.0.1', () => {
  const { port } = server.address();
  renew(`http://127.0.0.1:${port}`);
  console.log(`listening ${port}`);
});
