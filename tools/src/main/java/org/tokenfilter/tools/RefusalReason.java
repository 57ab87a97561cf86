package org.tokenfilter.tools;

import java.util.Optional;
import java.util.stream.Stream;
import org.tokenfilter.token.RefusalCause;

/**
 * A reason for which the library refuses a token, with the check that fails, the cause that the
 * library reports, and a sentence for operators.
 */
enum RefusalReason {
  TOO_LONG(
      TokenCheck.LENGTH,
      RefusalCause.TOO_LONG,
      "It is longer than any token of this library. Something else was copied, or several tokens"
          + " in a row."),

  TOO_FEW_PARTS(
      TokenCheck.PARTS,
      RefusalCause.TOO_FEW_PARTS,
      "A token has five parts with dots between them, and this has fewer. It was cut off, or is"
          + " something else, such as a signed token (JWS) or a session id."),

  TOO_MANY_PARTS(
      TokenCheck.PARTS,
      RefusalCause.TOO_MANY_PARTS,
      "A token has five parts with dots between them, and this has more. Something was added."),

  ENCRYPTED_KEY(
      TokenCheck.PARTS,
      RefusalCause.ENCRYPTED_KEY,
      "The second of its five parts is not empty, as it is in every token of this library. Other"
          + " software made it."),

  INVALID_CHARACTER(
      TokenCheck.ALPHABET,
      RefusalCause.INVALID_CHARACTER,
      "It has a character that no token has. Copy it without quotes, spaces, line breaks and the"
          + " word Bearer, and as it was before it was put into a URL."),

  NOT_CANONICAL(
      TokenCheck.CANONICAL_FORM,
      RefusalCause.NOT_CANONICAL,
      "One of its parts is not in its canonical form: a character was changed, lost or added. Each"
          + " token has one canonical form, and no other form of it is accepted."),

  UNKNOWN_HEADER(
      TokenCheck.HEADER,
      RefusalCause.UNKNOWN_KEY,
      "Its header does not have the form that this library writes. Other software made it, or its"
          + " first characters were changed."),

  UNKNOWN_KEY(
      TokenCheck.HEADER,
      RefusalCause.UNKNOWN_KEY,
      "The key file has no key of this name. The token is from another deployment, or its key was"
          + " removed from the file, or this copy of the file does not have the key yet."),

  WRONG_ENCRYPTION(
      TokenCheck.KEY,
      RefusalCause.WRONG_ENCRYPTION,
      "The key file has a key of this name, but for another encryption. The token was made with"
          + " another key file, in which this name is another key's."),

  RETIRED_KEY(
      TokenCheck.KEY,
      RefusalCause.RETIRED_KEY,
      "Its key is retired: all tokens of that key are refused, however long they had to live. Its"
          + " owner must log in again."),

  NOT_DECRYPTED(
      TokenCheck.DECRYPTION,
      RefusalCause.NOT_DECRYPTED,
      "It does not decrypt. It was changed since it was made, or was made with another key of the"
          + " same name: compare the thumbprints that 'keys list' shows on each node."),

  INVALID_CLAIMS(
      TokenCheck.CLAIMS,
      RefusalCause.INVALID_CLAIMS,
      "It was encrypted with the right key, but its claims are not those of this library. Another"
          + " party has the key and made it: find that party, and change the key."),

  WRONG_AUDIENCE(
      TokenCheck.AUDIENCE,
      RefusalCause.WRONG_AUDIENCE,
      "It is for another application: its audience is not the token.audience that was given."),

  MISSING_SESSION_ID(
      TokenCheck.SESSION_ID,
      RefusalCause.MISSING_SESSION_ID,
      "It is a session token, which is accepted only together with its session id, and none was"
          + " given. Requests carry it in a cookie or a header; here it is given with"
          + " --session-id-file."),

  MALFORMED_SESSION_ID(
      TokenCheck.SESSION_ID,
      RefusalCause.MALFORMED_SESSION_ID,
      "Its session id is malformed: a session id has 43 characters of A-Z a-z 0-9 - _."),

  WRONG_SESSION_ID(
      TokenCheck.SESSION_ID,
      RefusalCause.WRONG_SESSION_ID,
      "The session id that came with it belongs to another session token: of an earlier login, or"
          + " of another user. If they were not mixed up by accident, one of the two is stolen."),

  UNKNOWN_RECORD(
      TokenCheck.RECORD,
      RefusalCause.UNKNOWN_RECORD,
      "The store has no record of it. It expired or was revoked longer ago than token.retention, or"
          + " it was issued into another store, or the memory store that kept it was restarted."),

  WRONG_RECORD(
      TokenCheck.RECORD,
      RefusalCause.WRONG_RECORD,
      "The store answered with the record of another token. That is a defect of the store, or its"
          + " data was changed by other software."),

  CLAIMS_MISMATCH(
      TokenCheck.AGREEMENT,
      RefusalCause.CLAIMS_MISMATCH,
      "Its claims contradict its record: kind, time of issue and expiry must be equal. Another"
          + " party has the key and made it, or the record was changed."),

  WRONG_CLIENT(
      TokenCheck.CLIENT,
      RefusalCause.WRONG_CLIENT,
      "It is bound to its client, and was presented by another one. The client's address has"
          + " changed, or a proxy is missing in token.trusted-proxies, or the token is stolen."),

  OTHER_IP_VERSION(
      TokenCheck.CLIENT,
      RefusalCause.OTHER_IP_VERSION,
      "It is bound to its client, which used IPv4 and now uses IPv6, or the other way round."
          + " Clients that have both need token.binding=dual-stack."),

  CLOSED(
      TokenCheck.REVOCATION,
      RefusalCause.CLOSED,
      "It was revoked: its owner logged out, or its owner or the application revoked it."),

  REPLACED(
      TokenCheck.REVOCATION,
      RefusalCause.REPLACED,
      "It was exchanged for its successor, and is refused since. If its owner does not have the"
          + " successor, another party has it."),

  EVICTED(
      TokenCheck.REVOCATION,
      RefusalCause.EVICTED,
      "It was revoked for a newer one: its owner had more sessions than token.sessions.limit."),

  SWEPT(
      TokenCheck.REVOCATION,
      RefusalCause.SWEPT,
      "It expired: it was not used for longer than its idle timeout, or its lifetime was over."),

  EXPIRED(
      TokenCheck.EXPIRY,
      RefusalCause.EXPIRED,
      "It has expired: it was not used for longer than its idle timeout, or its lifetime is over.");

  private final TokenCheck check;
  private final RefusalCause cause;
  private final String sentence;

  RefusalReason(TokenCheck check, RefusalCause cause, String sentence) {
    this.check = check;
    this.cause = cause;
    this.sentence = sentence;
  }

  /**
   * Returns the reason for a cause.
   *
   * @param cause the cause that the library reported
   * @param keyIsNamed whether the header has the form that the library writes
   * @return the reason; empty if the cause is not known here
   */
  static Optional<RefusalReason> of(RefusalCause cause, boolean keyIsNamed) {
    if (cause == RefusalCause.UNKNOWN_KEY) {
      return Optional.of(keyIsNamed ? UNKNOWN_KEY : UNKNOWN_HEADER);
    }
    return Stream.of(values()).filter(reason -> reason.cause == cause).findFirst();
  }

  /** Returns the check that failed. */
  TokenCheck check() {
    return check;
  }

  /** Returns the explanation for operators. */
  String sentence() {
    return sentence;
  }
}
