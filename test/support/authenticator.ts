import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** What a page asks the browser for, as its form says it. */
export interface Asked {
  what: "get" | "create";
  challenge: string;
  rpId: string;
  keys?: { id: string }[];
}

/** How an authenticator, or whoever plays one, may behave wrongly. */
export interface Deviation {
  origin?: string;
  rpId?: string;
  challenge?: string;
  userVerified?: boolean;
  counter?: number;
  type?: string;
  crossOrigin?: boolean;
  /** Signs with the key of another authenticator. */
  key?: KeyObject;
  /** Shows the id of another one. */
  id?: string;
}

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest();

/** An authenticator in software with one key (ES256): it signs whatever it is told to. */
export function softAuthenticator() {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = publicKey.export({ format: "jwk" });
  const [x, y] = [Buffer.from(jwk.x ?? "", "base64url"), Buffer.from(jwk.y ?? "", "base64url")];
  const id = randomBytes(16);
  let counter = 0;

  function authData(asked: Asked, { rpId, userVerified = true, counter: given }: Deviation, attested = Buffer.alloc(0)): Buffer {
    counter += 1;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(given ?? counter);
    const flags = 0x01 | (userVerified ? 0x04 : 0) | (attested.length > 0 ? 0x40 : 0);
    return Buffer.concat([sha256(rpId ?? asked.rpId), Buffer.from([flags]), count, attested]);
  }

  function clientData(asked: Asked, pageOrigin: string, how: Deviation): Buffer {
    const type = how.type ?? (asked.what === "get" ? "webauthn.get" : "webauthn.create");
    const { challenge = asked.challenge, origin = pageOrigin, crossOrigin = false } = how;
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin }));
  }

  return {
    id: id.toString("base64url"),
    privateKey,
    /** What the page's script would send for what it asked. */
    answer(asked: Asked, pageOrigin: string, how: Deviation = {}): string {
      const client = clientData(asked, pageOrigin, how);
      const shown = how.id ?? id.toString("base64url");
      const common = { id: shown, rawId: shown, type: "public-key" };
      if (asked.what === "create") {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(id.length);
        const data = authData(asked, how, Buffer.concat([Buffer.alloc(16), length, id, coseKey(x, y)]));
        const attestationObject = Buffer.concat([
          Buffer.from([0xa3]),
          text("fmt"),
          text("none"),
          text("attStmt"),
          Buffer.from([0xa0]),
          text("authData"),
          bytes(data),
        ]);
        const response = {
          clientDataJSON: client.toString("base64url"),
          attestationObject: attestationObject.toString("base64url"),
          transports: ["usb"],
        };
        return JSON.stringify({ ...common, response });
      }
      const data = authData(asked, how);
      const signature = sign("sha256", Buffer.concat([data, sha256(client)]), how.key ?? privateKey);
      const response = {
        authenticatorData: data.toString("base64url"),
        clientDataJSON: client.toString("base64url"),
        signature: signature.toString("base64url"),
      };
      return JSON.stringify({ ...common, response });
    },
  };
}
export type Authenticator = ReturnType<typeof softAuthenticator>;

/** CBOR, as far as an attestation object needs it. */
function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
}

function bytes(value: Buffer): Buffer {
  return Buffer.concat([
    value.length < 256 ? Buffer.from([0x58, value.length]) : Buffer.from([0x59, value.length >> 8, value.length & 255]),
    value,
  ]);
}

function coseKey(x: Buffer, y: Buffer): Buffer {
  const head = Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]);
  return Buffer.concat([head, bytes(x), Buffer.from([0x22]), bytes(y)]);
}
