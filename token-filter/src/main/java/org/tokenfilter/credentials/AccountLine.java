package org.tokenfilter.credentials;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Subject;

/**
 * A line of a password file: {@code USER:HASH:ROLE,ROLE}. Immutable.
 *
 * @param hash of the user's password; one that no password matches where the line is for a key
 * @param key of an API key; null where the line is for a password
 */
record AccountLine(Subject subject, PasswordHash hash, @Nullable ApiKeyDigest key) {

  private static final PasswordHash NO_PASSWORD = PasswordHash.unmatchable(PasswordHash.ITERATIONS);

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is none; the message holds neither hash nor digest
   */
  static AccountLine parse(String line) {
    String[] fields = line.split(":", -1);
    if (fields.length != 3 || fields[0].isEmpty()) {
      throw new IllegalArgumentException("an account is written USER:HASH:ROLE,ROLE");
    }
    boolean forKey = ApiKeyDigest.isMeant(fields[1]);
    PasswordHash hash = forKey ? NO_PASSWORD : PasswordHash.parse(fields[1]);
    ApiKeyDigest key = forKey ? ApiKeyDigest.parse(fields[1]) : null;
    return new AccountLine(new Subject(fields[0], roles(fields[2]), Map.of()), hash, key);
  }

  private static Set<String> roles(String text) {
    Set<String> roles = new HashSet<>();
    for (String field : text.isBlank() ? new String[0] : text.split(",", -1)) {
      String role = field.strip();
      if (role.isEmpty() || !roles.add(role)) {
        throw new IllegalArgumentException("a role is empty, or stands there twice");
      }
    }
    return roles;
  }
}
