package org.tokenfilter.credentials;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Subject;

/**
 * A line of a password file: {@code USER:HASH:ROLE,ROLE}. Immutable.
 *
 * @param subject the user with the roles
 * @param hash the hash of the user's password; if the line is for an API key, a hash that no
 *     password matches
 * @param key the digest of an API key; null if the line is for a password
 */
record AccountLine(Subject subject, PasswordHash hash, @Nullable ApiKeyDigest key) {

  private static final PasswordHash NO_PASSWORD = PasswordHash.dummy(PasswordHash.ITERATIONS);

  /**
   * Parses a line.
   *
   * @throws IllegalArgumentException if the line is not valid; the message contains neither hash
   *     nor digest
   */
  static AccountLine parse(String line) {
    String[] fields = line.split(":", -1);
    if (fields.length != 3 || fields[0].isEmpty()) {
      throw new IllegalArgumentException("an account must have the form USER:HASH:ROLE,ROLE");
    }
    boolean forKey = ApiKeyDigest.hasPrefix(fields[1]);
    PasswordHash hash = forKey ? NO_PASSWORD : PasswordHash.parse(fields[1]);
    ApiKeyDigest key = forKey ? ApiKeyDigest.parse(fields[1]) : null;
    return new AccountLine(new Subject(fields[0], roles(fields[2]), Map.of()), hash, key);
  }

  private static Set<String> roles(String text) {
    Set<String> roles = new HashSet<>();
    for (String field : text.isBlank() ? new String[0] : text.split(",", -1)) {
      String role = field.strip();
      if (role.isEmpty() || !roles.add(role)) {
        throw new IllegalArgumentException("roles must not be empty or repeated");
      }
    }
    return roles;
  }
}
