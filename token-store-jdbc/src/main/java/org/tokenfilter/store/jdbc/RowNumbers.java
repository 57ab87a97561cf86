package org.tokenfilter.store.jdbc;

import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Confirmation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenKind;

/**
 * The numbers of kinds, reasons and methods in the columns. They are stored in databases and must
 * not change.
 */
final class RowNumbers {

  private RowNumbers() {}

  static int of(TokenKind kind) {
    return switch (kind) {
      case SESSION -> 1;
      case OPEN -> 2;
      case USER -> 3;
    };
  }

  static int of(RevocationReason reason) {
    return switch (reason) {
      case CLOSED -> 1;
      case REPLACED -> 2;
      case EVICTED -> 3;
      case EXPIRED -> 4;
    };
  }

  static int of(Confirmation.Method method) {
    return switch (method) {
      case JWK_THUMBPRINT -> 1;
      case CERTIFICATE_THUMBPRINT -> 2;
      case PUBLIC_KEY -> 3;
    };
  }

  static TokenKind kind(int number) throws UnreadableRecordException {
    return known("kind", number, kindOrNull(number));
  }

  static RevocationReason reason(int number) throws UnreadableRecordException {
    return known("revocation reason", number, reasonOrNull(number));
  }

  static Confirmation.Method method(int number) throws UnreadableRecordException {
    return known("confirmation method", number, methodOrNull(number));
  }

  /** Returns the reason with this number; null for one that this version does not know. */
  static @Nullable RevocationReason reasonOrNull(int number) {
    return switch (number) {
      case 1 -> RevocationReason.CLOSED;
      case 2 -> RevocationReason.REPLACED;
      case 3 -> RevocationReason.EVICTED;
      case 4 -> RevocationReason.EXPIRED;
      default -> null;
    };
  }

  private static @Nullable TokenKind kindOrNull(int number) {
    return switch (number) {
      case 1 -> TokenKind.SESSION;
      case 2 -> TokenKind.OPEN;
      case 3 -> TokenKind.USER;
      default -> null;
    };
  }

  private static Confirmation.@Nullable Method methodOrNull(int number) {
    return switch (number) {
      case 1 -> Confirmation.Method.JWK_THUMBPRINT;
      case 2 -> Confirmation.Method.CERTIFICATE_THUMBPRINT;
      case 3 -> Confirmation.Method.PUBLIC_KEY;
      default -> null;
    };
  }

  private static <T> T known(String what, int number, @Nullable T value)
      throws UnreadableRecordException {
    if (value == null) {
      throw new UnreadableRecordException("its " + what + " " + number + " is unknown", null);
    }
    return value;
  }
}
