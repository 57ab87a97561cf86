package org.tokenfilter.token;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Somebody who has logged in.
 *
 * <p>One that is larger than this is given no token: the login is refused for good, with 403, and
 * the log names the user and the limit. So an authenticator hands on the roles that the application
 * asks for, and not all groups of a directory: 200 of them by their distinguished names are too
 * many.
 *
 * @param name 1 to 255 characters, compared exactly
 * @param roles what {@code isUserInRole} answers to: at most 8,192 bytes of UTF-8 in all
 * @param attributes what the application keeps with the token: at most 8,192 bytes of UTF-8 in all,
 *     names and values
 */
public record Subject(String name, Set<String> roles, Map<String, String> attributes) {

  /** Copies the collections. */
  public Subject {
    roles = Set.copyOf(roles);
    attributes = Map.copyOf(attributes);
  }

  /** A subject without attributes. */
  public static Subject of(String name, String... roles) {
    return new Subject(name, new HashSet<>(List.of(roles)), Map.of());
  }
}
