package org.tokenfilter.token;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A user or an API client that has logged in. Immutable.
 *
 * <p>A subject that exceeds the limits below cannot get a token. Its login is rejected permanently,
 * with 403, and the log names the subject and the limit. Therefore an authenticator should pass on
 * only the roles that the application checks, and not all groups of a directory: 800 groups by
 * their distinguished names exceed the limit.
 *
 * @param name the name, 1 to 255 characters; compared exactly
 * @param roles the roles for {@code isUserInRole}; at most 32,768 bytes of UTF-8 in all
 * @param attributes the data that the application keeps with the token; names and values together
 *     have at most 8,192 bytes of UTF-8
 */
public record Subject(String name, Set<String> roles, Map<String, String> attributes) {

  /** Copies the collections. */
  public Subject {
    roles = Set.copyOf(roles);
    attributes = Map.copyOf(attributes);
  }

  /** Returns a subject without attributes. */
  public static Subject of(String name, String... roles) {
    return new Subject(name, new HashSet<>(List.of(roles)), Map.of());
  }
}
