package org.tokenfilter.tools;

import java.util.Optional;

/**
 * Every reason for which the library refuses a token: where it looks, what it writes into its log,
 * and what that means in words.
 */
enum Refusal {
  TOO_LONG(
      Check.LENGTH,
      "not a token of ours: it is longer than 1024 characters",
      "It is longer than any token of ours. Something else was copied, or several tokens in a"
          + " row."),

  TOO_FEW_PARTS(
      Check.PARTS,
      "not a token of ours: it has fewer than five parts",
      "A token has five parts with dots between them, and this has fewer. It was cut off, or is"
          + " something else, such as a signed token (JWS) or a session id."),

  TOO_MANY_PARTS(
      Check.PARTS,
      "not a token of ours: it has more than five parts",
      "A token has five parts with dots between them, and this has more. Something was added."),

  ENCRYPTED_KEY(
      Check.PARTS,
      "not a token of ours: it has an encrypted key",
      "The second of its five parts is not empty, as it is in all tokens of ours. Other software"
          + " made it."),

  FOREIGN_CHARACTER(
      Check.ALPHABET,
      "not a token of ours: a character is not of base64url",
      "It has a character that no token has. Copy it without quotes, spaces, line breaks and the"
          + " word Bearer, and as it was before it was put into a URL."),

  OTHER_SPELLING(
      Check.SPELLING,
      "not a token of ours: a part is not canonical base64url",
      "One of its parts is not written as a token's part is: a character was changed, lost or"
          + " added. Each token has one spelling, and no other is accepted for it."),

  FOREIGN_HEADER(
      Check.HEADER,
      "not a token of ours: no key of ours makes its header",
      "Its header is not written as ours are. Other software made it, or its begin was changed."),

  UNKNOWN_KEY(
      Check.HEADER,
      "not a token of ours: no key of ours makes its header",
      "The key file has no key of this name. The token is another deployment's, or its key was"
          + " taken out of the file, or has not come to this one yet."),

  OTHER_ENCRYPTION(
      Check.KEY,
      "not a token of ours: its key is for another encryption",
      "The key file has a key of this name, but for another encryption. The token was made with"
          + " another key file, in which this name is another key's."),

  RETIRED_KEY(
      Check.KEY,
      "not a token of ours: its key is retired",
      "Its key is retired: all tokens of that key are refused, however long they had to live. Its"
          + " owner must log in again."),

  NOT_DECRYPTED(
      Check.DECRYPTION,
      "not a token of ours: it does not decrypt",
      "It does not decrypt. It was changed since it was made, or was made with another key of the"
          + " same name: compare the thumbprints that 'keys list' shows on each node."),

  OTHER_CLAIMS(
      Check.CLAIMS,
      "not a token of ours: its claims are not ours",
      "It was made with the right key, but does not say what tokens of ours say. Somebody else who"
          + " has the key made it: find out who, and change the key."),

  OTHER_AUDIENCE(
      Check.AUDIENCE,
      "not a token of ours: it is for another audience",
      "It is for another application, whose token.audience is not the one that is asked about."),

  NO_SESSION_ID(
      Check.SESSION_ID,
      "a session token without its session id",
      "It is a session token, which is accepted only together with its session id, and none was"
          + " given. Requests carry it in a cookie or a header; here it comes by"
          + " --session-id-file."),

  MALFORMED_SESSION_ID(
      Check.SESSION_ID,
      "a malformed session id",
      "What came as its session id is none: a session id has 43 characters of A-Z a-z 0-9 - _."),

  OTHER_SESSION_ID(
      Check.SESSION_ID,
      "the session id is another token's",
      "The session id that came with it belongs to another session token: of an earlier log-in, or"
          + " of somebody else. If it was not mixed up by accident, one of the two is stolen."),

  NO_RECORD(
      Check.RECORD,
      "no such record",
      "The store has no record of it. It died longer ago than token.retention, or it was issued"
          + " into another store, or the memory store that kept it was restarted."),

  OTHER_RECORD(
      Check.RECORD,
      "the store answered with another record",
      "The store answered with the record of another token. That is a defect of the store, or"
          + " somebody has changed what it keeps."),

  CONTRADICTION(
      Check.AGREEMENT,
      "the token does not say what its record says",
      "It does not say what its record says: kind, time of issue and time to live must be equal."
          + " Somebody made it who has the key, or somebody has changed the record."),

  OTHER_CLIENT(
      Check.CLIENT,
      "presented by another client",
      "It is bound to its client, and this is another one. The client's address has changed, or a"
          + " proxy is missing in token.trusted-proxies, or the token is stolen."),

  OTHER_VERSION(
      Check.CLIENT,
      "bound to an address of the other version of IP than its client's",
      "It is bound to its client, which has come by IPv4 and comes by IPv6 now, or the other way"
          + " round. Clients that have both need token.binding=dual-stack."),

  CLOSED(Check.END, "closed", "It was closed: its owner logged out, or somebody ended it."),

  REPLACED(
      Check.END,
      "replaced",
      "It was exchanged for its successor, and is refused since. If its owner does not have the"
          + " successor, somebody else has."),

  EVICTED(
      Check.END,
      "evicted",
      "It made room for a younger one: its owner had more sessions than token.sessions.limit."),

  SWEPT(
      Check.END,
      "expired",
      "Its time was over: it was not used for longer than its idle timeout, or its time to live had"
          + " passed."),

  EXPIRED(
      Check.TIME,
      "expired",
      "Its time is over: it was not used for longer than its idle timeout, or its time to live has"
          + " passed.");

  private final Check check;
  private final String why;
  private final String sentence;

  Refusal(Check check, String why, String sentence) {
    this.check = check;
    this.why = why;
    this.sentence = sentence;
  }

  /**
   * The reason that the library gave.
   *
   * @param why what it said
   * @param keyIsNamed whether the header is written as ours are
   * @param ended whether the record says that it has ended
   * @return empty if the library has learnt a new one
   */
  static Optional<Refusal> of(String why, boolean keyIsNamed, boolean ended) {
    for (Refusal refusal : values()) {
      boolean fits =
          switch (refusal) {
            case FOREIGN_HEADER -> !keyIsNamed;
            case UNKNOWN_KEY -> keyIsNamed;
            case SWEPT -> ended;
            case EXPIRED -> !ended;
            default -> true;
          };
      if (fits && refusal.why.equals(why)) {
        return Optional.of(refusal);
      }
    }
    return Optional.empty();
  }

  /** Where the library stopped. */
  Check check() {
    return check;
  }

  /** What it means. */
  String sentence() {
    return sentence;
  }
}
