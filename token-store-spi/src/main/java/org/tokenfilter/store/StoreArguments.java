package org.tokenfilter.store;

import java.time.Instant;
import java.util.Objects;

/**
 * The checks of the arguments of a {@link TokenStore} that are the same for every store. A store
 * makes them before it changes anything. Each method throws {@link IllegalArgumentException} with
 * what is wrong. Thread-safe.
 */
public final class StoreArguments {

  private static final int MAX_MARK_NAME_LENGTH = 255;

  private StoreArguments() {}

  /**
   * Checks a record that is to be inserted.
   *
   * @throws IllegalArgumentException if it is revoked
   */
  public static void requireNew(TokenRecord record) {
    if (record.revocation() != null) {
      throw new IllegalArgumentException("a new record must not be revoked already");
    }
  }

  /**
   * Checks a record that is to replace another one, before the other one is read.
   *
   * @throws IllegalArgumentException if it is revoked or has a parent
   */
  public static void requireSuccessor(TokenRecord successor) {
    requireNew(successor);
    if (successor.parent() != null) {
      throw new IllegalArgumentException("a successor must not have a parent");
    }
  }

  /**
   * Checks a record that is to replace another one.
   *
   * @throws IllegalArgumentException if its subject or its group is another one
   */
  public static void requireSuccessorOf(TokenRecord replaced, TokenRecord successor) {
    if (!replaced.subject().equals(successor.subject())
        || !Objects.equals(replaced.group(), successor.group())) {
      throw new IllegalArgumentException(
          "a successor must have the subject and the group of the replaced record");
    }
  }

  /**
   * Checks details that are to replace others.
   *
   * @throws IllegalArgumentException if their version is 0 or the expected one
   */
  public static void requireNewVersion(TokenDetails details, long expectedVersion) {
    if (details.version() == 0 || details.version() == expectedVersion) {
      throw new IllegalArgumentException("new details must have a new version, which is not 0");
    }
  }

  /**
   * Checks a mark that is to be set.
   *
   * @throws IllegalArgumentException if the name is invalid, or the end is not after now
   */
  public static void requireMark(String name, Instant until, Instant now) {
    RecordText.requireOrNull("the name of a mark", name, MAX_MARK_NAME_LENGTH);
    if (name.isEmpty()) {
      throw new IllegalArgumentException("the name of a mark must not be empty");
    }
    if (!until.isAfter(now)) {
      throw new IllegalArgumentException("a mark must end after now");
    }
  }
}
