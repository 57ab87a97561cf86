/** Splits a token into the five parts of a compact JWE (RFC 7516, section 7.1). */

/** [{id, name, text, bytes, about}], the first with `header` beside. */
export function takeApart(token) {
  const texts = token.split(".");
  const header = JSON.parse(new TextDecoder().decode(decoded(texts[0])));
  const abouts = [
    ["header", "Protected header", "says how the token is encrypted. Everyone can read it; a change is detected."],
    [
      "key",
      "Encrypted key",
      texts[1] === "" && header.alg === "dir"
        ? "empty, since alg is dir: the key of the server encrypts the token directly."
        : "the key of this token, encrypted with that of the server.",
    ],
    ["iv", "Initialization vector", "random, and new for each token. It is not secret."],
    ["ciphertext", "Ciphertext", "only the server can read the rest: the record and the application of the token."],
    ["tag", "Authentication tag", "if one bit of the token is changed, the server refuses it."],
  ];
  return texts.map((text, i) => {
    const [id, name, about] = abouts[i];
    const part = { id, name, about, text, bytes: decoded(text).length };
    return id === "header" ? { ...part, header } : part;
  });
}

function decoded(base64url) {
  const base64 = base64url.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
