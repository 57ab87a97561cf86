/** A token taken apart: the five parts of a compact JWE (RFC 7516, section 7.1). */

/** [{id, name, text, bytes, about}], the first with `header` beside. */
export function takeApart(token) {
  const texts = token.split(".");
  const header = JSON.parse(new TextDecoder().decode(decoded(texts[0])));
  const abouts = [
    ["header", "Protected header", "says how the token is sealed. Everybody can read it; nobody can change it unnoticed."],
    [
      "key",
      "Encrypted key",
      texts[1] === "" && header.alg === "dir"
        ? "empty, since alg is dir: the server's own key seals the token directly."
        : "the key of this token, sealed by the server's.",
    ],
    ["iv", "Initialization vector", "random, and new for each token. No secret."],
    ["ciphertext", "Ciphertext", "only the server can read the rest: which record, for which application."],
    ["tag", "Authentication tag", "change one bit anywhere, and the server refuses the token."],
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
