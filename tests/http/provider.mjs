// A login provider for the tests: npm's oidc-provider behind HTTPS on loopback, which does on
// command what a broken or hostile one would.
//   node provider.mjs NODE_MODULES CERTIFICATE KEY
// Prints its issuer. Then one JSON command a line on standard input, one JSON answer a line.
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID,
         sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

console.info = console.warn = console.error;  // standard output is for answers
const [modules, certificate, key] = process.argv.slice(2);
const { default: Provider } = await import(
    pathToFileURL(`${modules}/oidc-provider/lib/index.js`).href);

const RESOURCE = 'urn:stegvis';
const SECRET = 'a secret: with/odd+signs';
const PEOPLE = {
  kim: { roles: ['caseworker'], units: ['unit/a'] },
  ada: { roles: ['admin'] },
  dp: { roles: ['data_protection'] },
  nobody: {},
};

let keys = [fresh('RS256'), fresh('ES256')];
const foreign = fresh('RS256');
let origin = 'https://127.0.0.1:1';
let state = { down: false, claims: null, sign: null, requests: 0 };
let issuer, provider;

function fresh(alg) {
  const pair = alg === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2048 })
                               : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...pair.privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg };
}

function build() {
  const redirects = { redirect_uris: [`${origin}/callback`],
                      post_logout_redirect_uris: [`${origin}/`] };
  provider = new Provider(issuer, {
    jwks: { keys },
    clients: [
      { client_id: 'stegvis', client_secret: SECRET, ...redirects },
      { client_id: 'stegvis-ec', client_secret: SECRET, ...redirects,
        id_token_signed_response_alg: 'ES256' },
      { client_id: 'public', token_endpoint_auth_method: 'none', ...redirects },
      { client_id: 'program', client_secret: 'program', redirect_uris: [], response_types: [],
        grant_types: ['client_credentials'] },
    ],
    claims: { openid: ['sub', 'roles', 'units'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true, methods: ['S256'] },
    cookies: { keys: ['for tests only'] },
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        getResourceServerInfo: (_, audience) => (
            { scope: '', audience, accessTokenFormat: 'jwt',
              jwt: { sign: { alg: 'RS256' } } }),
      },
    },
    extraTokenClaims: () => ({ roles: ['caseworker'], units: ['unit/a'] }),
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) }),
  });
  provider.use(async (context, next) => {
    await next();
    if (context.path === '/token' && context.body?.id_token && (state.claims || state.sign)) {
      context.body.id_token = altered(context.body.id_token);
    }
  });
}

const encoded = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
const decoded = (part) => JSON.parse(Buffer.from(part, 'base64url').toString());

// The token with other claims, signed anew in the way that is asked for.
function altered(token) {
  const [header, payload] = token.split('.').slice(0, 2).map(decoded);
  return signed({ payload: { ...payload, ...state.claims }, how: state.sign ?? header.alg });
}

// A token by the provider's key of that algorithm; or in one of the ways of forgers: `none`, `HS256`
// with the public key as the secret, or `foreign`: by a key that the provider does not know.
function signed({ header = {}, payload, how }) {
  const own = keys.find((k) => k.alg === (how === 'ES256' ? 'ES256' : 'RS256'));
  const alg = how === 'foreign' ? 'RS256' : how;
  const text = `${encoded({ alg, kid: own.kid, ...header })}.${encoded(payload)}`;
  if (how === 'none') return `${text}.`;
  if (how === 'HS256') {
    const pem = createPublicKey({ key: own, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    return `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
  }
  const key = createPrivateKey({ key: how === 'foreign' ? foreign : own, format: 'jwk' });
  const value = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${value.toString('base64url')}`;
}

const commands = {
  client: ({ at }) => { origin = at; build(); return {}; },
  set: ({ values }) => { state = { ...state, ...values }; return {}; },
  rotate: () => { keys = [fresh('RS256'), fresh('ES256')]; build(); return {}; },
  sign: ({ token }) => ({ token: signed(token) }),
  requests: () => ({ requests: state.requests }),
};

const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) },
                            (request, response) => {
  state.requests += 1;
  if (state.down) {
    response.writeHead(500).end();
    return;
  }
  provider.callback()(request, response);
});
server.listen(0, '127.0.0.1', () => {
  issuer = `https://127.0.0.1:${server.address().port}`;
  build();
  console.log(JSON.stringify({ issuer, resource: RESOURCE, secret: SECRET }));
  createInterface({ input: process.stdin }).on('line', (line) => {
    const wanted = JSON.parse(line);
    console.log(JSON.stringify(commands[wanted.do](wanted)));
  }).on('close', () => process.exit(0));
});
